"""Reads of the audit trail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from phoneprov.tenancy.models import AuditEntry, Tenant

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityFilter:
    """What is looked for; `tenant_id` None means everywhere."""

    tenant_id: int | None = None
    person: str = ""
    action: str = ""
    page: int = 1
    """Counts from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityPage:
    """One page of the audit trail, newest first."""

    entries: Sequence[AuditEntry]
    tenant_names: Mapping[int, str]
    has_more: bool
    people: Sequence[str]
    actions: Sequence[str]


def list_activity(session: Session, wanted: ActivityFilter) -> ActivityPage:
    """Return a page of entries with the people and actions there are to choose from."""
    scope = _scope(wanted.tenant_id)
    query = select(AuditEntry).where(*scope)
    if wanted.person:
        query = query.where(AuditEntry.user_name == wanted.person)
    if wanted.action:
        query = query.where(AuditEntry.action == wanted.action)
    rows = session.scalars(
        query.order_by(AuditEntry.id.desc())
        .offset((wanted.page - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE + 1)
    ).all()
    return ActivityPage(
        entries=rows[:PAGE_SIZE],
        tenant_names=_tenant_names(session, rows),
        has_more=len(rows) > PAGE_SIZE,
        people=_choices(session, AuditEntry.user_name.expression, scope),
        actions=_choices(session, AuditEntry.action.expression, scope),
    )


def _scope(tenant_id: int | None) -> list[ColumnElement[bool]]:
    return [] if tenant_id is None else [AuditEntry.tenant_id == tenant_id]


def _choices(
    session: Session, column: ColumnElement[str], scope: list[ColumnElement[bool]]
) -> Sequence[str]:
    return session.scalars(select(column).where(*scope).distinct().order_by(column)).all()


def _tenant_names(session: Session, entries: Sequence[AuditEntry]) -> dict[int, str]:
    ids = {entry.tenant_id for entry in entries if entry.tenant_id is not None}
    rows = session.execute(select(Tenant.id, Tenant.name).where(Tenant.id.in_(ids)))
    return {tenant_id: name for tenant_id, name in rows}  # noqa: C416 - rows are not tuples
