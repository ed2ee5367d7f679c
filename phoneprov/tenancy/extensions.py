"""What can be done to an extension: add, change, delete, show its password.

Phones that register as an extension are the fleet's business: pages and imports call the verbs
of fleet.extensions, which call these.
"""

from collections.abc import Mapping, Sequence
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
from phoneprov.tenancy.group_names import group_keys
from phoneprov.tenancy.groups import put_into_groups
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
    kept = [check_values(values) for values in many]
    added = [Extension(tenant_id=tenant.id, created_at=now, **_columns(values)) for values in kept]
    session.add_all(added)
    for row in added:
        write_audit(session, actor, "extension.add", row.title, at=now, tenant_id=tenant.id)
    _flush_unique(session, ", ".join(row.number for row in added[:SHOWN_NUMBERS]))
    tagged = {row: one.groups for row, one in zip(added, kept, strict=True) if one.groups}
    put_into_groups(session, tenant.id, tagged)
    return added


def change_extension(
    session: Session, extension: Extension, values: ExtensionValues, *, actor: Actor, now: datetime
) -> list[ExtensionField]:
    """Change an extension and return the fields that are others now.

    An empty password leaves the kept one. Raises InvalidValueError with the field that can't be
    taken.
    """
    return change_extensions(session, {extension: values}, actor=actor, now=now)[extension]


def change_extensions(
    session: Session,
    wanted: Mapping[Extension, ExtensionValues],
    *,
    actor: Actor,
    now: datetime,
) -> dict[Extension, list[ExtensionField]]:
    """Change many extensions of one tenant as `change_extension` does one, all or none."""
    regrouped: dict[Extension, str] = {}
    changed: dict[Extension, list[ExtensionField]] = {}
    for extension, values in wanted.items():
        before = values_of(extension)
        kept = check_values(
            replace(values, sip_password=values.sip_password or before.sip_password)
        )
        changed[extension] = differing_fields(before, kept)
        if not changed[extension]:
            continue
        _take(session, extension, kept, changed[extension])
        if ExtensionField.GROUPS in changed[extension]:
            regrouped[extension] = kept.groups
        write_audit(
            session,
            actor,
            "extension.change",
            extension.title,
            at=now,
            tenant_id=extension.tenant_id,
            changes={one.value: _masked(one, before, kept) for one in changed[extension]},
        )
    if regrouped:
        put_into_groups(session, next(iter(regrouped)).tenant_id, regrouped)
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
    """Return the fields in which two kept values differ; groups however they are spelled."""
    return [field for field in ExtensionField if _is_other(field, before, after)]


def _is_other(field: ExtensionField, before: ExtensionValues, after: ExtensionValues) -> bool:
    old, new = getattr(before, field), getattr(after, field)
    if field is ExtensionField.GROUPS:
        return group_keys(old) != group_keys(new)
    return bool(old != new)


def _columns(values: ExtensionValues) -> dict[str, str]:
    """Return the fields that are columns of an extension: all but its groups."""
    columns: dict[str, str] = asdict(values)
    del columns[ExtensionField.GROUPS.value]
    return columns


def _take(
    session: Session, extension: Extension, kept: ExtensionValues, changed: Sequence[ExtensionField]
) -> None:
    """Write the changed fields that are columns; raises InvalidValueError for a taken number."""
    is_renumbered = ExtensionField.NUMBER in changed
    if is_renumbered:
        _refuse_taken(session, extension.tenant_id, kept.number)
    columns = _columns(kept)
    for field in changed:
        if field.value in columns:
            setattr(extension, field.value, columns[field.value])
    if is_renumbered:
        _flush_unique(session, kept.number)


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
