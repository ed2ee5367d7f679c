"""Maintenance windows by the clock on the wall, whatever the wall does (R54, R130)."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneprov.firmware.windows import (
    UPDATE_TAKES,
    Span,
    Window,
    next_window,
    spans_between,
)

BERLIN, YORK, LORD_HOWE = (
    ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
)
EVERY_DAY = frozenset(range(7))
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def window(opens: str, closes: str, days: frozenset[int] = EVERY_DAY) -> Window:
    return Window(weekdays=days, opens=time.fromisoformat(opens), closes=time.fromisoformat(closes))


def time_left(windows: Sequence[Window], zone: ZoneInfo, now: datetime) -> timedelta:
    found = next_window(windows, zone, now)
    return found.left(now) if found else timedelta(0)


def is_open(windows: Sequence[Window], zone: ZoneInfo, now: datetime) -> bool:
    """Tell whether an update begun at `now` would still end inside a window."""
    return time_left(windows, zone, now) >= UPDATE_TAKES


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def span(start: str, end: str) -> Span:
    return Span(start=utc(start), end=utc(end))


def test_it_opens_and_closes_by_the_wall() -> None:
    night = window("22:00", "04:00", frozenset({4}))
    now = utc("2026-11-26T12:00")
    assert next_window([night], BERLIN, now) == span("2026-11-27T21:00", "2026-11-28T03:00")
    assert next_window([night], YORK, now) == span("2026-11-28T03:00", "2026-11-28T09:00")


def test_one_that_is_open_is_the_next_one() -> None:
    """Also when it opened on a day before, past midnight."""
    night = window("22:00", "04:00", frozenset({4}))
    now = utc("2026-11-28T01:00")
    found = next_window([night], BERLIN, now)
    assert found is not None
    assert found.start < now < found.end
    assert time_left([night], BERLIN, now) == 2 * HOUR
    assert time_left([night], BERLIN, found.end) == timedelta(0)


def test_nothing_begins_with_less_left_than_an_update_takes() -> None:
    noon = window("12:00", "13:00")
    assert not is_open([noon], BERLIN, utc("2026-11-28T10:59:59"))
    assert is_open([noon], BERLIN, utc("2026-11-28T11:00"))
    assert is_open([noon], BERLIN, utc("2026-11-28T11:50"))
    assert not is_open([noon], BERLIN, utc("2026-11-28T11:50:01"))


def test_windows_that_touch_or_overlap_are_one() -> None:
    now = utc("2026-11-25T12:00")
    touching = [window("00:00", "02:00"), window("22:00", "00:00")]
    assert next_window(touching, BERLIN, now) == span("2026-11-25T21:00", "2026-11-26T01:00")
    assert is_open(touching, BERLIN, utc("2026-11-25T22:55"))
    overlapping = [window("20:00", "23:00"), window("22:00", "01:00")]
    assert next_window(overlapping, BERLIN, now) == span("2026-11-25T19:00", "2026-11-26T00:00")


def test_the_same_time_twice_is_a_whole_day() -> None:
    saturday = window("06:00", "06:00", frozenset({5}))
    assert next_window([saturday], BERLIN, utc("2026-11-26T12:00")) == span(
        "2026-11-28T05:00", "2026-11-29T05:00"
    )
    always = window("00:00", "00:00")
    assert time_left([always], BERLIN, utc("2026-03-28T12:00")) > 14 * DAY


def test_no_window_is_never_open() -> None:
    now = utc("2026-11-26T12:00")
    assert next_window([], BERLIN, now) is None
    assert spans_between([window("01:00", "02:00", frozenset())], BERLIN, now, now + DAY) == []
    assert not is_open([], BERLIN, now)


def test_a_calendar_shows_whole_spans_in_order() -> None:
    night, noon = window("23:00", "01:00"), window("12:00", "13:00", frozenset({3}))
    found = spans_between([noon, night], BERLIN, utc("2026-11-25T23:30"), utc("2026-11-27T00:00"))
    assert found == [
        span("2026-11-25T22:00", "2026-11-26T00:00"),
        span("2026-11-26T11:00", "2026-11-26T12:00"),
        span("2026-11-26T22:00", "2026-11-27T00:00"),
    ]


CHANGES = [
    # Spring: the wall skips from 02:00 to 03:00, in Lord Howe to 02:30.
    (BERLIN, "01:00", "04:00", "2026-03-29", [("2026-03-29T00:00", "2026-03-29T02:00")]),
    (BERLIN, "02:30", "04:00", "2026-03-29", [("2026-03-29T01:00", "2026-03-29T02:00")]),
    (BERLIN, "01:00", "02:30", "2026-03-29", [("2026-03-29T00:00", "2026-03-29T01:00")]),
    (BERLIN, "02:10", "02:50", "2026-03-29", []),
    (YORK, "01:00", "04:00", "2026-03-08", [("2026-03-08T06:00", "2026-03-08T08:00")]),
    (YORK, "02:30", "03:30", "2026-03-08", [("2026-03-08T07:00", "2026-03-08T07:30")]),
    (LORD_HOWE, "01:00", "04:00", "2026-10-04", [("2026-10-03T14:30", "2026-10-03T17:00")]),
    (LORD_HOWE, "02:00", "02:30", "2026-10-04", []),
    # Autumn: an hour comes twice, in Lord Howe half an hour.
    (BERLIN, "01:00", "04:00", "2026-10-25", [("2026-10-24T23:00", "2026-10-25T03:00")]),
    (BERLIN, "02:00", "03:00", "2026-10-25", [("2026-10-25T00:00", "2026-10-25T02:00")]),
    (
        BERLIN,
        "02:15",
        "02:45",
        "2026-10-25",
        [("2026-10-25T00:15", "2026-10-25T00:45"), ("2026-10-25T01:15", "2026-10-25T01:45")],
    ),
    (YORK, "00:30", "01:30", "2026-11-01", [
        ("2026-11-01T04:30", "2026-11-01T05:30"), ("2026-11-01T06:00", "2026-11-01T06:30")
    ]),
    (YORK, "01:00", "02:00", "2026-11-01", [("2026-11-01T05:00", "2026-11-01T07:00")]),
    (LORD_HOWE, "01:30", "02:00", "2026-04-05", [("2026-04-04T14:30", "2026-04-04T15:30")]),
    (LORD_HOWE, "01:00", "03:00", "2026-04-05", [("2026-04-04T14:00", "2026-04-04T16:30")]),
]  # fmt: skip


@pytest.mark.parametrize(("zone", "opens", "closes", "day", "wanted"), CHANGES)
def test_the_clock_changes_inside_a_window(
    zone: ZoneInfo, opens: str, closes: str, day: str, wanted: list[tuple[str, str]]
) -> None:
    date = datetime.fromisoformat(day)
    rule = window(opens, closes, frozenset({date.weekday()}))
    noon = date.replace(hour=12, tzinfo=zone).astimezone(UTC)
    found = spans_between([rule], zone, noon - DAY, noon)
    assert found == [span(*ends) for ends in wanted]


def test_a_night_across_the_change_is_longer_or_shorter() -> None:
    """The night is one hour shorter in spring and longer in autumn, and closes by the wall."""
    night = window("22:00", "06:00", frozenset({5}))
    spring = next_window([night], BERLIN, utc("2026-03-28T12:00"))
    autumn = next_window([night], BERLIN, utc("2026-10-24T12:00"))
    assert spring is not None
    assert autumn is not None
    assert (spring.length, autumn.length) == (7 * HOUR, 9 * HOUR)


def test_where_midnight_itself_is_skipped() -> None:
    """Beirut puts its clock forward at midnight."""
    zone = ZoneInfo("Asia/Beirut")
    found = spans_between(
        [window("00:00", "02:00")], zone, utc("2026-03-28T20:00"), utc("2026-03-29T12:00")
    )
    assert found == [span("2026-03-28T22:00", "2026-03-28T23:00")]


ZONES = st.sampled_from([BERLIN, YORK, LORD_HOWE, ZoneInfo("UTC"), ZoneInfo("Asia/Beirut")])
CLOCKS = st.times().map(lambda one: one.replace(second=0, microsecond=0))
WINDOWS = st.builds(
    Window,
    weekdays=st.frozensets(st.integers(0, 6), max_size=7),
    opens=CLOCKS,
    closes=CLOCKS,
)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(  # noqa: DTZ001 - made UTC below
    lambda one: one.replace(tzinfo=UTC, microsecond=0)
)


@given(st.lists(WINDOWS, max_size=3), ZONES, MOMENTS)
def test_spans_are_in_order_disjoint_and_not_empty(
    rules: list[Window], zone: ZoneInfo, now: datetime
) -> None:
    found = spans_between(rules, zone, now, now + 10 * DAY)
    assert all(one.start < one.end for one in found)
    assert all(one.end < after.start for one, after in pairwise(found)), (
        "and those that touch are one"
    )
    assert all(one.end > now and one.start < now + 10 * DAY for one in found)


@given(st.lists(WINDOWS, min_size=1, max_size=3), ZONES, MOMENTS)
def test_a_moment_is_inside_exactly_when_the_wall_shows_a_time_inside(
    rules: list[Window], zone: ZoneInfo, now: datetime
) -> None:
    """So no moment of a skipped hour, and both of an hour that comes twice."""
    shown = now.astimezone(zone)
    wall, day = shown.time().replace(tzinfo=None, fold=0), shown.weekday()
    wanted = any(_holds(rule, wall, day) for rule in rules)
    assert (time_left(rules, zone, now) > timedelta(0)) is wanted


def _holds(rule: Window, wall: time, day: int) -> bool:
    """Say of one wall-clock time, without any zone, whether it is in a window."""
    if rule.opens < rule.closes:
        return day in rule.weekdays and rule.opens <= wall < rule.closes
    before = (day - 1) % 7
    return (day in rule.weekdays and wall >= rule.opens) or (
        before in rule.weekdays and wall < rule.closes
    )
