"""Who is registered, and from where: the location table of the small PBX."""

import itertools
import time
from dataclasses import dataclass, field

from phoneprov.simulator.sip.agent import Address

_serial = itertools.count(1)


@dataclass(slots=True, kw_only=True)
class Binding:
    """One contact of an address of record. Times are Unix seconds."""

    aor: str
    uri: str
    call_id: str
    cseq: int
    user_agent: str
    received: Address
    expires_at: float
    registered_at: float
    keepalive_at: float
    round_trip_us: int = 0
    instance: str = ""
    socket: str = ""
    """The PBX's own side, as `udp:127.0.0.1:5060`."""
    ruid: str = field(default_factory=lambda: f"uloc-sim-{next(_serial):x}")


class LocationTable:
    """All bindings, in the order they came."""

    def __init__(self) -> None:
        self._bindings: dict[str, dict[str, Binding]] = {}

    def save(self, binding: Binding) -> None:
        """Add a binding, or refresh the one of the same contact."""
        known = self._bindings.setdefault(binding.aor, {})
        before = known.get(binding.uri)
        if before is not None:
            binding.ruid = before.ruid
            binding.round_trip_us = before.round_trip_us
        known[binding.uri] = binding

    def remove(self, aor: str, uri: str | None = None) -> None:
        """Take one contact away, or all of an address of record."""
        known = self._bindings.get(aor, {})
        for gone in [uri] if uri is not None else list(known):
            known.pop(gone, None)
        if not known:
            self._bindings.pop(aor, None)

    def clear(self) -> None:
        """Forget everything, as a restart without a database does."""
        self._bindings.clear()

    def of(self, aor: str) -> list[Binding]:
        """Return the contacts of an address of record."""
        return list(self._bindings.get(aor, {}).values())

    def aors(self) -> list[str]:
        """Return every address of record that has a contact."""
        return list(self._bindings)

    def all(self) -> list[Binding]:
        """Return every contact."""
        return [binding for aor in self.aors() for binding in self.of(aor)]

    def expire(self, *, silent_for_s: float | None) -> None:
        """Take away what is past its expiry or has been silent for too long (None: no matter)."""
        now = time.time()
        for binding in self.all():
            is_silent = silent_for_s is not None and now - binding.keepalive_at > silent_for_s
            if now >= binding.expires_at or is_silent:
                self.remove(binding.aor, binding.uri)
