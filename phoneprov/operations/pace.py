"""How fast orders leave: so many a second in all, so many a second to one place, in turn."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

PER_SECOND = 5
PER_ADDRESS = 1
SECOND = timedelta(seconds=0.9)
"""The clock of the jobs ticks once a second and is a few hundredths early or late; with a whole
second here every other run would find its turn not come yet."""
MOST_REMEMBERED = 10_000


@dataclass(slots=True, kw_only=True)
class Pace:
    """What left in the last second, and when each place had its turn last.

    A place is the source address that phones ask from: the line of a site. Kept in memory only; a
    restart forgets at most one second of it.
    """

    per_second: int = PER_SECOND
    per_address: int = PER_ADDRESS
    _left: deque[tuple[datetime, str]] = field(default_factory=deque)
    _turns: dict[str, datetime] = field(default_factory=dict)

    def room(self, now: datetime) -> int:
        """Return how many more may leave now."""
        while self._left and self._left[0][0] <= now - SECOND:
            self._left.popleft()
        return max(0, self.per_second - len(self._left))

    def is_free(self, place: str) -> bool:
        """Tell whether one more may go to this place; ask for `room` first."""
        return sum(one == place for _, one in self._left) < self.per_address

    def note(self, place: str, now: datetime) -> None:
        """Remember that one left for this place."""
        self._left.append((now, place))
        self._turns[place] = now
        if len(self._turns) > MOST_REMEMBERED:
            oldest = min(self._turns, key=lambda one: self._turns[one])
            del self._turns[oldest]

    def in_turn(self, places: Sequence[str]) -> list[int]:
        """Return the order of the places by who waits longest for a turn: indexes into them.

        Those that had none yet come first, in their own order.
        """
        turns = [self._turns.get(one) for one in places]
        return sorted(range(len(places)), key=lambda at: _rank(turns[at]))


def _rank(turn: datetime | None) -> tuple[bool, float]:
    return turn is not None, turn.timestamp() if turn else 0.0
