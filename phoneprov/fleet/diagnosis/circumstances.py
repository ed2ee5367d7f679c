"""What is known of a phone and around it, read for its diagnosis."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from phoneprov.catalog.model import PhoneModel, VendorFacts
from phoneprov.core.mac import format_mac
from phoneprov.fleet.models import Phone
from phoneprov.fleet.queries import PhoneDetails


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request of the phone, or in its name."""

    at: datetime
    file_name: str
    answer: int
    """HTTP status."""
    address: str
    is_tls: bool | None
    """None: written before that was kept."""
    admitted_by: str
    user_agent: str = ""

    @property
    def scheme(self) -> str:
        """How it came, in words for evidence."""
        return {True: "encrypted (HTTPS)", False: "unencrypted (HTTP)", None: ""}[self.is_tls]


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingFile:
    """The first file of its boot that the phone needs and does not have."""

    name: str
    was_asked_for: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMac:
    """A MAC address that nobody has, nearly the phone's own, that asked since it was added."""

    mac: str
    at: datetime
    address: str
    user_agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """The tenant's other phones, as far as they found the way here lately."""

    count: int
    last_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LampFault:
    """A key that watches nobody."""

    module: int
    """Counts from 1; 0: the phone itself."""
    position: int
    key: str
    """`Key 3`, or `Module 1, key 3`."""
    text: str
    layout_id: int
    """0: the key is the phone's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """Everything the rules look at."""

    details: PhoneDetails
    now: datetime
    address: str
    """Where phones ask, with a slash at the end."""
    model: PhoneModel | None
    told_model_name: str
    """The model it says it is, where that is another than ours."""
    vendor: VendorFacts | None
    last_request: Request | None = None
    """The newest that was admitted."""
    refusal: Request | None = None
    """The newest that was refused, where none was admitted since."""
    missing: MissingFile | None = None
    near: Sequence[NearMac] = ()
    neighbours: Neighbours = Neighbours(count=0, last_at=None)
    lamp_faults: Sequence[LampFault] = ()

    @property
    def phone(self) -> Phone:
        """The phone itself."""
        return self.details.phone

    @property
    def is_on(self) -> bool:
        """Whether it is meant to work; a disabled phone raises no alarm."""
        return self.phone.disabled_at is None

    @property
    def mac(self) -> str:
        """Its MAC address as people read it."""
        return format_mac(self.phone.mac)

    @property
    def test_address(self) -> str:
        """What to open on a PC in the phone's network."""
        return f"{self.address}check.txt"

    def say_time(self, at: datetime) -> str:
        """Return a moment as evidence writes it, in the tenant's zone."""
        return f"{at.astimezone(ZoneInfo(self.phone.tenant.time_zone)):%Y-%m-%d %H:%M:%S %Z}"
