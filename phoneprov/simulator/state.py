"""What a phone has understood of its config: one small value, the same for all vendors."""

from collections.abc import Mapping
from dataclasses import dataclass, field

DEFAULT_SIP_PORT = 5060


@dataclass(frozen=True, slots=True, kw_only=True)
class SipAccount:
    """One account that is switched on; `number` counts from 1."""

    number: int
    user: str
    auth_user: str
    password: str = field(repr=False)
    domain: str
    """Right side of the address of record."""
    registrar_host: str
    """Where the REGISTER goes: the outbound proxy if there is one, else the server."""
    registrar_port: int = DEFAULT_SIP_PORT
    transport: str = "udp"
    expires_s: int = 3600
    local_port: int = DEFAULT_SIP_PORT
    display_name: str = ""
    label: str = ""

    @property
    def aor(self) -> str:
        """The address of record without its scheme: `1001@acme.example`."""
        return f"{self.user}@{self.domain}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneState:
    """The settings a phone acts on now."""

    accounts: tuple[SipAccount, ...] = ()
    local_sip_port: int = DEFAULT_SIP_PORT
    prov_url: str | None = None
    """Where the next config comes from, as the vendor keeps it; None for the factory's way."""
    poll_s: float | None = None
    """Seconds between two checks; None where the phone never asks by itself."""
    action_urls: Mapping[str, str] = field(default_factory=dict)
    """By report kind: booted, registered, unregistered, register_failed."""
    admin_password: str | None = field(default=None, repr=False)
    time: Mapping[str, str] = field(default_factory=dict)
    """Zone and clock parameters as the file gave them."""


def port_of(text: str | None, default: int = DEFAULT_SIP_PORT) -> int:
    """Return a port number from a config value; what is no port gives `default`."""
    if text is not None and text.strip().isdigit():
        port = int(text)
        if 0 < port <= 65535:  # noqa: PLR2004 - the largest port
            return port
    return default


def split_host_port(text: str, default: int = DEFAULT_SIP_PORT) -> tuple[str, int]:
    """Return host and port of `host[:port]` (an IPv6 address stands in brackets)."""
    text = text.strip()
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        return host, port_of(rest.removeprefix(":"), default)
    host, colon, port = text.rpartition(":")
    return (host, port_of(port, default)) if colon else (text, default)


def seconds_of(text: str | None, default: float) -> float:
    """Return a whole number of seconds from a config value, or `default`."""
    return float(text) if text is not None and text.strip().isdigit() else default
