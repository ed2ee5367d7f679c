"""What a PBX tells of a contact, made fit for the database: a phone may have put anything there."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from phoneprov.core.text import is_forbidden
from phoneprov.pbx.link import ContactState

LONGEST = {"user_agent": 250, "source": 60, "call_id": 255, "instance": 255}
LONGEST_AOR, LONGEST_URI = 255, 500


def fit_contacts(contacts: Iterable[ContactState]) -> Iterator[ContactState]:
    """Yield the contacts that can be kept, with what can't be stored taken out of them."""
    for contact in contacts:
        fitting = fit_contact(contact)
        if fitting is not None:
            yield fitting


def fit_contact(contact: ContactState) -> ContactState | None:
    """Return a contact as it can be kept; None where its very name can't be.

    A contact is known by its AOR and URI, so a shortened one would be another contact.
    """
    is_named = 0 < len(contact.aor) <= LONGEST_AOR and len(contact.uri) <= LONGEST_URI
    known_by = contact.aor + contact.uri
    if not is_named or (not _is_plain(known_by) and any(map(is_forbidden, known_by))):
        return None
    changes: dict[str, Any] = {}
    for name, longest in LONGEST.items():
        text = getattr(contact, name)
        fitting = text if _is_plain(text) else _printable(text)
        if fitting[:longest] != text:
            changes[name] = fitting[:longest]
    return replace(contact, **changes) if changes else contact


def _is_plain(text: str) -> bool:
    """Tell whether nothing in a text needs a look, as with nearly all."""
    return text.isascii() and text.isprintable()


def _printable(text: str) -> str:
    return "".join(character for character in text if not is_forbidden(character))
