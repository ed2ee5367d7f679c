"""What a plan of a roll-out says before it starts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from phoneprov.firmware.window_words import moment_words
from phoneprov.firmware.windows import Span
from phoneprov.operations.rollouts.arranging import PlannedPhone
from phoneprov.operations.rollouts.drafts import ends_at_of
from phoneprov.operations.rollouts.plan import PlannedWave, RolloutPlan
from phoneprov.operations.rollouts.start import name_rollout
from phoneprov.web.rollouts.words import name_wave

MOST_ZONES = 3
MOST_WAVES = 12
"""So many waves are listed; the rest are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveWords:
    """One wave, as it is told before the start."""

    title: str
    names: Sequence[str]
    begins: Sequence[str]
    then: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanWords:
    """A plan in words."""

    title: str
    to_version: str
    count: int
    moves: dict[str, list[str]]
    """The phones by what they go from and to."""
    left_alone: dict[str, list[str]]
    """The others by reason."""
    has_steps: bool
    waves: Sequence[WaveWords]
    more_waves: int
    halts: str
    ends_at: datetime


def say_plan(plan: RolloutPlan, now: datetime) -> PlanWords:
    """Return what would be done, to whom, in which order."""
    will, all_waves = plan.will, plan.waves
    waves = all_waves[:MOST_WAVES]
    return PlanWords(
        title=name_rollout(plan) if will else f"Firmware {plan.firmware.version}",
        to_version=plan.firmware.version,
        count=len(will),
        moves=_list_moves(will),
        left_alone=_name_each(plan.left_alone),
        has_steps=any(len(one.steps) > 1 for one in will),
        waves=[_say_wave(plan, wave, is_last=wave is all_waves[-1]) for wave in waves],
        more_waves=len(all_waves) - len(waves),
        halts=_say_limit(plan),
        ends_at=ends_at_of(plan.draft, now),
    )


def _say_wave(plan: RolloutPlan, wave: PlannedWave, *, is_last: bool) -> WaveWords:
    minutes = plan.draft.verify_minutes
    then = "All must be back before the next begin."
    if is_last:
        then = "Then it is done."
    elif wave.is_canary and minutes:
        then = f"All must be back, and stay registered for {minutes} min."
    return WaveWords(
        title=name_wave(wave.number),
        names=[one.name for one in wave.phones],
        begins=_say_begin(wave),
        then=then,
    )


def _say_begin(wave: PlannedWave) -> Sequence[str]:
    """Return when the phones' first windows open, by the clock of each zone."""
    first: dict[str, Span] = {}
    for one in wave.phones:
        span = one.first_window
        if span is not None and (one.zone not in first or span.start < first[one.zone].start):
            first[one.zone] = span
    opened = sorted(first.items(), key=lambda item: item[1].start)
    lines = [moment_words(span.start, zone) for zone, span in opened[:MOST_ZONES]]
    more = len(opened) - len(lines)
    return [*lines, f"and in {more} more time zones"] if more else lines


def _say_limit(plan: RolloutPlan) -> str:
    most = plan.draft.max_failures
    limit = "the first failed phone" if most == 1 else f"{most} failed phones"
    also = "; one of the canary is enough" if most > 1 else ""
    return (
        f"It halts by itself at {limit}{also}. Nothing new is begun then until a person resumes it."
    )


def _list_moves(phones: Iterable[PlannedPhone]) -> dict[str, list[str]]:
    found: dict[str, list[PlannedPhone]] = {}
    for one in phones:
        found.setdefault(_way(one), []).append(one)
    return _name_each(found)


def _name_each(groups: Mapping[str, Sequence[PlannedPhone]]) -> dict[str, list[str]]:
    """Return the names of the phones of each group, the largest group first."""
    largest = sorted(groups.items(), key=lambda item: -len(item[1]))
    return {words: [one.name for one in phones] for words, phones in largest}


def _way(phone: PlannedPhone) -> str:
    return " → ".join([phone.from_version or "not told", *phone.steps])
