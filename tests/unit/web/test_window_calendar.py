"""The calendar of maintenance windows, and windows in words (R54, R130)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import pytest

from phoneprov.firmware.window_words import (
    days_words,
    hours_words,
    length_of,
    moment_words,
    span_words,
)
from phoneprov.web.windows.calendar import Day, Running, make_calendar

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
TUESDAY = date(2026, 12, 1)
EVERY_DAY = 0b1111111


@dataclass(frozen=True)
class Hours:
    weekdays: int
    opens: time
    closes: time


NIGHT = Hours(EVERY_DAY, time(22), time(5))


def days(
    *windows: Hours,
    today: date = TUESDAY,
    zones: tuple[str, ...] = (),
    rollouts: tuple[Running, ...] = (),
) -> list[Day]:
    weeks = make_calendar(windows, zones, rollouts, today)
    return [day for week in weeks for day in week]


def test_it_begins_on_a_monday_and_has_four_weeks() -> None:
    found = days(NIGHT)
    assert (found[0].date, found[-1].date) == (date(2026, 11, 30), date(2026, 12, 27))
    assert [day.date for day in found if day.is_today] == [TUESDAY]
    assert [day.date for day in found if day.is_past] == [date(2026, 11, 30)]


def test_a_window_stands_on_the_days_on_which_it_opens() -> None:
    sundays = days(Hours(0b1000000, time(6), time(18)))
    assert [day.date.weekday() for day in sundays if day.openings] == [6] * 4
    (opening,) = sundays[6].openings
    assert not opening.ends_next_day


def test_several_windows_of_a_day_stand_in_order() -> None:
    found = days(NIGHT, Hours(EVERY_DAY, time(12), time(13)))
    assert [one.opens for one in found[1].openings] == [time(12), time(22)]


@pytest.mark.parametrize(
    ("day", "zone", "said"),
    [
        (date(2027, 3, 27), BERLIN, "1 h shorter in Europe/Berlin: the clocks change"),
        (date(2026, 10, 24), BERLIN, "1 h longer in Europe/Berlin: the clocks change"),
        (date(2027, 3, 13), NEW_YORK, "1 h shorter in America/New_York: the clocks change"),
        (date(2027, 3, 27), NEW_YORK, None),
        (date(2027, 3, 27), "Asia/Kolkata", None),
        (date(2027, 3, 27), "Nowhere/Gone", None),
    ],
)
def test_a_change_of_the_clocks_is_told_where_it_is(day: date, zone: str, said: str | None) -> None:
    """R130: in the zone of the phones, on the night in which it happens."""
    found = days(NIGHT, today=day, zones=(zone,))
    told = {one.date: one.openings[0].changes for one in found if one.openings}
    assert told[day] == ((said,) if said else ())
    assert told[day + timedelta(days=1)] == ()


def test_a_rollout_stands_on_the_days_on_which_it_may_go_on() -> None:
    """It begins on its first window-day and ends with its time; days without a window have none."""
    running = Running(rollout_id=7, name="Repair", is_halted=False, until=date(2026, 12, 4))
    found = days(Hours(0b0010110, time(1), time(2)), rollouts=(running,))
    assert [day.date.day for day in found if day.begins] == [1]
    assert [day.date.day for day in found if day.goes_on] == [2, 4]


@pytest.mark.parametrize(
    ("mask", "words"),
    [
        (EVERY_DAY, "Every day"),
        (0b0011111, "Mon–Fri"),
        (0b1100000, "Sat, Sun"),
        (0b0010101, "Mon, Wed, Fri"),
        (0b1001111, "Mon–Thu, Sun"),
        (0, "No day"),
    ],
)
def test_days_are_told_as_people_say_them(mask: int, words: str) -> None:
    assert days_words(mask) == words


@pytest.mark.parametrize(
    ("opens", "closes", "words", "length"),
    [
        (time(9), time(17), "09:00–17:00", "8 h"),
        (time(22), time(5, 30), "22:00–05:30 the next morning", "7 h 30 min"),
        (time(22), time(0), "22:00–00:00", "2 h"),
        (time(0), time(0), "24 hours from 00:00", "24 h"),
        (time(1), time(1, 45), "01:00–01:45", "45 min"),
    ],
)
def test_hours_are_told_with_their_length(
    opens: time, closes: time, words: str, length: str
) -> None:
    assert hours_words(opens, closes) == words
    assert span_words(length_of(opens, closes)) == length


def test_a_moment_is_told_by_the_clock_of_its_zone() -> None:
    moment = datetime(2026, 12, 1, 21, tzinfo=UTC)
    assert moment_words(moment, BERLIN) == "Tue 1 Dec, 22:00 (Europe/Berlin)"
    assert moment_words(moment, NEW_YORK) == "Tue 1 Dec, 16:00 (America/New_York)"
