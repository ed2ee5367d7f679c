"""Real server, simulated phones of all vendors: library, turn, download, reboot, new version (R53).

And what goes wrong: a phone that never returns, one that is back with its old version, a download
that breaks off, a server killed in the middle of an upload or of a download.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session, sessionmaker

from phoneprov.catalog.loader import load_catalog
from phoneprov.core.database import apply_engine_rules
from phoneprov.core.mac import parse_mac
from phoneprov.core.secrets import SecretBox, read_or_make_key, use_secret_box
from phoneprov.firmware.library import find_firmware
from phoneprov.firmware.models import FirmwareTurn, TurnState
from phoneprov.firmware.turns import close_turn, open_turn
from phoneprov.fleet.models import Phone
from phoneprov.simulator.fleet import SimulatedFleet
from phoneprov.simulator.identity import Pace, PhoneIdentity, Vendor
from phoneprov.simulator.images import UpgradeEnd, UpgradeHabit, make_image
from phoneprov.simulator.life import PhoneSetup, Stage
from phoneprov.simulator.phone import SimulatedPhone
from tests.rigs.loopback import loopback
from tests.rigs.person import Person
from tests.rigs.server import ServerRig
from tests.rigs.sinks import wait_for

PACE = Pace(boot_s=0.1, settle_s=0.1, retry_s=0.5, poll_scale=0.001, http_timeout_s=10)
PIECE = 2 * 1024 * 1024
IMAGE_BYTES = 3_000_000


@dataclass(frozen=True)
class Case:
    """A phone, what it runs, and what is newer."""

    vendor: Vendor
    model: str
    slug: str
    mac: str
    old: str
    name: str
    new: str
    piece_bytes: int = 0


CASES = (
    Case(
        Vendor.YEALINK,
        "T46U",
        "yealink-t46u",
        "805ec0010001",
        "108.86.0.90",
        "T46U(T43U,T46U,T41U,T48U,T42U,T44U,T44W)-108.87.0.15.rom",
        "108.87.0.15",
        piece_bytes=500_000,
    ),
    Case(
        Vendor.GRANDSTREAM,
        "GXP2170",
        "grandstream-gxp2170",
        "c074ad010002",
        "1.0.11.6",
        "gxp2170fw.bin",
        "1.0.11.85",
    ),
    Case(
        Vendor.CISCO,
        "SPA504G",
        "cisco-spa504g",
        "8843e1010003",
        "7.6.2c",
        "spa50x-30x-7-6-2SR7.bin",
        "7.6.2SR7",
    ),
    Case(
        Vendor.POLYCOM,
        "VVX411",
        "polycom-vvx-411",
        "64167f010004",
        "5.9.7.4477",
        "3111-48450-001.sip.ld",
        "6.4.6.2453",
        piece_bytes=1_000_000,
    ),
)


class Office:
    """The server, a person of the provider, and the server's own tables."""

    def __init__(self, server: ServerRig) -> None:
        self.server = server
        self.person = Person(server.url).log_in()
        self.person.submit("/tenants/add", name="Acme")
        data = server.folder / "data"
        use_secret_box(SecretBox([read_or_make_key(data / "secret.key")]))
        self.engine = create_engine(f"sqlite:///{data / 'phoneprov.db'}")
        apply_engine_rules(self.engine)
        self.sessions: sessionmaker[Session] = sessionmaker(self.engine)
        self.ids: dict[str, int] = {}

    def add_phone(self, case: Case) -> int:
        """Add a phone by the form; return its id."""
        page = self.person.submit("/t/acme/phones/add", mac=case.mac, model_slug=case.slug)
        found = re.search(r"/t/acme/phones/(\d+)/edit", str(page))
        assert found is not None
        return int(found.group(1))

    def begin(self, name: str, size: int) -> dict[str, object]:
        """Announce an upload as the script of the page does."""
        form = {"name": name, "size": str(size), "mark": "1"}
        return self.post("/firmware/uploads", form)

    def post(self, path: str, form: dict[str, str]) -> dict[str, object]:
        token = self.person.token("/firmware/add")
        answer = self.person.http.post(
            self.server.url + path, data=form | {"csrf_token": token}, timeout=30
        )
        assert answer.status_code == 200, answer.text
        found: dict[str, object] = answer.json()
        return found

    def put(self, place: dict[str, object], offset: int, content: bytes) -> int:
        """Send one piece; return how much is there now."""
        answer = self.person.http.post(
            f"{self.server.url}{place['piece_address']}?offset={offset}",
            data=content,
            headers={
                "X-CSRFToken": self.person.token("/firmware/add"),
                "Content-Type": "application/octet-stream",
            },
            timeout=30,
        )
        assert answer.status_code == 200, answer.text
        return int(answer.json()["received"])

    def upload(self, name: str, content: bytes) -> int:
        """Send a whole file in pieces, going on where it was; return the image's id."""
        place = self.begin(name, len(content))
        sent = int(str(place["received"]))
        while sent < len(content):
            sent = self.put(place, sent, content[sent : sent + PIECE])
        done = self.post(str(place["finish_address"]), {})
        found = re.search(r"/firmware/(\d+)/edit", str(done["location"]))
        assert found is not None
        return int(found.group(1))

    def confirm(self, firmware_id: int, case: Case) -> None:
        """Say what it is."""
        path = f"/firmware/{firmware_id}/edit"
        hardware = case.new.partition(".")[0] if case.vendor is Vendor.YEALINK else ""
        form = {
            "csrf_token": self.person.token(path),
            "vendor": case.vendor.value,
            "version": case.new,
            "model_slugs": case.slug,
            "hardware": hardware,
        }
        answer = self.person.http.post(self.server.url + path, data=form, timeout=30)
        assert answer.url.endswith("/firmware"), answer.text[-2000:]

    def open_turn(self, phone_id: int, firmware_id: int) -> int:
        """Let it be a phone's turn; return the turn's id."""
        with self.sessions.begin() as session:
            phone = session.get_one(Phone, phone_id)
            firmware = find_firmware(session, firmware_id)
            assert firmware is not None
            turn = open_turn(
                session, load_catalog(), phone, firmware, opened_by="test", now=datetime.now(UTC)
            )
            return turn.id

    def close_turn(self, turn_id: int) -> None:
        with self.sessions.begin() as session:
            turn = session.get_one(FirmwareTurn, turn_id)
            close_turn(session, turn, TurnState.DONE, "back", now=datetime.now(UTC))

    def turn(self, turn_id: int) -> FirmwareTurn:
        with self.sessions() as session:
            return session.get_one(FirmwareTurn, turn_id)

    def running(self, phone_id: int) -> str:
        """Return the version that the phone has told."""
        with self.sessions() as session:
            return session.scalars(select(Phone.firmware).where(Phone.id == phone_id)).one()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with ServerRig(tmp_path) as server:
        made = Office(server)
        yield made
        made.person.close()
        made.engine.dispose()


@pytest.fixture
def fleet() -> Iterator[SimulatedFleet]:
    with SimulatedFleet() as made:
        yield made
        assert made.loop.failures == []


def put_up(
    fleet: SimulatedFleet, office: Office, case: Case, habit: UpgradeHabit | None = None
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
    office: Office, fleet: SimulatedFleet, case: Case
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
    office: Office, fleet: SimulatedFleet, end: UpgradeEnd
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
    office: Office, fleet: SimulatedFleet
) -> None:
    """R129: all of it went out, and no sign of life since."""
    phone, phone_id, turn_id = upgrade(office, fleet, UpgradeEnd.NEVER_RETURNS)
    wait_for(lambda: office.turn(turn_id).downloaded_at, 30, "all of it went out")
    assert phone.stage is Stage.INSTALLING
    assert office.running(phone_id) == CASES[0].old


def test_one_that_is_back_with_its_old_version_is_seen_so(
    office: Office, fleet: SimulatedFleet
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


def test_a_download_that_breaks_off_is_seen_to_stop(office: Office, fleet: SimulatedFleet) -> None:
    """At 60 % of it; no more goes out, and the place among the downloads is free again."""
    phone, phone_id, turn_id = upgrade(office, fleet, UpgradeEnd.BREAKS)
    wait_for(lambda: office.turn(turn_id).percent >= 60, 30, "most of it went out")
    turn = office.turn(turn_id)
    assert phone.identity.firmware == CASES[0].old
    assert office.running(phone_id) == CASES[0].old
    broken = [event.text for event in phone.events if "broke off" in event.text]
    assert broken
    assert turn.sent_bytes <= IMAGE_BYTES


def test_a_kill_in_the_middle_of_an_upload_costs_a_piece_at_most(office: Office) -> None:
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
    office: Office, fleet: SimulatedFleet
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
