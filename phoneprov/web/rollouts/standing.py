"""What a running roll-out is doing or waiting for, in one sentence."""

from dataclasses import dataclass
from datetime import datetime

from phoneprov.firmware.rollout_models import PartState, Rollout, RolloutState
from phoneprov.operations.rollouts.queries import RolloutSummary
from phoneprov.web.rollouts.words import name_wave


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A sentence, and the moment that it ends with, if it has one."""

    text: str
    at: datetime | None = None


def say_standing(summary: RolloutSummary, now: datetime) -> Standing | None:
    """Return what a roll-out is doing; None for one that is halted, which says so by itself."""
    rollout, updating = summary.rollout, summary.counts.get(PartState.UPDATING, 0)
    if rollout.state is RolloutState.HALTED:
        return None
    if rollout.state is not RolloutState.RUNNING:
        return _over(rollout)
    if rollout.verify_until is not None and rollout.verify_until > now:
        text = "The canary is back. It must stay registered; the first batch follows at"
        return Standing(text=text, at=rollout.verify_until)
    if updating:
        return Standing(text=_say_updating(updating, rollout))
    return _waiting(rollout, summary, now)


def _over(rollout: Rollout) -> Standing:
    words = "Cancelled" if rollout.state is RolloutState.CANCELLED else "Done"
    return Standing(text=words, at=rollout.closed_at)


def _say_updating(updating: int, rollout: Rollout) -> str:
    phones = "1 phone is" if updating == 1 else f"{updating} phones are"
    return f"{name_wave(rollout.wave)}: {phones} updating now. Each takes 5–10 minutes."


def _waiting(rollout: Rollout, summary: RolloutSummary, now: datetime) -> Standing:
    span = summary.next_window
    if not rollout.in_windows:
        return Standing(text="It waits for phones that can’t begin yet.")
    if span is None:
        return Standing(text="No maintenance window is to come; add one, and it goes on.")
    if span.start <= now:
        return Standing(text="A window is open; it waits for phones that can’t begin yet.")
    return Standing(text="It waits for the next window, which opens", at=span.start)
