"""First contact: finds the phone that asks, and closes its window in time."""

from datetime import datetime, timedelta

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.orm import Session, joinedload

from phoneprov.fleet.events import write_event
from phoneprov.fleet.first_contact import hash_token
from phoneprov.fleet.models import Phone
from phoneprov.provisioning.admission import Reason

_OWNER = select(Phone.id, Phone.mac, Phone.model_slug).where(
    Phone.token_hash == bindparam("token_hash")
)


def find_by_token(session: Session, token: str) -> Phone | None:
    """Return the phone whose own address holds `token`."""
    return session.scalar(
        select(Phone)
        .where(Phone.token_hash == hash_token(token))
        .options(joinedload(Phone.tenant), joinedload(Phone.profile))
    )


def find_owner(session: Session, token: str) -> Row[int, str, str] | None:
    """Return id, MAC address and model of the phone whose own address holds `token`."""
    return session.execute(_OWNER, {"token_hash": hash_token(token)}).one_or_none()


def find_by_mac(session: Session, mac: str) -> Phone | None:
    """Return the phone with this MAC address."""
    return session.scalar(
        select(Phone)
        .where(Phone.mac == mac)
        .options(joinedload(Phone.tenant), joinedload(Phone.profile))
    )


def note_first_contact(
    session: Session, phone: Phone, reason: Reason, address: str, now: datetime
) -> bool:
    """Start the window at its first request, close it at the first use of the token.

    Returns whether something changed that must be committed before the phone is answered.
    """
    if reason is Reason.WINDOW and phone.window_started_at is None:
        minutes = phone.tenant.contact_window_minutes
        phone.window_started_at = now
        phone.window_ends_at = phone.window_ends_at or now + timedelta(minutes=minutes)
        text = f"First contact from {address}; open for {minutes} min."
        write_event(session, phone.id, "admission", text, at=now)
        return True
    if reason is Reason.TOKEN:
        return _note_token(session, phone, address, now)
    return False


def _close_window(session: Session, phone: Phone) -> bool:
    """Close the window by compare-and-set: of two requests at once one does it and says so."""
    result = session.execute(
        update(Phone)
        .where(Phone.id == phone.id, Phone.window_opened_at.is_not(None))
        .values(window_opened_at=None)
    )
    return bool(result.rowcount)  # type: ignore[attr-defined]


def _note_token(session: Session, phone: Phone, address: str, now: datetime) -> bool:
    is_first = phone.token_used_at is None
    closes = phone.window_opened_at is not None and phone.tenant.is_window_closed_by_token
    if is_first:
        phone.token_used_at = now
    if closes and not _close_window(session, phone):
        return is_first
    if closes:
        text = f"First contact is over: it came by its own address from {address}."
        write_event(session, phone.id, "admission", text, at=now)
    return is_first or closes
