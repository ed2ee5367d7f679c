"""What the rules of a phone's layouts are made of: the rules, and who is in their groups."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import Row, and_, select
from sqlalchemy.orm import Session

from phoneprov.layouts.resolve import Line
from phoneprov.layouts.rule_models import LayoutRule, stored_rule
from phoneprov.layouts.rule_values import StoredRule
from phoneprov.tenancy.models import Extension, ExtensionGroup, ExtensionInGroup

EVERYONE = ""


def find_rules(session: Session, layout_ids: Collection[int]) -> dict[int, list[StoredRule]]:
    """Return the rules of layouts that have any, in the order in which they fill keys."""
    found: dict[int, list[StoredRule]] = {}
    if not layout_ids:
        return found
    query = select(LayoutRule).where(LayoutRule.layout_id.in_(sorted(layout_ids)))
    for row in session.scalars(query.order_by(LayoutRule.first_key, LayoutRule.id)):
        found.setdefault(row.layout_id, []).append(stored_rule(row))
    return found


def list_members(
    session: Session, tenant_id: int, rules: Mapping[int, Sequence[StoredRule]]
) -> dict[str, list[Line]]:
    """Return who is in each group that these rules are about, in one query at most.

    No password is read.
    """
    keys = {one.group_key for many in rules.values() for one in many if one.is_for_people}
    return read_members(session, tenant_id, keys) if keys else {}


def read_members(session: Session, tenant_id: int, keys: Collection[str]) -> dict[str, list[Line]]:
    """Return the extensions of a tenant by the key of their group, under "" all of them."""
    query = (
        select(Extension.id, Extension.number, Extension.name, ExtensionGroup.key)
        .outerjoin(ExtensionInGroup, ExtensionInGroup.extension_id == Extension.id)
        .outerjoin(
            ExtensionGroup,
            and_(
                ExtensionGroup.id == ExtensionInGroup.group_id,
                ExtensionGroup.key.in_(sorted(keys)),
            ),
        )
        .where(Extension.tenant_id == tenant_id)
        .order_by(Extension.id)
    )
    if EVERYONE not in keys:
        query = query.where(ExtensionGroup.key.is_not(None))
    return _by_group(session.execute(query), keys)


def _by_group(
    rows: Iterable[Row[int, str, str, str | None]], keys: Collection[str]
) -> dict[str, list[Line]]:
    found: dict[str, dict[int, Line]] = {key: {} for key in keys}
    for extension_id, number, name, key in rows:
        line = Line(id=extension_id, number=number, name=name)
        for group in {EVERYONE, key or EVERYONE} & found.keys():
            found[group][extension_id] = line
    return {key: list(lines.values()) for key, lines in found.items()}
