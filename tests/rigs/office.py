"""A customer's office for whole-server tests: a PBX, a tenant, extensions and phones."""

import re
from dataclasses import dataclass
from pathlib import Path

from phoneprov.core.mac import Mac
from phoneprov.simulator.fleet import SimulatedFleet
from phoneprov.simulator.identity import Pace, PhoneIdentity, Vendor
from phoneprov.simulator.life import PhoneSetup
from phoneprov.simulator.phone import SimulatedPhone
from phoneprov.simulator.vendors.base import Action, Notification
from tests.rigs.kamailio import KamailioRig
from tests.rigs.loopback import loopback
from tests.rigs.person import Person
from tests.rigs.sinks import wait_for
from tests.rigs.sipp import SippPhone

DOMAIN = "sip.acme.example"


@dataclass(frozen=True)
class Desk:
    """One phone on a desk: who it is, and what the dashboard is told of it."""

    identity: PhoneIdentity
    slug: str
    number: str

    @property
    def password(self) -> str:
        """The SIP password of its extension."""
        return f"Secret-{self.number}-x9"


DESKS = (
    Desk(
        PhoneIdentity(
            vendor=Vendor.YEALINK, model="T46U", mac=Mac("805ec01a2b01"), firmware="108.86.0.90",
            local_ip=loopback("2.1"),
        ),
        "yealink-t46u",
        "201",
    ),
    Desk(
        PhoneIdentity(
            vendor=Vendor.GRANDSTREAM, model="GXP2170", mac=Mac("c074ad1a2b02"),
            firmware="1.0.11.79", local_ip=loopback("2.2"),
        ),
        "grandstream-gxp2170",
        "202",
    ),
    Desk(
        PhoneIdentity(
            vendor=Vendor.CISCO, model="SPA504G", mac=Mac("8843e11a2b03"), firmware="7.5.5",
            local_ip=loopback("2.3"), serial="CBT141100HR",
        ),
        "cisco-spa504g",
        "203",
    ),
    Desk(
        PhoneIdentity(
            vendor=Vendor.POLYCOM, model="VVX450", mac=Mac("64167f1a2b04"), firmware="6.4.4.8275",
            local_ip=loopback("2.4"),
        ),
        "polycom-vvx-450",
        "204",
    ),
)  # fmt: skip


def passwords() -> dict[str, str]:
    """Return what the registrar knows: password by authentication user."""
    return {desk.number: desk.password for desk in DESKS}


def furnish(person: Person, kamailio: KamailioRig) -> dict[Mac, int]:
    """Add PBX, tenant, extensions and phones through the forms; return phone ids by MAC."""
    person.submit(
        "/pbxs/add",
        name="Main",
        kind="kamailio",
        sip_domain=DOMAIN,
        registrar_host="127.0.0.1",
        registrar_port=str(kamailio.sip_port),
        register_expires_s="60",
        link_address=kamailio.rpc_url,
    )
    page = person.read("/tenants/add")
    option = page.find("option", string="Main")
    assert option is not None
    person.submit("/tenants/add", name="Acme", pbx_id=str(option["value"]))
    ids: dict[Mac, int] = {}
    for desk in DESKS:
        person.submit(
            "/t/acme/extensions/add",
            number=desk.number,
            name=f"Person {desk.number}",
            sip_password=desk.password,
        )
        answer = person.submit(
            "/t/acme/phones/add",
            mac=desk.identity.mac,
            model_slug=desk.slug,
            extension=desk.number,
            local_sip_port=str(5100 + int(desk.number)),
        )
        found = re.search(r"/t/acme/phones/(\d+)/", str(answer))
        assert found is not None
        ids[desk.identity.mac] = int(found.group(1))
    return ids


class DeskPhone:
    """A phone that boots as its vendor's does, with sipp as its SIP side."""

    def __init__(self, fleet: SimulatedFleet, desk: Desk, prov_url: str, folder: Path) -> None:
        setup = PhoneSetup(prov_url=prov_url, pace=Pace(boot_s=0.5), registers=False)
        self.desk = desk
        self.phone: SimulatedPhone = fleet.add(desk.identity, setup)
        self._folder = folder
        self._sipp: SippPhone | None = None
        self._obeyed = 0
        self.events: list[str] = []

    def boot(self) -> None:
        """Power it on and wait until it has read its config."""
        self.phone.power_on()
        wait_for(lambda: self.phone.state.accounts, 15, f"{self.desk.slug} has an account")

    def register(self, *, answers: bool = True) -> None:
        """Register by exactly what its config says; without `answers` deaf to OPTIONS."""
        if self._sipp is not None:
            self._sipp.lose_power()
        account = self.phone.state.accounts[0]
        self._sipp = SippPhone(
            self._folder,
            user=account.user,
            auth_user=account.auth_user,
            password=account.password,
            domain=account.domain,
            registrar=(account.registrar_host, account.registrar_port),
            local=(self.desk.identity.local_ip, account.local_port),
            agent="SIP agent",
            expires=account.expires_s,
            refresh_s=20,
        )
        self._sipp.start(answers=answers)
        self._obeyed = 0

    def lose_power(self) -> None:
        """Vanish without a word."""
        if self._sipp is not None:
            self._sipp.lose_power()
            self._sipp = None
        self.phone.power_off()

    def obey(self) -> bool:
        """Do what the NOTIFYs that arrived make this firmware do; tell whether it rebooted."""
        arrived = self._sipp.notify_events() if self._sipp else []
        for text in arrived[self._obeyed :]:
            self._obeyed += 1
            self.events.append(text)
            event, _, parameters = text.lower().partition(";")
            account = self.phone.state.accounts[0]
            notification = Notification(event=event, parameters=parameters, account=account)
            reaction = self.phone.firmware.react(notification)
            if reaction.action is Action.RESYNC:
                self.phone.resync()
            if reaction.action is Action.REBOOT:
                self._reboot()
                return True
        return False

    def _reboot(self) -> None:
        if self._sipp is not None:
            self._sipp.lose_power()
        before = len(self.phone.exchanges)
        self.phone.reboot()
        wait_for(lambda: len(self.phone.exchanges) > before, 10, "it asks again after the reboot")
        wait_for(lambda: self.phone.is_settled, 15, "it has read its config again")
        self.register()
