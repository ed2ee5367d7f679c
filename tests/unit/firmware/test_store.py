"""Pieces on the disk: in order, durable, undone when they go wrong, and one rename at the end."""

import errno
import fcntl
import hashlib
import io
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from phoneprov.core.errors import InvalidValueError, NotAllowedError
from phoneprov.firmware.store import FirmwareStore, WrongOffsetError

KEY = "0123456789abcdef0123456789abcdef"
LIMIT = 1_000_000


@pytest.fixture
def store(tmp_path: Path) -> FirmwareStore:
    return FirmwareStore(tmp_path)


def add(store: FirmwareStore, offset: int, content: bytes, size: int | None = None) -> int:
    read = io.BytesIO(content).read
    size = len(content) if size is None else size
    return store.append(KEY, offset, read, size_bytes=size, limit=LIMIT)


def test_pieces_add_up(store: FirmwareStore) -> None:
    content = os.urandom(700_000)
    assert add(store, 0, content[:300_000]) == 300_000
    assert add(store, 300_000, content[300_000:]) == 700_000
    sha256 = store.hash_part(KEY)
    assert sha256 == hashlib.sha256(content).hexdigest()
    store.keep(KEY, sha256)
    assert store.path_of(sha256).read_bytes() == content
    assert store.received(KEY) == 0
    assert list(store.list_parts()) == []


def test_a_new_process_goes_on_and_hashes_the_same(store: FirmwareStore, tmp_path: Path) -> None:
    """What was hashed on its way is lost with the process; the bytes are not."""
    content = os.urandom(500_000)
    add(store, 0, content[:200_000])
    reborn = FirmwareStore(tmp_path)
    assert reborn.received(KEY) == 200_000
    add(reborn, 200_000, content[200_000:])
    assert reborn.hash_part(KEY) == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("offset", [-1, 0, 99, 101, 10**12])
def test_a_piece_out_of_turn_is_told_where_to_go_on(store: FirmwareStore, offset: int) -> None:
    add(store, 0, b"x" * 100)
    with pytest.raises(WrongOffsetError) as caught:
        add(store, offset, b"y")
    assert caught.value.expected == 100
    assert store.received(KEY) == 100


def test_a_piece_that_ends_early_leaves_nothing(store: FirmwareStore) -> None:
    add(store, 0, b"x" * 100)
    with pytest.raises(InvalidValueError, match="ended early"):
        add(store, 100, b"y" * 50, size=80)
    assert store.received(KEY) == 100


def test_more_than_was_announced_is_refused(store: FirmwareStore) -> None:
    with pytest.raises(InvalidValueError, match="announced"):
        add(store, 0, b"x", size=LIMIT + 1)


def test_two_senders_of_one_file_dont_mix(store: FirmwareStore, tmp_path: Path) -> None:
    """While one piece is being written, another of the same file is told to wait."""
    add(store, 0, b"x")
    part = next(path for _, path in store.list_parts())
    with part.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(NotAllowedError, match="Another page"):
            add(store, 1, b"y")
    assert add(store, 1, b"y") == 2


def test_a_full_disk_is_said_and_leaves_the_part_as_it_was(
    store: FirmwareStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(store, 0, b"x" * 100)

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("phoneprov.firmware.store.os.write", full)
    with pytest.raises(InvalidValueError, match="disk is full"):
        add(store, 100, b"y")
    monkeypatch.undo()
    assert store.received(KEY) == 100
    assert add(store, 100, b"y") == 101


def test_other_faults_of_the_disk_are_not_hidden(
    store: FirmwareStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> int:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("phoneprov.firmware.store.os.write", broken)
    with pytest.raises(OSError, match="Input/output"):
        add(store, 0, b"y")


def test_it_says_before_that_there_is_no_room(
    store: FirmwareStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = SimpleNamespace(free=70_000_000)
    monkeypatch.setattr("phoneprov.firmware.store.shutil.disk_usage", lambda _: room)
    store.check_space(1_000_000)
    with pytest.raises(InvalidValueError, match="too full: 95 MB"):
        store.check_space(100_000_000 - 3_000_000)


def test_the_rest_of_a_hash_is_read_where_pieces_were_hashed(store: FirmwareStore) -> None:
    """Nothing is read twice: with the part gone from the disk, its hash is still known."""
    content = b"z" * 400_000
    add(store, 0, content)
    part = next(path for _, path in store.list_parts())
    part.write_bytes(b"")
    assert store.hash_part(KEY) == hashlib.sha256(content).hexdigest()


def test_discarding_forgets_all_of_it(store: FirmwareStore) -> None:
    add(store, 0, b"x" * 100)
    store.discard(KEY)
    store.discard(KEY)
    assert store.received(KEY) == 0
    assert add(store, 0, b"new") == 3
    assert store.hash_part(KEY) == hashlib.sha256(b"new").hexdigest()
