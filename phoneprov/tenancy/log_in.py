"""Logging in: throttle first, then the password, and the same answer for all that fail."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from phoneprov.tenancy.audit import Actor, write_audit
from phoneprov.tenancy.models import User
from phoneprov.tenancy.passwords import hash_password, is_password, needs_new_hash
from phoneprov.tenancy.throttle import (
    account_key,
    address_key,
    find_wait,
    forget_failures,
    note_failure,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogIn:
    """How a log-in went: a user; or a refusal, with until when to wait where that is so."""

    user: User | None = None
    wait_until: datetime | None = None


def authenticate(
    session: Session, email: str, password: str, *, address: str, now: datetime
) -> LogIn:
    """Return the user whose e-mail and password these are.

    An unknown account, a wrong password and a switched-off account take the same time and give
    the same answer. Whoever calls this commits, also after a refusal, so that it counts.
    Raises BusyError when too many log-ins are being checked already.
    """
    keys = (account_key(email), address_key(address))
    wait_until = find_wait(session, keys, now)
    if wait_until is not None:
        return LogIn(wait_until=wait_until)
    user = find_user_by_email(session, email)
    is_right = is_password(user.password_hash if user else None, password)
    if user is None or not is_right or not user.is_active:
        note_failure(session, keys, now)
        _note(session, "user.log_in_failed", user, address, now)
        return LogIn(wait_until=find_wait(session, keys, now))
    forget_failures(session, account_key(email))
    if needs_new_hash(user.password_hash):
        user.password_hash = hash_password(password)
    _note(session, "user.log_in", user, address, now)
    return LogIn(user=user)


def find_user_by_email(session: Session, email: str) -> User | None:
    """Return the user of an e-mail address, in whatever letter case it was typed."""
    cleaned = email.strip().casefold()
    if not cleaned.isprintable():
        return None
    return session.scalar(select(User).where(User.email == cleaned))


def _note(session: Session, action: str, user: User | None, address: str, now: datetime) -> None:
    """Write the audit row; what was typed for an unknown account may be a password: left out."""
    name = user.email if user else "unknown account"
    write_audit(
        session,
        Actor(name=name, address=address),
        action,
        name,
        at=now,
        tenant_id=user.tenant_id if user else None,
    )
