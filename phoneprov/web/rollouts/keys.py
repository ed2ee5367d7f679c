"""Names of the forms that order a roll-out: the same form sent twice orders once."""

import re
import secrets

_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")


def make_order_key() -> str:
    """Return a name that no other form has."""
    return secrets.token_urlsafe(16)


def read_order_key(text: str | None) -> str:
    """Return the name that a form carries; empty where it is none that was made here."""
    return text if text and _KEY.fullmatch(text) else ""
