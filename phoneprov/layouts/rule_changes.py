"""What can be done to the rules of a layout: add, change, delete.

Phones that use the layout are the fleet's business: pages call the verbs of fleet.rule_changes.
"""

import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from phoneprov.core.errors import InvalidValueError
from phoneprov.core.text import clean_text
from phoneprov.layouts.models import LONGEST_LABEL, ButtonLayout
from phoneprov.layouts.rule_models import LayoutRule, stored_rule
from phoneprov.layouts.rule_values import RULE_KINDS, RuleOrder, StoredRule
from phoneprov.layouts.targets import LayoutTarget
from phoneprov.layouts.variables import check_variables
from phoneprov.tenancy.audit import Actor, write_audit
from phoneprov.tenancy.groups import list_groups
from phoneprov.vendors.config import ButtonKind

MOST_RULES = 20
HIGHEST_LIMIT = 999


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDraft:
    """What was typed about a rule; numbers that were not typed are None."""

    kind: str
    first_key: int | None
    last_key: int | None
    group: str = ""
    """The key of a group; empty for everyone."""
    order: str = RuleOrder.NAME.value
    leaves_out_own: bool = True
    goes_on: bool = False
    most: int | None = None
    label: str = ""


def list_rules(session: Session, layout_id: int) -> Sequence[LayoutRule]:
    """Return the rules of a layout in the order in which they fill keys."""
    query = select(LayoutRule).where(LayoutRule.layout_id == layout_id)
    return session.scalars(query.order_by(LayoutRule.first_key, LayoutRule.id)).all()


def find_rule(session: Session, layout: ButtonLayout, rule_id: int) -> LayoutRule | None:
    """Return one rule of a layout."""
    return session.scalar(
        select(LayoutRule).where(LayoutRule.layout_id == layout.id, LayoutRule.id == rule_id)
    )


def check_rule(
    session: Session,
    layout: ButtonLayout,
    target: LayoutTarget,
    draft: RuleDraft,
    kept: LayoutRule | None = None,
) -> StoredRule:
    """Return the rule that a draft gives; `kept` is the one it takes the place of.

    Raises InvalidValueError with the field that is wrong and the reason.
    """
    kind = _check_kind(draft.kind)
    first, last = _check_range(draft, target)
    label = clean_text(draft.label, field="label", longest=LONGEST_LABEL)
    check_variables(label, field="label")
    _refuse_impossible(target, kind, first, last)
    if draft.most is not None and not 1 <= draft.most <= HIGHEST_LIMIT:
        message = f"A number from 1 to {HIGHEST_LIMIT}, or nothing."
        raise InvalidValueError(message, field="most")
    rule = StoredRule(
        id=kept.id if kept else 0,
        kind=kind,
        first_key=first,
        last_key=last,
        goes_on=draft.goes_on,
        most=draft.most,
        label=label,
    )
    if not rule.is_for_people:
        return rule
    name = _check_group(session, layout.tenant_id, draft.group, kept)
    return replace(
        rule,
        group_name=name,
        group_key=draft.group,
        order=_check_order(draft.order),
        leaves_out_own=draft.leaves_out_own,
    )


def add_rule(
    session: Session, layout: ButtonLayout, rule: StoredRule, *, actor: Actor, now: datetime
) -> LayoutRule:
    """Add a rule that was checked. Raises InvalidValueError where there are too many."""
    if len(list_rules(session, layout.id)) >= MOST_RULES:
        raise InvalidValueError(f"A layout has at most {MOST_RULES} rules.")
    row = LayoutRule(layout_id=layout.id, **_columns(rule))
    session.add(row)
    _save(session, layout)
    _audit(session, layout, [None, say_rule(rule)], actor=actor, now=now)
    return row


def change_rule(  # noqa: PLR0913 - a verb with its actor and time
    session: Session,
    layout: ButtonLayout,
    row: LayoutRule,
    rule: StoredRule,
    *,
    seen: str | None = None,
    actor: Actor,
    now: datetime,
) -> bool:
    """Let a rule be another; return whether it is.

    `seen` is the mark of what the person saw; raises InvalidValueError where it is another by now.
    """
    before = stored_rule(row)
    if seen is not None and seen != mark_of_rule(row):
        message = (
            f"Somebody else has changed this rule meanwhile: it is now {say_rule(before)}. "
            "Save again to put yours in its place."
        )
        raise InvalidValueError(message)
    if replace(rule, id=before.id) == before:
        return False
    for name, value in _columns(rule).items():
        setattr(row, name, value)
    _save(session, layout)
    _audit(session, layout, [say_rule(before), say_rule(rule)], actor=actor, now=now)
    return True


def delete_rule(
    session: Session, layout: ButtonLayout, row: LayoutRule, *, actor: Actor, now: datetime
) -> None:
    """Delete a rule; the keys that it filled do nothing."""
    words = say_rule(stored_rule(row))
    session.delete(row)
    _save(session, layout)
    _audit(session, layout, [words, None], actor=actor, now=now)


def copy_rules(session: Session, layout: ButtonLayout, rules: Sequence[StoredRule]) -> None:
    """Give a layout that was just made the rules of another."""
    session.add_all(LayoutRule(layout_id=layout.id, **_columns(rule)) for rule in rules)
    session.flush()


def say_rule(rule: StoredRule) -> str:
    """Return a rule in words: what it gives, and on which keys."""
    most = f", at most {rule.most}" if rule.most is not None else ""
    return f"{rule.words}, keys {rule.keys}{most}"


def mark_of_rule(row: LayoutRule) -> str:
    """Return a mark of what a rule says, to tell later whether it still does."""
    return f"{zlib.crc32(repr(stored_rule(row)).encode()):08x}"


def _columns(rule: StoredRule) -> dict[str, object]:
    columns = asdict(rule)
    del columns["id"]
    return columns


def _check_kind(text: str) -> ButtonKind:
    found = next((kind for kind in RULE_KINDS if kind.value == text), None)
    if found is None:
        raise InvalidValueError("Choose what the rule fills keys with.", field="kind")
    return found


def _check_order(text: str) -> RuleOrder:
    try:
        return RuleOrder(text)
    except ValueError as error:
        raise InvalidValueError("Choose an order from the list.", field="order") from error


def _check_range(draft: RuleDraft, target: LayoutTarget) -> tuple[int, int]:
    message = f"A key from 1 to {target.keys}."
    first, last = draft.first_key, draft.last_key
    if first is None or not 1 <= first <= target.keys:
        raise InvalidValueError(message, field="first_key")
    if last is None or not 1 <= last <= target.keys:
        raise InvalidValueError(message, field="last_key")
    if last < first:
        raise InvalidValueError(f"Not before key {first}.", field="last_key")
    return first, last


def _refuse_impossible(target: LayoutTarget, kind: ButtonKind, first: int, last: int) -> None:
    reasons = [
        target.why_not(position, kind, has_value=True) for position in range(first, last + 1)
    ]
    if all(reasons):
        raise InvalidValueError(reasons[0] or "", field="kind")


def _check_group(session: Session, tenant_id: int, key: str, kept: LayoutRule | None) -> str:
    """Return the group's name; one that is empty now may stay where it was."""
    if not key:
        return ""
    for group in list_groups(session, tenant_id):
        if group.key == key:
            return group.name
    if kept is not None and kept.group_key == key:
        return kept.group_name
    raise InvalidValueError("Choose a group from the list.", field="group")


def _save(session: Session, layout: ButtonLayout) -> None:
    layout.revision += 1
    session.flush()


def _audit(
    session: Session,
    layout: ButtonLayout,
    change: list[object],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    write_audit(
        session,
        actor,
        "layout.rule",
        layout.name,
        at=now,
        tenant_id=layout.tenant_id,
        changes={"rule": change},
    )
