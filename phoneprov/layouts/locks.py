"""Keys of a layout in which phones may not differ from it. A lock stays with its key."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from phoneprov.core.errors import InvalidValueError
from phoneprov.layouts.models import ButtonLayout, LayoutLock
from phoneprov.tenancy.audit import Actor, write_audit


def find_locks(session: Session, layout_ids: Iterable[int]) -> dict[int, frozenset[int]]:
    """Return the locked positions of these layouts, in one query."""
    found: dict[int, set[int]] = {}
    rows = session.scalars(select(LayoutLock).where(LayoutLock.layout_id.in_(list(layout_ids))))
    for row in rows:
        found.setdefault(row.layout_id, set()).add(row.position)
    return {layout_id: frozenset(positions) for layout_id, positions in found.items()}


def list_locks(session: Session, layout_id: int) -> frozenset[int]:
    """Return the locked positions of a layout."""
    return find_locks(session, [layout_id]).get(layout_id, frozenset())


def lock_key(  # noqa: PLR0913 - a verb with its actor and time
    session: Session,
    layout: ButtonLayout,
    position: int,
    *,
    is_locked: bool,
    actor: Actor,
    now: datetime,
) -> bool:
    """Lock a key, or let phones differ in it again; return whether anything changed.

    Raises InvalidValueError where somebody else has locked it in the same moment.
    """
    if (position in list_locks(session, layout.id)) == is_locked:
        return False
    if is_locked:
        session.add(LayoutLock(layout_id=layout.id, position=position))
    else:
        session.execute(
            delete(LayoutLock).where(
                LayoutLock.layout_id == layout.id, LayoutLock.position == position
            )
        )
    layout.revision += 1
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        message = "Somebody else has just locked this key; look at it again."
        raise InvalidValueError(message) from error
    write_audit(
        session,
        actor,
        "layout.lock",
        layout.name,
        at=now,
        tenant_id=layout.tenant_id,
        changes={f"lock of key {position}": [not is_locked, is_locked]},
    )
    return True


def put_locks(session: Session, layout_id: int, positions: Iterable[int]) -> None:
    """Let exactly these positions of a layout be locked."""
    session.execute(delete(LayoutLock).where(LayoutLock.layout_id == layout_id))
    session.expire_all()
    session.add_all(LayoutLock(layout_id=layout_id, position=one) for one in sorted(positions))
    session.flush()
