"""What is told of a simulated phone's life, and how it is put up."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from phoneprov.simulator.identity import Pace
from phoneprov.simulator.sip.agent import Address


class Stage(StrEnum):
    """What the phone is doing."""

    OFF = "off"
    BOOTING = "booting"
    RUNNING = "running"


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneEvent:
    """Something that a phone did.

    `kind`: power, fetch, config, sip, notify, report.
    """

    at: datetime
    mac: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request and the status it got (0: no answer)."""

    method: str
    url: str
    status: int

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.url.partition("?")[0].rpartition("/")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneSetup:
    """How a phone is put up."""

    prov_url: str
    """What DHCP or a person gave it; it ends in a slash."""
    pace: Pace = field(default_factory=Pace)
    registrar_override: Address | None = None
    """Register there, whatever the config says."""
    registers: bool = True
    """False for a phone that only fetches, where something else speaks SIP in its place."""
    checks_tls: bool = True
