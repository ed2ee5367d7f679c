"""Images on their way to phones: read in blocks, counted, and never too many at once.

A server that hands a file over to its socket loop (waitress, by `wsgi.file_wrapper`) holds no
worker thread for a download, however long it takes. Its loop would then send one file to a fast
phone until the socket is full, and let everybody else wait; so a `FileStream` gives nothing after
each block once, which such a loop takes as "enough for this turn".
"""

import os
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Self

BLOCK = 16 * 1024
MOST_NOTES = 20_000


@dataclass(slots=True, kw_only=True)
class Download:
    """One answer that carries (a part of) an image."""

    turn_id: int
    start: int
    length: int
    began_at: datetime
    sent: int = 0
    """Bytes of `length` that were handed to the network."""
    is_over: bool = False
    noted: int = field(default=-1)
    """How many were sent when it was last told of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadNote:
    """How far a download has come, until it is written."""

    turn_id: int
    began_at: datetime
    reached: int
    """Position in the image up to which it has been sent."""
    sent: int


class DownloadBoard:
    """All downloads of a process, and the cap on them; used from many threads."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._running: set[int] = set()
        self._downloads: dict[int, Download] = {}
        self._begun: list[DownloadNote] = []
        self._next = 0
        self._lock = threading.Lock()

    @property
    def count(self) -> int:
        """How many are running."""
        return len(self._running)

    def open(self, path: Path, download: Download) -> "FileStream | None":
        """Return the stream of a download, or None where there are too many.

        Raises OSError where the file can't be read.
        """
        with self._lock:
            if len(self._running) >= self.most:
                return None
            self._next += 1
            number = self._next
            self._running.add(number)
            self._downloads[number] = download
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            self._end(number)
            raise
        return FileStream(descriptor, download, self._end, number)

    def note_start(self, turn_id: int, began_at: datetime) -> None:
        """Note a download that something else carries out: only that it began is known."""
        with self._lock:
            if len(self._begun) < MOST_NOTES:
                self._begun.append(
                    DownloadNote(turn_id=turn_id, began_at=began_at, reached=0, sent=0)
                )

    def drain(self) -> list[DownloadNote]:
        """Return what has moved since the last time, and forget what is over."""
        with self._lock:
            moved = [one for one in self._downloads.values() if one.sent != one.noted]
            self._downloads = {
                number: one for number, one in self._downloads.items() if not one.is_over
            }
            begun, self._begun = self._begun, []
        return [*begun, *(self._note(one) for one in moved)]

    def put_back(self, notes: Iterable[DownloadNote]) -> None:
        """Take notes back that could not be written; the next run tells them again."""
        with self._lock:
            room = max(0, MOST_NOTES - len(self._begun))
            self._begun.extend(list(notes)[:room])

    def _note(self, download: Download) -> DownloadNote:
        download.noted = download.sent
        return DownloadNote(
            turn_id=download.turn_id,
            began_at=download.began_at,
            reached=download.start + download.noted,
            sent=download.noted,
        )

    def _end(self, number: int) -> None:
        with self._lock:
            self._running.discard(number)
            download = self._downloads.get(number)
            if download is not None:
                download.is_over = True
            if len(self._downloads) > MOST_NOTES:  # nobody drains: a process without jobs
                self._downloads = {
                    key: one for key, one in self._downloads.items() if not one.is_over
                }


class FileStream:
    """A part of a file, as a WSGI server takes it: seekable, or block by block.

    It is closed by the server; one that is merely dropped gives its place back all the same.
    """

    def __init__(
        self,
        descriptor: int,
        download: Download,
        on_end: Callable[[int], None],
        number: int,
    ) -> None:
        self.download = download
        self._descriptor = descriptor
        self._position = download.start
        self._size = os.fstat(descriptor).st_size
        self._pauses = False
        self._end = weakref.finalize(self, _close, descriptor, on_end, number)

    def seekable(self) -> bool:
        """Tell that it can be read from anywhere."""
        return True

    def tell(self) -> int:
        """Return the position in the file."""
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move; a step ahead from where it is means that so many bytes were sent."""
        if whence == os.SEEK_CUR:
            self._position += offset
            self._count()
        elif whence == os.SEEK_END:
            self._position = self._size + offset
        else:
            self._position = offset
        return self._position

    def read(self, size: int = -1) -> bytes:
        """Return at most a block; nothing once after each, so that others have their turn."""
        self._pauses = not self._pauses
        if not self._pauses:
            return b""
        return self._read(size)

    def close(self) -> None:
        """Give the file and the place among the downloads back; doing so twice is harmless."""
        self._end()

    def __iter__(self) -> Iterator[bytes]:
        """Yield the part block by block, for servers that don't take files."""
        download = self.download
        while download.sent < download.length:
            block = self._read(download.length - download.sent)
            if not block:
                return
            self._position += len(block)
            yield block
            self._count()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _read(self, size: int) -> bytes:
        wanted = BLOCK if size < 0 else min(size, BLOCK)
        return os.pread(self._descriptor, wanted, self._position)

    def _count(self) -> None:
        """Remember how far the phone has come."""
        reached = self._position - self.download.start
        self.download.sent = max(self.download.sent, min(reached, self.download.length))


def _close(descriptor: int, on_end: Callable[[int], None], number: int) -> None:
    os.close(descriptor)
    on_end(number)
