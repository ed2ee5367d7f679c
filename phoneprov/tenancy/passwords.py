"""Passwords of people: what is strong enough, and how it is kept (argon2id)."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from phoneprov.core.errors import InvalidValueError, NotAllowedError

SHORTEST, LONGEST = 12, 128
FEWEST_DIFFERENT = 5
HASHES_AT_ONCE = 2
MOST_WAITING = 2
"""A hash takes a fifth of a second of two cores. More log-ins than these are sent away at once,
because every waiting one holds a thread that phones need."""

_SEQUENCES = ("abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "qwertyuiopasdfghjklzxcvbnm")
_NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=4$MNo0BBPpqOVpk0fHHzoztA"
    "$1qifzbpyp7E3Hri0s9srUg+TlByYHg6KvAj8Ohr5swY"
)
"""Hash of a password that nobody has; verifying against it takes as long as against a real one."""

_hasher = PasswordHasher()
_hashing = threading.BoundedSemaphore(HASHES_AT_ONCE)
_room = threading.BoundedSemaphore(HASHES_AT_ONCE + MOST_WAITING)


class BusyError(NotAllowedError):
    """Too many log-ins are being checked at this moment."""


def check_password(password: str, *, email: str = "", field: str = "password") -> None:
    """Refuse a password that is too short, too long or easily guessed.

    Raises InvalidValueError saying what to do.
    """
    if len(password) < SHORTEST:
        raise InvalidValueError(f"At least {SHORTEST} characters, please.", field=field)
    if len(password) > LONGEST:
        raise InvalidValueError(f"At most {LONGEST} characters, please.", field=field)
    lowered = password.casefold()
    name = email.casefold().partition("@")[0]
    if name and lowered.replace(name, "") != lowered and len(name) * 2 >= len(password):
        raise InvalidValueError("Don't build it from your e-mail address.", field=field)
    if len(set(lowered)) < FEWEST_DIFFERENT or any(lowered in row for row in _SEQUENCES):
        message = "This one is among the first to be tried. Take three or four unrelated words."
        raise InvalidValueError(message, field=field)


def hash_password(password: str) -> str:
    """Return what is stored of a password."""
    with _turn():
        return _hasher.hash(password.encode("utf-8", "replace"))


def is_password(password_hash: str | None, password: str) -> bool:
    """Tell whether `password` fits; without a hash it takes as long and doesn't.

    Raises BusyError when too many are being checked already.
    """
    with _turn():
        try:
            _hasher.verify(password_hash or _NOBODY, password[:LONGEST].encode("utf-8", "replace"))
        except (VerificationError, InvalidHashError):
            return False
    return password_hash is not None


def needs_new_hash(password_hash: str) -> bool:
    """Tell whether a hash was made with weaker settings than today's."""
    return _hasher.check_needs_rehash(password_hash)


@contextmanager
def _turn() -> Iterator[None]:
    """Let few hash at once and few wait; send the others away."""
    if not _room.acquire(blocking=False):
        raise BusyError("Too many log-ins at this moment. Try again in a few seconds.")
    try:
        with _hashing:
            yield
    finally:
        _room.release()
