"""The first start: one provider account, by a one-time link or by the environment."""

import hashlib
import hmac
import secrets
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from phoneprov.core.errors import InvalidValueError, NotFoundError, SettingsError
from phoneprov.core.text import clean_text
from phoneprov.tenancy.audit import SYSTEM, Actor
from phoneprov.tenancy.models import Installation, Role, User
from phoneprov.tenancy.queries import get_installation, has_provider
from phoneprov.tenancy.users import UserDraft, add_user

TOKEN_BYTES = 24
LONGEST_PROVIDER_NAME = 100


def open_setup(session: Session, now: datetime) -> str | None:
    """Return the token of a new set-up link, or None when there is a provider account already.

    Only its hash is stored; a link that was printed earlier is dead from now on.
    """
    if has_provider(session):
        return None
    installation = get_installation(session)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    installation.setup_token_hash = _hash(token)
    installation.setup_opened_at = now
    return token


def is_setup_open(session: Session, token: str) -> bool:
    """Tell whether `token` still opens the set-up."""
    stored = get_installation(session).setup_token_hash
    if stored is None or has_provider(session):
        return False
    return hmac.compare_digest(stored, _hash(token))


def finish_setup(  # noqa: PLR0913 - a verb with its actor and time
    session: Session,
    token: str,
    draft: UserDraft,
    *,
    provider_name: str,
    address: str,
    now: datetime,
) -> User:
    """Create the first provider account; the link is dead from then on.

    Raises NotFoundError for a link that opens nothing, InvalidValueError with its field.
    """
    if not is_setup_open(session, token):
        raise NotFoundError("this set-up link opens nothing")
    name = clean_text(provider_name, field="provider_name", longest=LONGEST_PROVIDER_NAME)
    if not name:
        message = "Enter the name of your company, as your customers know it."
        raise InvalidValueError(message, field="provider_name")
    installation = _lock(session)
    if installation.setup_token_hash is None:
        raise NotFoundError("this set-up link opens nothing")
    actor = Actor(name=draft.email.strip().casefold() or "set-up", address=address)
    user = add_user(session, draft, tenant_id=None, actor=actor, now=now)
    installation.provider_name = name
    installation.setup_token_hash = None
    return user


def create_first_provider(session: Session, email: str, password: str, now: datetime) -> User:
    """Create the first provider account from the environment.

    Raises SettingsError naming the variable when address or password can't be taken.
    """
    draft = UserDraft(
        name=email.partition("@")[0] or "Admin", email=email, role=Role.PROVIDER, password=password
    )
    try:
        user = add_user(session, draft, tenant_id=None, actor=SYSTEM, now=now)
    except InvalidValueError as fault:
        variable = "PASSWORD" if fault.field == "password" else "EMAIL"
        raise SettingsError(f"PHONEPROV_ADMIN_{variable}: {fault.message}") from fault
    get_installation(session).setup_token_hash = None
    return user


def _lock(session: Session) -> Installation:
    """Return the installation's row, held so that two set-ups at once don't both go through."""
    return session.scalars(
        select(Installation)
        .where(Installation.id == 1)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
