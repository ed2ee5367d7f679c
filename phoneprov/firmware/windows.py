"""Maintenance windows: when phones may be updated, by the clock on their wall (R54, R130). Pure.

A window is written in wall-clock time, and twice a year the wall lies: an hour is skipped or
shown twice. A moment is inside a window exactly when the wall shows a time inside it then. So
what of a window is skipped is not held, and an hour that is shown twice counts both times, each
time only as far as the window goes.

Spans that touch or overlap are one: 22:00 to 00:00 and 00:00 to 02:00 are a night of four hours.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

UPDATE_TAKES = timedelta(minutes=10)
"""What an update takes at most as a rule: with less left nothing is begun."""
LOOKS_AHEAD = timedelta(days=15)
"""Every window opens within a week; one that a skipped hour swallows, a week later."""
_DAY = timedelta(days=1)
_STRIDE = timedelta(hours=6)
"""No zone changes its clock twice within that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Weekdays (0 is Monday) on which it opens; it crosses midnight when closes <= opens.

    The same time twice is a whole day.
    """

    weekdays: frozenset[int]
    opens: time
    closes: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One run of a window or of several that touch, both ends in UTC; the end is outside."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """How long it is."""
        return self.end - self.start

    def left(self, now: datetime) -> timedelta:
        """Return how long it stays open from `now` (aware); zero while it is not.

        One that never closes has so much left as is looked ahead.
        """
        return self.end - now if self.start <= now < self.end else timedelta(0)


def spans_between(
    windows: Iterable[Window], zone: ZoneInfo, start: datetime, end: datetime
) -> Sequence[Span]:
    """Return the spans that reach into `start` to `end` (aware), whole, in order and disjoint.

    One that began before the day before yesterday, because windows touch day after day, begins
    there; likewise at the other end.
    """
    chosen = tuple(windows)
    first = start.astimezone(zone).date() - 2 * _DAY
    last = end.astimezone(zone).date() + _DAY
    stretches = tuple(_stretches(zone, _utc(first - _DAY), _utc(last + 3 * _DAY)))
    found = [
        span
        for number in range((last - first).days + 1)
        for window in chosen
        for span in _spans(window, first + number * _DAY, stretches)
    ]
    return [span for span in _join(found) if span.end > start and span.start < end]


def next_window(windows: Iterable[Window], zone: ZoneInfo, now: datetime) -> Span | None:
    """Return the span that is open at `now` (aware), or the next one; None without windows."""
    return next(iter(spans_between(windows, zone, now, now + LOOKS_AHEAD)), None)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A stretch of UTC in which a wall is the same number of hours ahead."""

    start: datetime
    end: datetime
    ahead: timedelta


def _stretches(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[_Stretch]:
    since, ahead, moment = start, _ahead(zone, start), start
    while moment < end:
        before, moment = moment, min(moment + _STRIDE, end)
        if _ahead(zone, moment) != ahead:
            change = _find_change(zone, before, moment)
            yield _Stretch(since, change, ahead)
            since, ahead = change, _ahead(zone, moment)
    yield _Stretch(since, end, ahead)


def _find_change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """Return the second at which the clock is put forward or back between these moments."""
    ahead = _ahead(zone, before)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=int((after - before).total_seconds()) // 2)
        if _ahead(zone, middle) == ahead:
            before = middle
        else:
            after = middle
    return after


def _ahead(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta(0)


def _utc(day: date) -> datetime:
    return datetime.combine(day, time(0), tzinfo=UTC)


def _spans(window: Window, day: date, stretches: Iterable[_Stretch]) -> Iterator[Span]:
    """Yield what of the run that begins on this day is shown on the wall, for each stretch."""
    if day.weekday() not in window.weekdays:
        return
    closing_day = day + _DAY if window.closes <= window.opens else day
    opens = datetime.combine(day, window.opens, tzinfo=UTC)
    closes = datetime.combine(closing_day, window.closes, tzinfo=UTC)
    for stretch in stretches:
        start = max(opens - stretch.ahead, stretch.start)
        end = min(closes - stretch.ahead, stretch.end)
        if start < end:
            yield Span(start=start, end=end)


def _join(spans: Iterable[Span]) -> Sequence[Span]:
    """Return spans in order; those that touch or overlap are one."""
    joined: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.start, one.end)):
        if joined and span.start <= joined[-1].end:
            longest = max(joined[-1].end, span.end)
            joined[-1] = Span(start=joined[-1].start, end=longest)
        else:
            joined.append(span)
    return joined
