"""The library's verbs: what comes in, what is said of it, what goes (R51, R66)."""

import hashlib
import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from phoneprov.catalog.model import Vendor
from phoneprov.core.errors import InvalidValueError, NotAllowedError
from phoneprov.firmware.library import delete_firmware, find_firmware, list_concerned
from phoneprov.firmware.models import Firmware, FirmwareUpload
from phoneprov.firmware.queries import LibraryFilters, list_firmware
from phoneprov.firmware.queries import Shelf as Which
from phoneprov.firmware.turns import open_turn
from phoneprov.firmware.uploads import (
    CHUNK_BYTES,
    FORGOTTEN_AFTER,
    Announced,
    begin_upload,
    finish_upload,
    take_piece,
    tidy_store,
)
from phoneprov.simulator.images import make_image
from phoneprov.tenancy.models import AuditEntry
from tests.integration.firmware.conftest import LARGEST, Shelf
from tests.integration.rows import ALICE, NOON, World

NAME = "T46U(T43U,T46U,T41U,T48U,T42U,T44U,T44W)-108.87.0.15.rom"


def test_what_came_is_kept_whole_and_read(shelf: Shelf) -> None:
    """Vendor, version and models are read; nobody is told of it before a person confirms it."""
    content = make_image("108.87.0.15", 5_000_000)
    firmware = shelf.upload(NAME, content)
    assert shelf.store.path_of(firmware.sha256).read_bytes() == content
    assert firmware.sha256 == hashlib.sha256(content).hexdigest()
    assert (firmware.vendor, firmware.version) == (Vendor.YEALINK, "108.87.0.15")
    assert "yealink-t46u" in firmware.model_slugs
    assert not firmware.is_offered
    shelf.confirm(firmware)
    assert firmware.is_offered


def test_the_same_file_comes_only_once(shelf: Shelf) -> None:
    """By its hash, whatever it is called."""
    content = make_image("108.87.0.15", 5000)
    shelf.confirm(shelf.upload(NAME, content))
    with pytest.raises(InvalidValueError, match=r"very file already, as T46U.*108\.87\.0\.15"):
        shelf.upload("other.rom", content)
    assert list(shelf.store.list_parts()) == []


def test_one_name_and_version_is_one_file(shelf: Shelf) -> None:
    shelf.add(NAME, "108.87.0.15", 5000)
    twin = shelf.upload(NAME.upper().replace(".ROM", ".rom"), make_image("108.87.0.15", 6000))
    with pytest.raises(InvalidValueError, match="with other content") as caught:
        shelf.confirm(twin, "108.87.0.15", model_slugs=("yealink-t46u",))
    assert caught.value.field == "version"


def test_a_wrong_hash_is_refused_and_forgotten(shelf: Shelf) -> None:
    """What the maker says of the file counts; a damaged download ends here."""
    content = make_image("108.87.0.15", 5000)
    with pytest.raises(InvalidValueError, match="another file, or a damaged one") as caught:
        shelf.upload(NAME, content, expected_sha256="0" * 64)
    assert caught.value.field == "sha256"
    with pytest.raises(InvalidValueError, match="64 hexadecimal"):
        shelf.upload(NAME, content, expected_sha256="abc")
    sha256 = hashlib.sha256(content).hexdigest()
    assert shelf.upload(NAME, content, expected_sha256=f" {sha256.upper()} ").sha256 == sha256


@pytest.mark.parametrize(
    ("size", "reason"), [(0, "is empty"), (-1, "is empty"), (LARGEST + 1, "at most 500 MB")]
)
def test_a_size_that_cant_be_is_refused(shelf: Shelf, size: int, reason: str) -> None:
    with pytest.raises(InvalidValueError, match=reason):
        begin(shelf, NAME, size)


def test_a_file_that_is_cut_short_is_no_firmware(shelf: Shelf) -> None:
    upload = begin(shelf, NAME, 10_000)
    put(shelf, upload, 0, b"x" * 9_999)
    with pytest.raises(InvalidValueError, match="9999 of 10000 bytes"):
        finish(shelf, upload)


def test_an_upload_is_gone_on_with(shelf: Shelf) -> None:
    """The same file of the same person goes on where it was; another one begins anew."""
    content = make_image("108.87.0.15", 3 * CHUNK_BYTES)
    upload = begin(shelf, NAME, len(content), "monday")
    put(shelf, upload, 0, content[:CHUNK_BYTES])
    again = begin(shelf, NAME, len(content), "monday")
    assert again.id == upload.id
    assert shelf.store.received(again.key) == CHUNK_BYTES
    assert begin(shelf, NAME, len(content), "tuesday").id != upload.id
    put(shelf, again, CHUNK_BYTES, content[CHUNK_BYTES:])
    firmware = finish(shelf, again)
    assert firmware.sha256 == hashlib.sha256(content).hexdigest()
    ids = shelf.world.session.scalars(select(FirmwareUpload.id)).all()
    assert upload.id not in ids


def test_too_many_unfinished_uploads_are_refused(shelf: Shelf) -> None:
    for number in range(20):
        begin(shelf, f"image-{number}.rom", 5000)
    with pytest.raises(InvalidValueError, match="20 unfinished"):
        begin(shelf, "one-more.rom", 5000)


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("version", {"version": "latest"}),
        ("version", {"version": "1.0.11\n.64"}),
        ("version", {"version": "1" * 50}),
        ("model_slugs", {"model_slugs": ()}),
        ("model_slugs", {"model_slugs": ("yealink-t999",)}),
        ("model_slugs", {"model_slugs": ("cisco-spa504g",)}),
        ("hardware", {"hardware": "108; reboot"}),
        ("hardware", {"hardware": "x" * 30}),
        ("required_version", {"required_version": "108.88.0.1"}),
        ("required_version", {"required_version": "older"}),
        ("notes", {"notes": "bell \x07"}),
        ("notes", {"notes": "x" * 4001}),
    ],
)
def test_it_says_which_field_cant_be(shelf: Shelf, field: str, fields: dict[str, object]) -> None:
    firmware = shelf.upload(NAME, make_image("108.87.0.15", 5000))
    with pytest.raises(InvalidValueError) as caught:
        shelf.confirm(firmware, **fields)  # type: ignore[arg-type]
    assert caught.value.field == field
    assert firmware.confirmed_at is None


def test_who_said_what_is_kept(shelf: Shelf) -> None:
    firmware = shelf.add(NAME, "108.87.0.15")
    shelf.confirm(firmware, notes="Repairs the clock.\r\nReads better.", is_retired=True)
    assert firmware.notes == "Repairs the clock.\nReads better."
    entries = shelf.world.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [one.action for one in entries] == ["firmware.upload", "firmware.add", "firmware.change"]
    assert entries[-1].changes["retired"] == ["no", "yes"]
    shelf.confirm(firmware, notes="Repairs the clock.\nReads better.")
    assert firmware.is_offered


def test_it_lists_by_vendor_and_newest_first(shelf: Shelf) -> None:
    """Versions are sorted as versions: 7.6.2SR7 before 7.6.2c, 108.86.0.160 before .90."""
    for version in ("108.86.0.90", "108.86.0.160", "108.87.0.1"):
        shelf.add(f"T46U-{version}.rom", version, model_slugs=("yealink-t46u",))
    for version in ("7-6-2c", "7-6-2SR7"):
        shelf.add(f"spa50x-30x-{version}.bin", version.replace("-", "."))
    waiting = shelf.upload("gxp2170fw.bin", make_image("1.0.11.85", 5000))

    def versions(**fields: object) -> list[str]:
        found = list_firmware(shelf.world.session, LibraryFilters(**fields))  # type: ignore[arg-type]
        return [one.version for one in found]

    yealinks = ["108.87.0.1", "108.86.0.160", "108.86.0.90"]
    assert versions() == ["7.6.2SR7", "7.6.2c", "", *yealinks]
    assert versions(vendor=Vendor.YEALINK) == yealinks
    assert versions(model_slug="cisco-spa504g") == ["7.6.2SR7", "7.6.2c"]
    assert versions(search="86.0") == ["108.86.0.160", "108.86.0.90"]
    assert versions(search="100%") == []
    assert versions(shelf=Which.WAITING) == [waiting.version]
    assert versions(shelf=Which.RETIRED) == []
    assert len(versions(shelf=Which.OFFERED)) == 5


def test_deleting_says_whom_it_concerns(shelf: Shelf, world: World) -> None:
    firmware = shelf.add(NAME, "108.87.0.15")
    shelf.add(
        "T46U-108.88.0.1.rom",
        "108.88.0.1",
        model_slugs=("yealink-t46u",),
        required_version="108.87.0.15",
    )
    runs_it = world.phone("805ec0000001")
    runs_it.firmware = "108.87.0.15"
    phone = world.phone("805ec0000002")
    open_turn(world.session, world.catalog, phone, firmware, opened_by="test", now=NOON)
    concerned = list_concerned(world.session, firmware)
    assert (concerned.turns, concerned.running) == (1, 1)
    assert "108.88.0.1" in concerned.followers[0]
    with pytest.raises(NotAllowedError, match="one phone's turn"):
        delete_firmware(world.session, firmware, actor=ALICE, now=NOON)


def test_deleted_is_deleted(shelf: Shelf, world: World) -> None:
    firmware = shelf.add(NAME, "108.87.0.15")
    number = firmware.id
    delete_firmware(world.session, firmware, actor=ALICE, now=NOON)
    assert find_firmware(world.session, number) is None
    assert world.session.scalars(select(Firmware)).all() == []


def test_what_nobody_knows_any_more_is_tidied_away(shelf: Shelf, world: World) -> None:
    """Old files without a row, and uploads nobody went on with; never a file just written."""
    kept = shelf.add(NAME, "108.87.0.15")
    shelf.store.path_of("f" * 64).write_bytes(b"orphan")
    upload = begin(shelf, "half.rom", 5000)
    put(shelf, upload, 0, b"x" * 100)
    later = NOON + FORGOTTEN_AFTER + timedelta(hours=1)
    # The files are as old as this test; by the clock of the data they were written long ago.
    import os

    for _, path in [*shelf.store.list_files(), *shelf.store.list_parts()]:
        os.utime(path, (NOON.timestamp(), NOON.timestamp()))
    assert tidy_store(world.session, shelf.store, NOON + timedelta(hours=1)) == 0
    assert tidy_store(world.session, shelf.store, later) == 1
    assert [key for key, _ in shelf.store.list_files()] == [kept.sha256]
    assert list(shelf.store.list_parts()) == []
    assert world.session.scalars(select(FirmwareUpload)).all() == []


def begin(shelf: Shelf, name: str, size: int, mark: str = "") -> FirmwareUpload:
    announced = Announced(file_name=name, size_bytes=size, mark=mark)
    return begin_upload(
        shelf.world.session,
        shelf.store,
        announced,
        largest_bytes=LARGEST,
        actor=ALICE,
        now=NOON,
    )


def put(shelf: Shelf, upload: FirmwareUpload, offset: int, content: bytes) -> int:
    read = io.BytesIO(content).read
    return take_piece(shelf.store, upload, read, offset=offset, size_bytes=len(content), now=NOON)


def finish(shelf: Shelf, upload: FirmwareUpload) -> Firmware:
    return finish_upload(
        shelf.world.session, shelf.store, shelf.world.catalog, upload, actor=ALICE, now=NOON
    )
