"""PhoneConfig: what a phone is told, before it becomes a vendor's files.

The value is neutral: it speaks of accounts, buttons and zones, never of parameters. It is a pure
function of what is stored, and each vendor's writer is a pure function of it: same value, same
bytes.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import quote

from phoneprov.catalog.model import ButtonKind, ModuleModel, PhoneModel
from phoneprov.vendors.zone import ZoneRules

__all__ = [
    "Account",
    "Button",
    "ButtonKind",
    "FirmwareImage",
    "ModuleConfig",
    "PhoneConfig",
    "Provisioning",
    "SipServer",
    "Transport",
]


class Transport(StrEnum):
    """How SIP travels."""

    UDP = "udp"
    TCP = "tcp"
    TLS = "tls"


@dataclass(frozen=True, slots=True, kw_only=True)
class SipServer:
    """Where the phone's accounts register."""

    domain: str
    """SIP domain: the right side of the address of record."""
    host: str
    """Registrar (or its outbound proxy) as the phone reaches it; often equal to `domain`."""
    port: int
    transport: Transport
    register_expires_s: int = 1800


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One SIP account of the phone; `number` counts from 1."""

    number: int
    user: str
    auth_user: str
    password: str
    display_name: str
    """What callees see."""
    label: str
    """What the phone shows beside the line key."""
    voicemail_number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """One button; `position` counts from 1 over all pages, `account` is the line it uses."""

    position: int
    kind: ButtonKind
    value: str = ""
    label: str = ""
    account: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleConfig:
    """One expansion module at the phone; a button's position counts over all its pages."""

    module: ModuleModel
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Provisioning:
    """How the phone finds us again."""

    base_url: str
    """The phone's own address with its token and a slash at the end:
    `https://phones.example.net/prov/t/0123…/`."""
    poll_minutes: int
    """Whole minutes between two checks, at most the tenant's interval; the composer has already
    spread it by MAC. A vendor whose minimum is longer writes its minimum."""
    poll_spread_minutes: int = 0
    """Random delay that a vendor with such a parameter adds."""
    key: str = ""
    """Pass phrase of its encrypted config (`vendors.encryption`); empty for plain ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmwareImage:
    """The firmware that it is the phone's turn to take."""

    version: str
    """As the phone tells it once it runs it."""
    file_name: str
    folder: str
    """Below the phone's own address, with a slash at the end: `firmware/0123456789abcdef/`."""

    def url(self, base_url: str) -> str:
        """Return the whole address of the image; brackets, commas and blanks are escaped."""
        return f"{base_url}{self.folder}{quote(self.file_name, safe='')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraParameter:
    """A parameter in the vendor's own notation, which takes the place of what we would write."""

    name: str
    value: str
    is_taken_back: bool = False
    """Whether it was set once and is no more: written as the vendor's word for nothing, because
    phones keep what is left unsaid; what we write ourselves under its name counts again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneConfig:
    """Everything one phone is told.

    `accounts` holds those in use; every other account the model has is written as switched off.
    No accounts at all (unassigned, disabled, farewell) switches all of them off.
    """

    mac: str
    model: PhoneModel
    display_name: str
    server: SipServer
    accounts: tuple[Account, ...]
    local_sip_port: int
    zone: ZoneRules
    ntp_server: str
    admin_password: str | None
    """None leaves the phone's own password alone (there is none to set)."""
    provisioning: Provisioning
    buttons: tuple[Button, ...] = ()
    modules: tuple[ModuleConfig, ...] = ()
    """Expansion modules in the order they are plugged in. Every position of every module that
    the model can take is written, also without one here: phones keep what is left unsaid."""
    pickup_code: str = ""
    """What a press on a ringing BLF dials before the number; empty for none."""
    notify_from_server_only: bool = True
    extra: tuple[ExtraParameter, ...] = ()
    """One for each name."""
    firmware: FirmwareImage | None = None
    """None for a phone whose turn it isn't: then its config says that it is to take none."""
    edition: int = 0
    """Grows when the phone shall take its config anew though nothing in it has changed."""
    reboot_on_check_sync: bool = False
    """Whether the next check-sync shall restart a phone that otherwise only re-reads (Polycom)."""
    notes: tuple[str, ...] = field(default_factory=tuple)
