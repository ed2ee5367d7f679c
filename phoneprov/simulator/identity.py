"""What a simulated phone is: the box, before anybody configures it."""

from dataclasses import dataclass
from enum import StrEnum

from phoneprov.core.mac import Mac


class Vendor(StrEnum):
    """Whose firmware the phone runs."""

    YEALINK = "yealink"
    GRANDSTREAM = "grandstream"
    CISCO = "cisco"
    POLYCOM = "polycom"


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneIdentity:
    """The sticker of a phone and the address it has in its network."""

    vendor: Vendor
    model: str
    """As the maker writes it, without blanks: `T46U`, `GXP2170`, `SPA504G`, `VVX411`."""
    mac: Mac
    firmware: str
    local_ip: str = "127.0.0.1"
    serial: str = "CBT150100AB"
    """Only Cisco phones tell it."""
    part_number: str = "3111-48450-001"
    """Only Polycom phones use it, in the name of their firmware file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast a simulated phone lives. All in seconds."""

    boot_s: float = 2.0
    """From power to the first request."""
    settle_s: float = 1.0
    """From learning a new provisioning address to asking there."""
    retry_s: float = 15.0
    """Until the next try after a server did not answer or a registration failed."""
    poll_scale: float = 1.0
    """Factor on the config's poll interval: 0.01 turns an hour into 36 s."""
    http_timeout_s: float = 5.0
