"""What can be done to a user: add, change, new password, switch off, delete."""

import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from phoneprov.core.errors import InvalidValueError, NotAllowedError
from phoneprov.core.text import clean_text
from phoneprov.tenancy.audit import Actor, write_audit
from phoneprov.tenancy.models import Role, User
from phoneprov.tenancy.passwords import check_password, hash_password, is_password
from phoneprov.tenancy.sessions import end_sessions_of

LONGEST_EMAIL, LONGEST_NAME = 254, 100
MASK = "•••"
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)*")
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
"""Without those that look alike when read out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserDraft:
    """What was typed about a user; an empty password on adding has one made."""

    name: str
    email: str
    role: Role
    password: str = ""


def add_user(
    session: Session, draft: UserDraft, *, tenant_id: int | None, actor: Actor, now: datetime
) -> User:
    """Add a user of a tenant, or of the provider where `tenant_id` is None.

    Raises InvalidValueError with the field that is wrong.
    """
    values = _check(draft, tenant_id)
    check_password(draft.password, email=values["email"])
    user = User(
        tenant_id=tenant_id,
        name=values["name"],
        email=values["email"],
        role=draft.role,
        password_hash=hash_password(draft.password),
        is_active=True,
        created_at=now,
    )
    with _refusing_doubles(session):
        session.add(user)
    _audit(session, actor, "user.add", user, at=now, changes={"role": [None, str(draft.role)]})
    return user


def change_user(
    session: Session, user: User, draft: UserDraft, *, actor: Actor, now: datetime
) -> None:
    """Change name, e-mail and role; a new role or e-mail ends the user's log-ins.

    Raises InvalidValueError with the field that is wrong, NotAllowedError for one's own role.
    """
    values: dict[str, str] = {**_check(draft, user.tenant_id), "role": str(draft.role)}
    before = {"name": user.name, "email": user.email, "role": str(user.role)}
    changes = {key: [before[key], values[key]] for key in values if before[key] != values[key]}
    if not changes:
        return
    if "role" in changes and is_own(user, actor):
        raise NotAllowedError("You can't change your own role. Ask another admin.")
    with _refusing_doubles(session):
        user.name, user.email, user.role = values["name"], values["email"], draft.role
    if "role" in changes:
        end_sessions_of(session, user.id)
    _audit(session, actor, "user.change", user, at=now, changes=changes)


def set_password(  # noqa: PLR0913 - a verb with its actor and time
    session: Session,
    user: User,
    password: str,
    *,
    actor: Actor,
    now: datetime,
    keep_token: str = "",
) -> None:
    """Give a user a new password; all their log-ins end, but the one of `keep_token`.

    Raises InvalidValueError for a password that is too weak.
    """
    check_password(password, email=user.email)
    user.password_hash = hash_password(password)
    end_sessions_of(session, user.id, but=keep_token)
    _audit(session, actor, "user.set_password", user, at=now, changes={"password": [MASK, MASK]})


def change_own_password(  # noqa: PLR0913 - a verb with its actor and time
    session: Session,
    user: User,
    old: str,
    new: str,
    *,
    actor: Actor,
    now: datetime,
    token: str,
) -> None:
    """Change a password by the one who has it; other log-ins of the account end.

    Raises InvalidValueError when the old one is wrong or the new one too weak.
    """
    if not is_password(user.password_hash, old):
        raise InvalidValueError("This is not your password.", field="old_password")
    if old == new:
        raise InvalidValueError("Take another one than now.", field="password")
    set_password(session, user, new, actor=actor, now=now, keep_token=token)


def deactivate_user(session: Session, user: User, *, actor: Actor, now: datetime) -> None:
    """Switch an account off and end its log-ins.

    Raises NotAllowedError for one's own account and the last provider account.
    """
    _refuse_loss(session, user, actor)
    user.is_active = False
    end_sessions_of(session, user.id)
    _audit(session, actor, "user.deactivate", user, at=now)


def activate_user(session: Session, user: User, *, actor: Actor, now: datetime) -> None:
    """Switch an account on again."""
    user.is_active = True
    _audit(session, actor, "user.activate", user, at=now)


def delete_user(session: Session, user: User, *, actor: Actor, now: datetime) -> None:
    """Delete an account; what it did stays in the activity.

    Raises NotAllowedError for one's own account and the last provider account.
    """
    _refuse_loss(session, user, actor)
    _audit(session, actor, "user.delete", user, at=now)
    session.delete(user)
    session.flush()


def list_users(session: Session, tenant_id: int | None) -> Sequence[User]:
    """Return the users of a tenant, or the provider's where `tenant_id` is None, by name."""
    return session.scalars(
        select(User).where(_belongs(tenant_id)).order_by(func.lower(User.name), User.email)
    ).all()


def find_user(session: Session, tenant_id: int | None, user_id: int) -> User | None:
    """Return one user of a tenant, or of the provider where `tenant_id` is None."""
    return session.scalar(select(User).where(_belongs(tenant_id), User.id == user_id))


def is_own(user: User, actor: Actor) -> bool:
    """Tell whether the account is that of the one who acts."""
    return user.email == actor.name


def make_password() -> str:
    """Return a random first password, easy to read out: four groups of five."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))
    return "-".join(groups)


def check_email(email: str) -> str:
    """Return an e-mail address in the form it is stored.

    Raises InvalidValueError.
    """
    cleaned = clean_text(email, field="email", longest=LONGEST_EMAIL).casefold()
    if not _EMAIL.fullmatch(cleaned):
        message = "Enter an e-mail address such as anna@example.com."
        raise InvalidValueError(message, field="email")
    return cleaned


def _belongs(tenant_id: int | None) -> ColumnElement[bool]:
    return User.tenant_id.is_(None) if tenant_id is None else User.tenant_id == tenant_id


def _check(draft: UserDraft, tenant_id: int | None) -> dict[str, str]:
    name = clean_text(draft.name, field="name", longest=LONGEST_NAME)
    if not name:
        raise InvalidValueError("Enter a name.", field="name")
    if (draft.role == Role.PROVIDER) != (tenant_id is None):
        raise InvalidValueError("Choose one of the roles in the list.", field="role")
    return {"name": name, "email": check_email(draft.email)}


@contextmanager
def _refusing_doubles(session: Session) -> Iterator[None]:
    """Write what is done inside; an e-mail address that is taken is refused."""
    try:
        with session.begin_nested():
            yield
            session.flush()
    except IntegrityError as error:
        message = "There is an account with this address already."
        raise InvalidValueError(message, field="email") from error


def _refuse_loss(session: Session, user: User, actor: Actor) -> None:
    if is_own(user, actor):
        raise NotAllowedError("You can't remove your own account. Ask another admin.")
    if user.role != Role.PROVIDER:
        return
    others = select(User.id).where(User.role == Role.PROVIDER, User.is_active, User.id != user.id)
    if session.scalar(others.limit(1)) is None:
        raise NotAllowedError("This is the last provider account; without it nobody could log in.")


def _audit(  # noqa: PLR0913 - one row has these columns
    session: Session,
    actor: Actor,
    action: str,
    user: User,
    *,
    at: datetime,
    changes: dict[str, list[str | None]] | dict[str, list[str]] | None = None,
) -> None:
    write_audit(
        session,
        actor,
        action,
        f"{user.name} ({user.email})"[:200],
        at=at,
        tenant_id=user.tenant_id,
        changes=dict(changes or {}),
    )
