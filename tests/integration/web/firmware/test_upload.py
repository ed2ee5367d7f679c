"""Bringing an image in, by the plain form and in pieces (R51, R66, S-lines on uploads)."""

import errno
import gc
import hashlib
import io
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from phoneprov.firmware.models import Firmware, FirmwareUpload
from phoneprov.firmware.uploads import CHUNK_BYTES
from phoneprov.simulator.images import make_image
from phoneprov.web.runtime import Runtime
from tests.integration.web.firmware.conftest import NAME, find_image, send_file
from tests.integration.web.rows import open_session
from tests.pages import Answer, Pages

CONTENT = make_image("108.87.0.15", CHUNK_BYTES + 700_000)


def count(table: type[Firmware] | type[FirmwareUpload]) -> int:
    with open_session() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def begin(petra: Pages, name: str = NAME, size: int = len(CONTENT), mark: str = "1") -> Answer:
    return petra.post("/firmware/uploads", {"name": name, "size": str(size), "mark": mark})


def put(petra: Pages, address: str, offset: int, content: bytes) -> Answer:
    response = petra.client.post(
        f"{address}?offset={offset}",
        data=content,
        headers={"X-CSRFToken": petra.token(), "Content-Type": "application/octet-stream"},
    )
    return Answer(response)


def send_all(petra: Pages, place: dict[str, object], content: bytes = CONTENT) -> None:
    sent, step = int(str(place["received"])), int(str(place["piece_bytes"]))
    while sent < len(content):
        answer = put(petra, str(place["piece_address"]), sent, content[sent : sent + step])
        assert answer.status_code == 200, answer.text
        sent = answer.json["received"]


def test_a_plain_form_is_enough(petra: Pages, parts: Runtime) -> None:
    """Without script: one form, and the next page asks what the file is."""
    page = petra.get("/firmware/add")
    form = page.soup.select_one("form#firmware-upload")
    assert form is not None
    assert (form["method"], form["enctype"]) == ("post", "multipart/form-data")
    answer = send_file(petra, NAME, CONTENT)
    image = find_image()
    assert (answer.status_code, answer.location) == (303, f"/firmware/{image.id}/edit")
    assert parts.firmware.path_of(image.sha256).read_bytes() == CONTENT
    assert image.uploaded_by == "petra@provider.example"
    assert image.confirmed_at is None


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # what is cut off
def test_a_form_may_be_larger_than_others_and_no_more(petra: Pages, alice: Pages) -> None:
    """15 MB for provider staff; the 4 MB of every other form for everybody else."""
    assert send_file(petra, NAME, make_image("1", 9_000_000)).status_code == 303
    too_large = send_file(petra, "T46U-108.87.0.16.rom", make_image("2", 15_200_000))
    assert too_large.status_code == 422
    assert "at most 15 MB" in too_large.select_text("#field-file .error")
    assert send_file(petra, "T46U-108.87.0.17.rom", b"x" * 15_600_000).status_code == 413
    assert send_file(alice, NAME, b"x" * 5_000_000).status_code in {404, 413}
    big = {"name": "x" * 5_000_000}
    assert petra.post("/pbxs/add", big).status_code == 413
    gc.collect()  # the part of a form that was cut off is closed here, not in some later test


def test_pieces_become_the_file(petra: Pages, parts: Runtime) -> None:
    place = begin(petra).json
    assert (place["received"], place["piece_bytes"]) == (0, CHUNK_BYTES)
    send_all(petra, place)
    done = petra.post(place["finish_address"])
    image = find_image()
    assert done.json == {"location": f"/firmware/{image.id}/edit"}
    assert image.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert parts.firmware.path_of(image.sha256).read_bytes() == CONTENT
    assert count(FirmwareUpload) == 0


def test_it_goes_on_where_it_was(petra: Pages) -> None:
    """After a broken connection, in another browser, or days later: the same file goes on."""
    place = begin(petra).json
    put(petra, place["piece_address"], 0, CONTENT[:CHUNK_BYTES])
    page = petra.get("/firmware")
    assert "Unfinished uploads" in page.text
    again = begin(petra).json
    assert again["received"] == CHUNK_BYTES
    assert again["piece_address"] == place["piece_address"]
    send_all(petra, again)
    assert petra.post(again["finish_address"]).status_code == 200


def test_a_piece_out_of_turn_is_told_the_right_place(petra: Pages) -> None:
    """One that came twice, or whose answer got lost, costs nothing."""
    place = begin(petra).json
    put(petra, place["piece_address"], 0, CONTENT[:1000])
    for offset in ("0", "999", "5000", "", "x", "-1", "1" * 30):
        answer = petra.client.post(
            f"{place['piece_address']}?offset={offset}",
            data=CONTENT[:1000],
            headers={"X-CSRFToken": petra.token(), "Content-Type": "application/octet-stream"},
        )
        assert (answer.status_code, answer.get_json()["received"]) == (409, 1000)


def test_a_piece_is_only_its_own_persons(petra: Pages, alice: Pages) -> None:
    place = begin(petra).json
    for path in ("piece_address", "finish_address"):
        answer = put(alice, place[path], 0, b"x")
        assert answer.status_code == 404


def test_a_piece_larger_than_a_request_may_be_is_refused(petra: Pages) -> None:
    place = begin(petra, size=50_000_000).json
    assert put(petra, place["piece_address"], 0, b"x" * 5_000_000).status_code == 413


@pytest.mark.parametrize(
    ("name", "size", "reason"),
    [
        ("../../../etc/passwd", "5000", "path"),
        ("..\\t46.rom", "5000", "path"),
        ("t46\0.rom", "5000", "U+0000"),
        ("t46\r\n.rom", "5000", "U+000D"),
        ("x" * 300 + ".rom", "5000", "304 characters"),
        ("NUL.rom", "5000", "keep for devices"),
        ("t46.zip", "5000", "unpack it"),
        ("t46.exe", "5000", "no firmware image"),
        ("", "5000", "Choose a file"),
        (NAME, "0", "empty"),
        (NAME, "-5", "empty"),
        (NAME, "1e9", "empty"),
        (NAME, "600000000", "at most 500 MB"),
        (NAME, "9" * 40, "empty"),
    ],
)
def test_hostile_names_and_sizes_are_refused_with_the_reason(
    petra: Pages, parts: Runtime, name: str, size: str, reason: str
) -> None:
    answer = petra.post("/firmware/uploads", {"name": name, "size": size, "mark": "1"})
    assert answer.status_code == 422
    assert reason in answer.json["message"]
    assert answer.json["field"] == "file"
    assert count(FirmwareUpload) == 0
    assert list(parts.firmware.list_parts()) == []


@pytest.mark.parametrize(
    "name", ["../../evil.rom", "t46\x01.rom", "x" * 300 + ".rom", "con.rom", "<script>.rom"]
)
def test_the_plain_form_refuses_them_too(petra: Pages, name: str, settings: object) -> None:
    answer = send_file(petra, name, CONTENT)
    assert answer.status_code == 422
    assert answer.select_text("#field-file .error")
    assert not answer.soup.select("#field-file .error script")
    assert count(Firmware) == 0


def test_what_is_no_image_inside_is_refused_and_gone(petra: Pages, parts: Runtime) -> None:
    archive = b"PK\x03\x04" + b"x" * 20_000
    place = begin(petra, size=len(archive)).json
    put(petra, place["piece_address"], 0, archive)
    answer = petra.post(place["finish_address"])
    assert (answer.status_code, answer.json["field"]) == (422, "file")
    assert "ZIP archive" in answer.json["message"]
    assert list(parts.firmware.list_parts()) == []
    assert count(FirmwareUpload) == 0
    assert begin(petra, size=len(archive)).json["received"] == 0


def test_a_file_that_is_not_all_there_is_refused(petra: Pages) -> None:
    place = begin(petra).json
    put(petra, place["piece_address"], 0, CONTENT[:1000])
    answer = petra.post(place["finish_address"])
    assert answer.status_code == 422
    assert "cut short" in answer.json["message"]


def test_the_makers_hash_is_compared(petra: Pages) -> None:
    sent = send_file(petra, NAME, CONTENT, sha256="0" * 64)
    assert sent.status_code == 422
    assert "damaged" in sent.select_text("#field-sha256 .error")
    place = begin(petra).json
    send_all(petra, place)
    answer = petra.post(place["finish_address"], {"sha256": "0" * 64})
    assert (answer.status_code, answer.json["field"]) == (422, "sha256")
    right = hashlib.sha256(CONTENT).hexdigest()
    assert send_file(petra, NAME, CONTENT, sha256=right).status_code == 303


def test_a_second_copy_is_refused(petra: Pages) -> None:
    send_file(petra, NAME, CONTENT)
    answer = send_file(petra, "copy.rom", CONTENT)
    assert answer.status_code == 422
    assert "very file already" in answer.select_text("#field-file .error")


def test_a_full_disk_is_said(petra: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    place = begin(petra).json

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("phoneprov.firmware.store.os.write", full)
    answer = put(petra, place["piece_address"], 0, CONTENT[:1000])
    assert answer.status_code == 422
    assert "disk is full" in answer.json["message"]
    monkeypatch.undo()
    assert begin(petra).json["received"] == 0


def test_an_upload_is_given_up(petra: Pages, parts: Runtime) -> None:
    place = begin(petra).json
    put(petra, place["piece_address"], 0, CONTENT[:1000])
    answer = petra.post(place["piece_address"].replace("/piece", "/cancel"))
    assert answer.status_code == 303
    assert count(FirmwareUpload) == 0
    assert list(parts.firmware.list_parts()) == []
    assert put(petra, place["piece_address"], 1000, b"x").status_code == 404


def test_nothing_comes_in_without_a_token(petra: Pages, parts: Runtime) -> None:
    """S9: neither a piece nor a form of another site."""
    place = begin(petra).json
    plain = petra.client.post(
        f"{place['piece_address']}?offset=0",
        data=b"x" * 100,
        headers={"Content-Type": "application/octet-stream"},
    )
    assert plain.status_code == 400
    form = {"file": (io.BytesIO(CONTENT[:5000]), NAME)}
    assert petra.ask("POST", "/firmware/add", form).status_code == 400
    assert petra.ask("POST", place["finish_address"]).status_code == 400
    assert [path.stat().st_size for _, path in parts.firmware.list_parts()] == []


def test_tenants_find_no_library(alice: Pages, bob: Pages, charlie: Pages) -> None:
    """R66, R126: for them it does not exist."""
    for person in (alice, bob, charlie):
        assert person.get("/firmware").status_code == 404
        assert person.get("/firmware/add").status_code == 404
        assert begin(person).status_code == 404


def test_nothing_outside_the_folder_is_ever_written(
    petra: Pages, parts: Runtime, app: Flask
) -> None:
    """Names on disk are ours: keys and hashes."""
    folder = Path(parts.settings.data_dir)
    before = {path for path in folder.rglob("*") if "firmware" not in path.parts}
    send_file(petra, NAME, CONTENT)
    place = begin(petra, name="T46U-108.88.0.1.rom").json
    put(petra, place["piece_address"], 0, b"x")
    after = {path for path in folder.rglob("*") if "firmware" not in path.parts}
    assert {path.name for path in after - before} <= {"phoneprov.db-wal", "phoneprov.db-shm"}
    names = {path.name for path in (folder / "firmware").rglob("*") if path.is_file()}
    assert all(set(name.partition(".")[0]) <= set("0123456789abcdef") for name in names)
