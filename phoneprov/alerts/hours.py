"""Quiet hours and daily times, by the clock on the wall of the one who is told.

A rule by the clock stays right over a change of daylight saving: an hour that comes twice is quiet
twice, one that is left out ends quiet hours at the next minute there is.
"""

import re
from datetime import UTC, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")


def find_zone(name: str) -> tzinfo:
    """Return the zone of this name, UTC where this machine doesn't know it any more."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def is_quiet(now: datetime, quiet_from: int | None, quiet_until: int | None, zone: tzinfo) -> bool:
    """Tell whether `now` lies in the quiet hours, given as minutes after midnight.

    The first minute is quiet, the last one isn't; hours may go over midnight.
    """
    if quiet_from is None or quiet_until is None:
        return False
    there = now.astimezone(zone)
    minute = there.hour * 60 + there.minute
    if quiet_from <= quiet_until:
        return quiet_from <= minute < quiet_until
    return minute >= quiet_from or minute < quiet_until


def next_daily(after: datetime, minute: int, zone: tzinfo) -> datetime:
    """Return the first moment from `after` on at which the clock shows `minute`, in UTC.

    Where the clock leaves that minute out, the moment it would have been; where it shows it
    twice, the first.
    """
    day = after.astimezone(zone).date()
    at = time(minute // 60, minute % 60)
    for offset in (0, 1):
        found = datetime.combine(day + timedelta(days=offset), at, zone).astimezone(UTC)
        if found >= after:
            return found
    return datetime.combine(day + timedelta(days=2), at, zone).astimezone(UTC)


def read_minute(text: str) -> int | None:
    """Return the minutes after midnight of `22:00`, or None where it is no time of day."""
    found = _TIME.fullmatch(text.strip())
    return int(found[1]) * 60 + int(found[2]) if found else None


def write_minute(minute: int | None) -> str:
    """Return minutes after midnight as `22:00`; nothing for None."""
    return "" if minute is None else f"{minute // 60:02}:{minute % 60:02}"
