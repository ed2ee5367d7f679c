"""Reads the contacts of a phone, and those that may be its own."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from phoneprov.fleet.models import Phone, Registration
from phoneprov.pbx.endpoint_names import EndpointPattern, TenantNames
from phoneprov.pbx.models import Pbx

MOST_STRAYS = 5


def find_contact(session: Session, phone_id: int) -> Registration | None:
    """Return the phone's live contact, the one that gave a sign of life last."""
    return session.scalar(
        select(Registration)
        .where(Registration.phone_id == phone_id, Registration.gone_at.is_(None))
        .order_by(Registration.keepalive_at.desc().nulls_last(), Registration.id.desc())
        .limit(1)
    )


def find_last_contact(session: Session, phone_id: int) -> Registration | None:
    """Return the contact that the phone had last, live or gone."""
    return find_contact(session, phone_id) or session.scalar(
        select(Registration)
        .where(Registration.phone_id == phone_id)
        .order_by(Registration.gone_at.desc(), Registration.id.desc())
        .limit(1)
    )


def list_strays(session: Session, phone: Phone, pbx: Pbx | None) -> Sequence[Registration]:
    """Return the live contacts of a phone's extension that are nobody's, the newest first.

    Needs the phone's extension and tenant loaded.
    """
    if pbx is None or phone.extension is None:
        return ()
    line = phone.extension
    domain = (phone.tenant.sip_domain or pbx.sip_domain).lower()
    names = TenantNames(tenant_id=phone.tenant_id, slug=phone.tenant.slug, domain=domain)
    pattern = EndpointPattern(pbx.endpoint_pattern)
    name = pattern.write(names, line.number if pattern.by == "number" else line.sip_user)
    return session.scalars(
        select(Registration)
        .where(
            Registration.pbx_id == pbx.id,
            Registration.aor.in_((name, f"{name}@{domain}")),
            Registration.phone_id.is_(None),
            Registration.gone_at.is_(None),
        )
        .order_by(Registration.observed_at.desc())
        .limit(MOST_STRAYS)
    ).all()
