"""Images on their way out: in blocks, counted, never too many, and no place is ever lost."""

import gc
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from waitress.buffers import ReadOnlyFileBasedBuffer

from phoneprov.firmware.downloads import BLOCK, Download, DownloadBoard, FileStream

NOON = datetime(2026, 5, 17, 12, tzinfo=UTC)
CONTENT = os.urandom(20 * BLOCK + 1234)


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "image"
    path.write_bytes(CONTENT)
    return path


def open_one(board: DownloadBoard, image: Path, start: int = 0, length: int = 0) -> FileStream:
    download = Download(
        turn_id=7, start=start, length=length or len(CONTENT) - start, began_at=NOON
    )
    stream = board.open(image, download)
    assert stream is not None
    return stream


def drive(stream: FileStream, length: int, most_sent: int = 10_000) -> tuple[bytes, int]:
    """Send a stream as the server's socket loop does; return what went, and its idle turns."""
    buffer = ReadOnlyFileBasedBuffer(stream)
    assert buffer.prepare(length) == length
    sent, idle = b"", 0
    while len(buffer):
        block = buffer.get(2_000_000)[:most_sent]
        idle += not block
        if block:
            buffer.skip(len(block), True)
            sent += block
    buffer.close()
    return sent, idle


def count_descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


@pytest.mark.parametrize("most_sent", [1000, BLOCK, 10**9])
def test_the_servers_own_wrapper_sends_it_whole(image: Path, most_sent: int) -> None:
    """Whatever the socket takes at once, and giving way after each block."""
    board = DownloadBoard(5)
    stream = open_one(board, image)
    sent, idle = drive(stream, len(CONTENT), most_sent)
    assert sent == CONTENT
    assert idle >= len(CONTENT) // BLOCK - 1
    assert board.count == 0
    assert stream.download.sent == len(CONTENT)


def test_it_sends_only_the_part_that_is_wanted(image: Path) -> None:
    board = DownloadBoard(5)
    sent, _ = drive(open_one(board, image, 100_000, 150_000), 150_000)
    assert sent == CONTENT[100_000:250_000]


def test_a_server_without_wrapper_gets_blocks(image: Path) -> None:
    board = DownloadBoard(5)
    with open_one(board, image, 10) as stream:
        blocks = list(stream)
    assert b"".join(blocks) == CONTENT[10:]
    assert max(map(len, blocks)) == BLOCK
    assert board.count == 0


def test_no_more_than_the_cap_run_at_once(image: Path) -> None:
    board = DownloadBoard(2)
    first, second = open_one(board, image), open_one(board, image)
    download = Download(turn_id=1, start=0, length=1, began_at=NOON)
    assert board.open(image, download) is None
    first.close()
    first.close()  # twice is harmless: only one place is free again
    third = board.open(image, download)
    assert third is not None
    assert board.open(image, download) is None
    second.close()
    third.close()
    assert board.count == 0


def test_a_stream_that_is_dropped_gives_its_place_back(image: Path) -> None:
    """A phone that hangs up before its answer begins leaves nobody to close the file."""
    board = DownloadBoard(1)
    stream: FileStream | None = open_one(board, image)
    opened = count_descriptors()
    del stream
    gc.collect()
    assert board.count == 0
    assert count_descriptors() == opened - 1


def test_a_file_that_is_gone_takes_no_place(tmp_path: Path) -> None:
    board = DownloadBoard(1)
    download = Download(turn_id=1, start=0, length=1, began_at=NOON)
    with pytest.raises(FileNotFoundError):
        board.open(tmp_path / "missing", download)
    assert board.count == 0


def test_it_tells_what_moved_and_only_that(image: Path) -> None:
    """How far the phone has come; the last bytes are told once, also after it has ended."""
    board = DownloadBoard(5)
    stream = open_one(board, image, 1000)
    assert [note.reached for note in board.drain()] == [1000]
    assert board.drain() == []
    stream.seek(500, os.SEEK_CUR)
    (note,) = board.drain()
    assert (note.turn_id, note.reached, note.sent) == (7, 1500, 500)
    stream.seek(len(CONTENT) - 1500, os.SEEK_CUR)
    stream.close()
    assert [note.reached for note in board.drain()] == [len(CONTENT)]
    assert board.drain() == []


def test_what_cant_be_written_is_told_again(image: Path) -> None:
    board = DownloadBoard(5)
    with open_one(board, image):
        notes = board.drain()
        board.put_back(notes)
        assert board.drain() == notes
