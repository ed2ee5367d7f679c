"""What has become wrong with a rule since it was saved: nobody in its group, no key for it."""

from collections.abc import Collection
from dataclasses import dataclass

from phoneprov.layouts.rule_copying import why_none
from phoneprov.layouts.rule_values import StoredRule
from phoneprov.layouts.targets import LayoutTarget
from phoneprov.pbx.dialects.dialect import Dialect


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSetting:
    """What a rule is looked at against."""

    target: LayoutTarget | None
    """None where the catalogue has the model no more."""
    dialect: Dialect
    groups: Collection[str]
    """The keys of the groups that anybody is in."""
    assigned: Collection[int] = ()
    """Positions that are assigned by hand."""


def find_rule_fault(rule: StoredRule, setting: RuleSetting) -> str | None:
    """Return why the rule does not do what it says, or None. It is a warning, never a refusal."""
    if rule.group_key and rule.group_key not in setting.groups:
        return f"Nobody is in the group “{rule.group_name}” any more; the rule fills no key."
    if not rule.is_for_people and not setting.dialect.slots:
        return "This PBX has no slots; the rule fills no key."
    if setting.target is None:
        return None
    return _find_missing_keys(rule, setting.target, setting.assigned)


def _find_missing_keys(
    rule: StoredRule, target: LayoutTarget, assigned: Collection[int]
) -> str | None:
    reason = why_none(rule, target)
    if reason:
        return f"The rule fills no key: {reason}"
    if rule.last_key > target.keys:
        return f"The {target.name} has only {target.keys} keys; the rule ends there."
    if all(one in assigned for one in range(rule.first_key, rule.last_key + 1)):
        rest = " itself" if rule.goes_on else ""
        return f"All its keys are assigned by hand; the rule fills none{rest}."
    return None
