"""What a phone's page says of its facts, in words."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from phoneprov.fleet.inherited import poll_minutes_of
from phoneprov.fleet.models import CheckIn, Phone, Registration

MASK = "•••••••"
_NAMES = r"(?:password|passwd|passphrase|secret|token|(?<![a-z])pin(?![a-z]))[\w.:-]{0,60}"
_HOLDERS_OF_SECRETS = (
    re.compile(rf'({_NAMES}\s{{0,5}}=\s{{0,5}}")[^"]*', re.IGNORECASE),
    re.compile(rf"({_NAMES}\s{{0,5}}=\s{{0,5}}')[^']*", re.IGNORECASE),
    re.compile(rf"({_NAMES}\s{{0,5}}[=:]\s{{0,5}})(?![\"'\s])[^\s<]+", re.IGNORECASE),
    re.compile(rf"({_NAMES}[^<>]{{0,80}}>)[^<]*", re.IGNORECASE),
    re.compile(r"(/t/)[0-9a-f]{32}", re.IGNORECASE),
)
"""What stands before a secret in any vendor's notation. Bounded, so that a hostile upload of one
endless word costs no more than any other."""
KB = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigState:
    """Which config the phone has against which it should have."""

    has: int | None
    should_have: int
    taken_at: datetime | None
    asks_by: datetime | None
    """When it asks again at the latest; None before its first check-in."""
    is_overdue: bool

    @property
    def is_current(self) -> bool:
        """Whether there is nothing newer for it."""
        return self.has == self.should_have


def read_config_state(phone: Phone, now: datetime) -> ConfigState:
    """Return how the phone's config stands."""
    asks_by = None
    if phone.last_check_in_at is not None:
        asks_by = phone.last_check_in_at + timedelta(minutes=poll_minutes_of(phone).value)
    return ConfigState(
        has=phone.fetched_revision,
        should_have=phone.config_revision,
        taken_at=phone.fetched_at,
        asks_by=asks_by,
        is_overdue=asks_by is not None and asks_by < now,
    )


def window_state(phone: Phone, now: datetime) -> str:
    """Return how first contact stands: closed, waiting, expired, open, ended."""
    if phone.window_opened_at is None:
        return "closed"
    if phone.window_ends_at is not None:
        return "open" if now < phone.window_ends_at else "ended"
    if phone.window_waits_until is not None and now >= phone.window_waits_until:
        return "expired"
    return "waiting"


def live_contact(contacts: list[Registration]) -> Registration | None:
    """Return the contact that the status rests on: of those that hold, the last to show life."""
    held = [contact for contact in contacts if contact.gone_at is None]
    return max(held, key=lambda one: one.keepalive_at or one.observed_at, default=None)


def answer_words(check_in: CheckIn) -> str:
    """Return an HTTP answer in words."""
    known = {200: "sent", 201: "stored", 304: "unchanged", 404: "not given"}
    return known.get(check_in.answer, str(check_in.answer))


def size_words(size_bytes: int) -> str:
    """Return a size as people read it."""
    if size_bytes < KB:
        return f"{size_bytes} B"
    return f"{size_bytes / KB:.1f} kB"


def span_words(span: timedelta) -> str:
    """Return a length of time: `41 s`, `2 min 5 s`, `3 h 10 min`."""
    seconds = round(span.total_seconds())
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


def mask_secrets(text: str) -> str:
    """Return an uploaded file with the values of what looks like a secret masked."""
    for pattern in _HOLDERS_OF_SECRETS:
        text = pattern.sub(rf"\g<1>{MASK}", text)
    return text
