"""Which layouts a change of extensions reaches through their rules."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from phoneprov.layouts.models import ButtonLayout
from phoneprov.layouts.rule_models import LayoutRule
from phoneprov.layouts.rule_queries import EVERYONE
from phoneprov.layouts.rule_values import RULE_KINDS
from phoneprov.tenancy.extension_values import ExtensionField
from phoneprov.tenancy.group_names import group_keys
from phoneprov.tenancy.models import ExtensionGroup, ExtensionInGroup
from phoneprov.vendors.config import ButtonKind

SAID_BY_RULES = frozenset({ExtensionField.NUMBER, ExtensionField.NAME})
"""Fields of an extension that the keys of a rule show, or dial, or are ordered by."""
FOR_PEOPLE = tuple(kind for kind in RULE_KINDS if kind is not ButtonKind.PARK_RETRIEVE)


@dataclass(slots=True)
class RuleReach:
    """The groups whose rules give other keys than before; gathered over many changes."""

    keys: set[str] = field(default_factory=set)

    def add_presence(self, groups: Iterable[str]) -> None:
        """Take in an extension that came, goes, or is called otherwise."""
        self.keys |= {EVERYONE, *groups}

    def add_change(self, before: str, after: str, fields: Iterable[ExtensionField]) -> None:
        """Take in a change of these fields of one that was in the groups `before`.

        Another name or number reaches all rules about it, other groups only theirs.
        """
        old, new = group_keys(before), group_keys(after)
        if SAID_BY_RULES & set(fields):
            self.add_presence(old | new)
        else:
            self.keys |= old ^ new

    def layouts(self, tenant_id: int) -> Select[int] | None:
        """Return the ids of the layouts with a rule that this reaches; None for none at all."""
        if not self.keys:
            return None
        return (
            select(LayoutRule.layout_id)
            .join(ButtonLayout, ButtonLayout.id == LayoutRule.layout_id)
            .where(
                ButtonLayout.tenant_id == tenant_id,
                LayoutRule.kind.in_(FOR_PEOPLE),
                LayoutRule.group_key.in_(sorted(self.keys)),
            )
        )


def read_group_keys(session: Session, extension_id: int) -> frozenset[str]:
    """Return the groups that an extension is in, by key."""
    query = (
        select(ExtensionGroup.key)
        .join(ExtensionInGroup, ExtensionInGroup.group_id == ExtensionGroup.id)
        .where(ExtensionInGroup.extension_id == extension_id)
    )
    return frozenset(session.scalars(query))
