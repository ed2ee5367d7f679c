"""Windows, daylight saving, restarts and clocks that are set (R54, R130)."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from phoneprov.firmware.models import FirmwareTurn, TurnState
from phoneprov.firmware.rollout_models import PartState, RolloutState
from phoneprov.fleet.status import PhoneStatus
from phoneprov.operations.models import Command
from tests.integration.rollouts.conftest import HOUR, MINUTE, NEW, OLD, Fleet, on_both

DAY = timedelta(days=1)


@on_both
def test_nothing_begins_outside_its_window(fleet: Fleet) -> None:
    """22:00 to 04:00 by the clock in Berlin, in winter one hour before UTC's."""
    fleet.window("22:00", "04:00")
    phone = fleet.phone()
    fleet.start([phone], fleet.image(), in_windows=True)
    fleet.watch(datetime(2026, 11, 23, 20, 59, tzinfo=UTC) - fleet.now)
    assert fleet.count(FirmwareTurn) == 0
    assert "window" in fleet.part(phone).reason
    fleet.watch(2 * MINUTE)
    assert fleet.updating() == [phone.id]


def test_each_phone_has_the_clock_of_its_own_wall(fleet: Fleet) -> None:
    fleet.window("22:00", "23:00")
    berlin, york = fleet.phone(), fleet.phone(time_zone="America/New_York")
    fleet.start([berlin, york], fleet.image(), in_windows=True, canary_phones=2)
    fleet.watch(datetime(2026, 11, 23, 21, 5, tzinfo=UTC) - fleet.now)
    assert fleet.updating() == [berlin.id]
    fleet.take(berlin)
    fleet.watch(datetime(2026, 11, 24, 3, 5, tzinfo=UTC) - fleet.now)
    assert fleet.updating() == [york.id]


def test_what_would_not_end_in_its_window_is_not_begun(fleet: Fleet) -> None:
    fleet.window("13:00", "13:30")
    phone = fleet.phone()
    fleet.start([phone], fleet.image(), in_windows=True)
    fleet.now += timedelta(minutes=20, seconds=1)
    fleet.watch(HOUR)
    assert fleet.count(FirmwareTurn) == 0


def test_a_window_that_closes_in_the_middle_ends_what_has_begun(fleet: Fleet) -> None:
    """Nothing new is begun: the one that had not asked for the file yet waits for the next one."""
    fleet.window("13:00", "13:15")
    phones = fleet.phones(4)
    fleet.start(phones, fleet.image(), in_windows=True, canary_phones=2, verify_minutes=0)
    fleet.watch(5 * MINUTE)
    begun, slow = (p for p in phones if p.id in fleet.updating())
    fleet.ask(begun)
    fleet.download(begun, 0.5)
    fleet.watch(4 * MINUTE)
    fleet.download(begun, 0.9)
    assert len(fleet.updating()) == 2
    fleet.watch(2 * MINUTE)
    assert fleet.updating() == [begun.id]
    part = fleet.part(slow)
    assert part.state is PartState.WAITING
    assert part.reason == "It waits for the next window; too little is left of this one."
    assert fleet.status(slow) is PhoneStatus.ONLINE
    fleet.watch(8 * MINUTE)
    fleet.take(begun)
    fleet.watch(HOUR)
    assert fleet.part(begun).state is PartState.DONE
    assert fleet.updating() == []
    fleet.watch(datetime(2026, 11, 24, 12, 1, tzinfo=UTC) - fleet.now)
    assert fleet.updating() == [slow.id], "the next day it goes on where it was"


@pytest.mark.parametrize(
    ("start", "opens", "closes", "first", "last", "least"),
    [
        # The hour from 02:00 is skipped: the window is from 03:00 on the wall, 01:00 UTC.
        ("2026-03-28T20:00", "02:30", "04:00", "2026-03-29T01:00", "2026-03-29T01:50", 5),
        # The hour from 02:00 comes twice: the window is two hours long.
        ("2026-10-24T20:00", "02:00", "03:00", "2026-10-25T00:00", "2026-10-25T01:50", 10),
    ],
)
def test_the_clock_changes_inside_a_window(
    fleet: Fleet, start: str, opens: str, closes: str, first: str, last: str, least: int
) -> None:
    fleet.now = datetime.fromisoformat(start).replace(tzinfo=UTC)
    fleet.window(opens, closes)
    phones = fleet.phones(40)
    fleet.start(
        phones,
        fleet.image(),
        in_windows=True,
        canary_phones=1,
        batch_phones=1,
        verify_minutes=0,
        ends_at=fleet.now + timedelta(hours=20),
    )
    for _ in range(20 * 12):
        fleet.advance(after=5 * MINUTE - timedelta(seconds=fleet.now.second))
        going = fleet.updating()
        for phone in phones:
            if phone.id in going:
                now = fleet.now
                fleet.take(phone)
                fleet.now = now
    opened = fleet.session.scalars(select(FirmwareTurn.opened_at)).all()
    assert min(opened) >= datetime.fromisoformat(first).replace(tzinfo=UTC)
    assert max(opened) <= datetime.fromisoformat(last).replace(tzinfo=UTC)
    assert len(opened) >= least


@on_both
def test_a_restart_in_the_middle_does_nothing_twice(fleet: Fleet) -> None:
    """Every run has sessions of its own, so each is like the first one of a new process."""
    phones = fleet.phones(5)
    fleet.start(phones, fleet.image(), canary_phones=2)
    fleet.advance()
    for _ in range(5):
        assert fleet.advance() == 0
    assert fleet.count(FirmwareTurn) == fleet.count(Command) == 2


@on_both
def test_time_that_nobody_watched_fails_nobody(fleet: Fleet) -> None:
    """Three hours of downtime while it downloads: it goes on where it was."""
    phone = fleet.phone()
    fleet.start([phone], fleet.image())
    fleet.advance()
    fleet.ask(phone)
    fleet.download(phone, 0.5)
    fleet.advance()
    fleet.advance(after=3 * HOUR)
    assert fleet.part(phone).state is PartState.UPDATING
    assert fleet.status(phone) is PhoneStatus.UPDATING
    fleet.watch(8 * MINUTE)
    assert fleet.part(phone).state is PartState.UPDATING
    fleet.watch(3 * MINUTE)
    assert fleet.part(phone).state is PartState.FAILED


def test_what_happened_meanwhile_is_seen_after_a_restart(fleet: Fleet) -> None:
    phone = fleet.phone()
    fleet.start([phone], fleet.image())
    fleet.advance()
    fleet.ask(phone)
    fleet.download(phone)
    fleet.now += 2 * HOUR
    fleet.ask(phone, running=NEW)
    fleet.register(phone)
    fleet.advance(after=HOUR)
    assert fleet.part(phone).state is PartState.DONE


@pytest.mark.parametrize("jump", [DAY, 400 * DAY, -DAY, -HOUR])
def test_a_clock_that_is_set_fails_nobody(fleet: Fleet, jump: timedelta) -> None:
    phones = fleet.phones(3)
    rollout = fleet.start(phones, fleet.image(), canary_phones=1, ends_at=fleet.now + 60 * DAY)
    fleet.advance()
    first = next(p for p in phones if p.id in fleet.updating())
    fleet.ask(first)
    fleet.download(first, 0.5)
    fleet.advance()
    fleet.advance(after=jump)
    assert fleet.part(first).state is PartState.UPDATING
    turn = fleet.turn(first)
    assert turn.deadline_after is not None
    assert MINUTE < turn.deadline_after - fleet.now <= 11 * MINUTE
    fleet.advance(after=-jump)
    assert fleet.part(first).state is PartState.UPDATING
    fleet.take(first)
    fleet.watch(2 * MINUTE)
    fleet.session.refresh(rollout)
    assert fleet.part(first).state is PartState.DONE
    until = rollout.verify_until
    assert until is not None
    fleet.advance(after=jump)
    fleet.session.refresh(rollout)
    assert rollout.verify_until == until + jump
    assert fleet.count(FirmwareTurn) == 1, "the canary is still being watched"


def test_a_phone_that_came_back_old_is_judged_after_a_step_back(fleet: Fleet) -> None:
    phone = fleet.phone()
    fleet.start([phone], fleet.image())
    fleet.advance()
    fleet.take(phone, comes_back_with=OLD)
    fleet.advance(after=-HOUR)
    turn = fleet.session.scalars(select(FirmwareTurn)).one()
    assert turn.state is TurnState.FAILED


def test_a_roll_out_ends_in_time(fleet: Fleet) -> None:
    """Its windows never came; what had begun would still end by itself."""
    fleet.window("13:00", "13:30", days=[6])
    phone = fleet.phone()
    rollout = fleet.start([phone], fleet.image(), in_windows=True, ends_at=fleet.now + DAY)
    fleet.watch(DAY + MINUTE)
    fleet.session.refresh(rollout)
    assert rollout.state is RolloutState.DONE
    assert fleet.part(phone).state is PartState.SKIPPED
