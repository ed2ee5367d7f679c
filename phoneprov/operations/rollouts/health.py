"""What halts a roll-out by itself: its image is gone, or too many phones failed."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, true
from sqlalchemy.orm import Session, selectinload

from phoneprov.firmware.models import Firmware
from phoneprov.firmware.rollout_models import CANARY, PartState, Rollout, RolloutPhone
from phoneprov.fleet.sights import REACHABLE, read_sights
from phoneprov.operations.rollouts.judging import settle_part
from phoneprov.operations.rollouts.waves import has_failed_too_often

NAMES_SHOWN = 3


def find_goal(session: Session, rollout: Rollout) -> Firmware | None:
    """Return the image of a roll-out with the models it is for."""
    return session.scalar(
        select(Firmware)
        .where(Firmware.id == rollout.firmware_id)
        .options(selectinload(Firmware.fits))
        .execution_options(populate_existing=True)
    )


def say_goal_gone(rollout: Rollout, goal: Firmware | None) -> str:
    """Return why the image is not what was planned any more, or nothing."""
    if goal is None:
        return f"Firmware {rollout.to_version} was deleted from the library."
    if not goal.is_offered:
        return f"Firmware {rollout.to_version} was retired."
    if goal.version != rollout.to_version:
        return f"The library calls this firmware {goal.version} now, not {rollout.to_version}."
    return ""


def say_failures(session: Session, rollout: Rollout) -> str:
    """Return why too many have failed, or nothing."""
    failed = session.scalars(
        select(RolloutPhone)
        .where(
            RolloutPhone.rollout_id == rollout.id,
            RolloutPhone.state == PartState.FAILED,
            RolloutPhone.is_forgiven != true(),
        )
        .order_by(RolloutPhone.changed_at, RolloutPhone.id)
        .limit(rollout.max_failures)
    ).all()
    canaries = [one for one in failed if one.wave == CANARY]
    if not has_failed_too_often(
        failures=len(failed), of_canary=len(canaries), limit=rollout.max_failures
    ):
        return ""
    told = canaries or failed
    who = "of the canary" if canaries else "in all"
    count = "1 phone" if len(told) == 1 else f"{len(told)} phones"
    return f"{count} {who} failed: {_list_names(told)}. {told[0].reason}"


def _list_names(parts: Sequence[RolloutPhone]) -> str:
    names = [part.phone_name for part in parts[:NAMES_SHOWN]]
    more = f" and {len(parts) - len(names)} more" if len(parts) > len(names) else ""
    return ", ".join(names) + more


def watch_canary(session: Session, rollout: Rollout, now: datetime) -> None:
    """Fail phones of the canary that did not stay registered; the limit halts it then."""
    if rollout.wave != CANARY or rollout.verify_until is None:
        return
    parts = _list_done_canaries(session, rollout)
    sights = read_sights(session, [one.phone_id for one in parts if one.phone_id], now)
    for part in parts:
        sight = sights.get(part.phone_id or 0)
        if sight is None or sight.phone.disabled_at is not None or not sight.is_confirmed:
            continue
        if sight.status in REACHABLE:
            continue
        text = f"It took {rollout.to_version}, but did not stay registered while it was watched."
        settle_part(part, PartState.FAILED, text, now)
    session.flush()


def _list_done_canaries(session: Session, rollout: Rollout) -> Sequence[RolloutPhone]:
    return session.scalars(
        select(RolloutPhone).where(
            RolloutPhone.rollout_id == rollout.id,
            RolloutPhone.wave == CANARY,
            RolloutPhone.state == PartState.DONE,
            RolloutPhone.was_registered == true(),
        )
    ).all()


def is_watch_sure(session: Session, rollout: Rollout, now: datetime) -> bool:
    """Tell whether it is known of each phone of the canary whether it is registered."""
    parts = _list_done_canaries(session, rollout)
    sights = read_sights(session, [one.phone_id for one in parts if one.phone_id], now)
    return all(sight.is_confirmed for sight in sights.values())
