"""Why a phone takes part in no roll-out, or which steps it takes to come to the goal."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from phoneprov.firmware.models import Firmware, FirmwareTurn
from phoneprov.firmware.offers import Library, find_step
from phoneprov.firmware.rollout_models import OPEN_PARTS, Rollout, RolloutPhone
from phoneprov.firmware.turns import say_needless
from phoneprov.fleet.behind import running_of
from phoneprov.fleet.models import Phone

MOST_STEPS = 8


def find_steps(
    library: Library, goal: Firmware, phone: Phone, *, allows_downgrade: bool = False
) -> tuple[Firmware, ...] | None:
    """Return what a phone takes one after the other to come to `goal`.

    None where an intermediate version that it needs is not in the library.
    """
    version, found = phone.firmware, library.list_for(running_of(phone))
    if not version or (allows_downgrade and say_needless(phone, goal, allows_downgrade=False)):
        return (goal,)
    steps: list[Firmware] = []
    while len(steps) < MOST_STEPS:
        step = find_step(goal, version, found)
        if step is None:
            return None
        steps.append(step)
        if step.id == goal.id:
            return tuple(steps)
        version = step.version
    return None


def say_missing(phone: Phone, goal: Firmware) -> str:
    """Return that the way of a phone to `goal` has a gap."""
    return (
        f"It runs {phone.firmware} and has to take {goal.required_version} before {goal.version}; "
        "the library has nothing for it on the way there."
    )


def say_out(phone: Phone) -> str | None:
    """Return why a phone takes part in no roll-out at all, or None if it may."""
    if phone.disabled_at is not None:
        return "It is disabled."
    if phone.extension_id is None:
        return "It has no extension, so it can't be told to begin or seen to be back."
    if phone.first_check_in_at is None:
        return "It has never asked for its config."
    return None


def find_taken(session: Session, phone_ids: Sequence[int]) -> Mapping[int, str]:
    """Return by phone why it is taken already: an open roll-out, or an update under way."""
    turns = session.scalars(
        select(FirmwareTurn.phone_id).where(
            FirmwareTurn.phone_id.in_(phone_ids), FirmwareTurn.closed_at.is_(None)
        )
    )
    taken = dict.fromkeys(turns, "Another firmware update of this phone is under way.")
    rows = session.execute(
        select(RolloutPhone.phone_id, Rollout.name)
        .join(Rollout, Rollout.id == RolloutPhone.rollout_id)
        .where(RolloutPhone.phone_id.in_(phone_ids), RolloutPhone.state.in_(OPEN_PARTS))
    )
    for phone_id, name in rows:
        taken[phone_id or 0] = f"It is in the roll-out “{name}”."
    return taken
