"""Admit: may this request have this phone's files? One function, one table of reasons."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Reason(StrEnum):
    """Why a request was admitted, or why not."""

    TOKEN = "token"  # noqa: S105 - a word, not a secret
    WINDOW = "window"
    FAREWELL = "farewell"
    COMMON = "common"
    UNKNOWN_MAC = "unknown_mac"
    WRONG_MAC = "wrong_mac"
    UNENCRYPTED = "unencrypted"
    WINDOW_CLOSED = "window_closed"
    WINDOW_WAITED_OUT = "window_waited_out"
    NO_SUCH_FILE = "no_such_file"
    NOT_ITS_TURN = "not_its_turn"

    @property
    def is_admitted(self) -> bool:
        """Whether what is the phone's own goes out."""
        return self in _ADMITTED

    @property
    def label(self) -> str:
        """The reason in words, for the phone's page."""
        return _WORDS[self]


_ADMITTED = (Reason.TOKEN, Reason.WINDOW, Reason.FAREWELL)
_WORDS = {
    Reason.TOKEN: "by its own address",
    Reason.WINDOW: "first contact",
    Reason.FAREWELL: "farewell",
    Reason.COMMON: "common file, no secrets",
    Reason.UNKNOWN_MAC: "refused: unknown MAC address",
    Reason.UNENCRYPTED: "refused: unencrypted, though it has its key",
    Reason.WRONG_MAC: "refused: another MAC address in the request",
    Reason.WINDOW_CLOSED: "refused: not its own address, and first contact is over",
    Reason.WINDOW_WAITED_OUT: "refused: first contact waited too long",
    Reason.NO_SUCH_FILE: "no such file, as expected",
    Reason.NOT_ITS_TURN: "refused: it isn't its turn to take this firmware",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a request says of itself."""

    has_token: bool
    """It came by the phone's own address."""
    file_mac: str | None
    agent_mac: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The phone's first-contact window."""

    opened_at: datetime | None
    waits_until: datetime | None
    ends_at: datetime | None


def admit(claim: Claim, phone_mac: str, window: Window, now: datetime) -> Reason:
    """Return the reason that decides; anything not admitted gets an unknown MAC's answer.

    A MAC address is no secret: it opens nothing outside the first-contact window. Claims that
    disagree open nothing at all.
    """
    told = {claim.file_mac, claim.agent_mac} - {None}
    if told - {phone_mac}:
        return Reason.WRONG_MAC
    if claim.has_token:
        return Reason.TOKEN
    if window.opened_at is None:
        return Reason.WINDOW_CLOSED
    if window.ends_at is not None:
        return Reason.WINDOW if now < window.ends_at else Reason.WINDOW_CLOSED
    if window.waits_until is not None and now >= window.waits_until:
        return Reason.WINDOW_WAITED_OUT
    return Reason.WINDOW
