"""The one place that asks the time. Rules take `now` as a parameter and never call this."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the current time as an aware UTC datetime."""
    return datetime.now(UTC)


def from_epoch(seconds: float) -> datetime:
    """Return the aware UTC datetime of a Unix time in seconds."""
    return datetime.fromtimestamp(seconds, UTC)
