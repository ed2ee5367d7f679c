"""The calendar of maintenance windows: some weeks, by the clock on the wall at each phone. Pure.

A window is the same hours everywhere, so one grid is right for phones in any zone. Only where a
zone's clocks change in the middle of a window does its length differ, and the day says so.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Protocol

from phoneprov.firmware.window_words import ends_next_day, length_of, span_words, zone_of

WEEKS = 4
DAY = timedelta(days=1)


class Hours(Protocol):
    """What a calendar has to know of a window."""

    @property
    def weekdays(self) -> int:
        """Bit mask of the days on which it opens; bit 0 is Monday."""

    @property
    def opens(self) -> time:
        """When it opens, by the phone's clock."""

    @property
    def closes(self) -> time:
        """When it closes; the next day where that is not later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A roll-out that keeps to windows, as the calendar shows it."""

    rollout_id: int
    name: str
    is_halted: bool
    until: date
    """Last day on which it can go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """One window on the day on which it opens."""

    opens: time
    closes: time
    changes: tuple[str, ...] = ()
    """In which zones it is shorter or longer than usual, and by how much."""

    @property
    def ends_next_day(self) -> bool:
        """Whether it goes on after midnight."""
        return ends_next_day(self.opens, self.closes)

    @property
    def is_whole_day(self) -> bool:
        """Whether it lasts until the same time of the next day."""
        return self.opens == self.closes


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day of the calendar."""

    date: date
    is_today: bool
    is_past: bool
    openings: tuple[Opening, ...]
    begins: tuple[Running, ...]
    """Roll-outs whose first window is on this day."""
    goes_on: tuple[Running, ...]
    """Roll-outs that began on an earlier day."""


Week = tuple[Day, ...]
NamedZone = tuple[str, tzinfo]


def make_calendar(
    windows: Sequence[Hours],
    zones: Iterable[str],
    rollouts: Sequence[Running],
    today: date,
    weeks: int = WEEKS,
) -> tuple[Week, ...]:
    """Return whole weeks from the Monday before `today` on."""
    first = today - today.weekday() * DAY
    known = tuple((name, zone_of(name)) for name in zones)
    seen: set[int] = set()
    days: list[Day] = []
    for number in range(7 * weeks):
        day = first + number * DAY
        openings = _list_openings(windows, known, day)
        here = [one for one in rollouts if openings and today <= day <= one.until]
        days.append(
            Day(
                date=day,
                is_today=day == today,
                is_past=day < today,
                openings=openings,
                begins=tuple(one for one in here if one.rollout_id not in seen),
                goes_on=tuple(one for one in here if one.rollout_id in seen),
            )
        )
        seen.update(one.rollout_id for one in here)
    return tuple(tuple(days[at : at + 7]) for at in range(0, len(days), 7))


def _list_openings(
    windows: Sequence[Hours], zones: Sequence[NamedZone], day: date
) -> tuple[Opening, ...]:
    here = [one for one in windows if one.weekdays >> day.weekday() & 1]
    return tuple(
        Opening(opens=one.opens, closes=one.closes, changes=_list_changes(one, zones, day))
        for one in sorted(here, key=lambda one: (one.opens, one.closes))
    )


def _list_changes(window: Hours, zones: Sequence[NamedZone], day: date) -> tuple[str, ...]:
    """Say in which zones the clocks change while the window is open."""
    usual = length_of(window.opens, window.closes)
    last = day if window.closes > window.opens else day + DAY
    found = []
    for name, zone in zones:
        opens = datetime.combine(day, window.opens, zone).astimezone(UTC)
        closes = datetime.combine(last, window.closes, zone).astimezone(UTC)
        longer = closes - opens - usual
        if longer:
            word = "longer" if longer > timedelta(0) else "shorter"
            found.append(f"{span_words(abs(longer))} {word} in {name}: the clocks change")
    return tuple(found)
