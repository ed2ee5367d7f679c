"""Log-ins on the server: opened with a random token, of which only the hash is stored."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from phoneprov.tenancy.models import User, UserSession

IDLE_LIMIT = timedelta(hours=12)
AGE_LIMIT = timedelta(days=7)
SEEN_STEP = timedelta(minutes=5)
"""A log-in's last use is written this often, so that reading pages seldom writes."""
TOKEN_BYTES = 32


def open_session(session: Session, user: User, *, address: str, now: datetime) -> str:
    """Start a log-in of `user`; return its token, which is stored nowhere.

    Log-ins that are over are deleted on the way.
    """
    session.execute(
        delete(UserSession).where(
            (UserSession.created_at < now - AGE_LIMIT) | (UserSession.seen_at < now - IDLE_LIMIT)
        )
    )
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session.add(
        UserSession(
            token_hash=hash_session_token(token),
            user_id=user.id,
            created_at=now,
            seen_at=now,
            address=address,
        )
    )
    user.last_log_in_at = now
    return token


def find_session(
    session: Session, token: str, *, now: datetime, is_use: bool = True
) -> User | None:
    """Return the active user whose log-in `token` is, if it is still good.

    A page that asks by itself every few seconds is no use of it: an open screen grows idle.
    """
    query = (
        select(User, UserSession)
        .join(UserSession, UserSession.user_id == User.id)
        .where(UserSession.token_hash == hash_session_token(token), User.is_active)
    )
    row = session.execute(query).one_or_none()
    if row is None:
        return None
    user, log_in = row
    if log_in.created_at < now - AGE_LIMIT or log_in.seen_at < now - IDLE_LIMIT:
        return None
    if is_use and log_in.seen_at < now - SEEN_STEP:
        log_in.seen_at = now
    return user


def end_session(session: Session, token: str) -> None:
    """End one log-in."""
    session.execute(delete(UserSession).where(UserSession.token_hash == hash_session_token(token)))


def end_sessions_of(session: Session, user_id: int, *, but: str = "") -> None:
    """End all log-ins of a user, except the one whose token is `but`."""
    session.execute(
        delete(UserSession).where(
            UserSession.user_id == user_id, UserSession.token_hash != hash_session_token(but)
        )
    )


def hash_session_token(token: str) -> str:
    """Return what is stored of a token; it is random, so a plain hash is enough."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
