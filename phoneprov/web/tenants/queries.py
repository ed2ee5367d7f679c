"""Reads of the tenants screen: one row per tenant, in a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Subquery, case, func, select
from sqlalchemy.orm import Session

from phoneprov.fleet.models import Farewell, Phone
from phoneprov.fleet.status import PhoneStatus
from phoneprov.pbx.models import Pbx
from phoneprov.tenancy.models import Extension, Tenant, User
from phoneprov.web.tenants.forms import PbxChoice


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantRow:
    """A tenant as the list shows it."""

    slug: str
    name: str
    time_zone: str
    pbx_name: str | None
    link_status: str | None
    phones: int
    online: int
    offline: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantContents:
    """What goes with a tenant when it is deleted."""

    phones: int
    extensions: int
    users: int
    farewells: int
    """Removed phones that haven't been told yet."""


def list_tenant_rows(session: Session) -> Sequence[TenantRow]:
    """Return all tenants by name, without reading a secret."""
    counts = _counts()
    query = (
        select(
            Tenant.slug,
            Tenant.name,
            Tenant.time_zone,
            Pbx.name.label("pbx_name"),
            Pbx.link_status,
            func.coalesce(counts.c.phones, 0).label("phones"),
            func.coalesce(counts.c.online, 0).label("online"),
            func.coalesce(counts.c.offline, 0).label("offline"),
        )
        .outerjoin(Pbx, Pbx.id == Tenant.pbx_id)
        .outerjoin(counts, counts.c.tenant_id == Tenant.id)
        .order_by(func.lower(Tenant.name))
    )
    return [TenantRow(**row) for row in session.execute(query).mappings()]


def count_contents(session: Session, tenant_id: int) -> TenantContents:
    """Return how much goes with a tenant."""

    def count(model: type[Phone | Extension | User]) -> int:
        query = select(func.count()).select_from(model).where(model.tenant_id == tenant_id)
        return session.scalar(query) or 0

    untold = (
        select(func.count())
        .select_from(Farewell)
        .where(Farewell.tenant_id == tenant_id, Farewell.fetched_at.is_(None))
    )
    return TenantContents(
        phones=count(Phone),
        extensions=count(Extension),
        users=count(User),
        farewells=session.scalar(untold) or 0,
    )


def list_pbx_choices(session: Session) -> Sequence[PbxChoice]:
    """Return the PBXs by name, without their secrets."""
    query = select(Pbx.id, Pbx.name).order_by(func.lower(Pbx.name))
    return [PbxChoice(pbx_id=pbx_id, name=name) for pbx_id, name in session.execute(query)]


def _counts() -> Subquery:
    """Return each tenant's phones in numbers; a tenant without any has no row."""
    return (
        select(
            Phone.tenant_id,
            func.count().label("phones"),
            func.sum(case((Phone.status == PhoneStatus.ONLINE, 1), else_=0)).label("online"),
            func.sum(case((Phone.status == PhoneStatus.OFFLINE, 1), else_=0)).label("offline"),
        )
        .group_by(Phone.tenant_id)
        .subquery()
    )
