"""The link that ends a subscription without a log-in: signed, and good for nothing else."""

import hashlib
import hmac
from datetime import datetime

from sqlalchemy.orm import Session, joinedload

from phoneprov.alerts.models import AlertSubscription
from phoneprov.tenancy.audit import Actor, write_audit

LONGEST_ID = 12
BY_LINK = "unsubscribe link"


def sign_link(subscription_id: int, link_key: str) -> str:
    """Return the token of the link: the subscription's id, and a signature with its own key.

    The key goes with the row, so that a link never fits a later row of the same id.
    """
    told = f"unsubscribe:{subscription_id}".encode()
    return f"{subscription_id}.{hmac.new(link_key.encode(), told, hashlib.sha256).hexdigest()}"


def find_by_link(session: Session, token: str) -> AlertSubscription | None:
    """Return the subscription that a link is signed for; None for a link that isn't ours."""
    number, dot, _ = token.partition(".")
    is_number = number.isascii() and number.isdigit() and len(number) <= LONGEST_ID
    if not dot or not is_number:
        return None
    options = (joinedload(AlertSubscription.user), joinedload(AlertSubscription.tenant))
    found = session.get(AlertSubscription, int(number), options=options)
    if found is None:
        return None
    is_ours = hmac.compare_digest(sign_link(found.id, found.link_key).encode(), token.encode())
    return found if is_ours else None


def end_by_link(session: Session, wants: AlertSubscription, *, address: str, now: datetime) -> bool:
    """End a subscription, so that what waits is dropped; return False where it had ended before."""
    if wants.ended_at is not None:
        return False
    wants.ended_at = now
    write_audit(
        session,
        Actor(name=BY_LINK, address=address),
        "alert.unsubscribe",
        wants.user.email,
        at=now,
        tenant_id=wants.tenant_id,
    )
    return True
