"""Reads what Asterisk says of one contact.

`ContactStatus` events tell only what changed, without user agent, address and expiry; these stand
in `ContactStatusDetail`, of which one comes for each contact of the list.
Source: recordings of Asterisk f0c1c1a7; labels in res/res_pjsip/pjsip_options.c.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from phoneprov.core.clock import from_epoch
from phoneprov.pbx.asterisk.frames import Frame
from phoneprov.pbx.link import Reachability

LIST_ACTION = "PJSIPShowRegistrationInboundContactStatuses"
"""Chosen over PJSIPShowContacts: with no contact at all it answers an empty list, not an error."""
DETAIL, CHANGE = "ContactStatusDetail", "ContactStatus"
REMOVED = "Removed"
SELDOM_S = 60.0
"""A contact that is asked less often than this can't be called Online."""
_REACHABLE = {"Reachable": Reachability.REACHABLE, "Unreachable": Reachability.UNREACHABLE}
_LATEST_EPOCH = 253_402_300_799
"""The last second of the year 9999."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactDetail:
    """One contact as the list has it."""

    aor: str
    uri: str
    endpoint: str
    user_agent: str
    source: str
    call_id: str
    expires_at: datetime | None
    reachability: Reachability
    round_trip_us: int | None
    qualify_every_s: float
    """0: Asterisk never asks it."""
    qualify_timeout_s: float

    @property
    def is_probed(self) -> bool:
        """Whether it is asked at least once a minute."""
        return 0 < self.qualify_every_s <= SELDOM_S

    @property
    def silence(self) -> timedelta:
        """How long ago the last answer may be when Asterisk finds that none came."""
        return timedelta(seconds=self.qualify_every_s + self.qualify_timeout_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactChange:
    """What an event tells of one contact."""

    aor: str
    uri: str
    is_removed: bool
    reachability: Reachability
    round_trip_us: int | None


def read_detail(frame: Frame) -> ContactDetail | None:
    """Return a contact of the list, or None for anything else."""
    if frame.event != DETAIL or not frame.get("AOR") or not frame.get("URI"):
        return None
    if frame.get("Status") == REMOVED:
        return None
    return ContactDetail(
        aor=frame.get("AOR"),
        uri=frame.get("URI"),
        endpoint=frame.get("EndpointName"),
        user_agent=frame.get("UserAgent"),
        source=frame.get("ViaAddress"),
        call_id=frame.get("CallID"),
        expires_at=_moment(frame.get("RegExpire")),
        reachability=_reachability(frame.get("Status")),
        round_trip_us=_round_trip(frame),
        qualify_every_s=_number(frame.get("QualifyFrequency")),
        qualify_timeout_s=_number(frame.get("QualifyTimeout")),
    )


def read_change(frame: Frame) -> ContactChange | None:
    """Return what a ContactStatus event tells, or None for anything else."""
    if frame.event != CHANGE or not frame.get("AOR") or not frame.get("URI"):
        return None
    status = frame.get("ContactStatus")
    return ContactChange(
        aor=frame.get("AOR"),
        uri=frame.get("URI"),
        is_removed=status == REMOVED,
        reachability=_reachability(status),
        round_trip_us=_round_trip(frame),
    )


def _reachability(status: str) -> Reachability:
    """Return what a status says; NonQualified (and whatever is new) says nothing yet."""
    return _REACHABLE.get(status, Reachability.UNKNOWN)


def _round_trip(frame: Frame) -> int | None:
    return int(_number(frame.get("RoundtripUsec"))) or None


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        return 0.0
    return number if 0 <= number <= _LATEST_EPOCH else 0.0


def _moment(epoch: str) -> datetime | None:
    """Return when a registration ends; a contact that the PBX's own config names never does."""
    seconds = _number(epoch)
    return from_epoch(seconds) if seconds else None
