"""Renews what phones know of daylight saving when a new year begins."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from phoneprov.fleet.config_state import ConfigState
from phoneprov.fleet.inherited import ZONE_NAME
from phoneprov.fleet.models import Phone
from phoneprov.fleet.profile_models import Profile
from phoneprov.fleet.revisions import touch_phones
from phoneprov.tenancy.models import Tenant
from phoneprov.vendors.zone_rules import zone_rules


def renew_zone_rules(session: Session, now: datetime) -> int:
    """Bump the phones whose last config was written in an earlier year with other dates.

    Phones hold the dates of one year; those of zones without exact weekday rules change yearly.
    Returns how many were bumped.
    """
    rows = session.execute(
        select(
            Phone.id,
            ZONE_NAME,
            ConfigState.changed_at,
        )
        .join(Tenant, Tenant.id == Phone.tenant_id)
        .join(ConfigState, ConfigState.phone_id == Phone.id)
        .outerjoin(Profile, Profile.id == Phone.profile_id)
        .where(ConfigState.changed_at < now.replace(month=1, day=1, hour=0, minute=0, second=0))
    )
    stale = [
        phone_id
        for phone_id, zone, changed_at in rows
        if zone_rules(zone, changed_at.year) != zone_rules(zone, now.year)
    ]
    return touch_phones(session, stale, now) if stale else 0
