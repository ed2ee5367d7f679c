"""When something that came back counts as back.

A phone on a bad cable goes on and off all day. Each fall of the same incident makes it wait longer
until it is believed, so that a day of flapping is a handful of messages and not a hundred.
"""

from datetime import datetime, timedelta

STEADY_AFTER = (timedelta(minutes=2), timedelta(minutes=10), timedelta(minutes=30))
STEADY_AT_LAST = timedelta(minutes=60)
SAME_TROUBLE = timedelta(minutes=30)
"""Who falls again so soon after coming back has the same trouble still."""
LINK_GRACE = timedelta(seconds=60)
"""A link that is made anew, by a restart of either side, is back within this time."""
GATHER = timedelta(seconds=90)
"""How long an outage gathers its phones before it is told: as long as it takes until the last of
them has missed its keepalive."""
UNSTEADY_FALLS = 4
"""From so many falls on it is told of, however short each of them was."""


def steady_after(falls: int) -> timedelta:
    """Return how long it has to stay back after so many falls."""
    return STEADY_AFTER[falls - 1] if falls <= len(STEADY_AFTER) else STEADY_AT_LAST


def is_steady(back_at: datetime, falls: int, now: datetime) -> bool:
    """Tell whether what came back at `back_at` is back for good."""
    return now - back_at >= steady_after(falls)
