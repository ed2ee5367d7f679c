"""MAC addresses: every spelling a sticker, a scanner or a phone uses, one normal form."""

import re
from typing import NewType

from phoneprov.core.errors import InvalidValueError

Mac = NewType("Mac", str)
"""Twelve lower-case hexadecimal digits, no separators: `805ec01a2b3c`."""

_DIGITS = 12
_SEPARATORS = re.compile(r"[\s:.\-_\u200b-\u200f\u2060\ufeff]+")
"""What stands between the digits, marks that nobody sees included: they come along in a copy."""
_LABEL = re.compile(r"mac(?:\s*(?:address|addr\.?|id))?\s*[:=#]?", re.IGNORECASE)
"""What a sticker or scanner puts before the address."""
_NORMAL = re.compile(r"[0-9a-f]{12}")
_MULTICAST_BIT = 0x01


def parse_mac(text: str) -> Mac:
    """Return the normal form of a MAC address in any common spelling.

    Raises InvalidValueError with a message that says what is wrong: which character, how many
    digits are missing, or that the address can't belong to a phone.
    """
    unlabelled = _LABEL.sub("", text.strip(), count=1) if _LABEL.match(text.strip()) else text
    compact = _SEPARATORS.sub("", unlabelled).lower()
    if not compact:
        raise InvalidValueError("Enter the MAC address from the phone's sticker.", field="mac")
    for character in compact:
        if character not in "0123456789abcdef":
            message = f"“{character}” can't be part of a MAC address; it has only 0–9 and A–F."
            raise InvalidValueError(message, field="mac")
    if len(compact) != _DIGITS:
        raise InvalidValueError(_length_message(len(compact)), field="mac")
    mac = Mac(compact)
    _refuse_impossible(mac)
    return mac


def find_mac(text: str) -> Mac | None:
    """Return the MAC address that `text` is in any spelling, or None."""
    try:
        return parse_mac(text)
    except InvalidValueError:
        return None


def is_normal_mac(text: str) -> bool:
    """Tell whether `text` is a MAC address in the normal form."""
    return _NORMAL.fullmatch(text) is not None


def format_mac(mac: str, separator: str = ":") -> str:
    """Return the MAC in pairs: `80:5e:c0:1a:2b:3c`."""
    return separator.join(mac[i : i + 2] for i in range(0, _DIGITS, 2))


def _length_message(length: int) -> str:
    if length < _DIGITS:
        missing = _DIGITS - length
        return f"{missing} digit{'s are' if missing > 1 else ' is'} missing; a MAC address has 12."
    extra = length - _DIGITS
    return f"{extra} digit{'s' if extra > 1 else ''} too many; a MAC address has 12."


def _refuse_impossible(mac: Mac) -> None:
    if mac == "0" * _DIGITS:
        raise InvalidValueError("All zeros is not the address of a phone.", field="mac")
    if mac == "f" * _DIGITS:
        raise InvalidValueError("This is the broadcast address, not a phone's.", field="mac")
    if int(mac[:2], 16) & _MULTICAST_BIT:
        message = "This is a multicast address, not a phone's; check the second digit."
        raise InvalidValueError(message, field="mac")
