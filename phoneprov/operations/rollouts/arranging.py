"""Puts the phones of a plan into waves: a mixed canary that is there, then batches."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from phoneprov.firmware.rollout_models import CANARY, NO_WAVE
from phoneprov.firmware.windows import Span
from phoneprov.operations.rollouts.drafts import RolloutDraft

_FOREVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPhone:
    """One phone of a plan; `reason` says why it is left alone."""

    phone_id: int
    name: str
    model_slug: str
    from_version: str
    """Empty where it has not told yet."""
    steps: tuple[str, ...] = ()
    """The versions it takes one after the other; the last is the goal."""
    reason: str | None = None
    wave: int = NO_WAVE
    """0 is the canary."""
    position: int = 0
    first_window: Span | None = None
    """Its window that is open or next; None where it takes it now."""
    zone: str = ""
    is_there: bool = False
    """Whether it can be reached at this moment."""


def arrange_waves(phones: Sequence[PlannedPhone], draft: RolloutDraft) -> tuple[PlannedPhone, ...]:
    """Give each phone its wave: a mixed canary that is there, then batches by their windows."""
    will = [one for one in phones if one.reason is None]
    canary = _choose_canary(will, draft.canary_phones)
    first = {one.phone_id for one in canary}
    rest = sorted((one for one in will if one.phone_id not in first), key=_by_window)
    places = {one.phone_id: (CANARY, at) for at, one in enumerate(canary)}
    for at, one in enumerate(rest):
        places[one.phone_id] = (CANARY + 1 + at // draft.batch_phones, at % draft.batch_phones)
    return tuple(
        replace(one, wave=places[one.phone_id][0], position=places[one.phone_id][1])
        if one.phone_id in places
        else one
        for one in phones
    )


def _choose_canary(will: Sequence[PlannedPhone], count: int) -> Sequence[PlannedPhone]:
    """Choose phones that are there now, of as many models and versions as there is room for."""
    kinds: dict[tuple[str, str], list[PlannedPhone]] = defaultdict(list)
    for one in sorted(will, key=lambda one: (not one.is_there, _by_window(one))):
        kinds[one.model_slug, one.from_version].append(one)
    turns = [
        (not one.is_there, turn, -len(found), one)
        for found in kinds.values()
        for turn, one in enumerate(found)
    ]
    turns.sort(key=lambda turn: (*turn[:3], _by_window(turn[3])))
    return [one for *_, one in turns[:count]]


def _by_window(one: PlannedPhone) -> tuple[datetime, str, int]:
    start = one.first_window.start if one.first_window else _FOREVER
    return start, one.name.casefold(), one.phone_id
