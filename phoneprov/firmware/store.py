"""The images on disk: pieces of what is coming in, and whole files named by their SHA-256.

No name that came from outside is ever a name on disk. A piece is on the disk before it is
acknowledged, and a whole file takes its place by one rename: whatever moment the power goes,
there is either the unfinished part or the whole image, never half of one.
"""

import errno
import fcntl
import hashlib
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from phoneprov.core.errors import InvalidValueError, NotAllowedError

FOLDER = "firmware"
BLOCK = 256 * 1024
KEPT_FREE_BYTES = 64 * 1024 * 1024
"""The database lives on the same disk: so much is left to it."""
MOST_HASHES = 32
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})

Read = Callable[[int], bytes]
"""Returns at most so many further bytes, and none at the end."""


class WrongOffsetError(NotAllowedError):
    """A piece does not begin where the part ends; `expected` is where it does."""

    def __init__(self, expected: int) -> None:
        super().__init__(f"The next piece begins at byte {expected}.")
        self.expected = expected


@dataclass(frozen=True, slots=True)
class _Hashed:
    """A hash of the first bytes of a part, so that they are not read again at its end."""

    size_bytes: int
    state: "hashlib._Hash"


class FirmwareStore:
    """The folder of the images; used from many threads and, by its locks, many processes."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / FOLDER
        self._incoming = self._folder / "incoming"
        self._hashes: dict[str, _Hashed] = {}
        self._lock = threading.Lock()

    def path_of(self, sha256: str) -> Path:
        """Return where the image with this hash is, or would be."""
        return self._folder / f"{sha256}.img"

    def received(self, key: str) -> int:
        """Return how many bytes of a part have come."""
        try:
            return self._part(key).stat().st_size
        except FileNotFoundError:
            return 0

    def check_space(self, size_bytes: int) -> None:
        """Raise InvalidValueError where the disk has no room for that much more."""
        self._make_folders()
        free = shutil.disk_usage(self._folder).free - KEPT_FREE_BYTES
        if size_bytes > free:
            missing = (size_bytes - free) // 1_000_000 + 1
            raise InvalidValueError(
                f"The server's disk is too full: {missing} MB are missing. "
                "Delete retired firmware, or make room.",
                field="file",
            )

    def append(self, key: str, offset: int, read: Read, *, size_bytes: int, limit: int) -> int:
        """Add one piece of `size_bytes` to a part at `offset`; return how much there is now.

        Raises WrongOffsetError for a piece that is out of turn, NotAllowedError while another
        piece of the same part is being written, InvalidValueError where the part would exceed
        `limit`, the piece ends early, or the disk is full. After any of them the part is as it
        was before.
        """
        self._make_folders()
        with self._only_writer(key) as descriptor:
            have = os.fstat(descriptor).st_size
            if offset != have:
                raise WrongOffsetError(have)
            if have + size_bytes > limit:
                raise InvalidValueError("More came than was announced.", field="file")
            try:
                self._write(key, descriptor, have, read, size_bytes)
            except OSError as error:
                os.ftruncate(descriptor, have)
                if error.errno in _FULL:
                    raise InvalidValueError(
                        "The server's disk is full. Make room, then go on.", field="file"
                    ) from error
                raise
            except InvalidValueError:
                os.ftruncate(descriptor, have)
                raise
            return have + size_bytes

    def head(self, key: str, size_bytes: int) -> bytes:
        """Return the first bytes of a part."""
        with self._part(key).open("rb") as part:
            return part.read(size_bytes)

    def hash_part(self, key: str) -> str:
        """Return the SHA-256 of what has come; read again only what was not hashed on its way."""
        known = self._known_hash(key)
        state = known.state.copy() if known else hashlib.sha256()
        with self._part(key).open("rb") as part:
            part.seek(known.size_bytes if known else 0)
            while block := part.read(BLOCK):
                state.update(block)
        return state.hexdigest()

    def keep(self, key: str, sha256: str) -> None:
        """Make a whole part an image: on the disk first, then in its place at once."""
        part = self._part(key)
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(self.path_of(sha256))
        _sync_folder(self._folder)
        self._forget_hash(key)

    def discard(self, key: str) -> None:
        """Throw a part away; one that is gone already is fine."""
        self._part(key).unlink(missing_ok=True)
        self._forget_hash(key)

    def remove(self, sha256: str) -> None:
        """Delete an image. Phones that are taking it finish: their files stay open."""
        self.path_of(sha256).unlink(missing_ok=True)

    def list_files(self) -> Iterator[tuple[str, Path]]:
        """Yield hash and path of each whole image."""
        for path in self._folder.glob("*.img"):
            yield path.stem, path

    def list_parts(self) -> Iterator[tuple[str, Path]]:
        """Yield key and path of each unfinished part."""
        for path in self._incoming.glob("*.part"):
            yield path.stem, path

    def _part(self, key: str) -> Path:
        return self._incoming / f"{key}.part"

    def _make_folders(self) -> None:
        self._incoming.mkdir(mode=0o700, parents=True, exist_ok=True)

    @contextmanager
    def _only_writer(self, key: str) -> Iterator[int]:
        descriptor = os.open(self._part(key), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise NotAllowedError("Another page is sending this file just now.") from error
            yield descriptor
        finally:
            os.close(descriptor)

    def _write(self, key: str, descriptor: int, offset: int, read: Read, size_bytes: int) -> None:
        known = self._known_hash(key)
        state = known.state.copy() if known and known.size_bytes == offset else None
        if offset == 0:
            state = hashlib.sha256()
        os.lseek(descriptor, offset, os.SEEK_SET)
        left = size_bytes
        while left > 0:
            block = read(min(BLOCK, left))
            if not block:
                raise InvalidValueError("The piece ended early; it is sent again.", field="file")
            _write_all(descriptor, block)
            if state is not None:
                state.update(block)
            left -= len(block)
        os.fsync(descriptor)
        if state is not None:
            self._keep_hash(key, _Hashed(offset + size_bytes, state))

    def _known_hash(self, key: str) -> _Hashed | None:
        with self._lock:
            return self._hashes.get(key)

    def _keep_hash(self, key: str, hashed: _Hashed) -> None:
        with self._lock:
            if len(self._hashes) >= MOST_HASHES and key not in self._hashes:
                self._hashes.clear()
            self._hashes[key] = hashed

    def _forget_hash(self, key: str) -> None:
        with self._lock:
            self._hashes.pop(key, None)


def _write_all(descriptor: int, block: bytes) -> None:
    view = memoryview(block)
    while view:
        view = view[os.write(descriptor, view) :]


def _sync_folder(folder: Path) -> None:
    """Let the rename itself be on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
