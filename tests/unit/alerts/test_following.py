"""How an incident goes on: down, back, steady; a flapping phone is one incident."""

from datetime import timedelta

from phoneprov.alerts.following import Course, Sight, follow
from phoneprov.alerts.steadiness import steady_after
from tests.unit.alerts.rows import NOON, minutes

DOWN = Course(down_at=NOON)


def test_it_stays_as_it_is_while_down() -> None:
    assert follow(DOWN, Sight(is_down=True, since_at=NOON), NOON + minutes(60)) is DOWN


def test_it_is_over_when_it_has_been_back_for_two_minutes() -> None:
    back = follow(DOWN, Sight(since_at=NOON + minutes(14)), NOON + minutes(14))
    assert (back.back_at, back.longest_s, back.ended_at) == (NOON + minutes(14), 840, None)
    steady = follow(back, Sight(since_at=NOON + minutes(15)), NOON + minutes(16))
    assert steady.ended_at == NOON + minutes(16)
    assert steady.back_at == NOON + minutes(14)


def test_nothing_changes_while_nothing_is_known() -> None:
    """R128: a lost link, or a phone that is being updated."""
    held = Sight(is_down=False, is_held=True, since_at=NOON)
    assert follow(DOWN, held, NOON + minutes(60)) is DOWN


def test_what_is_switched_off_ends_without_a_return() -> None:
    gone = follow(DOWN, Sight(is_nobodys=True), NOON + minutes(3))
    assert (gone.ended_at, gone.is_moot) == (NOON + minutes(3), True)


def test_each_fall_makes_it_wait_longer() -> None:
    spans = [steady_after(falls) for falls in (1, 2, 3, 4, 50)]
    assert spans == [timedelta(minutes=one) for one in (2, 10, 30, 60, 60)]


def test_a_phone_that_flaps_for_a_day_is_one_incident() -> None:
    """Six minutes off, one minute on: it never ends, and so is told once."""
    course, ends = DOWN, 0
    for minute in range(24 * 60):
        is_down = minute % 7 < 6
        now = NOON + minutes(minute)
        course = follow(course, Sight(is_down=is_down, since_at=now), now)
        ends += course.ended_at is not None
    assert ends == 0
    assert course.falls == 206
