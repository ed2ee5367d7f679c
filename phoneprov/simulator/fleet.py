"""Many simulated phones on one thread."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from phoneprov.core.errors import NotFoundError
from phoneprov.core.mac import parse_mac
from phoneprov.simulator.identity import PhoneIdentity
from phoneprov.simulator.life import PhoneEvent, PhoneSetup
from phoneprov.simulator.loop import Loop
from phoneprov.simulator.phone import SimulatedPhone

_LOOK_EVERY_S = 0.01


class SimulatedFleet:
    """Phones that share one loop. Usable as a context manager."""

    def __init__(
        self, listener: Callable[[PhoneEvent], None] | None = None, workers: int = 8
    ) -> None:
        self.loop = Loop("simulated-phones", workers)
        self._listener = listener
        self._phones: dict[str, SimulatedPhone] = {}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start the thread; phones still need power."""
        self.loop.start()

    def stop(self) -> None:
        """Take the power from every phone and end the thread."""
        self.loop.stop()

    @property
    def phones(self) -> list[SimulatedPhone]:
        """All phones, in the order they were added."""
        return list(self._phones.values())

    def add(self, identity: PhoneIdentity, setup: PhoneSetup) -> SimulatedPhone:
        """Put up a phone; it is off until `power_on`."""
        phone = SimulatedPhone(identity, setup, self.loop, self._listener)
        self._phones[identity.mac] = phone
        return phone

    def remove(self, mac: str) -> None:
        """Unplug a phone and take it away."""
        self.get_phone(mac).power_off()
        del self._phones[parse_mac(mac)]

    def get_phone(self, mac: str) -> SimulatedPhone:
        """Return the phone of that MAC; raises NotFoundError."""
        phone = self._phones.get(parse_mac(mac))
        if phone is None:
            raise NotFoundError(f"no simulated phone {mac}")
        return phone

    def switch_on(self, mac: str) -> None:
        """Plug a phone in."""
        self.get_phone(mac).power_on()

    def switch_off(self, mac: str) -> None:
        """Pull a phone's cable."""
        self.get_phone(mac).power_off()

    def send_away(self, mac: str, for_s: float) -> None:
        """Pull a phone's cable and plug it in again `for_s` seconds later."""
        phone = self.get_phone(mac)
        phone.power_off()
        self.loop.call_soon(lambda: self._later(phone.power_on, for_s))

    def send_all_away(self, after_s: float, for_s: float) -> None:
        """Send every phone that there is now away, `after_s` seconds from now."""
        macs = list(self._phones)

        def go() -> None:
            for mac in macs:
                self.send_away(mac, for_s)

        self.loop.call_soon(lambda: self._later(go, after_s))

    def wait_until(self, condition: Callable[[], bool], timeout_s: float = 10.0) -> bool:
        """Wait until `condition` holds; return whether it did within `timeout_s`."""
        ends_at = time.monotonic() + timeout_s
        while not condition():
            if time.monotonic() >= ends_at:
                return False
            time.sleep(_LOOK_EVERY_S)
        return True

    def _later(self, call: Callable[[], None], after_s: float) -> None:
        self.loop.call_later(after_s, call)
