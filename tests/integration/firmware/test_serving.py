"""An image goes out to the phone whose turn it is, by HTTP's rules, and to nobody else."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import select

from phoneprov.core.settings import Settings
from phoneprov.firmware.models import Firmware, FirmwareTurn, TurnState
from phoneprov.firmware.progress import flush_downloads
from phoneprov.firmware.ranges import http_date
from phoneprov.firmware.turns import close_turn, image_key, open_turn
from phoneprov.fleet.models import CheckIn, Phone
from phoneprov.operations.recording import flush_check_ins
from phoneprov.provisioning.answer import Answering
from phoneprov.provisioning.exchange import NOT_FOUND, Answer, Ask
from tests.integration.firmware.conftest import SIZE, Shelf
from tests.integration.rows import NOON, World

AGENT = "Yealink SIP-T46U 108.86.0.90 80:5e:c0:1a:2b:3c"
NAME = "T46U(T43U,T46U)-108.87.0.15.rom"

Get = Callable[..., Answer]


@pytest.fixture
def firmware(shelf: Shelf) -> Firmware:
    return shelf.add(NAME, "108.87.0.15", model_slugs=("yealink-t46u",))


@pytest.fixture
def phone(world: World) -> Phone:
    row = world.phone()
    row.firmware = "108.86.0.90"
    return row


@pytest.fixture
def turn(world: World, phone: Phone, firmware: Firmware) -> FirmwareTurn:
    opened = open_turn(world.session, world.catalog, phone, firmware, opened_by="t", now=NOON)
    world.session.commit()
    return opened


@pytest.fixture
def content(shelf: Shelf, firmware: Firmware) -> bytes:
    return shelf.store.path_of(firmware.sha256).read_bytes()


@pytest.fixture
def get(answering: Answering, phone: Phone, firmware: Firmware) -> Get:
    """Ask for the image as this phone would."""

    def ask(**changes: Any) -> Answer:
        path = f"/prov/t/{phone.token}/firmware/{image_key(firmware)}/{NAME}"
        plain = Ask(method="GET", path=path, address="10.1.1.7", user_agent=AGENT)
        return answering.answer(plain._replace(**changes))

    return ask


def body_of(answer: Answer) -> bytes:
    if answer.stream is None:
        return answer.body
    with answer.stream as stream:
        return b"".join(stream)


def header(answer: Answer, name: str) -> str | None:
    return dict(answer.headers).get(name)


def test_in_its_turn_it_gets_the_image(
    turn: FirmwareTurn, get: Get, content: bytes, firmware: Firmware
) -> None:
    answer = get()
    assert answer.status == 200
    assert header(answer, "Content-Length") == str(SIZE)
    assert header(answer, "Accept-Ranges") == "bytes"
    assert header(answer, "ETag") == f'"{firmware.sha256[:32]}"'
    assert header(answer, "Content-Type") == "application/octet-stream"
    assert body_of(answer) == content


def test_an_escaped_name_is_the_same_name(
    turn: FirmwareTurn, get: Get, phone: Phone, firmware: Firmware, content: bytes
) -> None:
    """The address in the config has its brackets escaped; a server or proxy may undo that."""
    base = f"/prov/t/{phone.token}/firmware/{image_key(firmware)}/"
    assert body_of(get(path=base + quote(NAME, safe=""))) == content
    assert get(path=base + NAME.lower(), method="HEAD").status == 200


def test_head_tells_without_taking_a_place(
    turn: FirmwareTurn, get: Get, answering: Answering
) -> None:
    answer = get(method="HEAD", wanted_range="bytes=0-9")
    assert (answer.status, answer.stream, answer.body) == (200, None, b"")
    assert header(answer, "Content-Length") == str(SIZE)
    assert answering.images.downloads.count == 0


@pytest.mark.parametrize(
    ("wanted", "start", "length"),
    [("bytes=0-0", 0, 1), ("bytes=100-", 100, SIZE - 100), ("bytes=-500", SIZE - 500, 500)],
)
def test_a_range_is_206(
    turn: FirmwareTurn, get: Get, content: bytes, wanted: str, start: int, length: int
) -> None:
    answer = get(wanted_range=wanted)
    assert answer.status == 206
    assert header(answer, "Content-Range") == f"bytes {start}-{start + length - 1}/{SIZE}"
    assert header(answer, "Content-Length") == str(length)
    assert body_of(answer) == content[start : start + length]


def test_beyond_the_end_is_416(turn: FirmwareTurn, get: Get) -> None:
    answer = get(wanted_range=f"bytes={SIZE}-")
    assert (answer.status, body_of(answer)) == (416, b"")
    assert header(answer, "Content-Range") == f"bytes */{SIZE}"


def test_several_ranges_at_once_give_the_whole(
    turn: FirmwareTurn, get: Get, content: bytes
) -> None:
    answer = get(wanted_range="bytes=0-9,20-29")
    assert answer.status == 200
    assert body_of(answer) == content


def test_if_range_guards_the_rest(turn: FirmwareTurn, get: Get, firmware: Firmware) -> None:
    """The rest of another file would make a broken image of both."""
    etag = f'"{firmware.sha256[:32]}"'
    for same in (etag, http_date(firmware.uploaded_at)):
        answer = get(wanted_range="bytes=100-", if_range=same)
        assert answer.status == 206
        body_of(answer)
    for other in ('"other"', f"W/{etag}", http_date(NOON - timedelta(days=1))):
        answer = get(wanted_range="bytes=100-", if_range=other)
        assert answer.status == 200
        assert len(body_of(answer)) == SIZE
    beyond = get(wanted_range=f"bytes={SIZE}-", if_range='"other"')
    assert beyond.status == 200
    body_of(beyond)


def test_what_it_has_is_304(turn: FirmwareTurn, get: Get, firmware: Firmware) -> None:
    etag = f'"{firmware.sha256[:32]}"'
    assert get(if_none_match=etag).status == 304
    assert get(if_none_match='"other"', method="HEAD").status == 200


def test_out_of_turn_there_is_nothing(get: Get, world: World) -> None:
    """The same 404 as anything that does not exist, byte for byte."""
    world.session.commit()
    assert get() == NOT_FOUND
    assert get(method="HEAD") == NOT_FOUND


@pytest.mark.parametrize(
    "path",
    [
        "/prov/firmware/{key}/{name}",
        "/prov/{name}",
        "/prov/t/{other}/firmware/{key}/{name}",
        "/prov/t/{token}/firmware/0000000000000000/{name}",
        "/prov/t/{token}/firmware/{key}/other.rom",
        "/prov/t/{token}/firmware/{key}/{name}.bak",
        "/prov/t/{token}/firmware/{key}/",
        "/prov/t/{token}/firmware/{key}",
        "/prov/t/{token}/firmware/",
        "/prov/t/{token}/firmware/../{name}",
        "/prov/t/{token}/firmware/{key}/..%2f..%2fsecret.key",
        "/prov/t/{token}/firmware/{key}/sip.ver",
        "/prov/t/{token}/firmware/%00/{name}",
        "/prov/t/{token}/{name}",
    ],
)
def test_nothing_else_opens_it(
    turn: FirmwareTurn, get: Get, phone: Phone, world: World, firmware: Firmware, path: str
) -> None:
    other = world.phone("805ec0000009", tenant=world.other_tenant())
    world.session.commit()
    address = path.format(key=image_key(firmware), name=NAME, token=phone.token, other=other.token)
    assert get(path=address).status == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_it_is_only_for_reading(turn: FirmwareTurn, get: Get, method: str) -> None:
    assert get(method=method).status == 404


def test_another_mac_in_the_agent_gets_nothing(turn: FirmwareTurn, get: Get) -> None:
    assert get(user_agent="Yealink SIP-T46U 108.86.0.90 80:5e:c0:00:00:09") == NOT_FOUND


def test_beyond_the_cap_they_are_told_to_come_back(
    turn: FirmwareTurn, get: Get, answering: Answering, content: bytes
) -> None:
    """Three at once by this installation's setting; the next is told when to ask again."""
    running = [get() for _ in range(3)]
    refused = get()
    assert (refused.status, header(refused, "Retry-After")) == (503, "60")
    assert get(method="HEAD").status == 200
    assert body_of(running[0]) == content
    again = get(wanted_range="bytes=10-")
    assert again.status == 206
    for answer in (*running[1:], again):
        body_of(answer)
    assert answering.images.downloads.count == 0


def test_a_file_that_is_gone_from_the_disk_is_no_404(
    turn: FirmwareTurn, get: Get, shelf: Shelf, firmware: Firmware, answering: Answering
) -> None:
    """A phone must not take it for an image that doesn't exist; it asks again."""
    shelf.store.remove(firmware.sha256)
    assert get().status == 503
    assert answering.images.downloads.count == 0


def test_what_the_phone_took_is_written(
    turn: FirmwareTurn, get: Get, answering: Answering, world: World, phone: Phone
) -> None:
    """As a line of its transcript, and as progress of its turn; the answers wait for neither."""
    answer = get(wanted_range=f"bytes=0-{SIZE * 43 // 100 - 1}")
    body_of(answer)
    flush_downloads(world.sessions, answering.images.downloads)
    flush_check_ins(world.sessions, answering.check_ins)
    world.session.expire_all()
    assert (turn.percent, turn.started_at, turn.downloaded_at) == (43, NOON, None)
    row = world.session.scalars(select(CheckIn)).one()
    assert (row.file_name, row.answer, row.admitted_by) == (NAME, 206, "token")
    assert row.size_bytes == SIZE * 43 // 100
    assert phone.last_check_in_at == NOON
    body_of(get(wanted_range=f"bytes={SIZE * 43 // 100}-"))
    flush_downloads(world.sessions, answering.images.downloads)
    world.session.expire_all()
    assert turn.percent == 100
    assert turn.downloaded_at is not None


def test_a_refused_try_is_in_the_transcript(get: Get, answering: Answering, world: World) -> None:
    world.session.commit()
    get()
    flush_check_ins(world.sessions, answering.check_ins)
    row = world.session.scalars(select(CheckIn)).one()
    assert (row.answer, row.admitted_by) == (404, "not_its_turn")


def test_after_its_turn_it_may_end_what_it_began(
    turn: FirmwareTurn, get: Get, answering: Answering, world: World, content: bytes
) -> None:
    body_of(get(wanted_range="bytes=0-999"))
    flush_downloads(world.sessions, answering.images.downloads)
    world.session.expire_all()
    close_turn(world.session, turn, TurnState.CANCELLED, "by hand", now=NOON)
    world.session.commit()
    assert body_of(get(wanted_range="bytes=1000-")) == content[1000:]


def test_a_proxy_may_send_it_instead(
    turn: FirmwareTurn, world: World, settings: Settings, phone: Phone, firmware: Firmware
) -> None:
    """Who may have it is still decided here; only the bytes come from the proxy."""
    place = "X-Accel-Redirect:/firmware-files/"
    for setting, expected in (
        (place, ("X-Accel-Redirect", f"/firmware-files/{firmware.sha256}.img")),
        ("X-Sendfile", ("X-Sendfile", f"{settings.data_dir}/firmware/{firmware.sha256}.img")),
    ):
        proxied = settings.model_copy(update={"firmware_sendfile": setting})
        answering = Answering(
            catalog=world.catalog, settings=proxied, sessions=world.sessions, clock=lambda: NOON
        )
        path = f"/prov/t/{phone.token}/firmware/{image_key(firmware)}/{NAME}"
        ask = Ask(method="GET", path=path, address="10.1.1.7", user_agent=AGENT)
        answer = answering.answer(ask)
        assert (answer.status, answer.stream) == (200, None)
        assert expected in answer.headers
        assert answering.answer(ask._replace(path=path.replace(phone.token, "0" * 32))) == NOT_FOUND
        flush_downloads(world.sessions, answering.images.downloads)
        answering.close()
    world.session.expire_all()
    assert turn.started_at == NOON
    assert turn.sent_bytes == 0
