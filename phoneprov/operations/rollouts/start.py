"""Starts a roll-out: its rows, from which the job does everything."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from phoneprov.core.errors import InvalidValueError, NotAllowedError
from phoneprov.firmware.models import Firmware
from phoneprov.firmware.rollout_models import (
    LONGEST_NAME,
    LONGEST_REASON,
    PartState,
    Rollout,
    RolloutPhone,
    RolloutState,
)
from phoneprov.operations.rollouts.arranging import PlannedPhone
from phoneprov.operations.rollouts.drafts import ends_at_of
from phoneprov.operations.rollouts.obstacles import find_taken
from phoneprov.operations.rollouts.plan import RolloutPlan
from phoneprov.operations.rollouts.trail import name_rollout_in_trail
from phoneprov.tenancy.audit import Actor, write_audit
from phoneprov.tenancy.models import for_tenant

LONGEST_PHONE_NAME = 120


def start_rollout(
    session: Session, plan: RolloutPlan, *, ordered_by: Actor, now: datetime
) -> Rollout:
    """Write a roll-out down; the same form (`draft.order_key`) again returns what it started.

    Raises InvalidValueError where nobody would take it, and NotAllowedError where another
    roll-out got one of the phones since the plan was made.
    """
    found = _find_ordered(session, plan)
    if found is not None:
        return found
    if not plan.will:
        raise InvalidValueError("No phone would take this firmware.", field=None)
    session.flush()
    try:
        with session.begin_nested():
            rollout = _write(session, plan, ordered_by, now)
    except IntegrityError as error:
        found = _find_ordered(session, plan)
        if found is not None:
            return found
        raise NotAllowedError(_say_taken(session, plan)) from error
    takes_part = "1 phone" if len(plan.will) == 1 else f"{len(plan.will)} phones"
    note = f"{takes_part}, {len(plan.phones) - len(plan.will)} left alone"
    write_audit(
        session,
        ordered_by,
        "rollout.start",
        rollout.name,
        at=now,
        tenant_id=rollout.tenant_id,
        changes=name_rollout_in_trail(rollout),
        note=note,
    )
    return rollout


def name_rollout(plan: RolloutPlan) -> str:
    """Return what a roll-out is called: as a person named it, or by what it does."""
    if plan.draft.name.strip():
        return plan.draft.name.strip()[:LONGEST_NAME]
    will, version = plan.will, plan.firmware.version
    who = will[0].name if len(will) == 1 else f"{len(will)} phones"
    return f"{who} to {version}"[:LONGEST_NAME]


def _find_ordered(session: Session, plan: RolloutPlan) -> Rollout | None:
    if not plan.draft.order_key:
        return None
    query = for_tenant(plan.tenant_id, Rollout)
    return session.scalar(query.where(Rollout.order_key == plan.draft.order_key))


def _write(session: Session, plan: RolloutPlan, ordered_by: Actor, now: datetime) -> Rollout:
    draft = plan.draft
    rollout = Rollout(
        tenant_id=plan.tenant_id,
        firmware_id=plan.firmware.id,
        to_version=plan.firmware.version,
        name=name_rollout(plan),
        order_key=draft.order_key or None,
        in_windows=draft.in_windows,
        canary_phones=draft.canary_phones,
        verify_minutes=draft.verify_minutes,
        batch_phones=draft.batch_phones,
        max_failures=draft.max_failures,
        allows_downgrade=draft.allows_downgrade,
        ends_at=ends_at_of(draft, now),
        ordered_by=ordered_by.name,
        created_at=now,
        state=RolloutState.RUNNING,
    )
    session.add(rollout)
    session.flush()
    rows = [_row(rollout.id, one, now) for one in plan.phones]
    session.execute(insert(RolloutPhone), rows)
    return rollout


def _row(rollout_id: int, one: PlannedPhone, now: datetime) -> dict[str, object]:
    return {
        "rollout_id": rollout_id,
        "phone_id": one.phone_id,
        "phone_name": one.name[:LONGEST_PHONE_NAME],
        "wave": one.wave,
        "position": one.position,
        "state": PartState.WAITING if one.reason is None else PartState.SKIPPED,
        "from_version": one.from_version,
        "mark": "",
        "reason": (one.reason or "")[:LONGEST_REASON],
        "was_registered": False,
        "is_forgiven": False,
        "changed_at": now,
    }


def _say_taken(session: Session, plan: RolloutPlan) -> str:
    """Return which phones somebody else got, for the one who was slower."""
    names = {one.phone_id: one.name for one in plan.will}
    taken: Mapping[int, str] = find_taken(session, list(names))
    if not taken:
        exists = session.scalar(select(Firmware.id).where(Firmware.id == plan.firmware.id))
        return "Plan it again; the phones have changed." if exists else "The firmware is gone."
    first = next(iter(taken))
    more = f" {len(taken) - 1} more of them are taken too." if len(taken) > 1 else ""
    return f"{names[first]} can't take part: {taken[first]}{more} Plan it again."
