"""Extensions together with the phones that register as them.

Whoever changes an extension comes here: the phones on it are told in the same transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, defer, joinedload

from phoneprov.core.errors import InvalidValueError
from phoneprov.core.mac import format_mac
from phoneprov.fleet.models import Phone
from phoneprov.fleet.phones import unassign_phone
from phoneprov.fleet.revisions import touch_extension_phones
from phoneprov.fleet.rule_reach import RuleReach, read_group_keys
from phoneprov.tenancy import extensions
from phoneprov.tenancy.audit import Actor, write_audit
from phoneprov.tenancy.extension_import import ImportPlan
from phoneprov.tenancy.extension_values import ExtensionField, ExtensionValues, values_of
from phoneprov.tenancy.group_names import group_keys
from phoneprov.tenancy.models import (
    Extension,
    ExtensionGroup,
    ExtensionInGroup,
    Tenant,
    for_tenant,
)
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
    session: Session, tenant_id: int, *, search: str = "", group: str = "", number: int = 1
) -> ExtensionPage:
    """Return a page of extensions whose number or name holds `search`, without passwords.

    `group` is the key of a group that they are in; empty for all. Costs three queries however many
    rows there are. A page beyond the last is the last.
    """
    found = _matching(tenant_id, search.strip(), group)
    total = session.scalar(select(func.count()).select_from(found.subquery())) or 0
    page = min(max(number, 1), max(1, -(-total // PAGE_SIZE)))
    query = (
        found.order_by(func.length(Extension.number), Extension.number)
        .offset((page - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE)
        .options(defer(Extension.sip_password), joinedload(Extension.in_groups))
    )
    rows = session.scalars(query).unique().all()
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


def add_extension(
    session: Session, tenant: Tenant, values: ExtensionValues, *, actor: Actor, now: datetime
) -> Extension:
    """Add an extension, and let the phones know whose rules are about it.

    Raises InvalidValueError with the field that can't be taken.
    """
    extension = extensions.add_extension(session, tenant, values, actor=actor, now=now)
    reach = RuleReach()
    reach.add_presence(group_keys(values.groups))
    touch_extension_phones(session, (), now, by_rule=reach.layouts(tenant.id))
    return extension


def update_extension(
    session: Session, extension: Extension, values: ExtensionValues, *, actor: Actor, now: datetime
) -> list[ExtensionField]:
    """Change an extension and let its phones know; return the fields that are others now.

    Raises InvalidValueError with the field that can't be taken.
    """
    before = extension.groups
    changed = extensions.change_extension(session, extension, values, actor=actor, now=now)
    changes = {extension.id: (before, values.groups, changed)}
    _tell(session, extension.tenant_id, changes, RuleReach(), now)
    return changed


def remove_extension(session: Session, extension: Extension, *, actor: Actor, now: datetime) -> int:
    """Delete an extension; its phones stay, without one. Return how many those are.

    Buttons that point at it stay as well, and phones that have one are told.
    """
    phones = list_phones_on(session, extension.id)
    for phone in phones:
        unassign_phone(session, phone, actor=actor, now=now)
    reach = RuleReach()
    reach.add_presence(read_group_keys(session, extension.id))
    by_rule = reach.layouts(extension.tenant_id)
    touch_extension_phones(session, [extension.id], now, by_rule=by_rule)
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
    wanted = {kept[change.values.number]: change.values for change in plan.changed}
    before = {extension: extension.groups for extension in wanted}
    changed = extensions.change_extensions(session, wanted, actor=actor, now=now)
    added = [add.values for add in plan.added]
    extensions.add_extensions(session, tenant, added, actor=actor, now=now)
    reach = RuleReach()
    for values in added:
        reach.add_presence(group_keys(values.groups))
    changes = {one.id: (before[one], wanted[one].groups, fields) for one, fields in changed.items()}
    _tell(session, tenant.id, changes, reach, now)
    write_audit(
        session,
        actor,
        "extension.import",
        "CSV import",
        at=now,
        tenant_id=tenant.id,
        note=f"{len(plan.added)} added, {len(plan.changed)} changed",
    )


_Changes = Mapping[int, tuple[str, str, Sequence[ExtensionField]]]
"""By extension: its groups before and after, and which of its fields are others now."""


def _tell(
    session: Session, tenant_id: int, changes: _Changes, reach: RuleReach, now: datetime
) -> None:
    """Bump the phones that these changes reach: through a group alone only by its rules."""
    ids = []
    for extension_id, (before, after, fields) in changes.items():
        if not fields:
            continue
        reach.add_change(before, after, fields)
        if set(fields) != {ExtensionField.GROUPS}:
            ids.append(extension_id)
    touch_extension_phones(session, ids, now, by_rule=reach.layouts(tenant_id))


def _matching(tenant_id: int, search: str, group: str) -> Select[Extension]:
    query = for_tenant(tenant_id, Extension)
    if group:
        members = (
            select(ExtensionInGroup.extension_id)
            .join(ExtensionGroup, ExtensionGroup.id == ExtensionInGroup.group_id)
            .where(ExtensionGroup.tenant_id == tenant_id, ExtensionGroup.key == group)
        )
        query = query.where(Extension.id.in_(members))
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
