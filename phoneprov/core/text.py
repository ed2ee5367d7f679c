"""What text may be stored: the first wall against values that end in a vendor's file."""

import unicodedata

from phoneprov.core.errors import InvalidValueError

_SEPARATORS = {"\u0085", "\u2028", "\u2029"}
_NONCHARACTERS = {"\ufffe", "\uffff"}
_DIRECTIONS = {*map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))}


def clean_text(text: str, *, field: str, longest: int) -> str:
    """Return `text` in NFC with its edges trimmed, at most `longest` characters.

    Raises InvalidValueError where it holds what no phone may read: control characters, line
    separators, lone surrogates, noncharacters, overrides of the writing direction.
    """
    trimmed = text.strip()
    for character in trimmed:
        if is_forbidden(character):
            message = f"Take out the character U+{ord(character):04X}; it can't be shown."
            raise InvalidValueError(message, field=field)
    cleaned = unicodedata.normalize("NFC", trimmed)
    if len(cleaned) > longest:
        message = f"At most {longest} characters; this has {len(cleaned)}."
        raise InvalidValueError(message, field=field)
    return cleaned


def as_sentence(text: str) -> str:
    """Return a reason as a sentence of its own: with a capital, and a full stop at its end."""
    stop = "" if text.endswith((".", "!", "?")) else "."
    return f"{text[:1].upper()}{text[1:]}{stop}" if text else ""


def is_forbidden(character: str) -> bool:
    """Tell whether a character may never be stored in a text field."""
    category = unicodedata.category(character)
    return (
        category in {"Cc", "Cs"}
        or character in _SEPARATORS
        or character in _NONCHARACTERS
        or character in _DIRECTIONS
    )
