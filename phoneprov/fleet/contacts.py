"""Reads the contact that leads to a phone."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from phoneprov.fleet.models import Registration


def find_contact(session: Session, phone_id: int) -> Registration | None:
    """Return the phone's live contact, the one that gave a sign of life last."""
    return session.scalar(
        select(Registration)
        .where(Registration.phone_id == phone_id, Registration.gone_at.is_(None))
        .order_by(Registration.keepalive_at.desc().nulls_last(), Registration.id.desc())
        .limit(1)
    )


def find_last_contact(session: Session, phone_id: int) -> Registration | None:
    """Return the contact that the phone had last, live or gone."""
    return find_contact(session, phone_id) or session.scalar(
        select(Registration)
        .where(Registration.phone_id == phone_id)
        .order_by(Registration.gone_at.desc(), Registration.id.desc())
        .limit(1)
    )
