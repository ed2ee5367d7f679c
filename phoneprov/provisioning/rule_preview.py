"""What a rule would give on one phone: which keys, and what has none."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from phoneprov.catalog.catalog import Catalog
from phoneprov.fleet.layout_uses import list_users
from phoneprov.fleet.models import Phone
from phoneprov.fleet.queries import title_phone
from phoneprov.layouts.buttons import list_buttons
from phoneprov.layouts.models import ButtonLayout
from phoneprov.layouts.resolve import KeySet, Line, PhoneFacts, StoredButton, preview_label
from phoneprov.layouts.rule_queries import find_rules, list_members
from phoneprov.layouts.rule_values import StoredRule
from phoneprov.layouts.rules import Expansion, expand_rules
from phoneprov.layouts.targets import find_target
from phoneprov.pbx.dialects.dialect import Dialect
from phoneprov.provisioning.keys import load_keys
from phoneprov.tenancy.models import Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleKey:
    """One key that a rule makes."""

    place: str
    """Where it is: `Key 3`, `Module 1, key 2`."""
    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePreview:
    """What a rule gives on one phone."""

    keys: Sequence[RuleKey]
    no_room: Sequence[str] = ()
    beyond_limit: Sequence[str] = ()
    passed_over: int = 0
    """Keys of its range that are assigned by hand."""
    phone: str = ""
    """The name of the phone that was looked at; empty where none of the layout is meant."""
    modules: int = 0
    """Modules beside that phone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFrame:
    """What a preview is made against."""

    catalog: Catalog
    tenant: Tenant
    dialect: Dialect
    own: Line | None
    """The extension of the phone that is asked about; None for no phone in particular."""


def preview_rule(
    session: Session, layout: ButtonLayout, rule: StoredRule, frame: RuleFrame
) -> RulePreview:
    """Return what a rule of a layout gives, whether it is kept or still being typed.

    Of a phone that is on the asked extension and uses the layout, the modules count too.
    """
    phone = _find_phone(session, layout, frame.own)
    sets = _key_sets(session, layout, rule, phone, frame)
    facts = _facts(session, sets, phone, frame)
    expansion = expand_rules(facts, sets)
    left = next((one for one in expansion.left_over if one.rule.id == rule.id), None)
    in_range = range(rule.first_key, rule.last_key + 1)
    return RulePreview(
        keys=_keys(facts, expansion, rule),
        no_room=left.no_room if left else (),
        beyond_limit=left.beyond_limit if left else (),
        passed_over=sum(one.position in in_range for one in sets[0].buttons),
        phone=title_phone(phone) if phone else "",
        modules=len(sets) - 1,
    )


def _find_phone(session: Session, layout: ButtonLayout, own: Line | None) -> Phone | None:
    """Return the phone on an extension that uses the layout for its own keys."""
    if own is None or layout.is_for_module:
        return None
    users = list_users(session, layout)
    return next((one for one in users if one.extension_id == own.id), None)


def _key_sets(
    session: Session,
    layout: ButtonLayout,
    rule: StoredRule,
    phone: Phone | None,
    frame: RuleFrame,
) -> list[KeySet]:
    others = find_rules(session, [layout.id]).get(layout.id, [])
    rules = [rule if one.id == rule.id else one for one in others]
    if not rule.id:
        rules.append(rule)
    target = find_target(frame.catalog, layout.model_slug, is_for_module=layout.is_for_module)
    if phone is None:
        rows = list_buttons(session, layout.id).values()
        by_hand = [
            StoredButton(
                position=row.position,
                kind=row.kind,
                value=row.value,
                label=row.label,
                extension_id=row.extension_id,
            )
            for row in rows
        ]
        return [KeySet(buttons=by_hand, rules=rules, target=target)]
    keys = load_keys(session, phone)
    modules = [
        replace(one, target=find_target(frame.catalog, slug, is_for_module=True))
        for slug, one in keys.modules
    ]
    return [replace(keys.phone, rules=rules, target=target), *modules]


def _facts(
    session: Session, sets: Sequence[KeySet], phone: Phone | None, frame: RuleFrame
) -> PhoneFacts:
    members = list_members(session, frame.tenant.id, (one for keys in sets for one in keys.rules))
    return PhoneFacts(
        own=frame.own,
        tenant=frame.tenant.name,
        phone=title_phone(phone) if phone else "{phone}",
        accounts=1,
        dialect=frame.dialect,
        extensions={line.id: line for lines in members.values() for line in lines},
        members=members,
    )


def _keys(facts: PhoneFacts, expansion: Expansion, rule: StoredRule) -> list[RuleKey]:
    return [
        RuleKey(
            place=f"{keys.name} {one.position}",
            label=preview_label(facts, one),
            value=one.value,
        )
        for keys in expansion.sets
        for one in keys.buttons
        if one.rule_id == rule.id
    ]
