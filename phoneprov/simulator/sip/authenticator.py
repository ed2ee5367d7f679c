"""Digest as a server: challenges requests and judges the answers."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from phoneprov.simulator.sip.digest import challenge, is_answer_right, read_fields
from phoneprov.simulator.sip.message import SipRequest, SipResponse, respond

_UNAUTHORIZED = 401


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Who sent a request, or the challenge to answer it with."""

    user: str = ""
    refusal: SipResponse | None = None


class Authenticator:
    """Hands out nonces of one realm and remembers them for a while (seconds)."""

    def __init__(self, realm: str, lifetime_s: float = 300.0) -> None:
        self._realm = realm
        self._lifetime_s = lifetime_s
        self._nonces: dict[str, float] = {}

    def judge(self, request: SipRequest, password_of: Callable[[str], str | None]) -> Verdict:
        """Return the authenticated user of a request, or the 401 that it gets.

        A right answer to a nonce of ours that is too old is challenged again as stale.
        """
        fields = read_fields(request.header("Authorization") or "")
        user = fields.get("username", "")
        password = password_of(user) if user else None
        is_right = password is not None and is_answer_right(fields, password, request.method)
        if is_right and fields["realm"] == self._realm and self._is_fresh(fields["nonce"]):
            return Verdict(user=user)
        text = challenge(self._realm, self._new_nonce(), is_stale=is_right)
        return Verdict(refusal=respond(request, _UNAUTHORIZED, ("WWW-Authenticate", text)))

    def _is_fresh(self, nonce: str) -> bool:
        born_at = self._nonces.get(nonce)
        return born_at is not None and time.monotonic() - born_at < self._lifetime_s

    def _new_nonce(self) -> str:
        now = time.monotonic()
        for nonce, born_at in list(self._nonces.items()):
            if now - born_at < self._lifetime_s:
                break
            del self._nonces[nonce]
        fresh = secrets.token_hex(16)
        self._nonces[fresh] = now
        return fresh
