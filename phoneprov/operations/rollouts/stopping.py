"""Halts a roll-out, goes on with it, cancels it, and tries failed phones again."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from phoneprov.core.errors import NotAllowedError
from phoneprov.firmware.models import FirmwareTurn, TurnState
from phoneprov.firmware.rollout_models import (
    LONGEST_REASON,
    PartState,
    Rollout,
    RolloutPhone,
    RolloutState,
)
from phoneprov.operations.rollouts.trail import name_rollout_in_trail
from phoneprov.operations.rollouts.turns import end_turn
from phoneprov.tenancy.audit import SYSTEM, Actor, write_audit

BY_HAND = "Halted by hand."
WAITED = "Cancelled before its turn."
NOT_BEGUN = "Cancelled before its download began."


def halt_rollout(
    session: Session, rollout: Rollout, *, actor: Actor, now: datetime, reason: str = ""
) -> bool:
    """Begin nothing more; phones that have not begun their download wait again.

    Returns False where it was not running.
    """
    session.refresh(rollout, with_for_update=True)
    if rollout.state is not RolloutState.RUNNING:
        return False
    rollout.state, rollout.halted_at = RolloutState.HALTED, now
    rollout.own_halts = rollout.own_halts + int(actor == SYSTEM)
    rollout.halted_reason = (reason or f"{BY_HAND[:-1]} by {actor.name}.")[:LONGEST_REASON]
    session.flush()
    for part in _list_not_begun(session, rollout):
        end_turn(session, part, TurnState.CANCELLED, f"Halted: {rollout.halted_reason}", now=now)
        part.state, part.reason, part.changed_at = PartState.WAITING, "", now
    _note(session, rollout, "halt", rollout.halted_reason, actor=actor, now=now)
    return True


def resume_rollout(session: Session, rollout: Rollout, *, actor: Actor, now: datetime) -> None:
    """Go on with the rest; phones that failed so far count no more toward the limit.

    Raises NotAllowedError where it is not halted, its time is over, or its image is retired.
    """
    session.refresh(rollout, with_for_update=True)
    if rollout.state is not RolloutState.HALTED:
        raise NotAllowedError("Only a roll-out that is halted can be resumed.")
    if now >= rollout.ends_at:
        raise NotAllowedError("Its time is over; start another one for the phones that are left.")
    session.refresh(rollout, ["firmware"])
    if rollout.firmware is None or not rollout.firmware.is_offered:
        raise NotAllowedError(f"Firmware {rollout.to_version} is retired or deleted.")
    rollout.state, rollout.halted_at, rollout.halted_reason = RolloutState.RUNNING, None, ""
    session.execute(
        update(RolloutPhone)
        .where(RolloutPhone.rollout_id == rollout.id, RolloutPhone.state == PartState.FAILED)
        .values(is_forgiven=True)
    )
    _note(session, rollout, "resume", "", actor=actor, now=now)


def cancel_rollout(session: Session, rollout: Rollout, *, actor: Actor, now: datetime) -> bool:
    """Leave alone whoever has not begun; what has begun ends by itself.

    Returns False where it was over already.
    """
    session.refresh(rollout, with_for_update=True)
    if not rollout.state.is_open:
        return False
    rollout.state, rollout.closed_at = RolloutState.CANCELLED, now
    rollout.verify_until = None
    session.flush()  # the lock first: what the engine notes meanwhile is read after it
    for part in _list_not_begun(session, rollout):
        end_turn(session, part, TurnState.CANCELLED, NOT_BEGUN, now=now)
        part.state, part.reason, part.changed_at = PartState.CANCELLED, NOT_BEGUN, now
    session.flush()
    session.execute(
        update(RolloutPhone)
        .where(RolloutPhone.rollout_id == rollout.id, RolloutPhone.state == PartState.WAITING)
        .values(state=PartState.CANCELLED, reason=WAITED, changed_at=now)
    )
    _note(session, rollout, "cancel", "", actor=actor, now=now)
    return True


def retry_phones(
    session: Session,
    rollout: Rollout,
    part_ids: Collection[int] | None = None,
    *,
    actor: Actor,
    now: datetime,
) -> int:
    """Let phones that failed wait for their turn again; return how many.

    `part_ids` are ids of RolloutPhone; None is all that failed. Raises NotAllowedError where the
    roll-out is over, or one of them is in another one by now.
    """
    if not rollout.state.is_open:
        raise NotAllowedError("The roll-out is over; start another one for these phones.")
    which = [RolloutPhone.rollout_id == rollout.id, RolloutPhone.state == PartState.FAILED]
    which.append(RolloutPhone.phone_id.is_not(None))
    if part_ids is not None:
        which.append(RolloutPhone.id.in_(part_ids))
    change = update(RolloutPhone).where(*which).returning(RolloutPhone.id)
    session.flush()
    try:
        with session.begin_nested():
            again = session.scalars(
                change.values(
                    state=PartState.WAITING,
                    reason="It is tried again.",
                    is_forgiven=False,
                    changed_at=now,
                )
            ).all()
    except IntegrityError as error:
        raise NotAllowedError("One of these phones is in another roll-out by now.") from error
    if again:
        _note(session, rollout, "retry", f"{len(again)} phones", actor=actor, now=now)
    return len(again)


def _list_not_begun(session: Session, rollout: Rollout) -> Sequence[RolloutPhone]:
    """Return the phones whose turn is open and of whose image no byte has gone out."""
    return session.scalars(
        select(RolloutPhone)
        .join(FirmwareTurn, FirmwareTurn.id == RolloutPhone.turn_id)
        .where(
            RolloutPhone.rollout_id == rollout.id,
            RolloutPhone.state == PartState.UPDATING,
            FirmwareTurn.closed_at.is_(None),
            FirmwareTurn.started_at.is_(None),
        )
        .options(joinedload(RolloutPhone.turn))
    ).all()


def _note(  # noqa: PLR0913 - a verb with its actor and time
    session: Session, rollout: Rollout, verb: str, note: str, *, actor: Actor, now: datetime
) -> None:
    write_audit(
        session,
        actor,
        f"rollout.{verb}",
        rollout.name,
        at=now,
        tenant_id=rollout.tenant_id,
        changes=name_rollout_in_trail(rollout),
        note=note,
    )
    session.flush()
