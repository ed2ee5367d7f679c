"""Quiet hours and daily times by the clock on the wall, on the days when it is put forward or back."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from phoneprov.alerts.hours import find_zone, is_quiet, next_daily, read_minute, write_minute

BERLIN = ZoneInfo("Europe/Berlin")
TEN, SIX = 22 * 60, 6 * 60


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        ("21:59", False),
        ("22:00", True),
        ("23:59", True),
        ("00:00", True),
        ("05:59", True),
        ("06:00", False),
    ],
)
def test_hours_over_midnight(clock: str, expected: bool) -> None:  # noqa: FBT001 - a table
    """The first minute is quiet, the last one isn't."""
    now = datetime.fromisoformat(f"2026-11-23 {clock}").replace(tzinfo=BERLIN).astimezone(UTC)
    assert is_quiet(now, TEN, SIX, BERLIN) is expected


def test_the_zone_is_that_of_the_one_who_is_told() -> None:
    """22:30 in Berlin is 16:30 in New York."""
    now = utc("2026-11-23 21:30")
    assert is_quiet(now, TEN, SIX, BERLIN)
    assert not is_quiet(now, TEN, SIX, ZoneInfo("America/New_York"))


def test_without_hours_nothing_is_quiet() -> None:
    assert not is_quiet(utc("2026-11-23 02:00"), None, None, BERLIN)
    assert not is_quiet(utc("2026-11-23 02:00"), TEN, None, BERLIN)


def test_they_end_at_the_same_clock_in_summer_and_winter() -> None:
    """06:00 is 05:00 UTC in winter, 04:00 UTC in summer."""
    assert is_quiet(utc("2026-01-15 04:59"), TEN, SIX, BERLIN)
    assert not is_quiet(utc("2026-01-15 05:00"), TEN, SIX, BERLIN)
    assert is_quiet(utc("2026-07-15 03:59"), TEN, SIX, BERLIN)
    assert not is_quiet(utc("2026-07-15 04:00"), TEN, SIX, BERLIN)


def test_an_hour_that_comes_twice_is_quiet_twice() -> None:
    """On 2026-10-25 Berlin's clock shows 02:30 at 00:30 UTC and again at 01:30 UTC."""
    for moment in ("2026-10-25 00:30", "2026-10-25 01:30"):
        assert is_quiet(utc(moment), 2 * 60, 3 * 60, BERLIN)
    assert not is_quiet(utc("2026-10-25 02:00"), 2 * 60, 3 * 60, BERLIN)


def test_an_end_that_is_left_out_is_the_next_minute_there_is() -> None:
    """On 2026-03-29 Berlin's clock goes from 01:59 to 03:00: until 02:30 ends at 03:00."""
    end = 2 * 60 + 30
    assert is_quiet(utc("2026-03-29 00:59"), TEN, end, BERLIN)
    assert not is_quiet(utc("2026-03-29 01:00"), TEN, end, BERLIN)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("2026-11-23 06:59", "2026-11-23 07:00"),
        ("2026-11-23 07:00", "2026-11-23 07:00"),
        ("2026-11-23 07:01", "2026-11-24 07:00"),
        ("2026-03-28 12:00", "2026-03-29 06:00"),
        ("2026-10-24 12:00", "2026-10-25 07:00"),
    ],
)
def test_a_daily_time_is_the_clocks(after: str, expected: str) -> None:
    """08:00 in Berlin, over both changes of the clock."""
    assert next_daily(utc(after), 8 * 60, BERLIN) == utc(expected)


def test_a_daily_time_that_is_left_out_comes_all_the_same() -> None:
    """02:30 doesn't exist on 2026-03-29: it is told at 03:30, once."""
    found = next_daily(utc("2026-03-29 00:00"), 150, BERLIN)
    assert found == utc("2026-03-29 01:30")


def test_a_zone_that_is_gone_is_utc() -> None:
    assert find_zone("Mars/Olympus_Mons") is UTC
    assert find_zone("") is UTC


@pytest.mark.parametrize(
    ("text", "minute"),
    [
        ("22:00", 1320),
        ("0:05", 5),
        (" 06:30 ", 390),
        ("24:00", None),
        ("6", None),
        ("6:5", None),
        ("٦:٣٠", None),
        ("", None),
        ("06:60", None),
        ("-1:30", None),
    ],
)
def test_it_reads_a_time_of_day(text: str, minute: int | None) -> None:
    assert read_minute(text) == minute
    if minute is not None:
        assert read_minute(write_minute(minute)) == minute
