"""What a person says of a roll-out before it is planned."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from phoneprov.core.errors import InvalidValueError
from phoneprov.core.text import clean_text
from phoneprov.firmware.rollout_models import LONGEST_NAME

DEFAULT_LASTS = timedelta(days=14)
LONGEST_LASTS = timedelta(days=90)
MOST_VERIFY_MINUTES = 7 * 24 * 60
MOST_CANARY_PHONES, MOST_BATCH_PHONES, MOST_FAILURES = 50, 200, 1000
LONGEST_KEY = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutDraft:
    """How a roll-out shall go."""

    name: str = ""
    """Empty: named by its version."""
    in_windows: bool = True
    canary_phones: int = 2
    verify_minutes: int = 30
    batch_phones: int = 20
    max_failures: int = 3
    """So many failed phones halt it; of the canary one is enough."""
    allows_downgrade: bool = False
    ends_at: datetime | None = None
    """None: two weeks from its start."""
    order_key: str = ""
    """Names the form that it comes from, so that sending it twice orders once; empty: nothing."""


def check_draft(draft: RolloutDraft, now: datetime) -> None:
    """Raise InvalidValueError, with its field, for what can't be done."""
    clean_text(draft.name, field="name", longest=LONGEST_NAME)
    for field, least, most in (
        ("canary_phones", 1, MOST_CANARY_PHONES),
        ("verify_minutes", 0, MOST_VERIFY_MINUTES),
        ("batch_phones", 1, MOST_BATCH_PHONES),
        ("max_failures", 1, MOST_FAILURES),
    ):
        if not least <= getattr(draft, field) <= most:
            raise InvalidValueError(f"Give a number from {least} to {most:,}.", field=field)
    ends_at = ends_at_of(draft, now)
    if not now < ends_at <= now + LONGEST_LASTS:
        message = f"Give a day within the next {LONGEST_LASTS.days} days."
        raise InvalidValueError(message, field="ends_at")
    if len(draft.order_key) > LONGEST_KEY:
        raise InvalidValueError("Open the page again and start from there.", field=None)


def ends_at_of(draft: RolloutDraft, now: datetime) -> datetime:
    """Return when a roll-out that starts now ends at the latest."""
    return draft.ends_at or now + DEFAULT_LASTS
