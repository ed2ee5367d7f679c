"""Does what the plan of a list of phones says, all of it or nothing."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from phoneprov.catalog.catalog import Catalog
from phoneprov.core.errors import InvalidValueError
from phoneprov.core.mac import format_mac
from phoneprov.fleet.imports.cells import FIELDS
from phoneprov.fleet.imports.plan import PhonePlan, PlannedPhone
from phoneprov.fleet.imports.sheet import PhoneColumn
from phoneprov.fleet.models import Phone, PhoneEvent
from phoneprov.fleet.new_phones import add_phones
from phoneprov.fleet.phones import find_phone
from phoneprov.fleet.revisions import touch_phones
from phoneprov.operations.changes import change_phone
from phoneprov.tenancy.audit import Actor, write_audit
from phoneprov.tenancy.models import AuditEntry, Tenant

PLAIN = frozenset(
    {
        PhoneColumn.DISPLAY_NAME,
        PhoneColumn.TIME_ZONE,
        PhoneColumn.LOCAL_SIP_PORT,
        PhoneColumn.SERIAL_NUMBER,
        PhoneColumn.PLACE,
    }
)
"""Columns that nothing else of a phone follows from, so that thousands are changed at once."""


def import_phones(  # noqa: PLR0913 - a verb with its actor and time
    session: Session,
    catalog: Catalog,
    tenant: Tenant,
    plan: PhonePlan,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Add and change phones in the transaction of the caller.

    Raises InvalidValueError when the phones have changed since the plan was made.
    """
    drafts = [one.draft for one in plan.added]
    add_phones(session, catalog, tenant, drafts, now)
    deep = [one for one in plan.changed if any(cell.column not in PLAIN for cell in one.changes)]
    plain = [one for one in plan.changed if all(cell.column in PLAIN for cell in one.changes)]
    _change_plainly(session, tenant, plain, actor=actor, now=now)
    for one in deep:
        phone = find_phone(session, tenant.id, one.phone_id or 0)
        if phone is None:
            raise InvalidValueError("The phones have changed meanwhile.", field="file")
        keeps = not one.has_password
        change_phone(session, catalog, phone, one.draft, keep_password=keeps, actor=actor, now=now)
    write_audit(
        session,
        actor,
        "phone.import",
        "CSV import",
        at=now,
        tenant_id=tenant.id,
        note=f"{len(plan.added)} added, {len(plan.changed)} changed",
    )


def _change_plainly(
    session: Session,
    tenant: Tenant,
    planned: Sequence[PlannedPhone],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Write the plain cells of many phones at once, each with its event and audit entry."""
    if not planned:
        return
    session.execute(update(Phone), [_columns_of(one) for one in planned])
    touch_phones(session, [one.phone_id for one in planned if one.phone_id], now)
    session.execute(insert(PhoneEvent), [_event_of(one, now) for one in planned])
    session.execute(
        insert(AuditEntry), [_audit_of(one, tenant, actor=actor, now=now) for one in planned]
    )
    session.expire_all()


def _columns_of(one: PlannedPhone) -> dict[str, object]:
    fields = (FIELDS[cell.column] for cell in one.changes)
    return {"id": one.phone_id, **{name: getattr(one.draft, name) for name in fields}}


def _event_of(one: PlannedPhone, now: datetime) -> dict[str, object]:
    words = ", ".join(cell.column.label for cell in one.changes)
    text = f"Changed: {words}."
    return {"phone_id": one.phone_id, "at": now, "kind": "config", "text": text, "detail": {}}


def _audit_of(
    one: PlannedPhone, tenant: Tenant, *, actor: Actor, now: datetime
) -> dict[str, object]:
    name = one.draft.display_name
    return {
        "at": now,
        "tenant_id": tenant.id,
        "user_name": actor.name,
        "address": actor.address,
        "action": "phone.change",
        "subject": f"{format_mac(one.mac)} {name}".strip(),
        "changes": {cell.column.value: [cell.before, cell.after] for cell in one.changes},
        "note": "",
    }
