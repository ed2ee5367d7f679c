"""The SIP side of a phone: its sockets, its registrations, and what it answers."""

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from phoneprov.simulator.identity import PhoneIdentity
from phoneprov.simulator.life import PhoneSetup
from phoneprov.simulator.loop import Loop
from phoneprov.simulator.sip.agent import Address, SipAgent
from phoneprov.simulator.sip.authenticator import Authenticator
from phoneprov.simulator.sip.message import SipRequest, SipResponse, respond, user_and_host
from phoneprov.simulator.sip.registration import (
    Registration,
    RegistrationSetup,
    RegistrationStatus,
)
from phoneprov.simulator.state import SipAccount
from phoneprov.simulator.vendors.base import Firmware, Notification, Reaction

_ALLOW = ("Allow", "INVITE, ACK, CANCEL, BYE, OPTIONS, NOTIFY, INFO, REFER, UPDATE")
_ANSWERS = {"INVITE": 486, "BYE": 481, "CANCEL": 481}
_NOT_ALLOWED = 405


class LineListener(Protocol):
    """Who hears of what happens on the lines."""

    def line_changed(self, account: SipAccount, status: RegistrationStatus, code: int) -> None:
        """Hear of a registration that changed."""
        ...

    def notified(self, notification: Notification, reaction: Reaction) -> None:
        """Hear of a NOTIFY after it was answered."""
        ...

    def say(self, text: str) -> None:
        """Hear of anything else worth a line."""
        ...


@dataclass(slots=True)
class _Line:
    account: SipAccount
    registrar: Address
    registration: Registration


class PhoneLines:
    """All accounts of one phone."""

    def __init__(
        self,
        loop: Loop,
        firmware: Firmware,
        setup: PhoneSetup,
        listener: LineListener,
    ) -> None:
        self._loop = loop
        self._firmware = firmware
        self._identity: PhoneIdentity = firmware.identity
        self._setup = setup
        self._listener = listener
        self._agents: dict[int, SipAgent] = {}
        self._lines: dict[int, _Line] = {}
        self._wanted: dict[int, SipAccount] = {}
        self._authenticator = Authenticator(realm=self._identity.local_ip)

    @property
    def statuses(self) -> dict[int, RegistrationStatus]:
        """How far each account has come, by its number."""
        return {number: line.registration.status for number, line in self._lines.items()}

    def apply(self, accounts: tuple[SipAccount, ...]) -> None:
        """Register what is new, leave what is unchanged, un-register what is gone."""
        wanted = {account.number: self._redirect(account) for account in accounts}
        gone = [n for n, line in self._lines.items() if wanted.get(n) != line.account]
        new = {n: a for n, a in wanted.items() if self._wanted.get(n) != a}
        self._wanted = wanted

        def go_on() -> None:
            ports = {account.local_port for account in self._wanted.values()}
            for port in [port for port in self._agents if port not in ports]:
                self._agents.pop(port).close()
            for account in new.values():
                self._resolve(account)

        self._drop(gone, go_on)

    def unregister(self, then: Callable[[], None]) -> None:
        """Un-register every account, then call `then`."""
        self._wanted = {}
        self._drop(list(self._lines), then)

    def close(self) -> None:
        """Fall silent at once, as when the cable is pulled."""
        self._wanted = {}
        for line in self._lines.values():
            line.registration.stop()
        self._lines.clear()
        for agent in self._agents.values():
            agent.close()
        self._agents.clear()

    def _redirect(self, account: SipAccount) -> SipAccount:
        """Return the account with what the set-up puts in the place of the config."""
        if self._setup.sip_port is not None:
            account = replace(account, local_port=self._setup.sip_port)
        if self._setup.registrar_override is None:
            return account
        host, port = self._setup.registrar_override
        return replace(account, registrar_host=host, registrar_port=port, transport="udp")

    def _drop(self, numbers: list[int], then: Callable[[], None]) -> None:
        open_lines = [self._lines.pop(number) for number in numbers]
        left = len(open_lines)
        if not left:
            then()
            return

        def one_done() -> None:
            nonlocal left
            left -= 1
            if left == 0:
                then()

        for line in open_lines:
            line.registration.unregister(one_done)

    def _resolve(self, account: SipAccount) -> None:
        if account.transport != "udp":
            self._listener.say(f"can't register {account.aor}: {account.transport} isn't simulated")
            return
        try:
            ipaddress.ip_address(account.registrar_host)
        except ValueError:
            target = (account.registrar_host, account.registrar_port)
            self._loop.in_background(
                lambda: _look_up(target), lambda found: self._begin(account, found)
            )
        else:
            self._begin(account, (account.registrar_host, account.registrar_port))

    def _begin(self, account: SipAccount, registrar: Address | None) -> None:
        if self._wanted.get(account.number) != account:
            return
        if registrar is None:
            self._listener.say(f"can't find the registrar {account.registrar_host}")
            self._loop.call_later(self._setup.pace.retry_s, lambda: self._retry(account))
            return
        try:
            agent = self._agent(account.local_port)
        except OSError as error:
            self._listener.say(f"can't use SIP port {account.local_port}: {error.strerror}")
            return
        setup = RegistrationSetup(
            registrar=registrar,
            user_agent=self._firmware.sip_user_agent,
            retry_s=self._setup.pace.retry_s,
            instance=self._firmware.instance(),
        )
        registration = Registration(
            self._loop,
            agent,
            account,
            setup,
            lambda status, code: self._listener.line_changed(account, status, code),
        )
        self._lines[account.number] = _Line(account, registrar, registration)
        registration.start()

    def _retry(self, account: SipAccount) -> None:
        if self._wanted.get(account.number) == account:
            self._resolve(account)

    def _agent(self, port: int) -> SipAgent:
        if port not in self._agents:
            local = (self._identity.local_ip, port)
            self._agents[port] = SipAgent(self._loop, local, self._answer)
        return self._agents[port]

    def _answer(self, request: SipRequest, source: Address) -> SipResponse | None:
        agent_header = ("User-Agent", self._firmware.sip_user_agent)
        if request.method == "OPTIONS":
            return respond(request, 200, _ALLOW, agent_header)
        if request.method != "NOTIFY":
            return respond(request, _ANSWERS.get(request.method, _NOT_ALLOWED), agent_header)
        line = self._line_of(request)
        account = line.account if line else None
        if account is not None and self._firmware.challenges_notify(account):
            known = {account.auth_user: account.password}
            refusal = self._authenticator.judge(request, known.get).refusal
            if refusal is not None:
                self._listener.say("challenges a NOTIFY with 401")
                return refusal
        event, _, parameters = (request.header("Event") or "").partition(";")
        notification = Notification(
            event=event.strip().lower(),
            parameters=parameters.strip().lower(),
            body=request.body,
            account=account,
            is_from_registrar=line is not None and line.registrar[0] == source[0],
        )
        reaction = self._firmware.react(notification)
        # The answer goes out first: a phone that obeys at once would be gone before.
        self._loop.call_soon(lambda: self._listener.notified(notification, reaction))
        return respond(request, reaction.code, agent_header)

    def _line_of(self, request: SipRequest) -> _Line | None:
        user = user_and_host(request.uri)[0]
        lines = list(self._lines.values())
        return next(
            (line for line in lines if line.account.user == user), lines[0] if lines else None
        )


def _look_up(target: Address) -> Address | None:
    try:
        found = socket.getaddrinfo(*target, socket.AF_INET, socket.SOCK_DGRAM)
    except OSError:
        return None
    return (str(found[0][4][0]), target[1]) if found else None
