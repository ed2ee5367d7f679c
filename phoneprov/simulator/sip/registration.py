"""One account's registration: REGISTER with digest, refresh at half the expiry, un-register."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from phoneprov.simulator.loop import Loop, Timer
from phoneprov.simulator.sip.agent import Address, SipAgent
from phoneprov.simulator.sip.digest import Credentials, answer_challenge, read_fields
from phoneprov.simulator.sip.message import SipRequest, SipResponse, parameter, uri_in
from phoneprov.simulator.state import SipAccount

_OK = 200
_UNAUTHORIZED = 401
_PROXY_AUTH = 407
_TOO_BRIEF = 423
_ANSWER_TIMEOUT_S = 8.0
_FAREWELL_TIMEOUT_S = 2.0


class RegistrationStatus(StrEnum):
    """How far an account has come."""

    IDLE = "idle"
    TRYING = "trying"
    REGISTERED = "registered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationSetup:
    """What a registration needs beside its account."""

    registrar: Address
    user_agent: str
    retry_s: float
    instance: str = ""
    """`+sip.instance` of the contact, where the vendor sends one."""


class Registration:
    """Keeps one account registered. `on_change(status, code)` hears of every change."""

    def __init__(
        self,
        loop: Loop,
        agent: SipAgent,
        account: SipAccount,
        setup: RegistrationSetup,
        on_change: Callable[[RegistrationStatus, int], None],
    ) -> None:
        self.account = account
        self.status = RegistrationStatus.IDLE
        self._loop = loop
        self._agent = agent
        self._setup = setup
        self._on_change = on_change
        self._call_id = f"{secrets.token_hex(8)}@{agent.address[0]}"
        self._tag = secrets.token_hex(4)
        self._cseq = 0
        self._expires_s = account.expires_s
        self._challenge: tuple[int, str] | None = None
        self._uses = 0
        self._timer: Timer | None = None
        self._is_over = False

    def start(self) -> None:
        """Register now, and keep at it."""
        self._set_status(RegistrationStatus.TRYING, 0)
        self._register(self._expires_s, self._take_answer)

    def stop(self) -> None:
        """Fall silent without a word to the registrar."""
        self._is_over = True
        if self._timer is not None:
            self._timer.cancel()

    def unregister(self, then: Callable[[], None]) -> None:
        """Take the contact back, then call `then` (after two seconds at the latest)."""
        was_registered = self.status is RegistrationStatus.REGISTERED
        self.stop()
        if not was_registered:
            then()
            return

        def finish(_: SipResponse | None) -> None:
            self._set_status(RegistrationStatus.IDLE, 0)
            then()

        self._register(0, finish)

    def _register(self, expires_s: int, then: Callable[[SipResponse | None], None]) -> None:
        """Send a REGISTER; a challenge is answered once, then `then` gets the final answer."""

        def first(answer: SipResponse | None) -> None:
            if answer is not None and answer.code in {_UNAUTHORIZED, _PROXY_AUTH}:
                name = "WWW-Authenticate" if answer.code == _UNAUTHORIZED else "Proxy-Authenticate"
                text = answer.header(name) or ""
                if read_fields(text):
                    self._challenge, self._uses = (answer.code, text), 0
                    self._transmit(expires_s, then)
                    return
            then(answer)

        self._transmit(expires_s, first)

    def _transmit(self, expires_s: int, then: Callable[[SipResponse | None], None]) -> None:
        self._cseq += 1
        account = self.account
        uri = f"sip:{account.domain}"
        contact = f"<sip:{account.user}@{self._agent.address[0]}:{self._agent.address[1]}>"
        if self._setup.instance:
            contact += f';+sip.instance="<{self._setup.instance}>"'
        name = f'"{account.display_name}" ' if account.display_name.isascii() else ""
        headers = [
            ("From", f"{name.replace(chr(92), '')}<sip:{account.aor}>;tag={self._tag}"),
            ("To", f"<sip:{account.aor}>"),
            ("Call-ID", self._call_id),
            ("CSeq", f"{self._cseq} REGISTER"),
            ("Contact", contact),
            ("Expires", str(expires_s)),
            ("Allow", "INVITE, ACK, CANCEL, BYE, OPTIONS, NOTIFY, INFO, REFER, UPDATE"),
            ("User-Agent", self._setup.user_agent),
        ]
        headers += self._authorization(uri)
        request = SipRequest(method="REGISTER", uri=uri, headers=tuple(headers))
        timeout_s = _ANSWER_TIMEOUT_S if expires_s else _FAREWELL_TIMEOUT_S
        self._agent.send(request, self._setup.registrar, then, timeout_s=timeout_s)

    def _authorization(self, uri: str) -> list[tuple[str, str]]:
        if self._challenge is None:
            return []
        code, text = self._challenge
        self._uses += 1
        credentials = Credentials(user=self.account.auth_user, password=self.account.password)
        value = answer_challenge(text, credentials, ("REGISTER", uri), count=self._uses)
        name = "Authorization" if code == _UNAUTHORIZED else "Proxy-Authorization"
        return [(name, value)] if value else []

    def _take_answer(self, answer: SipResponse | None) -> None:
        if self._is_over:
            return
        if answer is None:
            self._fail(0)
        elif answer.code == _OK:
            granted = self._granted_s(answer)
            self._set_status(RegistrationStatus.REGISTERED, _OK)
            self._timer = self._loop.call_later(max(1.0, granted / 2), self._refresh)
        elif answer.code == _TOO_BRIEF and (answer.header("Min-Expires") or "").isdigit():
            self._expires_s = int(answer.header("Min-Expires") or 0)
            self._register(self._expires_s, self._take_answer)
        else:
            self._fail(answer.code)

    def _refresh(self) -> None:
        self._register(self._expires_s, self._take_answer)

    def _fail(self, code: int) -> None:
        self._challenge = None
        self._set_status(RegistrationStatus.FAILED, code)
        self._timer = self._loop.call_later(self._setup.retry_s, self._refresh)

    def _granted_s(self, answer: SipResponse) -> float:
        """Return the seconds granted to our contact, which may be one of several."""
        mine = f"sip:{self.account.user}@{self._agent.address[0]}:{self._agent.address[1]}"
        for line in answer.all_headers("Contact"):
            for part in line.split(",") if line.count("<") > 1 else [line]:
                expires = parameter(part, "expires")
                if uri_in(part) == mine and expires is not None and expires.isdigit():
                    return float(expires)
        expires = answer.header("Expires") or ""
        return float(expires) if expires.isdigit() else float(self._expires_s)

    def _set_status(self, status: RegistrationStatus, code: int) -> None:
        if status is not self.status or status is RegistrationStatus.FAILED:
            self.status = status
            self._on_change(status, code)
