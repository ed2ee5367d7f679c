"""The hourly check: which phones run an older config than they should, which are late."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from phoneprov.fleet.events import write_event
from phoneprov.fleet.inherited import poll_minutes_of
from phoneprov.fleet.late import LATE_AFTER_INTERVALS
from phoneprov.fleet.models import Phone
from phoneprov.fleet.profile_models import Profile
from phoneprov.tenancy.models import Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class PollReport:
    """What a check found."""

    outdated: int
    """Phones whose last config is older than the one they should have."""
    newly_late: int
    """Phones found late for the first time since they last asked."""


def late_since(phone: Phone) -> datetime | None:
    """Return from when on the phone is late: a check and a half after its last one."""
    if phone.last_check_in_at is None:
        return None
    minutes = poll_minutes_of(phone).value * LATE_AFTER_INTERVALS
    return phone.last_check_in_at + timedelta(minutes=minutes)


def check_polls(session: Session, now: datetime) -> PollReport:
    """Note which phones missed their poll by more than half an interval."""
    intervals = (Tenant.poll_minutes, Profile.poll_minutes)
    found = [session.scalar(select(func.min(column))) for column in intervals]
    known = [minutes for minutes in found if minutes is not None]
    newly_late = 0
    if known:
        limit = now - timedelta(minutes=min(known) * LATE_AFTER_INTERVALS)
        late = session.scalars(
            select(Phone)
            .where(
                Phone.last_check_in_at < limit,
                Phone.poll_missed_at.is_(None),
                Phone.disabled_at.is_(None),
            )
            .options(joinedload(Phone.tenant), joinedload(Phone.profile))
        )
        for phone in late:
            newly_late += _note_late(session, phone, now)
    outdated = session.scalar(
        select(func.count())
        .select_from(Phone)
        .where(Phone.fetched_revision.is_not(None), Phone.fetched_revision < Phone.config_revision)
    )
    return PollReport(outdated=outdated or 0, newly_late=newly_late)


def _note_late(session: Session, phone: Phone, now: datetime) -> int:
    since = late_since(phone)
    if since is None or now < since:
        return 0
    phone.poll_missed_at = now
    write_event(session, phone.id, "warning", "Missed its hourly check.", at=now)
    return 1
