"""Background work waits a moment for those who have just come, and never long."""

import pytest
from sqlalchemy import create_engine, text

from phoneprov.core.precedence import JUST_NOW_S, LONGEST_S, NAP_S, Precedence, in_background


class Clock:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.slept_s = 0.0
        self.crowd: Precedence | None = None

    def now(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds
        self.slept_s += seconds
        if self.crowd:
            self.crowd.note_arrival()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def precedence(clock: Clock) -> Precedence:
    return Precedence(clock.now, clock.sleep)


def test_nobody_came(clock: Clock, precedence: Precedence) -> None:
    with in_background():
        precedence.give_way()
    assert clock.slept_s == 0


def test_it_waits_until_who_came_has_been_answered(clock: Clock, precedence: Precedence) -> None:
    precedence.note_arrival()
    with in_background():
        precedence.give_way()
    assert JUST_NOW_S <= clock.slept_s <= JUST_NOW_S + NAP_S


def test_a_crowd_does_not_hold_it_up_for_long(clock: Clock, precedence: Precedence) -> None:
    clock.crowd = precedence
    precedence.note_arrival()
    with in_background():
        precedence.give_way()
    assert LONGEST_S <= clock.slept_s <= LONGEST_S + NAP_S


def test_who_asks_never_waits(clock: Clock, precedence: Precedence) -> None:
    with in_background():
        pass
    precedence.note_arrival()
    precedence.give_way()
    assert clock.slept_s == 0


def test_it_looks_before_each_statement(clock: Clock, precedence: Precedence) -> None:
    engine = create_engine("sqlite://")
    precedence.watch(engine)
    with engine.connect() as connection, in_background():
        for _ in range(2):
            precedence.note_arrival()
            connection.execute(text("SELECT 1"))
    engine.dispose()
    assert clock.slept_s >= 2 * JUST_NOW_S
