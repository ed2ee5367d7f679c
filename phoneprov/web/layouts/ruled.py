"""The rules of a layout as its editor shows them: over its picture, and in words below it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from phoneprov.layouts.models import ButtonLayout, LayoutButton
from phoneprov.layouts.queries import list_stored
from phoneprov.layouts.resolve import KeySet, Line, PhoneFacts, StoredButton, preview_label
from phoneprov.layouts.rule_faults import RuleSetting, find_rule_fault
from phoneprov.layouts.rule_queries import find_rules, list_members, list_tenant_rules
from phoneprov.layouts.rule_values import StoredRule
from phoneprov.layouts.rules import LeftOver, expand_rules
from phoneprov.layouts.targets import LayoutTarget
from phoneprov.tenancy.groups import list_groups
from phoneprov.web.access import current_tenant
from phoneprov.web.database import session
from phoneprov.web.layouts.common import current_dialect, target_of
from phoneprov.web.layouts.picture import MANY_ACCOUNTS, Desk, Key, Picture, cut, stored_of


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLine:
    """One rule as the list of them says it."""

    rule: StoredRule
    fault: str | None = None
    keys: int = 0
    """How many keys of the picture it fills."""
    left_over: LeftOver | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled:
    """What the rules of a layout do to its keys, for no phone in particular."""

    lines: Sequence[RuleLine] = ()
    keys: Mapping[int, StoredButton] = field(default_factory=dict)
    """By position, the buttons that rules make."""
    labels: Mapping[int, str] = field(default_factory=dict)
    kept: Mapping[int, StoredRule] = field(default_factory=dict)
    """By position, the rule that fills it, or the first that may."""

    @property
    def faults(self) -> int:
        """How many rules need another look."""
        return sum(line.fault is not None for line in self.lines)

    def rule_at(self, position: int) -> StoredRule | None:
        """Return the rule that fills a key, if one does."""
        return self.kept.get(position) if position in self.keys else None

    def paint(self, picture: Picture) -> Picture:
        """Return the picture with what rules make on the keys that nothing is assigned to."""
        if not self.lines:
            return picture

        def over(keys: Iterable[Key]) -> list[Key]:
            return [self.paint_key(key, picture.target) for key in keys]

        return replace(
            picture,
            left=over(picture.left),
            right=over(picture.right),
            below=over(picture.below),
            block=over(picture.block),
            by_rule=len(self.keys),
            faults=picture.faults + self.faults,
        )

    def paint_key(self, key: Key, target: LayoutTarget) -> Key:
        """Return a key with what a rule makes on it, if nothing else is."""
        rule = self.kept.get(key.position)
        if rule is None or key.kind is not None:
            return key
        made = self.keys.get(key.position)
        if made is None:
            return replace(key, rule=rule.words)
        label = self.labels[key.position]
        shown = cut(label, target.label_chars)
        return replace(
            key,
            kind=made.kind,
            label=label,
            shown=shown,
            value=made.value,
            typed_label=made.label,
            rule=rule.words,
        )


def load_ruled(
    layout: ButtonLayout, target: LayoutTarget, desk: Desk, rows: Mapping[int, LayoutButton]
) -> Ruled:
    """Return the rules of a layout; without any it costs one query."""
    rules = find_rules(session(), [layout.id]).get(layout.id, [])
    if not rules:
        return Ruled()
    facts = PhoneFacts(
        own=Line(id=0, number="{extension}", name="{name}"),
        tenant=desk.tenant,
        phone="{phone}",
        accounts=MANY_ACCOUNTS,
        dialect=desk.dialect,
        extensions=desk.extensions,
        members=list_members(session(), layout.tenant_id, rules),
    )
    by_hand = [stored_of(row) for row in rows.values()]
    expansion = expand_rules(facts, [KeySet(buttons=by_hand, rules=rules, target=target)])
    made = {one.position: one for one in expansion.sets[0].buttons if one.rule_id is not None}
    setting = RuleSetting(
        target=target, dialect=desk.dialect, groups=_group_keys(), assigned=rows.keys()
    )
    return Ruled(
        lines=[_line(rule, setting, made, expansion.left_over) for rule in rules],
        keys=made,
        labels={position: preview_label(facts, one) for position, one in made.items()},
        kept=_kept(rules, made),
    )


def count_rule_faults(layouts: Iterable[ButtonLayout]) -> dict[int, int]:
    """Return how many rules of each layout need another look, in three queries at most."""
    tenant_id = current_tenant().id
    rules = list_tenant_rules(session(), tenant_id)
    if not rules:
        return {}
    dialect, groups = current_dialect(), _group_keys()
    stored = list_stored(session(), tenant_id)
    found: dict[int, int] = {}
    for layout in layouts:
        assigned = {one.position for one in stored.get(layout.id, ())}
        setting = RuleSetting(
            target=target_of(layout), dialect=dialect, groups=groups, assigned=assigned
        )
        mine = rules.get(layout.id, ())
        found[layout.id] = sum(find_rule_fault(one, setting) is not None for one in mine)
    return found


def _group_keys() -> frozenset[str]:
    return frozenset(group.key for group in list_groups(session(), current_tenant().id))


def _line(
    rule: StoredRule,
    setting: RuleSetting,
    made: Mapping[int, StoredButton],
    left_over: Iterable[LeftOver],
) -> RuleLine:
    return RuleLine(
        rule=rule,
        fault=find_rule_fault(rule, setting),
        keys=sum(one.rule_id == rule.id for one in made.values()),
        left_over=next((one for one in left_over if one.rule.id == rule.id), None),
    )


def _kept(rules: Sequence[StoredRule], made: Mapping[int, StoredButton]) -> dict[int, StoredRule]:
    """Return whose each key of any range is: who fills it, else the first who may."""
    kept: dict[int, StoredRule] = {}
    for rule in rules:
        for position in range(rule.first_key, rule.last_key + 1):
            kept.setdefault(position, rule)
    by_id = {rule.id: rule for rule in rules}
    return kept | {
        position: by_id[one.rule_id] for position, one in made.items() if one.rule_id is not None
    }
