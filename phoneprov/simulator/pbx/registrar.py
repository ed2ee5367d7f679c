"""A small SIP registrar over UDP: digest, contacts with expiry, OPTIONS pings, NOTIFY out."""

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from phoneprov.simulator.loop import Loop
from phoneprov.simulator.pbx.location import Binding, LocationTable
from phoneprov.simulator.sip.agent import Address, SipAgent
from phoneprov.simulator.sip.authenticator import Authenticator
from phoneprov.simulator.sip.message import (
    SipRequest,
    SipResponse,
    parameter,
    respond,
    uri_in,
    user_and_host,
)

_SWEEP_S = 0.5
_PING_TIMEOUT_S = 4.0
_DEFAULT_EXPIRES_S = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrarSetup:
    """How the registrar works. Times in seconds."""

    credentials: Mapping[str, str] = field(repr=False)
    """Password by `user@domain` or by `user`. It is looked at anew for each request, so a mapping
    that changes is a PBX whose extensions change."""
    auth_users: Mapping[str, str] = field(default_factory=dict)
    """By user of the address of record: the name it proves itself by, where that differs."""
    host: str = "127.0.0.1"
    port: int = 0
    """0 takes any free port."""
    shortest_s: int = 10
    longest_s: int = 3600
    ping_s: float = 10.0
    silent_for_s: float | None = 30.0
    """A contact that has not answered for so long is dropped; None keeps it until it expires."""


class Registrar:
    """The registrar. Its methods run on the loop's thread."""

    def __init__(self, loop: Loop, setup: RegistrarSetup) -> None:
        self.table = LocationTable()
        self.started_at = time.time()
        self.refusals: list[tuple[str, int]] = []
        """Addresses of record and the codes they were refused with."""
        self._loop = loop
        self._setup = setup
        self._authenticators: dict[str, Authenticator] = {}
        self._agent = SipAgent(loop, (setup.host, setup.port), self._answer)
        self.address: Address = self._agent.address

    def start(self) -> None:
        """Begin to sweep and to ping."""
        self._sweep()
        self._loop.call_later(self._setup.ping_s, self._ping_all)

    def close(self) -> None:
        """Close the socket."""
        self._agent.close()

    def send(
        self, request: SipRequest, target: Address, then: Callable[[SipResponse | None], None]
    ) -> None:
        """Send a request out of the registrar's socket."""
        self._agent.send(request, target, then, timeout_s=5.0)

    def _answer(self, request: SipRequest, source: Address) -> SipResponse | None:
        if request.method == "OPTIONS":
            return respond(request, 200)
        if request.method != "REGISTER":
            return respond(request, 404 if request.method == "INVITE" else 405)
        user, domain = user_and_host(uri_in(request.header("To") or ""))
        aor = f"{user}@{domain.partition(':')[0]}"
        refusal = self._refuse(request, user, aor)
        if refusal is not None:
            self.refusals.append((aor, refusal.code))
            return refusal
        return self._register(request, aor, source)

    def _refuse(self, request: SipRequest, user: str, aor: str) -> SipResponse | None:
        realm = aor.partition("@")[2]
        authenticator = self._authenticators.setdefault(realm, Authenticator(realm))
        verdict = authenticator.judge(request, partial(self._password_of, realm))
        if verdict.refusal is not None:
            return verdict.refusal
        if verdict.user not in {user, self._setup.auth_users.get(user)}:
            return respond(request, 403)
        if 0 < self._expires_s(request) < self._setup.shortest_s:
            return respond(request, 423, ("Min-Expires", str(self._setup.shortest_s)))
        return None

    def _password_of(self, realm: str, name: str) -> str | None:
        credentials = self._setup.credentials
        users = [u for u, auth_user in self._setup.auth_users.items() if auth_user == name]
        for known in (name, *users):
            password = credentials.get(f"{known}@{realm}") or credentials.get(known)
            if password is not None:
                return password
        return None

    def _register(self, request: SipRequest, aor: str, source: Address) -> SipResponse:
        contact = request.header("Contact")
        expires_s = min(self._expires_s(request), self._setup.longest_s)
        if contact is not None and contact.strip() == "*":
            self.table.remove(aor)
        elif contact is not None and expires_s == 0:
            self.table.remove(aor, uri_in(contact))
        elif contact is not None:
            now = time.time()
            binding = Binding(
                aor=aor,
                uri=uri_in(contact),
                call_id=request.header("Call-ID") or "",
                cseq=request.cseq[0],
                user_agent=request.header("User-Agent") or "",
                received=source,
                expires_at=now + expires_s,
                registered_at=now,
                keepalive_at=now,
                instance=parameter(contact, "+sip.instance") or "",
                socket=f"udp:{self.address[0]}:{self.address[1]}",
            )
            self.table.save(binding)
        left = [(b.uri, int(b.expires_at - time.time() + 0.5)) for b in self.table.of(aor)]
        contacts = [("Contact", f"<{uri}>;expires={seconds}") for uri, seconds in left]
        return respond(request, 200, *contacts)

    @staticmethod
    def _expires_s(request: SipRequest) -> int:
        told = parameter(request.header("Contact") or "", "expires") or request.header("Expires")
        return int(told) if told is not None and told.isdigit() else _DEFAULT_EXPIRES_S

    def _sweep(self) -> None:
        self.table.expire(silent_for_s=self._setup.silent_for_s)
        self._loop.call_later(_SWEEP_S, self._sweep)

    def _ping_all(self) -> None:
        for binding in self.table.all():
            self._ping(binding)
        self._loop.call_later(self._setup.ping_s, self._ping_all)

    def _ping(self, binding: Binding) -> None:
        sent_at = time.time()
        request = SipRequest(
            method="OPTIONS",
            uri=binding.uri,
            headers=(
                ("From", f"<sip:ping@{self.address[0]}>;tag={secrets.token_hex(4)}"),
                ("To", f"<sip:{binding.aor}>"),
                ("Call-ID", secrets.token_hex(8)),
                ("CSeq", "1 OPTIONS"),
            ),
        )

        def take(answer: SipResponse | None) -> None:
            if answer is not None:
                current = next(
                    (b for b in self.table.of(binding.aor) if b.uri == binding.uri), binding
                )
                current.keepalive_at = time.time()
                current.round_trip_us = max(1, int((current.keepalive_at - sent_at) * 1e6))

        self._agent.send(request, binding.received, take, timeout_s=_PING_TIMEOUT_S)
