"""Config revisions: what changes what a phone is told bumps exactly the phones it touches.

The bump stands in the same transaction as the change. The ids are left in `session.info`, so
that after the commit the cache of this process lets go of what it holds for them.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select, update
from sqlalchemy.orm import Session

from phoneprov.fleet.models import Phone
from phoneprov.tenancy.models import Tenant

TOUCHED = "touched_phone_ids"


def touch_phones(session: Session, phone_ids: Iterable[int], now: datetime) -> int:
    """Bump the config revision of these phones; return how many there were."""
    return _touch(session, Phone.id.in_(list(phone_ids)), now)


def touch_extension_phones(session: Session, extension_id: int, now: datetime) -> int:
    """Bump the phones that register as this extension."""
    return _touch(session, Phone.extension_id == extension_id, now)


def touch_tenant_phones(session: Session, tenant_id: int, now: datetime) -> int:
    """Bump all phones of a tenant."""
    return _touch(session, Phone.tenant_id == tenant_id, now)


def touch_pbx_phones(session: Session, pbx_id: int, now: datetime) -> int:
    """Bump all phones of the tenants on a PBX."""
    tenants: Select[Any] = select(Tenant.id).where(Tenant.pbx_id == pbx_id)
    return _touch(session, Phone.tenant_id.in_(tenants), now)


def forget_cached(session: Session, phone_ids: Iterable[int]) -> None:
    """Let the cache drop these phones after the commit, without a new revision."""
    session.info.setdefault(TOUCHED, set()).update(phone_ids)


def _touch(session: Session, which: ColumnElement[bool], now: datetime) -> int:
    statement = (
        update(Phone)
        .where(which)
        .values(config_revision=Phone.config_revision + 1, config_changed_at=now)
        .returning(Phone.id)
        .execution_options(synchronize_session="fetch")
    )
    ids = list(session.scalars(statement))
    forget_cached(session, ids)
    return len(ids)
