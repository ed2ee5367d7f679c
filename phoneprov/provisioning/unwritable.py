"""What a phone gets when its config can't be written: nothing new, so it keeps what it has."""

from datetime import datetime

from jinja2 import TemplateError
from sqlalchemy.orm import Session

from phoneprov.fleet.events import write_event
from phoneprov.fleet.models import Phone
from phoneprov.provisioning.exchange import Answer
from phoneprov.vendors.errors import UnwritableValueError

UNWRITABLE_ERRORS = (UnwritableValueError, TemplateError)
"""A value that the format can't carry, or a template of the provider's own that fails on it."""
TRY_AGAIN_S = 300
LONGEST_REASON = 300
UNWRITABLE = Answer(
    status=503,
    headers=(
        ("Content-Type", "text/plain"),
        ("Content-Length", "0"),
        ("Cache-Control", "no-store"),
        ("Retry-After", str(TRY_AGAIN_S)),
    ),
)


def note_unwritable(session: Session, phone: Phone, reason: str, now: datetime) -> None:
    """Keep why the config can't be written; say it once, not at each of the phone's requests."""
    kept = reason[:LONGEST_REASON]
    if phone.unwritable_reason != kept:
        phone.unwritable_reason = kept
        write_event(session, phone.id, "warning", f"Its config can't be written: {reason}", at=now)


def note_written(phone: Phone) -> bool:
    """Forget that the config couldn't be written; tell whether that was so."""
    was_unwritable = bool(phone.unwritable_reason)
    phone.unwritable_reason = ""
    return was_unwritable
