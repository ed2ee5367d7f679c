"""Reads of tenants, users and extensions."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from phoneprov.tenancy.models import Extension, Installation, Role, Tenant, User, for_tenant


def find_tenant_for(session: Session, user: User, slug: str) -> Tenant | None:
    """Return the tenant of `slug` if `user` may see it."""
    query = select(Tenant).where(Tenant.slug == slug)
    if user.role != Role.PROVIDER:
        query = query.where(Tenant.id == user.tenant_id)
    return session.scalar(query)


def list_tenants_for(session: Session, user: User) -> Sequence[Tenant]:
    """Return the tenants that `user` may see, by name."""
    query = select(Tenant).order_by(func.lower(Tenant.name))
    if user.role != Role.PROVIDER:
        query = query.where(Tenant.id == user.tenant_id)
    return session.scalars(query).all()


def list_extensions(session: Session, tenant_id: int) -> Sequence[Extension]:
    """Return a tenant's extensions and their groups, by length of number, then number."""
    query = for_tenant(tenant_id, Extension).order_by(
        func.length(Extension.number), Extension.number
    )
    return session.scalars(query.options(joinedload(Extension.in_groups))).unique().all()


def find_extension(session: Session, tenant_id: int, extension_id: int) -> Extension | None:
    """Return one extension of a tenant."""
    return session.scalar(for_tenant(tenant_id, Extension).where(Extension.id == extension_id))


def get_installation(session: Session) -> Installation:
    """Return the installation's row, made when it is not there yet."""
    found = session.get(Installation, 1)
    if found is None:
        found = Installation(id=1)
        session.add(found)
        session.flush()
    return found


def has_provider(session: Session) -> bool:
    """Tell whether the installation has been set up."""
    return session.scalar(select(User.id).where(User.role == Role.PROVIDER).limit(1)) is not None
