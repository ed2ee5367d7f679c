"""Reads of bulk operations."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from phoneprov.operations.models import BulkOperation
from phoneprov.tenancy.models import for_tenant


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
