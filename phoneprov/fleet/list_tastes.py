"""What each person remembers of the list of phones: columns, row height, and named filters."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func
from sqlalchemy.orm import Session

from phoneprov.core.errors import InvalidValueError
from phoneprov.fleet.list_models import LONGEST_FILTER_NAME, ListTaste, SavedFilter
from phoneprov.tenancy.models import for_tenant

MOST_FILTERS = 50
"""So many a person keeps for one tenant."""


def find_taste(session: Session, user_id: int) -> ListTaste:
    """Return what a person chose, or what everybody starts with."""
    return session.get(ListTaste, user_id) or ListTaste(
        user_id=user_id, columns="", is_compact=False
    )


def choose_taste(session: Session, user_id: int, *, columns: str, is_compact: bool) -> None:
    """Remember a person's columns and row height; for all tenants they look at."""
    session.merge(ListTaste(user_id=user_id, columns=columns, is_compact=is_compact))
    session.flush()


def list_filters(session: Session, tenant_id: int, user_id: int) -> Sequence[SavedFilter]:
    """Return a person's named filters of a tenant by name."""
    query = for_tenant(tenant_id, SavedFilter).where(SavedFilter.user_id == user_id)
    return session.scalars(query.order_by(func.lower(SavedFilter.name), SavedFilter.id)).all()


def find_filter(
    session: Session, tenant_id: int, user_id: int, filter_id: int
) -> SavedFilter | None:
    """Return one of a person's own named filters of a tenant."""
    query = for_tenant(tenant_id, SavedFilter).where(
        SavedFilter.user_id == user_id, SavedFilter.id == filter_id
    )
    return session.scalar(query)


def save_filter(  # noqa: PLR0913 - whose, where, and what
    session: Session, *, tenant_id: int, user_id: int, name: str, query: str, now: datetime
) -> SavedFilter:
    """Give a filter a name; one of that name is replaced. Raises InvalidValueError for `name`."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_FILTER_NAME or not name.isprintable():
        message = f"Give it a name of 1 to {LONGEST_FILTER_NAME} characters."
        raise InvalidValueError(message, field="name")
    if not query:
        message = "Filter or sort the list first: this would be the whole list."
        raise InvalidValueError(message, field="name")
    own = list_filters(session, tenant_id, user_id)
    found = next((one for one in own if one.name.casefold() == name.casefold()), None)
    if found is None and len(own) >= MOST_FILTERS:
        message = f"You have {MOST_FILTERS} filters already; delete one first."
        raise InvalidValueError(message, field="name")
    row = found or SavedFilter(tenant_id=tenant_id, user_id=user_id, created_at=now)
    row.name, row.query = name, query
    session.add(row)
    session.flush()
    return row


def delete_filter(session: Session, saved: SavedFilter) -> None:
    """Forget a named filter."""
    session.execute(delete(SavedFilter).where(SavedFilter.id == saved.id))
