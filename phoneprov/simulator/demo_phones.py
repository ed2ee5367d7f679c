"""Twelve phones for the demonstration, three of each vendor, and their small mishaps."""

import random
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from phoneprov.core.mac import parse_mac
from phoneprov.simulator.fleet import SimulatedFleet
from phoneprov.simulator.identity import Pace, PhoneIdentity, Vendor
from phoneprov.simulator.images import UpgradeHabit
from phoneprov.simulator.life import PhoneEvent, PhoneSetup
from phoneprov.simulator.phone import SimulatedPhone


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPhone:
    """A phone of the demonstration and whose desk it would stand on."""

    identity: PhoneIdentity
    owner: str
    extension: str


_Y, _G, _C, _P = Vendor.YEALINK, Vendor.GRANDSTREAM, Vendor.CISCO, Vendor.POLYCOM
NET = "127.0.1"
"""First three bytes of their addresses; two demonstrations at once need two nets."""
_BOXES: tuple[tuple[str, Vendor, str, str, str], ...] = (
    ("Reception", _Y, "T46U", "805ec0a10001", "108.86.0.90"),
    ("Alice Adams", _Y, "T54W", "805ec0a10002", "96.86.0.100"),
    ("Meeting room", _Y, "T58W", "805ec0a10003", "150.86.0.40"),
    ("Bruno Brandt", _G, "GXP2170", "c074ada10004", "1.0.11.85"),
    ("Carla Costa", _G, "GRP2614", "c074ada10005", "1.0.13.35"),
    ("Sales floor", _G, "GXV3370", "c074ada10006", "1.0.3.75"),
    ("Warehouse", _C, "SPA303", "8843e1a10007", "7.6.2c"),
    ("David Dean", _C, "SPA504G", "8843e1a10008", "7.6.2c"),
    ("Workshop", _C, "SPA525G2", "8843e1a10009", "7.6.2"),
    ("Emma Evans", _P, "VVX250", "64167fa1000a", "6.4.4.8275"),
    ("Support", _P, "VVX411", "64167fa1000b", "6.3.0.14929"),
    ("Board room", _P, "VVX601", "64167fa1000c", "6.4.3.2389"),
)

DEMO_PHONES: tuple[DemoPhone, ...] = tuple(
    DemoPhone(
        identity=PhoneIdentity(
            vendor=vendor,
            model=model,
            mac=parse_mac(mac),
            firmware=firmware,
            local_ip=f"{NET}.{number}",
            serial=f"CBT1501{number:02d}XY",
        ),
        owner=owner,
        extension=str(1000 + number),
    )
    for number, (owner, vendor, model, mac, firmware) in enumerate(_BOXES, start=1)
)
"""The twelve, with addresses 127.0.1.1 to 127.0.1.12 and extensions 1001 to 1012."""
UPGRADE = UpgradeHabit(install_s=8.0, bytes_per_s=2_000_000)
"""Slow enough to be watched, and done within a minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutagePlan:
    """When phones lose their power. Times in seconds."""

    first_after_s: float = 90.0
    every_s: float = 180.0
    away_s: float = 100.0
    """Long enough to be noticed: a phone is offline after a minute of silence."""
    most: int = 100
    """How many outages there are at all; 0 for none."""
    seed: int = 1
    """The same seed gives the same phones in the same order."""


class DemoFleet:
    """The twelve phones, plugged in one after the other. A context manager."""

    def __init__(  # noqa: PLR0913 - each may be left out
        self,
        prov_url: str,
        *,
        outages: OutagePlan | None = None,
        staying: Collection[str] = (),
        pace: Pace | None = None,
        listener: Callable[[PhoneEvent], None] | None = None,
        net: str = NET,
    ) -> None:
        """`staying` names the MACs that never lose their power; `net`: see NET."""
        self.fleet = SimulatedFleet(listener)
        self._outages = outages or OutagePlan()
        self._random = random.Random(self._outages.seed)  # noqa: S311 - mishaps, no secrets
        setup = PhoneSetup(prov_url=prov_url, pace=pace or Pace(poll_scale=0.02), upgrade=UPGRADE)
        self.phones = [self.fleet.add(_move(demo.identity, net), setup) for demo in DEMO_PHONES]
        self._may_go = [phone for phone in self.phones if phone.identity.mac not in staying]
        self._left = self._outages.most if self._may_go else 0
        self._is_started = False

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self, plug_in_every_s: float = 0.5) -> None:
        """Plug the phones in, and begin with the outages; a second start changes nothing."""
        if self._is_started:
            return
        self._is_started = True
        self.fleet.start()
        self.fleet.loop.call_soon(lambda: self._plan(plug_in_every_s))

    def stop(self) -> None:
        """Take the power from all of them."""
        self.fleet.stop()

    def _plan(self, plug_in_every_s: float) -> None:
        for number, phone in enumerate(self.phones):
            self.fleet.loop.call_later(number * plug_in_every_s, phone.power_on)
        self.fleet.loop.call_later(self._outages.first_after_s, self._outage)

    def _outage(self) -> None:
        if self._left <= 0:
            return
        self._left -= 1
        phone = self._random.choice(self._may_go)
        phone.power_off()
        self.fleet.loop.call_later(self._outages.away_s, phone.power_on)
        self.fleet.loop.call_later(self._outages.every_s, self._outage)

    def get_phone(self, mac: str) -> SimulatedPhone:
        """Return one of the phones; raises NotFoundError."""
        return self.fleet.get_phone(mac)


def _move(identity: PhoneIdentity, net: str) -> PhoneIdentity:
    """Return the same phone at the same place of another net."""
    return replace(identity, local_ip=f"{net}.{identity.local_ip.rpartition('.')[2]}")


def run_demo_fleet(
    prov_url: str,
    *,
    outages: OutagePlan | None = None,
    staying: Collection[str] = (),
    listener: Callable[[PhoneEvent], None] | None = None,
) -> DemoFleet:
    """Plug in the twelve phones at `prov_url` and return the running fleet; `stop` ends it."""
    fleet = DemoFleet(prov_url, outages=outages, staying=staying, listener=listener)
    fleet.start()
    return fleet
