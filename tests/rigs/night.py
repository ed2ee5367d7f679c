"""A night of roll-outs: the real server, a PBX, and phones of all vendors that register there."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from phoneprov.core.mac import parse_mac
from phoneprov.firmware.models import FirmwareTurn
from phoneprov.firmware.rollout_models import PartState, Rollout, RolloutPhone
from phoneprov.fleet.models import Phone
from phoneprov.simulator.fleet import SimulatedFleet
from phoneprov.simulator.identity import Pace, PhoneIdentity, Vendor
from phoneprov.simulator.images import UpgradeHabit, make_image
from phoneprov.simulator.life import PhoneSetup
from phoneprov.simulator.pbx.registrar import RegistrarSetup
from phoneprov.simulator.pbx.server import SimulatedPbx
from phoneprov.simulator.phone import SimulatedPhone
from tests.rigs.firmware import CASES, Case, FirmwareOffice
from tests.rigs.loopback import loopback
from tests.rigs.server import ServerRig
from tests.rigs.sinks import wait_for

DOMAIN = "sip.acme.example"
PASSWORDS = {str(number): f"Secret-{number}-x9" for number in range(200, 260)}
PACE = Pace(boot_s=0.2, settle_s=0.1, retry_s=1.0, poll_scale=0.001, http_timeout_s=10)
IMAGE_BYTES = 16_000_000
"""More than lies in the buffers of a connection: what a phone breaks off has not gone out yet."""
_NETS = itertools.count(4)
"""Nights may go on beside each other; each has addresses of its own."""
HABIT = UpgradeHabit(install_s=1.0)
GOOD = {
    "canary_phones": "1",
    "verify_minutes": "0",
    "batch_phones": "5",
    "max_failures": "50",
    "ends_days": "2",
    "name": "",
}


def make_pbx() -> SimulatedPbx:
    """Return a PBX that knows everybody and soon misses who has gone."""
    return SimulatedPbx(RegistrarSetup(credentials=PASSWORDS, ping_s=2.0, silent_for_s=6.0))


@dataclass
class Desk:
    """A phone on a desk, and its id."""

    case: Case
    id: int
    phone: SimulatedPhone

    @property
    def images(self) -> list[str]:
        """The addresses of firmware that it got something from."""
        found = self.phone.exchanges
        return [one.url for one in found if "/firmware/" in one.url and one.status in {200, 206}]


@dataclass
class Night:
    """What the tests see and do."""

    office: "NightOffice"
    fleet: SimulatedFleet
    images: dict[Vendor, int] = field(default_factory=dict)
    count: int = 0
    net: int = field(default_factory=lambda: next(_NETS))

    def fill_library(self, cases: Sequence[Case] = CASES) -> None:
        """Upload what is newer, and say what it is, as a person does."""
        for case in cases:
            number = self.office.upload(case.name, make_image(case.new, IMAGE_BYTES))
            self.office.confirm(number, case)
            self.images[case.vendor] = number

    def add_desks(self, case: Case, count: int = 1, habit: UpgradeHabit = HABIT) -> list[Desk]:
        """Add phones by the form and plug them in."""
        return [self._add_desk(case, habit) for _ in range(count)]

    def _add_desk(self, case: Case, habit: UpgradeHabit) -> Desk:
        self.count += 1
        mac = f"{case.mac[:-4]}{self.count:04x}"
        fields = {"mac": mac, "model_slug": case.slug, "extension": self._add_extension()}
        page = self.office.person.submit("/t/acme/phones/add", **fields)
        found = re.search(r"/t/acme/phones/(\d+)/edit", str(page))
        assert found is not None
        identity = PhoneIdentity(
            vendor=case.vendor,
            model=case.model,
            mac=parse_mac(mac),
            firmware=case.old,
            local_ip=loopback(f"{self.net}.{self.count}"),
        )
        setup = PhoneSetup(prov_url=f"{self.office.server.url}/prov/", pace=PACE, upgrade=habit)
        phone = self.fleet.add(identity, setup)
        phone.power_on()
        return Desk(case, int(found.group(1)), phone)

    def _add_extension(self) -> str:
        number = str(200 + self.count)
        self.office.person.submit(
            "/t/acme/extensions/add",
            number=number,
            name=f"Person {number}",
            sip_password=PASSWORDS[number],
        )
        return number

    def wait_until_there(self, desks: Sequence[Desk]) -> None:
        """Wait until the server knows that these phones are there, and what they run."""
        ids = [desk.id for desk in desks]

        def all_there() -> bool:
            with self.office.sessions() as session:
                rows = session.execute(
                    select(Phone.status, Phone.firmware).where(Phone.id.in_(ids))
                ).all()
            return all(
                status.value in {"online", "registered"} and version for status, version in rows
            )

        wait_for(all_there, 120, "all phones are registered, and the server knows")

    def open_window(self, opens: str = "00:00", closes: str = "00:00") -> None:
        """Add a maintenance window of every day by its form; by default it never closes."""
        path = "/t/acme/maintenance-windows/add"
        person = self.office.person
        answer = person.http.post(
            person.url + path,
            data={
                "csrf_token": person.token(path),
                "weekdays": [str(day) for day in range(7)],
                "opens": opens,
                "closes": closes,
            },
            timeout=30,
        )
        assert answer.url.endswith("/maintenance-windows"), answer.text[-2000:]

    def plan(self, desks: Sequence[Desk], **fields: str) -> dict[str, str]:
        """Return the form of a roll-out that these phones' newest firmware is taken by."""
        person = self.office.person
        ids = ",".join(str(desk.id) for desk in desks)
        return {
            **GOOD,
            "csrf_token": person.token("/t/acme/phones/add"),
            "ids": ids,
            "firmware": str(self.images[desks[0].case.vendor]),
            "timing": "now",
            "start": "1",
            **fields,
        }

    def start(self, desks: Sequence[Desk], **fields: str) -> int:
        """Start a roll-out as the button of its plan does; return its id."""
        person = self.office.person
        form = self.plan(desks, **fields)
        answer = person.http.post(f"{person.url}/t/acme/rollouts/plan", data=form, timeout=30)
        found = re.search(r"/t/acme/rollouts/(\d+)$", answer.url)
        assert found is not None, answer.text[-3000:]
        return int(found.group(1))

    def read(self, rollout_id: int) -> Rollout:
        """Return a roll-out as it is now."""
        with self.office.sessions() as session:
            return session.get_one(Rollout, rollout_id)

    def parts(self, rollout_id: int) -> list[RolloutPhone]:
        """Return its phones, in the order of their turns."""
        with self.office.sessions() as session:
            return list(
                session.scalars(
                    select(RolloutPhone)
                    .where(RolloutPhone.rollout_id == rollout_id)
                    .options(joinedload(RolloutPhone.turn))
                    .order_by(RolloutPhone.wave, RolloutPhone.position)
                )
            )

    def part_of(self, desk: Desk) -> RolloutPhone:
        """Return the part of a phone in the roll-out that has it, with its turn."""
        with self.office.sessions() as session:
            return session.scalars(
                select(RolloutPhone)
                .where(RolloutPhone.phone_id == desk.id, RolloutPhone.state != PartState.SKIPPED)
                .options(joinedload(RolloutPhone.turn))
            ).one()

    def parts_of(self, desk: Desk) -> list[RolloutPhone]:
        """Return a phone's parts in all roll-outs that have it."""
        with self.office.sessions() as session:
            return list(
                session.scalars(
                    select(RolloutPhone).where(
                        RolloutPhone.phone_id == desk.id, RolloutPhone.state != PartState.SKIPPED
                    )
                )
            )

    def turns_of(self, desk: Desk) -> list[FirmwareTurn]:
        """Return all turns that a phone ever had."""
        with self.office.sessions() as session:
            return list(
                session.scalars(select(FirmwareTurn).where(FirmwareTurn.phone_id == desk.id))
            )

    def status_of(self, desk: Desk) -> str:
        """Return what the server says of a phone."""
        with self.office.sessions() as session:
            return session.get_one(Phone, desk.id).status.value


class NightOffice(FirmwareOffice):
    """Its tenant has a PBX, so that phones are known to be registered."""

    def __init__(self, server: ServerRig, pbx: SimulatedPbx) -> None:
        self.pbx = pbx
        super().__init__(server)

    def add_tenant(self) -> None:
        """Add the PBX and the tenant of all phones."""
        host, port = self.pbx.address
        self.person.submit(
            "/pbxs/add",
            name="Main",
            kind="kamailio",
            sip_domain=DOMAIN,
            registrar_host=host,
            registrar_port=str(port),
            register_expires_s="60",
            link_address=self.pbx.rpc_url,
        )
        option = self.person.read("/tenants/add").find("option", string="Main")
        assert option is not None
        self.person.submit("/tenants/add", name="Acme", pbx_id=str(option["value"]))
