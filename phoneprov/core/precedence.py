"""Precedence: whoever comes to ask goes before what works in the background.

Python runs one thread at a time. Background work that writes hundreds of rows would hold up each
phone that asks meanwhile for some ms; so it looks before each of its statements whether somebody
has just come, and waits a moment. It never waits long, so it is done under any load.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, event

JUST_NOW_S = 0.003
"""About as long as it takes to answer a phone from the cache."""
NAP_S = 0.0005
LONGEST_S = 0.01

_thread = threading.local()


@contextmanager
def in_background() -> Iterator[None]:
    """Let what this thread does here go after those who ask."""
    _thread.gives_way = True
    try:
        yield
    finally:
        _thread.gives_way = False


class Precedence:
    """Knows whether somebody has just come; one for the process, used from many threads."""

    def __init__(
        self,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._now = now
        self._sleep = sleep
        self._came_at = now() - JUST_NOW_S

    def watch(self, engine: Engine) -> None:
        """Let background work give way before each statement that it sends to this database."""
        event.listen(engine, "before_cursor_execute", lambda *_: self.give_way())

    def note_arrival(self) -> None:
        """Note that somebody has just come to ask."""
        self._came_at = self._now()

    def give_way(self) -> None:
        """Wait while somebody has just come, in the background only, for `LONGEST_S` at most."""
        if not getattr(_thread, "gives_way", False):
            return
        began = self._now()
        while self._came_at + JUST_NOW_S > (now := self._now()) and now - began < LONGEST_S:
            self._sleep(NAP_S)
