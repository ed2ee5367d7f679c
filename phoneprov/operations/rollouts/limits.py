"""How long a phone may take for each step of an update before it counts as failed."""

from datetime import timedelta

ASKS_WITHIN = timedelta(minutes=15)
"""From its turn to its first request for the image, for a phone that an order reaches. One that
only asks by itself has its own interval on top."""
STALLS_AFTER = timedelta(minutes=10)
"""Without a byte going out; a phone tries again within a few minutes where it does at all."""
INSTALLS_WITHIN = timedelta(minutes=20)
"""From its last byte to its first request with another version; the makers say 5 to 10 minutes."""
REGISTERS_WITHIN = timedelta(minutes=5)
"""From that request to being registered again."""
BACK_AFTER = timedelta(seconds=10)
"""A request for its config so long after the last byte is one of a new life. Without that, one
that it had under way while it downloaded would pass for coming back with its old version."""
BEGINS_BEFORE = timedelta(minutes=5)
"""A phone that has not begun with so little left of its window waits for the next one."""
SLACK = timedelta(minutes=2)
"""So long after its deadline a phone still counts as updating: the job judges it first."""
GAP = timedelta(minutes=2)
"""The engine looks every few seconds; with more in between nobody watched."""
STEADY_AFTER = timedelta(minutes=10)
"""So long the clock has to run without a break before a roll-out ends by it."""
