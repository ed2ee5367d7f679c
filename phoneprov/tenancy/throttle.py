"""Slows down guessing of passwords: per account and per address, never for ever."""

import hashlib
import ipaddress
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from phoneprov.tenancy.models import LogInThrottle

FREE_FAILURES = 5
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=1)
_SITE_BITS = 64
"""An IPv6 site has 2^64 addresses of its own to come from."""


def account_key(email: str) -> str:
    """Return the key of an account; hashed, because people type passwords in the wrong field."""
    digest = hashlib.sha256(email.strip().casefold().encode("utf-8", "replace")).hexdigest()
    return f"account:{digest}"


def address_key(address: str) -> str:
    """Return the key of an address: an IPv4 address or an IPv6 /64."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "address:unknown"
    if parsed.version == 4:  # noqa: PLR2004 - the number of the protocol
        return f"address:{parsed}"
    return f"address:{ipaddress.ip_network((parsed, _SITE_BITS), strict=False)}"


def wait_after(failures: int) -> timedelta:
    """Return how long to wait after so many failures in a row: 1, 2, 4 … 15 minutes."""
    if failures < FREE_FAILURES:
        return timedelta(0)
    doublings = min(failures - FREE_FAILURES, 10)
    return min(timedelta(minutes=2**doublings), LONGEST_WAIT)


def find_wait(session: Session, keys: Iterable[str], now: datetime) -> datetime | None:
    """Return until when these keys have to wait, or None when they may try."""
    untils = session.scalars(
        select(LogInThrottle.blocked_until).where(
            LogInThrottle.key.in_(list(keys)), LogInThrottle.blocked_until > now
        )
    ).all()
    return max((until for until in untils if until), default=None)


def note_failure(session: Session, keys: Iterable[str], now: datetime) -> None:
    """Count a failed log-in; what happened over an hour ago is forgotten."""
    session.execute(
        delete(LogInThrottle).where(LogInThrottle.last_failure_at < now - FORGOTTEN_AFTER)
    )
    for key in sorted(keys):
        _count(session, key, now)


def forget_failures(session: Session, key: str) -> None:
    """Let a key start anew."""
    session.execute(delete(LogInThrottle).where(LogInThrottle.key == key))


def _count(session: Session, key: str, now: datetime) -> None:
    """Add one in the database itself, so that two failures at once count as two."""
    failures = session.scalar(
        update(LogInThrottle)
        .where(LogInThrottle.key == key)
        .values(failures=LogInThrottle.failures + 1, last_failure_at=now)
        .returning(LogInThrottle.failures)
        .execution_options(synchronize_session=False)
    )
    if failures is None:
        session.add(LogInThrottle(key=key, failures=1, last_failure_at=now))
        session.flush()
        return
    wait = wait_after(failures)
    if wait:
        session.execute(
            update(LogInThrottle)
            .where(LogInThrottle.key == key)
            .values(blocked_until=now + wait)
            .execution_options(synchronize_session=False)
        )
