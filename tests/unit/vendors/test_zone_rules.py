"""An offset and one pair of changes stand for every zone that is offered: R15."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest

from phoneprov.core.zones import ZONE_NAMES
from phoneprov.vendors.zone import ZoneChange, ZoneRules
from phoneprov.vendors.zone_rules import zone_rules

YEARS = (2026, 2027)
DAY = timedelta(days=1)


class Clock:
    """A clock that knows only what ZoneRules say, for one year."""

    def __init__(self, rules: ZoneRules, year: int, *, by_week: bool = False) -> None:
        self._standard = timedelta(minutes=rules.offset_minutes)
        self._saving = timedelta(minutes=rules.saving_minutes)
        self.changes: list[datetime] = []
        when = _nth_weekday if by_week else _date
        if rules.starts and rules.ends:
            starts = when(rules.starts, year) - self._standard
            self.changes = [starts, when(rules.ends, year) - self._standard - self._saving]

    def offset(self, moment: datetime) -> timedelta:
        """Return the offset at a moment of that year."""
        at = moment.replace(tzinfo=None)
        if not self.changes:
            return self._standard
        starts, ends = self.changes
        is_summer = starts <= at < ends if starts < ends else not ends <= at < starts
        return self._standard + (self._saving if is_summer else timedelta())


def _date(change: ZoneChange, year: int) -> datetime:
    return datetime(year, change.month, change.day, change.hour, change.minute)  # noqa: DTZ001 - a wall-clock time has no zone


def _nth_weekday(change: ZoneChange, year: int) -> datetime:
    first = datetime(year, change.month, 1, change.hour, change.minute)  # noqa: DTZ001 - a wall-clock time has no zone
    days = [first + DAY * n for n in range(31)]
    days = [d for d in days if d.month == change.month and d.isoweekday() == change.weekday]
    return days[-1] if change.week == 5 else days[change.week - 1]


def _moments(year: int, clock: Clock) -> list[datetime]:
    """Return twice a month at noon, and each hour around the changes of the clock."""
    moments = [
        datetime(year, month, day, 12, tzinfo=UTC) for month in range(1, 13) for day in (1, 15)
    ]
    for change in clock.changes:
        around = (change.replace(tzinfo=UTC) + timedelta(hours=hour) for hour in range(-36, 37))
        moments += [moment for moment in around if moment.year == year]
    return moments


def _wrong(name: str, year: int, rules: ZoneRules, *, by_week: bool = False) -> list[datetime]:
    clock, zone = Clock(rules, year, by_week=by_week), ZoneInfo(name)
    return [
        at for at in _moments(year, clock) if clock.offset(at) != at.astimezone(zone).utcoffset()
    ]


@pytest.mark.parametrize("name", ZONE_NAMES)
def test_it_is_right_in_every_zone(name: str) -> None:
    """Twice a month and around each change, this year and the next, by date and by weekday."""
    for year in YEARS:
        rules = zone_rules(name, year)
        assert rules.name == name
        assert _wrong(name, year, rules) == []
        assert _wrong(name, year, rules, by_week=True) == []


def test_it_refuses_a_zone_that_does_not_exist() -> None:
    """A name is never guessed."""
    with pytest.raises(ZoneInfoNotFoundError):
        zone_rules("Europe/Atlantis", 2026)


@pytest.mark.parametrize(
    ("name", "weeks"),
    [
        ("Europe/Berlin", (5, 5)),
        ("America/New_York", (2, 1)),
        ("Australia/Adelaide", (1, 1)),
        ("Pacific/Auckland", (5, 1)),
        ("Asia/Jerusalem", (4, 5)),
    ],
)
def test_it_tells_the_last_from_the_fourth(name: str, weeks: tuple[int, int]) -> None:
    """Where both fall on one day this year, other years tell which is meant."""
    rules = zone_rules(name, 2026)
    assert rules.starts is not None
    assert rules.ends is not None
    assert (rules.starts.week, rules.ends.week) == weeks


@pytest.mark.parametrize(
    "name", ["Europe/Berlin", "America/New_York", "Australia/Adelaide", "Pacific/Auckland"]
)
def test_it_holds_for_years_where_rules_stay(name: str) -> None:
    """A phone that asked last years ago still changes on the right day.

    Not so where a law says "the Sunday from the 2nd on" (Chile): no n-th Sunday is always that,
    so such a phone has to ask once a year.
    """
    rules = zone_rules(name, 2026)
    for year in range(2025, 2037):
        assert _wrong(name, year, rules, by_week=True) == []


def test_it_has_an_ordinary_summer_in_dublin() -> None:
    """The database says that Irish winter is a negative saving; no phone can."""
    dublin, london = zone_rules("Europe/Dublin", 2026), zone_rules("Europe/London", 2026)
    assert (dublin.offset_minutes, dublin.saving_minutes) == (0, 60)
    assert (dublin.starts, dublin.ends) == (london.starts, london.ends)


@pytest.mark.parametrize(
    ("name", "minutes"), [("Australia/Lord_Howe", 30), ("Antarctica/Troll", 120)]
)
def test_it_says_what_summer_adds(name: str, minutes: int) -> None:
    """Not every summer is an hour."""
    assert zone_rules(name, 2026).saving_minutes == minutes


@pytest.mark.parametrize(
    ("name", "year", "minutes"), [("Asia/Almaty", 2024, 300), ("America/Caracas", 2016, -240)]
)
def test_it_keeps_the_offset_that_a_year_ends_with(name: str, year: int, minutes: int) -> None:
    """A zone that moved for good: right from the day of the move on."""
    rules = zone_rules(name, year)
    assert (rules.offset_minutes, rules.saving_minutes) == (minutes, 0)
    assert rules.starts is None
    assert rules.ends is None


@lru_cache
def _wrong_days(name: str, year: int) -> int:
    """Return on how many noons of a year the rules are wrong."""
    clock, zone = Clock(zone_rules(name, year), year), ZoneInfo(name)
    noons = [datetime(year, 1, 1, 12, tzinfo=UTC) + DAY * day for day in range(365)]
    return sum(clock.offset(at) != at.astimezone(zone).utcoffset() for at in noons)


@pytest.mark.parametrize("name", ["Africa/Casablanca", "Africa/El_Aaiun"])
def test_it_is_right_the_longest_where_one_pair_is_not_enough(name: str) -> None:
    """Morocco pauses summer time in Ramadan; in 2029 there are three changes, one pair says two."""
    assert _wrong_days(name, 2026) == 0
    assert _wrong_days(name, 2029) == 2
