"""Reads of rules, and of who is in the groups that they are about."""

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import Row, and_, select
from sqlalchemy.orm import Session

from phoneprov.layouts.models import ButtonLayout
from phoneprov.layouts.resolve import Line
from phoneprov.layouts.rule_models import LayoutRule, stored_rule
from phoneprov.layouts.rule_values import StoredRule
from phoneprov.tenancy.models import Extension, ExtensionGroup, ExtensionInGroup

EVERYONE = ""
"""Stands for the key of a group where a rule is about all extensions."""


def find_rules(session: Session, layout_ids: Collection[int]) -> dict[int, list[StoredRule]]:
    """Return the rules of these layouts that have any, in the order in which they fill keys."""
    if not layout_ids:
        return {}
    query = select(LayoutRule).where(LayoutRule.layout_id.in_(sorted(layout_ids)))
    return _by_layout(session.scalars(query.order_by(LayoutRule.first_key, LayoutRule.id)))


def list_tenant_rules(session: Session, tenant_id: int) -> dict[int, list[StoredRule]]:
    """Return all rules of a tenant by layout, in one query."""
    query = (
        select(LayoutRule)
        .join(ButtonLayout, ButtonLayout.id == LayoutRule.layout_id)
        .where(ButtonLayout.tenant_id == tenant_id)
    )
    return _by_layout(session.scalars(query.order_by(LayoutRule.first_key, LayoutRule.id)))


def list_members(
    session: Session, tenant_id: int, rules: Iterable[StoredRule]
) -> dict[str, list[Line]]:
    """Return the extensions of each group that these rules are about, by the group's key.

    Costs one query, none where no rule is about people. No password is read.
    """
    keys = {one.group_key for one in rules if one.is_for_people}
    if not keys:
        return {}
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


def _by_layout(rows: Iterable[LayoutRule]) -> dict[int, list[StoredRule]]:
    found: dict[int, list[StoredRule]] = {}
    for row in rows:
        found.setdefault(row.layout_id, []).append(stored_rule(row))
    return found


def _by_group(
    rows: Iterable[Row[int, str, str, str | None]], keys: Collection[str]
) -> dict[str, list[Line]]:
    found: Mapping[str, dict[int, Line]] = {key: {} for key in keys}
    for extension_id, number, name, key in rows:
        line = Line(id=extension_id, number=number, name=name)
        for group in {EVERYONE, key or EVERYONE} & found.keys():
            found[group][extension_id] = line
    return {key: list(lines.values()) for key, lines in found.items()}
