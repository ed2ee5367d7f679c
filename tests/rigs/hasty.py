"""The real server with a clock that a test sets and limits that a test can wait for.

`python -m tests.rigs.hasty` is `python app.py` but for two things, put in place before anything
else of the program is loaded: the one function that tells the time adds what a file says, and the
minutes after which the engine of roll-outs calls a step failed are seconds. The rules are untouched.
"""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.rigs.server import ServerRig

CLOCK, LIMITS = "PHONEPROV_TEST_CLOCK", "PHONEPROV_TEST_LIMITS"
SHORT = {
    "ASKS_WITHIN": 45,
    "STALLS_AFTER": 15,
    "INSTALLS_WITHIN": 20,
    "REGISTERS_WITHIN": 20,
    "BACK_AFTER": 4,
}
"""Limits in seconds, by their names in phoneprov.operations.rollouts.limits."""


class HastyServer(ServerRig):
    """The server whose clock is `begins` when it starts (None: the real time), and moves on."""

    program = ("-m", "tests.rigs.hasty")

    def __init__(
        self, folder: Path, begins: datetime | None = None, limits: dict[str, int] | None = None
    ) -> None:
        self._clock = folder / "clock"
        super().__init__(
            folder,
            **{CLOCK: str(self._clock), LIMITS: json.dumps(SHORT if limits is None else limits)},
        )
        self.set_clock(begins or datetime.now(UTC))

    @property
    def now(self) -> datetime:
        """What its clock says."""
        return datetime.now(UTC) + _ahead(self._clock)

    def set_clock(self, moment: datetime) -> None:
        """Set its clock; it goes on from there."""
        new = self._clock.with_suffix(".new")
        new.write_text(str((moment - datetime.now(UTC)).total_seconds()))
        new.replace(self._clock)


def _ahead(clock: Path) -> timedelta:
    return timedelta(seconds=float(clock.read_text()))


def _run() -> None:
    from phoneprov.core import clock as core_clock

    file = Path(os.environ[CLOCK])
    core_clock.utc_now = lambda: datetime.now(UTC) + _ahead(file)
    from phoneprov.firmware import windows
    from phoneprov.operations.rollouts import limits

    for name, seconds in json.loads(os.environ[LIMITS]).items():
        place = windows if hasattr(windows, name) else limits
        assert hasattr(place, name), name
        setattr(place, name, timedelta(seconds=seconds))
    from phoneprov.operations.rollouts import judging

    judging._STEP = timedelta(seconds=1)
    from phoneprov.cli import main

    main()


if __name__ == "__main__":
    _run()
