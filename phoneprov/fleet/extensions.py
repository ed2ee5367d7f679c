"""Extensions together with the phones that register as them.

Whoever changes an extension comes here: the phones on it are told in the same transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, defer

from phoneprov.core.errors import InvalidValueError
from phoneprov.core.mac import format_mac
from phoneprov.fleet.models import Phone
from phoneprov.fleet.phones import unassign_phone
from phoneprov.fleet.revisions import touch_extension_phones
from phoneprov.tenancy import extensions
from phoneprov.tenancy.audit import Actor, write_audit
from phoneprov.tenancy.extension_import import ImportPlan
from phoneprov.tenancy.extension_values import ExtensionField, ExtensionValues, values_of
from phoneprov.tenancy.models import Extension, Tenant, for_tenant
from phoneprov.tenancy.queries import list_extensions

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionPage:
    """One page of a tenant's extensions; `phones` holds those on each, by extension id."""

    extensions: Sequence[Extension]
    phones: Mapping[int, Sequence[Phone]]
    total: int
    number: int
    """Counts from 1."""

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.total // PAGE_SIZE))


def find_extension_page(
    session: Session, tenant_id: int, *, search: str = "", number: int = 1
) -> ExtensionPage:
    """Return a page of extensions whose number or name holds `search`, without passwords.

    Costs three queries however many rows there are. A page beyond the last is the last.
    """
    found = _matching(tenant_id, search.strip())
    total = session.scalar(select(func.count()).select_from(found.subquery())) or 0
    page = min(max(number, 1), max(1, -(-total // PAGE_SIZE)))
    rows = session.scalars(
        found.order_by(func.length(Extension.number), Extension.number)
        .offset((page - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE)
        .options(defer(Extension.sip_password))
    ).all()
    return ExtensionPage(
        extensions=rows,
        phones=_phones_by_extension(session, [row.id for row in rows]),
        total=total,
        number=page,
    )


def list_phones_on(session: Session, extension_id: int) -> Sequence[Phone]:
    """Return the phones that register as an extension."""
    return _phones_by_extension(session, [extension_id]).get(extension_id, [])


def name_phone(phone: Phone) -> str:
    """Return what people call a phone: its name, or where it stands, or its MAC."""
    return phone.display_name or phone.place or format_mac(phone.mac)


def update_extension(
    session: Session, extension: Extension, values: ExtensionValues, *, actor: Actor, now: datetime
) -> list[ExtensionField]:
    """Change an extension and let its phones know; return the fields that are others now.

    Raises InvalidValueError with the field that can't be taken.
    """
    changed = extensions.change_extension(session, extension, values, actor=actor, now=now)
    if changed:
        touch_extension_phones(session, [extension.id], now)
    return changed


def remove_extension(session: Session, extension: Extension, *, actor: Actor, now: datetime) -> int:
    """Delete an extension; its phones stay, without one. Return how many those are.

    Buttons that point at it stay as well, and phones that have one are told.
    """
    phones = list_phones_on(session, extension.id)
    for phone in phones:
        unassign_phone(session, phone, actor=actor, now=now)
    touch_extension_phones(session, [extension.id], now)
    extensions.delete_extension(session, extension, actor=actor, now=now)
    return len(phones)


def existing_values(session: Session, tenant_id: int) -> dict[str, ExtensionValues]:
    """Return what a tenant's extensions consist of, by number."""
    return {row.number: values_of(row) for row in list_extensions(session, tenant_id)}


def import_extensions(
    session: Session, tenant: Tenant, plan: ImportPlan, *, actor: Actor, now: datetime
) -> None:
    """Do what a plan says, in the transaction of the caller: all of it or nothing.

    Raises InvalidValueError when the extensions have changed since the plan was made.
    """
    kept = {row.number: row for row in list_extensions(session, tenant.id)}
    if any(change.values.number not in kept for change in plan.changed):
        raise InvalidValueError("The extensions have changed meanwhile.", field="file")
    for change in plan.changed:
        extensions.change_extension(
            session, kept[change.values.number], change.values, actor=actor, now=now
        )
    added = [add.values for add in plan.added]
    extensions.add_extensions(session, tenant, added, actor=actor, now=now)
    ids = [kept[change.values.number].id for change in plan.changed]
    touch_extension_phones(session, ids, now)
    write_audit(
        session,
        actor,
        "extension.import",
        "CSV import",
        at=now,
        tenant_id=tenant.id,
        note=f"{len(plan.added)} added, {len(plan.changed)} changed",
    )


def _matching(tenant_id: int, search: str) -> Select[Extension]:
    query = for_tenant(tenant_id, Extension)
    if not search:
        return query
    return query.where(
        or_(
            Extension.number.icontains(search, autoescape=True),
            Extension.name.icontains(search, autoescape=True),
        )
    )


def _phones_by_extension(session: Session, ids: Sequence[int]) -> dict[int, list[Phone]]:
    found: dict[int, list[Phone]] = {}
    query = select(Phone).where(Phone.extension_id.in_(ids)).order_by(Phone.display_name, Phone.mac)
    for phone in session.scalars(query.options(defer(Phone.admin_password), defer(Phone.token))):
        found.setdefault(phone.extension_id or 0, []).append(phone)
    return found
