"""What a PBX posts of its contacts, as plain values."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class PostedKind(StrEnum):
    """What happened to a contact."""

    REGISTERED = "registered"
    """First or refresh; it comes with an expiry."""
    REACHABLE = "reachable"
    """It answered OPTIONS or gave another sign of life."""
    UNREACHABLE = "unreachable"
    """It did not answer."""
    UNREGISTERED = "unregistered"
    EXPIRED = "expired"

    @property
    def is_end(self) -> bool:
        """Whether the contact is gone by it."""
        return self in {PostedKind.UNREGISTERED, PostedKind.EXPIRED}


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedEvent:
    """One thing that happened to one contact at a moment; what is None was not told."""

    kind: PostedKind
    aor: str
    uri: str
    at: datetime
    expires: timedelta | None = None
    user_agent: str | None = None
    source: str | None = None
    call_id: str | None = None
    instance: str | None = None
    round_trip_us: int | None = None
    is_in_call: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """One post: events in their order, or (with `complete_at`) all contacts there are."""

    events: tuple[PostedEvent, ...]
    complete_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a post. `late`: older than what was known, so they changed nothing."""

    events: int
    late: int
