"""The engine's own clock: time that nobody watched, or that was set, fails no phone."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from phoneprov.firmware.models import FirmwareTurn
from phoneprov.firmware.rollout_models import PartState, Rollout, RolloutClock, RolloutPhone
from phoneprov.fleet.models import Phone
from phoneprov.operations.rollouts.limits import GAP, STEADY_AFTER

NONE = timedelta(0)


def watch_clock(session: Session, now: datetime) -> RolloutClock:
    """Note that the engine looks now; move what is open by the time that nobody watched.

    It is the first thing written in each of the engine's transactions, so that on SQLite nobody
    halts or cancels in the middle of one.
    """
    clock = session.get(RolloutClock, 1, with_for_update=True)
    if clock is None:
        clock = RolloutClock(id=1, looked_at=now, steady_since=now)
        session.add(clock)
    gap = find_gap(clock.looked_at, now)
    clock.looked_at = now
    session.flush()
    if gap:
        clock.steady_since = now
        _move_deadlines(session, gap)
    return clock


def is_steady(clock: RolloutClock) -> bool:
    """Tell whether its time can be trusted for what can't be taken back.

    One that is a year ahead by mistake for a moment must not end a roll-out.
    """
    return clock.looked_at - clock.steady_since >= STEADY_AFTER


def find_gap(looked_at: datetime, now: datetime) -> timedelta:
    """Return the time that nobody watched: a long pause, or a clock that was set either way."""
    passed = now - looked_at
    return passed if passed > GAP or passed < NONE else NONE


def _move_deadlines(session: Session, gap: timedelta) -> None:
    parts = (
        select(FirmwareTurn, Phone)
        .join(RolloutPhone, RolloutPhone.turn_id == FirmwareTurn.id)
        .join(Phone, Phone.id == FirmwareTurn.phone_id)
        .where(RolloutPhone.state == PartState.UPDATING, FirmwareTurn.closed_at.is_(None))
    )
    for turn, phone in session.execute(parts).all():
        if turn.deadline_after is not None:
            turn.deadline_after += gap
        if phone.updating_until is not None:
            phone.updating_until += gap
    for rollout in session.scalars(select(Rollout).where(Rollout.verify_until.is_not(None))):
        if rollout.verify_until is not None:
            rollout.verify_until += gap
    session.flush()
