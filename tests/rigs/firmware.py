"""An office whose phones take firmware: what they run, what is newer, and how it gets there."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session, sessionmaker

from phoneprov.catalog.loader import load_catalog
from phoneprov.core.database import apply_engine_rules
from phoneprov.core.secrets import SecretBox, read_or_make_key, use_secret_box
from phoneprov.firmware.library import find_firmware
from phoneprov.firmware.models import FirmwareTurn, TurnState
from phoneprov.firmware.turns import close_turn, open_turn
from phoneprov.fleet.models import Phone
from phoneprov.simulator.identity import Vendor
from tests.rigs.person import Person
from tests.rigs.server import ServerRig

PIECE = 2 * 1024 * 1024


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


class FirmwareOffice:
    """The server, a person of the provider, and the server's own tables."""

    def __init__(self, server: ServerRig) -> None:
        self.server = server
        self.person = Person(server.url).log_in()
        self.add_tenant()
        data = server.folder / "data"
        self.secrets = SecretBox([read_or_make_key(data / "secret.key")])
        self.take_over()
        self.engine = create_engine(f"sqlite:///{data / 'phoneprov.db'}")
        apply_engine_rules(self.engine)
        self.sessions: sessionmaker[Session] = sessionmaker(self.engine)
        self.ids: dict[str, int] = {}

    def add_tenant(self) -> None:
        """Add the tenant of all phones."""
        self.person.submit("/tenants/add", name="Acme")

    def take_over(self) -> None:
        """Let this test read what the server encrypts, whatever server another test looked at."""
        use_secret_box(self.secrets)

    def close(self) -> None:
        """Let go of the connections."""
        self.person.close()
        self.engine.dispose()

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
