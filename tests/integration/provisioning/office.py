"""Simulated phones at their server, without a wire between them."""

from urllib.parse import urlsplit

from phoneprov.core.mac import parse_mac
from phoneprov.fleet.models import Phone
from phoneprov.provisioning.answer import Answering
from phoneprov.provisioning.exchange import Ask
from phoneprov.simulator.http import HttpAnswer
from phoneprov.simulator.identity import PhoneIdentity, Vendor
from phoneprov.simulator.vendors.base import Firmware, Outcome
from tests.integration.rows import World
from tests.unit.simulator.boot import FIRMWARES

FIRST = "http://phones.example.net/prov/"
PHONES = {
    "yealink-t46u": (Vendor.YEALINK, "T46U", "805ec01a2b3c", "108.86.0.90"),
    "grandstream-gxp2170": (Vendor.GRANDSTREAM, "GXP2170", "c074ad1a2b3c", "1.0.11.85"),
    "cisco-spa504g": (Vendor.CISCO, "SPA504G", "8843e11a2b3c", "7.6.2c"),
    "polycom-vvx-450": (Vendor.POLYCOM, "VVX450", "64167f1a2b3c", "6.3.0.14929"),
}


class Office:
    """A phone at its server, without a wire between them."""

    def __init__(self, world: World, answering: Answering, slug: str) -> None:
        vendor, model, mac, version = PHONES[slug]
        identity = PhoneIdentity(vendor=vendor, model=model, mac=parse_mac(mac), firmware=version)
        self.world, self.answering = world, answering
        self.firmware: Firmware = FIRMWARES[vendor](identity)
        self.phone: Phone = world.phone(mac, slug, extension=world.extension())
        self.bodies: list[bytes] = []

    def check(self, url: str | None = None) -> Outcome:
        """Let the phone ask where it thinks it should, or at `url`."""
        self.world.session.commit()
        self.bodies = []
        script = self.firmware.fetch(url or self.firmware.state().prov_url or FIRST, is_boot=True)
        answer = None
        try:
            while True:
                request = next(script) if answer is None else script.send(answer)
                ask = Ask(
                    method=request.method,
                    path=urlsplit(request.url).path,
                    address="10.1.1.7",
                    user_agent=request.headers["User-Agent"],
                )
                given = self.answering.answer(ask)
                self.bodies += [given.body] if given.status == 200 else []
                answer = HttpAnswer(status=given.status, body=given.body)
        except StopIteration as end:
            self.world.session.expire_all()
            outcome: Outcome = end.value
            return outcome

    @property
    def users(self) -> list[str]:
        return [account.user for account in self.firmware.state().accounts]

    @property
    def is_sealed(self) -> bool:
        return bool(self.bodies) and all(body.startswith(b"Salted__") for body in self.bodies)
