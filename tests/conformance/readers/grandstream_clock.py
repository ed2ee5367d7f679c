"""The clock that a Grandstream shows, from what its reader remembers."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.conformance.readers.grandstream import GrandstreamPhone


def local_clock(phone: GrandstreamPhone, year: int) -> Callable[[datetime], datetime]:
    """Return what turns a moment into the wall-clock time on the screen, for one year."""
    assert phone.get("P143") == "0", "DHCP option 2 would win"
    if phone.get("P64") == "customize":
        return _posix_clock(phone.get("P246"), year)
    assert phone.model.startswith("GXV33"), "only Android takes IANA names"
    zone = ZoneInfo(phone.get("P64"))
    return lambda moment: moment.astimezone(zone).replace(tzinfo=None)


_RULE = re.compile(r"([A-Z]{3,})([+-]?[\d:]+)(?:([A-Z]{3,})([+-]?[\d:]+)?,([^,]+),([^,]+))?")


def _posix_clock(text: str, year: int) -> Callable[[datetime], datetime]:
    assert len(text) <= 64
    match = _RULE.fullmatch(text)
    assert match, f"not a rule: {text!r}"
    standard = -_span(match[2])
    if match[3] is None:
        return lambda moment: moment.astimezone(UTC).replace(tzinfo=None) + standard
    daylight = -_span(match[4]) if match[4] else standard + timedelta(hours=1)
    starts = _change(match[5], year) - standard
    ends = _change(match[6], year) - daylight

    def clock(moment: datetime) -> datetime:
        naive = moment.astimezone(UTC).replace(tzinfo=None)
        is_between = min(starts, ends) <= naive < max(starts, ends)
        return naive + (daylight if is_between == (starts < ends) else standard)

    return clock


def _span(text: str) -> timedelta:
    sign = -1 if text.startswith("-") else 1
    parts = [int(part) for part in text.lstrip("+-").split(":")]
    parts += [0] * (3 - len(parts))
    return sign * timedelta(hours=parts[0], minutes=parts[1], seconds=parts[2])


def _change(text: str, year: int) -> datetime:
    """Return when `Mmonth.week.weekday/time` is in a year; weekday 0 is Sunday, week 5 the last."""
    match = re.fullmatch(r"M(\d{1,2})\.([1-5])\.([0-6])(?:/([\d:]+))?", text)
    assert match, f"not a change: {text!r}"
    month, week, weekday = int(match[1]), int(match[2]), int(match[3])
    first = datetime(year, month, 1)  # noqa: DTZ001 - a wall-clock time has no zone
    day = first + timedelta(days=(weekday - first.isoweekday()) % 7)
    for _ in range(week - 1):
        if (day + timedelta(days=7)).month == month:
            day += timedelta(days=7)
    return day + _span(match[4] or "2")
