"""Reads of bulk operations."""

from collections.abc import Mapping, Sequence

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from phoneprov.operations.models import BulkItem, BulkOperation, ItemState
from phoneprov.tenancy.models import for_tenant

_FIRST_THOSE_THAT_NEED_A_PERSON = case(
    {
        ItemState.FAILED.value: 0,
        ItemState.SKIPPED.value: 1,
        ItemState.CANCELLED.value: 2,
        ItemState.WAITING.value: 3,
    },
    value=BulkItem.state,
    else_=4,
)


def find_operation(session: Session, tenant_id: int, operation_id: int) -> BulkOperation | None:
    """Return one operation of a tenant."""
    query = for_tenant(tenant_id, BulkOperation).where(BulkOperation.id == operation_id)
    return session.scalar(query)


def list_operations(
    session: Session, tenant_id: int, *, limit: int = 50
) -> Sequence[BulkOperation]:
    """Return the newest operations of a tenant."""
    query = for_tenant(tenant_id, BulkOperation).order_by(BulkOperation.id.desc()).limit(limit)
    return session.scalars(query).all()


def count_items(
    session: Session, operation_ids: Sequence[int]
) -> Mapping[int, Mapping[ItemState, int]]:
    """Return how many phones of each operation are in which state, in one query."""
    found: dict[int, dict[ItemState, int]] = {one: {} for one in operation_ids}
    rows = session.execute(
        select(BulkItem.operation_id, BulkItem.state, func.count())
        .where(BulkItem.operation_id.in_(operation_ids))
        .group_by(BulkItem.operation_id, BulkItem.state)
    )
    for operation_id, state, count in rows:
        found[operation_id][ItemState(state)] = count
    return found


def list_items(
    session: Session, operation: BulkOperation, *, page: int, size: int
) -> Sequence[BulkItem]:
    """Return the phones of an operation, those that need a person first. `page` counts from 1."""
    query = select(BulkItem).where(BulkItem.operation_id == operation.id)
    order = (_FIRST_THOSE_THAT_NEED_A_PERSON, BulkItem.id)
    return session.scalars(query.order_by(*order).offset((page - 1) * size).limit(size)).all()
