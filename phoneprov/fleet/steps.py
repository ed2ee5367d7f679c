"""A phone's way from box to Online, measured step by step."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from phoneprov.fleet.models import Phone, PhoneEvent
from phoneprov.fleet.status import PhoneStatus

LONG_WAY = timedelta(minutes=5)
"""A way from first check-in to Online that took longer is marked."""
TOOK_CONFIG = "Took its config"
"""How the timeline's line of a whole config begins."""
EARLY_EVENTS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: what it is, when it was taken, how long after the one before."""

    label: str
    at: datetime | None = None
    took: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """All steps in order, and the time from first check-in to Online."""

    steps: tuple[Step, ...]
    total: timedelta | None = None

    @property
    def is_done(self) -> bool:
        """Whether the phone has been Online."""
        return self.steps[-1].at is not None

    @property
    def is_long(self) -> bool:
        """Whether it took longer than it should."""
        return self.total is not None and self.total > LONG_WAY


def read_journey(session: Session, phone: Phone) -> Journey:
    """Return the steps of this phone's first way to Online, from the start of its timeline."""
    checked_in_at = phone.first_check_in_at
    taken_at = registered_at = online_at = None
    if checked_in_at is not None:
        events = session.scalars(
            select(PhoneEvent)
            .where(
                PhoneEvent.phone_id == phone.id,
                PhoneEvent.at >= checked_in_at,
                PhoneEvent.kind.in_(("status", "config")),
            )
            .order_by(PhoneEvent.at, PhoneEvent.id)
            .limit(EARLY_EVENTS)
        ).all()
        taken_at = next((e.at for e in events if e.text.startswith(TOOK_CONFIG)), None)
        online_at = _first_change(events, PhoneStatus.ONLINE)
        registered_at = _first_change(events, PhoneStatus.REGISTERED, PhoneStatus.ONLINE)
    moments = [
        ("Added", phone.added_at),
        ("First check-in", checked_in_at),
        ("Config taken", taken_at),
        ("Registered", registered_at),
        ("Online", online_at),
    ]
    total = online_at - checked_in_at if online_at and checked_in_at else None
    return Journey(steps=measure(moments), total=total)


def _first_change(events: Sequence[PhoneEvent], *wanted: PhoneStatus) -> datetime | None:
    values = {status.value for status in wanted}
    changes = (e.at for e in events if e.kind == "status" and e.detail.get("to") in values)
    return next(changes, None)


def measure(moments: list[tuple[str, datetime | None]]) -> tuple[Step, ...]:
    """Return the steps; the wait for the first check-in is nobody's speed and isn't measured."""
    steps: list[Step] = []
    before: datetime | None = None
    for label, at in moments:
        is_counted = at is not None and before is not None and len(steps) > 1
        took = max(at - before, timedelta(0)) if is_counted and at and before else None
        steps.append(Step(label=label, at=at, took=took))
        before = at or before
    return tuple(steps)
