"""What can be done to an extension: add, change, delete, show its password.

Phones that register as an extension are the fleet's business: pages and imports call the verbs
of fleet.extensions, which call these.
"""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from phoneprov.core.errors import InvalidValueError
from phoneprov.tenancy.audit import Actor, write_audit
from phoneprov.tenancy.extension_values import (
    ExtensionField,
    ExtensionValues,
    check_values,
    values_of,
)
from phoneprov.tenancy.models import Extension, Tenant, for_tenant

MASK = "•••"
SHOWN_NUMBERS = 3
"""So many numbers a message names."""


def add_extension(
    session: Session, tenant: Tenant, values: ExtensionValues, *, actor: Actor, now: datetime
) -> Extension:
    """Add an extension to a tenant.

    Raises InvalidValueError with the field that can't be taken.
    """
    kept = check_values(values)
    _refuse_taken(session, tenant.id, kept.number)
    return add_extensions(session, tenant, [kept], actor=actor, now=now)[0]


def add_extensions(
    session: Session,
    tenant: Tenant,
    many: Sequence[ExtensionValues],
    *,
    actor: Actor,
    now: datetime,
) -> list[Extension]:
    """Add many extensions in one go, all or none.

    Raises InvalidValueError for the first value that can't be taken or a number that is there.
    """
    added = [
        Extension(tenant_id=tenant.id, created_at=now, **asdict(check_values(values)))
        for values in many
    ]
    session.add_all(added)
    for row in added:
        write_audit(session, actor, "extension.add", row.title, at=now, tenant_id=tenant.id)
    _flush_unique(session, ", ".join(row.number for row in added[:SHOWN_NUMBERS]))
    return added


def change_extension(
    session: Session, extension: Extension, values: ExtensionValues, *, actor: Actor, now: datetime
) -> list[ExtensionField]:
    """Change an extension and return the fields that are others now.

    An empty password leaves the kept one. Raises InvalidValueError with the field that can't be
    taken.
    """
    before = values_of(extension)
    wanted = replace(values, sip_password=values.sip_password or before.sip_password)
    kept = check_values(wanted)
    changed = differing_fields(before, kept)
    if not changed:
        return []
    if ExtensionField.NUMBER in changed:
        _refuse_taken(session, extension.tenant_id, kept.number)
    for field in changed:
        setattr(extension, field, getattr(kept, field))
    if ExtensionField.NUMBER in changed:
        _flush_unique(session, kept.number)
    write_audit(
        session,
        actor,
        "extension.change",
        extension.title,
        at=now,
        tenant_id=extension.tenant_id,
        changes={field.value: _masked(field, before, kept) for field in changed},
    )
    return changed


def delete_extension(
    session: Session, extension: Extension, *, actor: Actor, now: datetime
) -> None:
    """Delete an extension that no phone is on any more."""
    write_audit(
        session,
        actor,
        "extension.delete",
        extension.title,
        at=now,
        tenant_id=extension.tenant_id,
    )
    session.delete(extension)
    session.flush()


def reveal_sip_password(
    session: Session, extension: Extension, *, actor: Actor, now: datetime
) -> str:
    """Return the SIP password for a person to read; the audit trail says who asked."""
    write_audit(
        session,
        actor,
        "extension.reveal",
        extension.title,
        at=now,
        tenant_id=extension.tenant_id,
        note="SIP password shown",
    )
    return extension.sip_password


def differing_fields(before: ExtensionValues, after: ExtensionValues) -> list[ExtensionField]:
    """Return the fields in which two kept values differ."""
    return [field for field in ExtensionField if getattr(before, field) != getattr(after, field)]


def _masked(field: ExtensionField, before: ExtensionValues, after: ExtensionValues) -> list[str]:
    if field is ExtensionField.SIP_PASSWORD:
        return [MASK, MASK]
    return [getattr(before, field), getattr(after, field)]


def _refuse_taken(session: Session, tenant_id: int, number: str) -> None:
    query = for_tenant(tenant_id, Extension).where(Extension.number == number)
    if session.scalar(select(query.exists())):
        raise _taken(number)


def _flush_unique(session: Session, number: str) -> None:
    """Write what is pending; the unique number decides between two clicks at once."""
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise _taken(number) from error


def _taken(number: str) -> InvalidValueError:
    return InvalidValueError(f"There is an extension {number} already.", field="number")
