"""Which versions a phone has run: read from its timeline, where each change was noted."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from phoneprov.fleet.models import Phone, PhoneEvent

_CHANGE = re.compile(r"Firmware (?P<before>.+) → (?P<after>.+)\.")
_PATTERN = "Firmware % → %."


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRun:
    """A version that a phone ran; no `since_at`: since it was added, no `until_at`: to this day."""

    version: str
    since_at: datetime | None
    until_at: datetime | None


def say_change(before: str, after: str) -> str:
    """Return the line of the timeline that says that a phone's version has changed."""
    return f"Firmware {before} → {after}."


def list_versions(session: Session, phone: Phone, *, limit: int = 20) -> Sequence[VersionRun]:
    """Return the versions that a phone has run, the newest first."""
    if not phone.firmware:
        return ()
    events = session.scalars(
        select(PhoneEvent)
        .where(
            PhoneEvent.phone_id == phone.id,
            PhoneEvent.kind == "config",
            PhoneEvent.text.like(_PATTERN),
        )
        .order_by(PhoneEvent.at.desc(), PhoneEvent.id.desc())
        .limit(limit)
    )
    version, until_at = phone.firmware, None
    runs: list[VersionRun] = []
    for event in events:
        change = _CHANGE.fullmatch(event.text)
        if change is None:
            continue
        runs.append(VersionRun(version=version, since_at=event.at, until_at=until_at))
        version, until_at = change["before"], event.at
    return [*runs, VersionRun(version=version, since_at=None, until_at=until_at)]
