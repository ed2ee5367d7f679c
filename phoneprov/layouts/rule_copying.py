"""What comes of a layout's rules on another model: their range is cut to the keys it has."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from phoneprov.layouts.models import ButtonLayout
from phoneprov.layouts.rule_changes import list_rules, say_rule
from phoneprov.layouts.rule_models import stored_rule
from phoneprov.layouts.rule_values import StoredRule
from phoneprov.layouts.targets import LayoutTarget


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePlan:
    """The rules of a copy, and in sentences what is not as it was."""

    kept: Sequence[StoredRule] = ()
    changes: Sequence[str] = ()
    """Rules with fewer keys than before."""
    left_out: Sequence[str] = ()
    """Rules that have no place on the model, each with the reason."""


def plan_rules(session: Session, layout: ButtonLayout, target: LayoutTarget) -> RulePlan:
    """Return what a copy to another model makes of the rules of a layout."""
    kept, changes, left_out = [], [], []
    for row in list_rules(session, layout.id):
        rule = stored_rule(row)
        clipped = replace(rule, last_key=min(rule.last_key, target.keys))
        reason = why_none(clipped, target)
        if reason:
            left_out.append(f"{say_rule(rule)}: {reason}")
            continue
        kept.append(clipped)
        if clipped != rule:
            changes.append(f"{rule.words}: keys {rule.keys} → {clipped.keys}")
    return RulePlan(kept=kept, changes=changes, left_out=left_out)


def why_none(rule: StoredRule, target: LayoutTarget) -> str | None:
    """Return why no key of a rule's range can be what it makes, or None if one can."""
    if rule.first_key > target.keys:
        return f"the {target.name} has only {target.keys} keys."
    reason: str | None = None
    for position in range(rule.first_key, min(rule.last_key, target.keys) + 1):
        reason = target.why_not(position, rule.kind, has_value=True)
        if reason is None:
            return None
    return reason
