"""Shows what a pattern of endpoint names means for the tenants of a PBX, before it is kept."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from phoneprov.core.errors import InvalidValueError
from phoneprov.pbx.endpoint_names import EndpointPattern, TenantNames, check_endpoint_pattern
from phoneprov.pbx.models import Pbx
from phoneprov.tenancy.models import Extension, Tenant

MOST_TENANTS = 3
MOST_NUMBERS = 5
SAMPLE_NUMBER = "201"
SAMPLE_TENANTS = (("Acme", "acme"), ("Globex", "globex"))


@dataclass(frozen=True, slots=True, kw_only=True)
class NameExample:
    """One extension, and what the PBX calls it."""

    tenant: str
    number: str
    endpoint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NameExamples:
    """What a pattern means: examples, or why it means nothing."""

    examples: Sequence[NameExample] = ()
    message: str = ""
    shared: Sequence[str] = ()
    """Numbers that several tenants have, where the names don't tell whose one is."""


def show_names(
    session: Session, typed: str, *, pbx: Pbx | None, sip_domain: str = ""
) -> NameExamples:
    """Return examples of a pattern as it was typed, with the tenants of `pbx` where it has any."""
    try:
        pattern = EndpointPattern(check_endpoint_pattern(typed))
    except InvalidValueError as fault:
        return NameExamples(message=fault.message)
    domain = sip_domain.strip().lower() or (pbx.sip_domain if pbx else "") or "sip.example.net"
    examples = []
    for tenant_id, name, slug, own_domain in _list_tenants(session, pbx):
        names = TenantNames(tenant_id=tenant_id, slug=slug, domain=(own_domain or domain).lower())
        number, user = _sample(session, tenant_id)
        endpoint = pattern.write(names, number if pattern.by == "number" else user)
        examples.append(NameExample(tenant=name, number=number, endpoint=endpoint))
    shared = () if pattern.names_tenant or pbx is None else _list_shared(session, pbx.id)
    return NameExamples(examples=examples, shared=shared)


def _list_tenants(session: Session, pbx: Pbx | None) -> Sequence[tuple[int, str, str, str]]:
    query = (
        select(Tenant.id, Tenant.name, Tenant.slug, Tenant.sip_domain)
        .where(Tenant.pbx_id == (pbx.id if pbx else None))
        .order_by(func.lower(Tenant.name))
        .limit(MOST_TENANTS)
    )
    rows = session.execute(query).all() if pbx else ()
    found = [(row.id, row.name, row.slug, row.sip_domain) for row in rows]
    return found or [(0, name, slug, "") for name, slug in SAMPLE_TENANTS]


def _sample(session: Session, tenant_id: int) -> tuple[str, str]:
    """Return number and SIP user of a tenant's first extension."""
    query = (
        select(Extension.number, Extension.sip_user)
        .where(Extension.tenant_id == tenant_id)
        .order_by(func.length(Extension.number), Extension.number)
        .limit(1)
    )
    row = session.execute(query).first()
    return (row[0], row[1]) if row else (SAMPLE_NUMBER, SAMPLE_NUMBER)


def _list_shared(session: Session, pbx_id: int) -> Sequence[str]:
    query = (
        select(Extension.sip_user)
        .join(Tenant, Tenant.id == Extension.tenant_id)
        .where(Tenant.pbx_id == pbx_id)
        .group_by(Extension.sip_user)
        .having(func.count(Extension.tenant_id.distinct()) > 1)
        .order_by(func.length(Extension.sip_user), Extension.sip_user)
        .limit(MOST_NUMBERS)
    )
    return session.scalars(query).all()
