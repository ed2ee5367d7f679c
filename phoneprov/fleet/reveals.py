"""The mark that somebody looked at the secrets of a phone."""

from datetime import datetime

from sqlalchemy.orm import Session

from phoneprov.core.mac import format_mac
from phoneprov.fleet.models import Phone
from phoneprov.tenancy.audit import Actor, write_audit


def record_reveal(session: Session, phone: Phone, *, actor: Actor, now: datetime) -> None:
    """Write into the activity list that the secrets in a phone's config were shown."""
    subject = f"{format_mac(phone.mac)} {phone.display_name}".strip()
    write_audit(session, actor, "phone.reveal", subject, at=now, tenant_id=phone.tenant_id)
