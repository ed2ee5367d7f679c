"""Reads a zone's real rules for a year out of zoneinfo."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from phoneprov.vendors.zone import ZoneChange, ZoneRules

LAST_WEEK = 5
DAYS_A_WEEK = 7
YEARS_LOOKED_AT = 12
STEP = timedelta(days=1)
"""No zone changes its clock twice within a day."""


@dataclass(frozen=True, slots=True)
class _Jump:
    """A change of a zone's offset: the instant, and the offsets before and after."""

    at: datetime
    before: timedelta
    after: timedelta

    @property
    def wall(self) -> datetime:
        """The clock on the wall just before it is changed."""
        return (self.at + self.before).replace(tzinfo=None)


@lru_cache(maxsize=4_000)
def zone_rules(name: str, year: int) -> ZoneRules:
    """Return the zone's offset and its pair of daylight-saving changes in `year`.

    Standard time is the smaller offset of the year, so that Europe/Dublin, whose database entry
    has a negative winter saving, comes out as ordinary summer time. Where a year has other than
    two changes (Morocco's pause in Ramadan), the pair around the longest stretch of the larger
    offset is taken. A zone that changes its standard offset for good keeps the offset it ends the
    year with.

    Raises zoneinfo.ZoneInfoNotFoundError for an unknown name.
    """
    zone = ZoneInfo(name)
    jumps = _jumps(zone, year)
    pair = _pair(jumps)
    if pair is None:
        offset = datetime(year, 12, 31, 23, tzinfo=UTC).astimezone(zone).utcoffset()
        return ZoneRules(name=name, offset_minutes=_minutes(offset or timedelta()))
    starts, ends = pair
    return ZoneRules(
        name=name,
        offset_minutes=_minutes(starts.before),
        saving_minutes=_minutes(starts.after - starts.before),
        starts=_change(zone, starts, year),
        ends=_change(zone, ends, year),
    )


def _jumps(zone: ZoneInfo, year: int) -> list[_Jump]:
    """Return the offset changes between New Year and New Year, wall time, to the second."""
    at = datetime(year, 1, 1, tzinfo=zone).astimezone(UTC)
    end = datetime(year + 1, 1, 1, tzinfo=zone).astimezone(UTC)
    found = []
    while at < end:
        following = min(at + STEP, end)
        if _offset(zone, at) != _offset(zone, following):
            found.append(_narrow(zone, at, following))
        at = following
    return found


def _narrow(zone: ZoneInfo, early: datetime, late: datetime) -> _Jump:
    before, after = _offset(zone, early), _offset(zone, late)
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) / 2
        if _offset(zone, middle) == before:
            early = middle
        else:
            late = middle
    return _Jump(late.replace(microsecond=0), before, after)


def _pair(jumps: list[_Jump]) -> tuple[_Jump, _Jump] | None:
    """Return the start and the end of daylight saving that are right the longest."""
    pairs = [
        (start, end)
        for start in jumps
        for end in jumps
        if start.after > start.before and (start.before, start.after) == (end.after, end.before)
    ]
    return max(pairs, key=_summer, default=None)


def _summer(pair: tuple[_Jump, _Jump]) -> timedelta:
    """Return how long the larger offset lasts; in the south it goes over New Year."""
    start, end = pair
    span = end.at - start.at
    return span if span > timedelta() else span + timedelta(days=365)


def _change(zone: ZoneInfo, jump: _Jump, year: int) -> ZoneChange:
    wall = jump.wall
    return ZoneChange(
        month=wall.month,
        day=wall.day,
        week=_week(zone, wall, year, is_start=jump.after > jump.before),
        weekday=wall.isoweekday(),
        hour=wall.hour,
        minute=wall.minute,
    )


def _week(zone: ZoneInfo, wall: datetime, year: int, *, is_start: bool) -> int:
    """Return which such weekday of the month it is, 5 for the last.

    Whether the fourth Sunday is meant as the fourth or as the last one shows in other years.
    """
    nth = (wall.day - 1) // DAYS_A_WEEK + 1
    if not _is_last(wall.date()):
        return nth
    if nth == LAST_WEEK:
        return LAST_WEEK
    for other in range(year - 1, year + YEARS_LOOKED_AT):
        for jump in _jumps(zone, other):
            day = jump.wall.date()
            is_same = (jump.after > jump.before) == is_start and day.month == wall.month
            if is_same and day.isoweekday() == wall.isoweekday() and not _is_last(day):
                return nth
    return LAST_WEEK


def _is_last(day: date) -> bool:
    return (day + timedelta(days=DAYS_A_WEEK)).month != day.month


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def _minutes(span: timedelta) -> int:
    return round(span.total_seconds() / 60)
