"""Times as people read them: how long ago, with the exact moment beside it."""

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import g
from markupsafe import Markup

from phoneprov.core.clock import utc_now
from phoneprov.tenancy.models import Tenant

MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86_400
NOW_S = 3
RELATIVE_DAYS = 30


def local_time(moment: datetime | None, missing: str = "never") -> Markup:
    """Return `2 min ago` with the exact time in the reader's zone as its title."""
    if moment is None:
        return Markup('<span class="muted">{}</span>').format(missing)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        moment.isoformat(timespec="seconds"), exact_time(moment), relative_time(moment, utc_now())
    )


def exact_time(moment: datetime) -> str:
    """Return `2026-11-23 14:02:11 CET`, in the reader's zone."""
    return moment.astimezone(reader_zone()).strftime("%Y-%m-%d %H:%M:%S %Z")


def clock_time(moment: datetime) -> Markup:
    """Return `14:02`, or with the date when that is another day than today."""
    zone = reader_zone()
    there = moment.astimezone(zone)
    is_today = there.date() == utc_now().astimezone(zone).date()
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        moment.isoformat(timespec="seconds"),
        exact_time(moment),
        there.strftime("%H:%M" if is_today else "%Y-%m-%d %H:%M"),
    )


def relative_time(moment: datetime, now: datetime) -> str:
    """Return how long ago `moment` was, or how far ahead it is, in one unit."""
    seconds = int((now - moment).total_seconds())
    if abs(seconds) <= NOW_S:
        return "just now"
    if abs(seconds) > RELATIVE_DAYS * DAY_S:
        return moment.astimezone(reader_zone()).strftime("%Y-%m-%d")
    length = _length(abs(seconds))
    return f"{length} ago" if seconds > 0 else f"in {length}"


def reader_zone() -> tzinfo:
    """Return the zone of the tenant whose page this is; UTC on the provider's own pages."""
    tenant = g.get("tenant")
    if not isinstance(tenant, Tenant):
        return UTC
    try:
        return ZoneInfo(tenant.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def length_words(span: timedelta) -> str:
    """Return how long something takes, in one unit."""
    return _length(int(span.total_seconds()))


def _length(seconds: int) -> str:
    if seconds < MINUTE_S:
        return f"{seconds} s"
    if seconds < HOUR_S:
        return f"{seconds // MINUTE_S} min"
    if seconds < DAY_S:
        return f"{seconds // HOUR_S} h"
    days = seconds // DAY_S
    return f"{days} day{'' if days == 1 else 's'}"
