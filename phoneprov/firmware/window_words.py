"""Maintenance windows in words: on which days, from when to when. Pure."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from phoneprov.core.zones import ZONE_NAMES

DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SHORT_NAMES = tuple(name[:3] for name in DAY_NAMES)
EVERY_DAY = 0b1111111
LONG_RUN = 3
"""From so many days in a row on, only the first and the last are named."""
_MINUTE = timedelta(minutes=1)


def list_days(weekdays: int) -> tuple[int, ...]:
    """Return the days of a bit mask, Monday first, as numbers from 0."""
    return tuple(day for day in range(7) if weekdays >> day & 1)


def days_words(weekdays: int) -> str:
    """Return `Every day`, `Mon–Fri`, `Tue, Thu`."""
    if weekdays & EVERY_DAY == EVERY_DAY:
        return "Every day"
    runs: list[list[int]] = []
    for day in list_days(weekdays):
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ", ".join(_run_words(run) for run in runs) or "No day"


def hours_words(opens: time, closes: time) -> str:
    """Return `22:00–05:00 the next morning`, `09:00–17:00`, `24 hours from 00:00`."""
    if opens == closes:
        return f"24 hours from {opens:%H:%M}"
    span = f"{opens:%H:%M}–{closes:%H:%M}"
    return f"{span} the next morning" if ends_next_day(opens, closes) else span


def length_of(opens: time, closes: time) -> timedelta:
    """Return how long a window is by the clock on the wall."""
    minutes = (_minute(closes) - _minute(opens)) % (24 * 60) or 24 * 60
    return minutes * _MINUTE


def span_words(length: timedelta) -> str:
    """Return `7 h`, `45 min`, `1 h 30 min`."""
    hours, minutes = divmod(round(length / _MINUTE), 60)
    parts = [f"{hours} h"] if hours else []
    return " ".join([*parts, f"{minutes} min"] if minutes or not hours else parts)


def ends_next_day(opens: time, closes: time) -> bool:
    """Tell whether a window goes on after midnight."""
    return closes <= opens and closes != time(0)


def zone_of(name: str) -> ZoneInfo:
    """Return the zone of this name, UTC where this machine doesn't know it any more."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def zone_words(name: str) -> str:
    """Return a zone's name as people read it."""
    return name.replace("_", " ") if name in ZONE_NAMES else name


def moment_words(moment: datetime, zone: str) -> str:
    """Return `Tue 1 Dec, 22:00 (Europe/Berlin)`, by the clock of that zone."""
    there = moment.astimezone(zone_of(zone))
    return f"{there:%a} {there.day} {there:%b, %H:%M} ({zone})"


def _run_words(run: list[int]) -> str:
    if len(run) < LONG_RUN:
        return ", ".join(SHORT_NAMES[day] for day in run)
    return f"{SHORT_NAMES[run[0]]}–{SHORT_NAMES[run[-1]]}"


def _minute(clock: time) -> int:
    return clock.hour * 60 + clock.minute
