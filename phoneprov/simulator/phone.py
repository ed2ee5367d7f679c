"""A simulated phone: power, boot, config, registration, orders, polls."""

import logging
from collections import deque
from collections.abc import Callable

from phoneprov.core.clock import utc_now
from phoneprov.simulator.http import HttpAnswer, HttpRequest
from phoneprov.simulator.identity import PhoneIdentity
from phoneprov.simulator.images import Leftover, UpgradeEnd
from phoneprov.simulator.life import (
    Exchange,
    PhoneEvent,
    PhoneSetup,
    Stage,
    request_work,
    shown_url,
)
from phoneprov.simulator.lines import PhoneLines
from phoneprov.simulator.loop import Loop, Timer
from phoneprov.simulator.sip.registration import RegistrationStatus
from phoneprov.simulator.state import PhoneState, SipAccount
from phoneprov.simulator.vendors.base import Action, Notification, Outcome, Reaction, Script
from phoneprov.simulator.vendors.registry import make_firmware

_log = logging.getLogger(__name__)
_KEPT_EVENTS = 2000
_MOST_HOPS = 5


class SimulatedPhone:
    """One phone. Its methods may be called from any thread and return at once."""

    def __init__(
        self,
        identity: PhoneIdentity,
        setup: PhoneSetup,
        loop: Loop,
        listener: Callable[[PhoneEvent], None] | None = None,
    ) -> None:
        self.identity = identity
        self.setup = setup
        self.stage = Stage.OFF
        self.firmware = make_firmware(identity)
        self.events: deque[PhoneEvent] = deque(maxlen=_KEPT_EVENTS)
        self.exchanges: deque[Exchange] = deque(maxlen=_KEPT_EVENTS)
        self.boots = 0
        """How often it has come up since it was unpacked."""
        self._loop = loop
        self._listener = listener
        self._life = 0
        self._is_fetching = False
        self._fetch_again = False
        self._hops = 0
        self._leftover = Leftover()
        self._next_fetch: Timer | None = None
        self._lines = PhoneLines(loop, self.firmware, setup, self)

    @property
    def state(self) -> PhoneState:
        """What it has understood of its config."""
        return self.firmware.state()

    @property
    def registrations(self) -> dict[int, RegistrationStatus]:
        """How far each account has come, by its number."""
        return self._lines.statuses

    @property
    def is_registered(self) -> bool:
        """Whether it has accounts and all of them are registered."""
        statuses = self.registrations.values()
        return bool(statuses) and all(s is RegistrationStatus.REGISTERED for s in statuses)

    @property
    def is_settled(self) -> bool:
        """Whether it is up and has followed its config to where it leads."""
        return self.stage is Stage.RUNNING and not self._is_fetching and self._hops == 0

    def power_on(self) -> None:
        """Plug the phone in."""
        self._loop.call_soon(self._power_on)

    def power_off(self) -> None:
        """Pull the cable: no un-register, no farewell."""
        self._loop.call_soon(self._power_off)

    def shut_down(self) -> None:
        """Switch off politely: un-register first."""
        self._loop.call_soon(self._shut_down)

    def reboot(self) -> None:
        """Restart as from the phone's menu: un-register, wait, boot."""
        self._loop.call_soon(lambda: self._restart("reboots", forgets=False))

    def reset(self) -> None:
        """Set back to the factory's state as from the phone's menu, then boot."""
        self._loop.call_soon(lambda: self._restart("resets to factory defaults", forgets=True))

    def resync(self) -> None:
        """Fetch the config again now."""
        self._loop.call_soon(self._fetch)

    def line_changed(self, account: SipAccount, status: RegistrationStatus, code: int) -> None:
        """Hear of a registration that changed."""
        texts = {
            RegistrationStatus.TRYING: f"registers {account.aor} at {account.registrar_host}",
            RegistrationStatus.REGISTERED: f"{account.aor} is registered",
            RegistrationStatus.FAILED: f"{account.aor} is refused: {code}",
            RegistrationStatus.IDLE: f"{account.aor} is un-registered",
        }
        is_silent = status is RegistrationStatus.FAILED and code == 0
        self.say("the registrar does not answer" if is_silent else texts[status], kind="sip")
        kinds = {
            RegistrationStatus.REGISTERED: "registered",
            RegistrationStatus.FAILED: "register_failed",
            RegistrationStatus.IDLE: "unregistered",
        }
        if status in kinds:
            self._report(kinds[status], account)

    def notified(self, notification: Notification, reaction: Reaction) -> None:
        """Obey a NOTIFY that has just been answered."""
        event = notification.event
        if notification.parameters:
            event = f"{event};{notification.parameters}"
        done = reaction.note or reaction.action
        self.say(f"NOTIFY {event}: answers {reaction.code}, {done}", kind="notify")
        if reaction.action is Action.RESYNC:
            self._fetch()
        elif reaction.action is Action.REBOOT:
            self._restart("reboots", forgets=False)
        elif reaction.action is Action.RESET:
            self._restart("resets to factory defaults", forgets=True)

    def say(self, text: str, kind: str = "sip") -> None:
        """Tell the listener what happens."""
        event = PhoneEvent(at=utc_now(), mac=self.identity.mac, kind=kind, text=text)
        self.events.append(event)
        if self._listener is not None:
            self._listener(event)

    def _power_on(self) -> None:
        if self.stage is Stage.OFF:
            self.say("is plugged in", kind="power")
            self._boot()

    def _power_off(self) -> None:
        if self.stage is Stage.OFF:
            return
        self._end_life(Stage.OFF)
        self._lines.close()
        self.say("loses power", kind="power")

    def _shut_down(self) -> None:
        if self.stage is not Stage.OFF:
            self._end_life(Stage.OFF)
            life = self._life
            self._lines.unregister(lambda: self._lines.close() if life == self._life else None)

    def _restart(self, word: str, *, forgets: bool) -> None:
        if self.stage is Stage.OFF:
            return
        self._end_life(Stage.BOOTING)
        self.say(word, kind="power")
        life = self._life

        def go_on() -> None:
            if life == self._life:
                self._lines.close()
                if forgets:
                    self.firmware.forget()
                self._boot()

        self._lines.unregister(go_on)

    def _end_life(self, stage: Stage) -> None:
        """Let everything that the phone had under way come to nothing."""
        self._life += 1
        self.stage = stage
        self._is_fetching = False
        self._fetch_again = False
        self._hops = 0
        if self._next_fetch is not None:
            self._next_fetch.cancel()

    def _boot(self) -> None:
        self._end_life(Stage.BOOTING)
        self._fetch_in(self.setup.pace.boot_s, self._fetch)

    def _fetch_in(self, delay_s: float, call: Callable[[], None]) -> None:
        """Plan the next fetch, in place of the one planned so far."""
        if self._next_fetch is not None:
            self._next_fetch.cancel()
        self._next_fetch = self._loop.call_later(delay_s, call)

    def _fetch(self) -> None:
        if self.stage is Stage.OFF:
            return
        if self._is_fetching:
            self._fetch_again = True
            return
        self._is_fetching = True
        url = self._config_url()
        script = self.firmware.fetch(url, is_boot=self.stage is Stage.BOOTING)
        self._step(script, url, None)

    def _config_url(self) -> str:
        return self.state.prov_url or self.setup.prov_url

    def _step(self, script: Script, url: str, answer: HttpAnswer | None) -> None:
        try:
            request = next(script) if answer is None else script.send(answer)
        except StopIteration as end:
            self._finish_fetch(url, end.value)
            return
        self._send(request, "fetch", lambda answered: self._step(script, url, answered))

    def _send(self, request: HttpRequest, kind: str, then: Callable[[HttpAnswer], None]) -> None:
        life = self._life
        work = request_work(request, self.identity, self.setup, self._leftover)

        def take(answer: HttpAnswer) -> None:
            if life != self._life:
                return
            exchange = Exchange(method=request.method, url=request.url, status=answer.status)
            self.exchanges.append(exchange)
            got = answer.status or answer.error
            self.say(f"{request.method} {shown_url(request.url)} → {got}", kind=kind)
            then(answer)

        self._loop.in_background(work, take)

    def _finish_fetch(self, used_url: str, outcome: Outcome) -> None:
        self._is_fetching = False
        self.say(f"config: {outcome}", kind="config")
        if outcome is Outcome.UPGRADE:
            self._install()
            return
        if outcome is Outcome.REBOOT and self.stage is Stage.RUNNING:
            self._restart("reboots for its new settings", forgets=False)
            return
        self._come_up(has_config=outcome in {Outcome.APPLIED, Outcome.UNCHANGED, Outcome.REBOOT})
        if self._fetch_again:
            self._fetch_again = False
            self._fetch()
        elif self._has_moved(used_url, outcome) and self._hops < _MOST_HOPS:
            self._hops += 1
            self.say("has a new provisioning address", kind="config")
            self._fetch_in(self.setup.pace.settle_s, self._fetch)
        else:
            self._hops = 0
            self._plan_next_fetch(outcome)

    def _install(self) -> None:
        """Be gone for the time that takes, then boot, as the phone's habit has it."""
        self._end_life(Stage.INSTALLING)
        self._lines.close()
        habit, version = self.setup.upgrade, self.firmware.next_version
        self.say(f"installs firmware {version}", kind="firmware")
        if habit.end is UpgradeEnd.NEVER_RETURNS:
            return
        if habit.end is not UpgradeEnd.OLD_VERSION:
            self.firmware.install()
            self.identity = self.firmware.identity
        self._fetch_in(habit.install_s, self._boot)

    def _has_moved(self, used_url: str, outcome: Outcome) -> bool:
        found = outcome not in {Outcome.NOTHING, Outcome.FAILED}
        return found and self._config_url() != used_url

    def _come_up(self, *, has_config: bool) -> None:
        was_booting = self.stage is Stage.BOOTING
        self.stage = Stage.RUNNING
        if self.setup.registers:
            self._lines.apply(self.state.accounts)
        if was_booting:
            self.boots += 1
            self.say("is up", kind="power")
            if has_config or self.firmware.values:
                self._report("booted", None)

    def _plan_next_fetch(self, outcome: Outcome) -> None:
        poll_s = self.state.poll_s
        is_fresh = outcome is Outcome.NOTHING and not self.firmware.values
        if outcome is Outcome.FAILED or is_fresh:
            self._fetch_in(self.setup.pace.retry_s, self._fetch)
        elif poll_s is not None:
            self._fetch_in(max(0.05, poll_s * self.setup.pace.poll_scale), self._poll)

    def _poll(self) -> None:
        self.say("polls", kind="config")
        self._fetch()

    def _report(self, kind: str, account: SipAccount | None) -> None:
        request = self.firmware.report(kind, account)
        if request is not None:
            self._send(request, "report", lambda _: None)
