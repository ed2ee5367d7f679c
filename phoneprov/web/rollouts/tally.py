"""How far a roll-out or one of its waves is, counted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from phoneprov.firmware.rollout_models import PartState


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many phones are in which state."""

    counts: Mapping[PartState, int]

    @property
    def everyone(self) -> int:
        """How many there are, with those that were left alone."""
        return sum(self.counts.values())

    @property
    def total(self) -> int:
        """How many take part."""
        return self.everyone - self.counts.get(PartState.SKIPPED, 0)

    @property
    def done(self) -> int:
        """How many are back with the version."""
        return self.counts.get(PartState.DONE, 0)

    @property
    def updating(self) -> int:
        """How many have their turn now."""
        return self.counts.get(PartState.UPDATING, 0)

    @property
    def waiting(self) -> int:
        """How many have it still before them."""
        return self.counts.get(PartState.WAITING, 0)

    @property
    def failed(self) -> int:
        """How many need a person."""
        return self.counts.get(PartState.FAILED, 0)

    @property
    def cancelled(self) -> int:
        """How many nothing is done to any more."""
        return self.counts.get(PartState.CANCELLED, 0)

    @property
    def shown(self) -> list[tuple[PartState, int]]:
        """The states that occur, in the order of a phone's way."""
        return [(state, self.counts[state]) for state in PartState if self.counts.get(state)]


def tally_of(rows: Iterable[tuple[PartState, int]]) -> Tally:
    """Return the tally of counted states; the same state may come several times."""
    counts: dict[PartState, int] = {}
    for state, count in rows:
        counts[state] = counts.get(state, 0) + count
    return Tally(counts=counts)
