"""A sink that keeps what a link observes, for tests."""

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from phoneprov.pbx.link import ContactState, LinkChanged, Observation, ProbeTarget, Snapshot

Found = TypeVar("Found")


class KeepingSink:
    """Keeps observations in order; probes what it is given."""

    def __init__(self, targets: Sequence[ProbeTarget] = ()) -> None:
        self.observations: list[Observation] = []
        self.targets = list(targets)

    def observe(self, observation: Observation) -> None:
        self.observations.append(observation)

    def probe_targets(self) -> Sequence[ProbeTarget]:
        return self.targets

    def link_changes(self) -> list[LinkChanged]:
        return [one for one in self.observations if isinstance(one, LinkChanged)]

    def contact(self, aor: str) -> ContactState | None:
        """Return the contact of the newest snapshot."""
        snapshots = [one for one in self.observations if isinstance(one, Snapshot)]
        contacts = snapshots[-1].contacts if snapshots else ()
        return next((one for one in contacts if one.aor == aor), None)


def wait_for(
    look: Callable[[], Found | None], within_s: float, what: str, every_s: float = 0.1
) -> Found:
    """Return what `look` finds, or fail with `what` after `within_s` seconds."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(every_s)
    raise AssertionError(f"not within {within_s} s: {what}")
