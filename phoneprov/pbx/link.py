"""The interface of every PBX link, and the values that pass through it.

A link runs its own threads. It reports observations to a sink and sends NOTIFY when told; it
knows nothing of phones, tenants or the database.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Reachability(StrEnum):
    """Whether the far end answers probes sent to a contact."""

    UNKNOWN = "unknown"
    """Nobody probes it, or no answer is due yet."""
    REACHABLE = "reachable"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactState:
    """One contact (AOR + contact URI) as the PBX knows it at `observed_at`."""

    aor: str
    """`user` or `user@domain` as the PBX spells it."""
    uri: str
    user_agent: str = ""
    source: str = ""
    """`ip:port` the registration really came from; empty when unknown."""
    call_id: str = ""
    registered_at: datetime | None = None
    """Last successful REGISTER, first or refresh; None when the PBX can't tell."""
    expires_at: datetime | None = None
    reachability: Reachability = Reachability.UNKNOWN
    is_probed: bool = False
    """True where the PBX (or we) send OPTIONS to this contact at least every minute."""
    is_watched: bool = False
    """True where the PBX tells by itself when the contact goes, stops answering or answers again.

    What it told last then holds, without further signs of life, for as long as the link is up.
    """
    is_in_call: bool | None = None
    """Whether it has a call now; None where the PBX can't tell. A reboot waits for its end."""
    keepalive_at: datetime | None = None
    """Last sign of life, of whatever kind."""
    round_trip_us: int | None = None
    instance: str = ""
    """`+sip.instance` of the contact, when told."""
    send_via: str = ""
    """What the link needs to reach this contact again (socket, received URI, path); opaque."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All contacts of a PBX at one moment.

    `pbx_started_at`: since when the PBX runs, or None if unknown. `is_memory_only`: True where
    a restart empties its table, so that a missing contact proves nothing until one registration
    interval after `pbx_started_at`.
    """

    taken_at: datetime
    contacts: tuple[ContactState, ...]
    pbx_started_at: datetime | None = None
    is_memory_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactSeen:
    """A contact is new, refreshed, or changed its reachability."""

    contact: ContactState
    observed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactGone:
    """A contact was removed: un-registered or expired (`reason`)."""

    aor: str
    uri: str
    """Empty: all contacts of the AOR."""
    observed_at: datetime
    reason: str = ""


class LinkStatus(StrEnum):
    """How the link itself is."""

    CONNECTING = "connecting"
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkChanged:
    """The link came up, or was lost with a reason a person can act on."""

    status: LinkStatus
    at: datetime
    reason: str = ""


Observation = Snapshot | ContactSeen | ContactGone | LinkChanged


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeTarget:
    """A phone that a link without a PBX should probe itself (direct link).

    `key` is the caller's own mark for it and comes back as `aor` of the contact.
    """

    key: str
    host: str
    port: int
    user: str
    transport: str = "udp"


class LinkSink(Protocol):
    """Where a link's observations go. Called from the link's thread; never blocks for long."""

    def observe(self, observation: Observation) -> None:
        """Take one observation."""
        ...

    def probe_targets(self) -> Sequence[ProbeTarget]:
        """Return the phones to probe now (asked by the direct link only, every few seconds)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Notify:
    """A NOTIFY to one contact."""

    aor: str
    uri: str
    event: str
    content_type: str | None = None
    body: str = ""
    send_via: str = ""
    auth_user: str = ""
    """Credentials of the line, for phones that challenge NOTIFY (direct link)."""
    auth_password: str = ""


class NotifyOutcome(StrEnum):
    """What is known of a NOTIFY after it was handed over."""

    ANSWERED = "answered"
    """The phone itself answered 2xx."""
    REFUSED = "refused"
    """The phone or PBX answered with an error."""
    NO_ANSWER = "no_answer"
    """Sent, and the phone stayed silent."""
    ACCEPTED = "accepted"
    """The PBX took it; it can't say what the phone did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyResult:
    """Outcome, and the evidence in words: `answered 200 after 41 ms`."""

    outcome: NotifyOutcome
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkCheck:
    """Result of "test the link": whether it works and what was found, in one sentence each."""

    is_ok: bool
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSettings:
    """What a link needs to know. `address` is the kind's own: a URL, or `host:port`."""

    address: str = ""
    user: str = ""
    secret: str = ""
    fingerprint: str = ""
    """SHA-256 of the one certificate to trust; empty: one that a known authority vouches for."""
    sip_domain: str = ""
    register_expires_s: int = 1800
    """How often phones are told to register, for PBXs that don't tell when one did."""
    registrar_host: str = ""
    registrar_port: int = 5060
    local_host: str = "0.0.0.0"  # noqa: S104 - the direct link's own SIP socket
    local_port: int = 0
    poll_s: float = 3.0
    probe_s: float = 30.0


class PbxLink(Protocol):
    """A live link to one PBX."""

    def start(self, sink: LinkSink) -> None:
        """Start the link's threads and return at once."""
        ...

    def stop(self) -> None:
        """Stop the threads; return within two seconds."""
        ...

    def send_notify(self, notify: Notify) -> NotifyResult:
        """Send a NOTIFY to one contact and wait at most five seconds for what can be known.

        Raises PbxError when it could not be handed over.
        """
        ...

    def check(self) -> LinkCheck:
        """Try the link now, without starting it ("test the link"); at most five seconds."""
        ...
