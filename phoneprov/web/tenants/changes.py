"""Changes of a tenant together with its phones."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from phoneprov.catalog.model import VendorFacts
from phoneprov.fleet.models import Phone
from phoneprov.fleet.passwords import check_admin_password
from phoneprov.fleet.phones import delete_phone
from phoneprov.fleet.refresh import refresh_statuses
from phoneprov.fleet.revisions import touch_phones_that_say, touch_tenant_phones
from phoneprov.tenancy.audit import Actor
from phoneprov.tenancy.models import Tenant, for_tenant
from phoneprov.tenancy.tenants import TOLD_TO_PHONES, TenantDraft, change_tenant


def check_draft(draft: TenantDraft, vendors: Collection[VendorFacts]) -> None:
    """Refuse an admin password that one of the vendors' phones would not take.

    Raises InvalidValueError for the field `admin_password`.
    """
    if draft.admin_password:
        for vendor in vendors:
            check_admin_password(vendor, draft.admin_password)


def update_tenant(
    session: Session, tenant: Tenant, draft: TenantDraft, *, actor: Actor, now: datetime
) -> int:
    """Change a tenant and return how many phones are told otherwise from now on.

    Raises InvalidValueError with the field that can't be taken.
    """
    changed = change_tenant(session, tenant, draft, actor=actor, now=now)
    if "keepalive_limit_s" in changed:
        ids = session.scalars(select(Phone.id).where(Phone.tenant_id == tenant.id)).all()
        refresh_statuses(session, ids, now)
    if "encrypts_configs" in changed:
        forget_key_uses(session, tenant)
    if changed & TOLD_TO_PHONES:
        return touch_tenant_phones(session, tenant.id, now)
    return touch_phones_that_say(session, tenant.id, "tenant", now) if "name" in changed else 0


def forget_key_uses(session: Session, tenant: Tenant) -> None:
    """Give plain configs once more: phones that were told to do without a key have none."""
    session.execute(update(Phone).where(Phone.tenant_id == tenant.id).values(key_used_at=None))


def remove_phones(session: Session, tenant: Tenant, *, actor: Actor, now: datetime) -> int:
    """Delete all phones of a tenant, each with its farewell; return how many."""
    query = for_tenant(tenant.id, Phone).options(
        joinedload(Phone.extension), joinedload(Phone.tenant), joinedload(Phone.profile)
    )
    phones = session.scalars(query).all()
    for phone in phones:
        delete_phone(session, phone, actor=actor, now=now)
    return len(phones)
