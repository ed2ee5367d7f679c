"""Carries one roll-out on by a step, in a transaction of the caller's."""

import sys
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from phoneprov.catalog.catalog import Catalog
from phoneprov.firmware.models import Firmware
from phoneprov.firmware.rollout_models import (
    CANARY,
    OPEN_ROLLOUTS,
    PartState,
    Rollout,
    RolloutClock,
    RolloutPhone,
    RolloutState,
)
from phoneprov.fleet.models import Phone
from phoneprov.fleet.sights import REACHABLE, read_sights
from phoneprov.fleet.status import PhoneStatus
from phoneprov.operations.rollouts.clock import is_steady
from phoneprov.operations.rollouts.health import (
    find_goal,
    is_watch_sure,
    say_failures,
    say_goal_gone,
    watch_canary,
)
from phoneprov.operations.rollouts.judging import settle_part
from phoneprov.operations.rollouts.opening import Bench, count_room, drop_out, open_turns
from phoneprov.operations.rollouts.openings import Openings
from phoneprov.operations.rollouts.stopping import halt_rollout
from phoneprov.operations.rollouts.trail import name_rollout_in_trail
from phoneprov.operations.rollouts.waves import (
    Move,
    WaveFacts,
    decide_move,
)
from phoneprov.tenancy.audit import SYSTEM, write_audit

TIME_OVER = "The roll-out ended before it could take it."
LAST = sys.maxsize
_THERE = (*REACHABLE, PhoneStatus.PROVISIONING)


def carry_on(
    session: Session, catalog: Catalog, rollout_id: int, clock: RolloutClock, *, most_downloads: int
) -> int:
    """Carry a roll-out on; return how many turns were opened."""
    now = clock.looked_at
    rollout = session.scalar(
        select(Rollout)
        .where(Rollout.id == rollout_id, Rollout.state.in_(OPEN_ROLLOUTS))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if rollout is None:
        return 0
    if now >= rollout.ends_at and not is_steady(clock):
        return 0
    if now >= rollout.ends_at:
        _end_waiting(session, rollout, now)
    if rollout.state is RolloutState.HALTED:
        _finish_if_over(session, rollout, now)
        return 0
    goal = find_goal(session, rollout)
    watch_canary(session, rollout, now)
    reason = say_goal_gone(rollout, goal) or say_failures(session, rollout)
    if reason or goal is None:
        halt_rollout(session, rollout, actor=SYSTEM, now=now, reason=reason)
        return 0
    return _go_on(session, catalog, rollout, goal, now, most_downloads=most_downloads)


def _go_on(  # noqa: PLR0913 - what a step needs
    session: Session,
    catalog: Catalog,
    rollout: Rollout,
    goal: Firmware,
    now: datetime,
    *,
    most_downloads: int,
) -> int:
    """Open turns, or see whether the next wave may follow; return how many were opened."""
    parts = _list_waiting(session, rollout)
    sights = read_sights(session, [one.phone_id for one in parts if one.phone_id], now)
    bench = Bench(
        session=session,
        catalog=catalog,
        rollout=rollout,
        goal=goal,
        openings=Openings(session, now),
        sights=sights,
    )
    kept = drop_out(bench, parts)
    opened = open_turns(bench, kept, room=count_room(session, rollout, most_downloads))
    if not opened:
        here = sum(not sights[part.phone_id or 0].is_away for part in kept)
        _move_on(session, rollout, here, now)
    return opened


def _list_waiting(session: Session, rollout: Rollout) -> Sequence[RolloutPhone]:
    """Return the phones whose wave has come; of earlier ones only those that may be there."""
    return session.scalars(
        select(RolloutPhone)
        .outerjoin(Phone, Phone.id == RolloutPhone.phone_id)
        .where(
            RolloutPhone.rollout_id == rollout.id,
            RolloutPhone.state == PartState.WAITING,
            RolloutPhone.wave <= rollout.wave,
            or_(
                RolloutPhone.wave == rollout.wave,
                Phone.id.is_(None),
                Phone.status.in_(_THERE),
                Phone.disabled_at.is_not(None),
            ),
        )
        .order_by(RolloutPhone.wave, RolloutPhone.position, RolloutPhone.id)
    ).all()


def _move_on(session: Session, rollout: Rollout, here: int, now: datetime) -> None:
    facts = _read_wave(session, rollout, here, now)
    move = decide_move(facts, now)
    if move is Move.FINISH:
        _close(session, rollout, now)
    elif move is Move.WATCH:
        rollout.verify_until = now + timedelta(minutes=rollout.verify_minutes)
    elif move is Move.MORE_CANARIES:
        _choose_more_canaries(session, rollout)
    elif move is Move.NEXT:
        rollout.wave, rollout.verify_until = _find_next_wave(session, rollout), None
    session.flush()


def _read_wave(session: Session, rollout: Rollout, here: int, now: datetime) -> WaveFacts:
    """Return how the roll-out stands; `here` phones of it wait and are there."""
    rows = session.execute(
        select(RolloutPhone.wave, RolloutPhone.state, RolloutPhone.is_forgiven, func.count())
        .where(RolloutPhone.rollout_id == rollout.id)
        .group_by(RolloutPhone.wave, RolloutPhone.state, RolloutPhone.is_forgiven)
    ).all()

    def count(state: PartState, first: int, last: int, *, forgiven: bool | None = None) -> int:
        return sum(
            number
            for wave, one, is_forgiven, number in rows
            if one is state and first <= wave <= last and forgiven in {None, is_forgiven}
        )

    now_at = rollout.wave
    is_canary = now_at == CANARY
    return WaveFacts(
        is_canary=is_canary,
        updating=count(PartState.UPDATING, CANARY, LAST),
        waiting_here=here,
        waiting_away=count(PartState.WAITING, CANARY, now_at) - here,
        waiting_later=count(PartState.WAITING, now_at + 1, LAST),
        done=count(PartState.DONE, CANARY, CANARY),
        forgiven=count(PartState.FAILED, CANARY, CANARY, forgiven=True),
        watch_until=rollout.verify_until,
        is_watch_sure=not is_canary or is_watch_sure(session, rollout, now),
    )


def _choose_more_canaries(session: Session, rollout: Rollout) -> None:
    """Let phones that are there go first in place of a canary that is away or was left alone."""
    waiting = (RolloutPhone.rollout_id == rollout.id, RolloutPhone.state == PartState.WAITING)
    others = session.scalars(
        select(RolloutPhone)
        .join(Phone, Phone.id == RolloutPhone.phone_id)
        .where(*waiting, RolloutPhone.wave > CANARY, Phone.status.in_(REACHABLE))
        .order_by(RolloutPhone.wave, RolloutPhone.position, RolloutPhone.id)
        .limit(rollout.canary_phones)
    ).all()
    last = session.scalar(
        select(func.max(RolloutPhone.position)).where(
            RolloutPhone.rollout_id == rollout.id, RolloutPhone.wave == CANARY
        )
    )
    for place, part in enumerate(others, start=(last or 0) + 1):
        part.wave, part.position = CANARY, place


def _find_next_wave(session: Session, rollout: Rollout) -> int:
    found = session.scalar(
        select(func.min(RolloutPhone.wave)).where(
            RolloutPhone.rollout_id == rollout.id,
            RolloutPhone.state == PartState.WAITING,
            RolloutPhone.wave > rollout.wave,
        )
    )
    return rollout.wave if found is None else found


def _end_waiting(session: Session, rollout: Rollout, now: datetime) -> None:
    """Its time is over: whoever still waits is left alone, with what it waited for."""
    parts = session.scalars(
        select(RolloutPhone).where(
            RolloutPhone.rollout_id == rollout.id, RolloutPhone.state == PartState.WAITING
        )
    ).all()
    for part in parts:
        settle_part(part, PartState.SKIPPED, f"{TIME_OVER} {part.reason}".strip(), now)
    session.flush()


def _finish_if_over(session: Session, rollout: Rollout, now: datetime) -> None:
    """Close a halted roll-out of which nothing is left."""
    left = session.scalar(
        select(func.count()).where(
            RolloutPhone.rollout_id == rollout.id,
            RolloutPhone.state.in_((PartState.WAITING, PartState.UPDATING)),
        )
    )
    if not left and now >= rollout.ends_at:
        _close(session, rollout, now)


def _close(session: Session, rollout: Rollout, now: datetime) -> None:
    rollout.state, rollout.closed_at, rollout.verify_until = RolloutState.DONE, now, None
    counts = session.execute(
        select(RolloutPhone.state, func.count())
        .where(RolloutPhone.rollout_id == rollout.id)
        .group_by(RolloutPhone.state)
        .order_by(RolloutPhone.state)
    )
    note = ", ".join(f"{number} {state.value}" for state, number in counts)
    write_audit(
        session,
        SYSTEM,
        "rollout.end",
        rollout.name,
        at=now,
        tenant_id=rollout.tenant_id,
        changes=name_rollout_in_trail(rollout),
        note=note,
    )
