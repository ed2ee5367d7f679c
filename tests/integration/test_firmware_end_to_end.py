"""Real server, simulated phones of all vendors: library, turn, download, reboot, new version (R53).

And what goes wrong: a phone that never returns, one that is back with its old version, a download
that breaks off, a server killed in the middle of an upload or of a download.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from phoneprov.core.mac import parse_mac
from phoneprov.firmware.library import find_firmware
from phoneprov.fleet.models import Phone
from phoneprov.simulator.fleet import SimulatedFleet
from phoneprov.simulator.identity import Pace, PhoneIdentity, Vendor
from phoneprov.simulator.images import UpgradeEnd, UpgradeHabit, make_image
from phoneprov.simulator.life import PhoneSetup, Stage
from phoneprov.simulator.phone import SimulatedPhone
from tests.rigs.firmware import CASES, PIECE, Case, FirmwareOffice
from tests.rigs.loopback import loopback
from tests.rigs.server import ServerRig
from tests.rigs.sinks import wait_for

PACE = Pace(boot_s=0.1, settle_s=0.1, retry_s=0.5, poll_scale=0.001, http_timeout_s=10)
IMAGE_BYTES = 3_000_000


@pytest.fixture
def office(tmp_path: Path) -> Iterator[FirmwareOffice]:
    with ServerRig(tmp_path) as server:
        made = FirmwareOffice(server)
        yield made
        made.close()


@pytest.fixture
def fleet() -> Iterator[SimulatedFleet]:
    with SimulatedFleet() as made:
        yield made
        assert made.loop.failures == []


def put_up(
    fleet: SimulatedFleet, office: FirmwareOffice, case: Case, habit: UpgradeHabit | None = None
) -> tuple[SimulatedPhone, int]:
    """Add a phone, plug it in, and wait until the server knows what it runs."""
    phone_id = office.add_phone(case)
    identity = PhoneIdentity(
        vendor=case.vendor,
        model=case.model,
        mac=parse_mac(case.mac),
        firmware=case.old,
        local_ip=loopback(f"3.{int(case.mac[-2:], 16)}"),
    )
    setup = PhoneSetup(
        prov_url=f"{office.server.url}/prov/",
        pace=PACE,
        registers=False,
        upgrade=habit or UpgradeHabit(install_s=0.3, piece_bytes=case.piece_bytes),
    )
    phone = fleet.add(identity, setup)
    phone.power_on()
    wait_for(lambda: office.running(phone_id) == case.old, 30, f"{case.model} told its version")
    wait_for(lambda: phone.is_settled, 20, f"{case.model} is settled")
    return phone, phone_id


def ask_again(phone: SimulatedPhone) -> None:
    """Let a phone look for firmware as its vendor does: a Polycom's updater looks at boots only."""
    if phone.identity.vendor is Vendor.POLYCOM:
        phone.reboot()
    else:
        phone.resync()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.model)
def test_a_phone_takes_its_firmware_in_its_turn(
    office: FirmwareOffice, fleet: SimulatedFleet, case: Case
) -> None:
    """R53: from the library to the new version in its User-Agent, and no second time."""
    content = make_image(case.new, IMAGE_BYTES)
    firmware_id = office.upload(case.name, content)
    office.confirm(firmware_id, case)
    phone, phone_id = put_up(fleet, office, case)
    ask_again(phone)
    wait_for(lambda: phone.boots >= 1 and phone.is_settled, 20, "it has asked again")
    assert not [one for one in phone.exchanges if "/firmware/" in one.url]
    turn_id = office.open_turn(phone_id, firmware_id)

    def took_it() -> bool:
        if phone.is_settled and phone.identity.firmware == case.old:
            ask_again(phone)  # what is cached for it is let go within a second
        return phone.identity.firmware == case.new

    wait_for(took_it, 60, f"{case.model} runs {case.new}")
    wait_for(lambda: office.running(phone_id) == case.new, 30, "the server knows")
    wait_for(lambda: office.turn(turn_id).downloaded_at, 20, "all of it went out")
    turn = office.turn(turn_id)
    assert (turn.percent, turn.sent_bytes) == (100, IMAGE_BYTES)
    assert turn.started_at is not None
    wait_for(lambda: phone.is_settled, 20, "it is settled")
    boots, asked = phone.boots, len(images(phone))
    office.close_turn(turn_id)
    ask_again(phone)
    wait_for(lambda: phone.boots > boots or phone.is_settled, 20, "it has asked again")
    assert phone.identity.firmware == case.new
    assert (
        len(images(phone)) <= asked + 1
    )  # one that asks while the turn still is looks at its head


def images(phone: SimulatedPhone) -> list[str]:
    return [one.url for one in phone.exchanges if "/firmware/" in one.url and one.status == 200]


def upgrade(
    office: FirmwareOffice, fleet: SimulatedFleet, end: UpgradeEnd
) -> tuple[SimulatedPhone, int, int]:
    """Let a Yealink's update end in some way; return phone, its id, its turn's id."""
    case = CASES[0]
    firmware_id = office.upload(case.name, make_image(case.new, IMAGE_BYTES))
    office.confirm(firmware_id, case)
    habit = UpgradeHabit(install_s=0.2, end=end)
    phone, phone_id = put_up(fleet, office, case, habit)
    turn_id = office.open_turn(phone_id, firmware_id)

    def has_begun() -> bool:
        if phone.is_settled:
            phone.resync()  # what is cached for it is let go within a second
        return office.turn(turn_id).started_at is not None

    wait_for(has_begun, 40, "it has begun")
    return phone, phone_id, turn_id


def test_one_that_never_returns_is_seen_to_have_taken_it(
    office: FirmwareOffice, fleet: SimulatedFleet
) -> None:
    """R129: all of it went out, and no sign of life since."""
    phone, phone_id, turn_id = upgrade(office, fleet, UpgradeEnd.NEVER_RETURNS)
    wait_for(lambda: office.turn(turn_id).downloaded_at, 30, "all of it went out")
    assert phone.stage is Stage.INSTALLING
    assert office.running(phone_id) == CASES[0].old


def test_one_that_is_back_with_its_old_version_is_seen_so(
    office: FirmwareOffice, fleet: SimulatedFleet
) -> None:
    """R129: it took all of it, rebooted, and tells its old version.

    As long as it is its turn it tries again at each boot, as real ones do.
    """
    _, phone_id, turn_id = upgrade(office, fleet, UpgradeEnd.OLD_VERSION)
    wait_for(lambda: office.turn(turn_id).downloaded_at, 30, "all of it went out")
    downloaded_at = office.turn(turn_id).downloaded_at
    assert downloaded_at is not None

    def is_back() -> bool:
        with office.sessions() as session:
            seen_at = session.get_one(Phone, phone_id).firmware_seen_at
        return seen_at is not None and seen_at > downloaded_at

    wait_for(is_back, 30, "it is back and has told what it runs")
    assert office.running(phone_id) == CASES[0].old


def test_a_download_that_breaks_off_is_seen_to_stop(
    office: FirmwareOffice, fleet: SimulatedFleet
) -> None:
    """At 60 % of it; no more goes out, and the place among the downloads is free again."""
    phone, phone_id, turn_id = upgrade(office, fleet, UpgradeEnd.BREAKS)
    wait_for(lambda: office.turn(turn_id).percent >= 60, 30, "most of it went out")
    turn = office.turn(turn_id)
    assert phone.identity.firmware == CASES[0].old
    assert office.running(phone_id) == CASES[0].old
    broken = [event.text for event in phone.events if "broke off" in event.text]
    assert broken
    assert turn.sent_bytes <= IMAGE_BYTES


def test_a_kill_in_the_middle_of_an_upload_costs_a_piece_at_most(office: FirmwareOffice) -> None:
    """What was acknowledged is there after it; the file ends bit for bit as it was."""
    case = CASES[0]
    content = make_image(case.new, 7 * PIECE + 12_345)
    place = office.begin(case.name, len(content))
    sent = 0
    for _ in range(3):
        sent = office.put(place, sent, content[sent : sent + PIECE])
    office.server.kill()
    office.server.start()
    again = office.begin(case.name, len(content))
    assert again["received"] == sent
    firmware_id = office.upload(case.name, content)
    with office.sessions() as session:
        firmware = find_firmware(session, firmware_id)
        assert firmware is not None
        stored = office.server.folder / "data" / "firmware" / f"{firmware.sha256}.img"
    assert stored.read_bytes() == content
    assert list(stored.parent.glob("incoming/*")) == []


def test_a_kill_in_the_middle_of_a_download_is_survived(
    office: FirmwareOffice, fleet: SimulatedFleet
) -> None:
    """The phone asks again, its turn is still its turn, and it takes the rest or all of it."""
    case = CASES[0]
    firmware_id = office.upload(case.name, make_image(case.new, IMAGE_BYTES))
    office.confirm(firmware_id, case)
    phone, phone_id = put_up(fleet, office, case)
    turn_id = office.open_turn(phone_id, firmware_id)
    with office.sessions() as session:
        token = session.get_one(Phone, phone_id).token
        firmware = find_firmware(session, firmware_id)
        assert firmware is not None
        address = f"{office.server.url}/prov/t/{token}/firmware/{firmware.sha256[:16]}/{case.name}"
    with requests.get(address, stream=True, timeout=10) as answer:
        assert answer.status_code == 200
        next(answer.iter_content(1000))
        office.server.kill()
    office.server.start()

    def took_it() -> bool:
        if phone.is_settled and phone.identity.firmware == case.old:
            phone.resync()
        return phone.identity.firmware == case.new

    wait_for(took_it, 60, "it runs the new one")
    wait_for(lambda: office.turn(turn_id).downloaded_at, 20, "all of it went out")
