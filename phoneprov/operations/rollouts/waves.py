"""Which wave's turn it is: canary, a time of watching, then batch after batch. Mostly pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Move(StrEnum):
    """What follows for a roll-out."""

    WAIT = "wait"
    WATCH = "watch"
    """The canary is done: watch it for a while before others follow."""
    NEXT = "next"
    MORE_CANARIES = "more_canaries"
    """None of the canary took it: others go first in its place."""
    FINISH = "finish"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveFacts:
    """How a roll-out stands in numbers of phones."""

    is_canary: bool
    updating: int
    """In any wave."""
    waiting_here: int
    """Of this wave, and there: they wait for a window, the end of a call, or their turn."""
    waiting_away: int
    """Of this wave or an earlier one."""
    waiting_later: int
    done: int
    """Of the canary."""
    forgiven: int
    """Of the canary: failed, and a person went on in spite of it."""
    watch_until: datetime | None
    is_watch_sure: bool = True
    """Whether it is known of each phone of the canary how it is."""


def decide_move(facts: WaveFacts, now: datetime) -> Move:
    """Return what follows. Phones that are away hold nobody up, except as the whole canary."""
    if not (facts.updating or facts.waiting_here or facts.waiting_away or facts.waiting_later):
        return Move.FINISH
    if facts.updating or facts.waiting_here or not facts.waiting_later:
        return Move.WAIT
    if not facts.is_canary:
        return Move.NEXT
    if not facts.done:
        return Move.NEXT if facts.forgiven else Move.MORE_CANARIES
    if facts.watch_until is None:
        return Move.WATCH
    return Move.NEXT if now >= facts.watch_until and facts.is_watch_sure else Move.WAIT


def has_failed_too_often(*, failures: int, of_canary: int, limit: int) -> bool:
    """Tell whether a roll-out has to halt: of the canary one failed phone is enough."""
    return of_canary > 0 or failures >= limit
