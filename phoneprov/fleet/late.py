"""When a phone is late with its check: by its tenant's interval, or by its profile's."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, literal, select
from sqlalchemy.orm import Session

from phoneprov.fleet.models import Phone
from phoneprov.fleet.profile_models import Profile
from phoneprov.tenancy.models import Tenant

LATE_AFTER_INTERVALS = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class LateLimits:
    """The moments before which a phone's last check is too long ago."""

    now: datetime
    of_tenant: datetime
    by_profile: Mapping[int, datetime] = field(default_factory=dict)
    """Of the profiles with an interval of their own, by id."""

    def is_late(self, phone: Phone) -> bool:
        """Tell whether a phone has missed its check; a disabled one is never late."""
        if phone.disabled_at is not None or phone.last_check_in_at is None:
            return False
        limit = self.by_profile.get(phone.profile_id or 0, self.of_tenant)
        return phone.last_check_in_at < limit


def late_limit(minutes: int, now: datetime) -> datetime:
    """Return the limit for phones that ask every `minutes`."""
    return now - timedelta(minutes=minutes * LATE_AFTER_INTERVALS)


def read_late_limits(session: Session, tenant: Tenant, now: datetime) -> LateLimits:
    """Return the limits of a tenant's phones, in one query."""
    rows = session.execute(
        select(Profile.id, Profile.poll_minutes).where(
            Profile.tenant_id == tenant.id, Profile.poll_minutes.is_not(None)
        )
    )
    return LateLimits(
        now=now,
        of_tenant=late_limit(tenant.poll_minutes, now),
        by_profile={
            profile_id: late_limit(minutes, now) for profile_id, minutes in rows if minutes
        },
    )


def has_missed_poll(limits: LateLimits) -> ColumnElement[bool]:
    """Return the condition of a phone that is late with its check."""
    kind = Phone.last_check_in_at.type
    limit: ColumnElement[datetime] = literal(limits.of_tenant, kind)
    if limits.by_profile:
        own = {number: literal(moment, kind) for number, moment in limits.by_profile.items()}
        limit = case(own, value=Phone.profile_id, else_=limit)
    return and_(Phone.last_check_in_at < limit, Phone.disabled_at.is_(None))
