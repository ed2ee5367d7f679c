"""Changes of a layout's rules together with the phones that use it.

Each verb is one step that can be taken back, and returns how many phones are told otherwise.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from phoneprov.fleet.revisions import touch_layout_phones
from phoneprov.layouts import rule_changes
from phoneprov.layouts.history import one_step
from phoneprov.layouts.models import ButtonLayout
from phoneprov.layouts.rule_changes import RuleDraft, check_rule
from phoneprov.layouts.rule_models import LayoutRule, stored_rule
from phoneprov.layouts.targets import LayoutTarget
from phoneprov.tenancy.audit import Actor


def add_rule(  # noqa: PLR0913 - a verb with its actor and time
    session: Session,
    layout: ButtonLayout,
    target: LayoutTarget,
    draft: RuleDraft,
    *,
    actor: Actor,
    now: datetime,
) -> int:
    """Add a rule. Raises InvalidValueError with the field that is wrong."""
    rule = check_rule(session, layout, target, draft)
    words = f"rule added for keys {rule.keys}"
    with one_step(session, layout, words, actor=actor, now=now):
        rule_changes.add_rule(session, layout, rule, actor=actor, now=now)
    return touch_layout_phones(session, layout.id, now)


def change_rule(  # noqa: PLR0913 - a verb with its actor and time
    session: Session,
    layout: ButtonLayout,
    target: LayoutTarget,
    row: LayoutRule,
    draft: RuleDraft,
    *,
    seen: str | None = None,
    actor: Actor,
    now: datetime,
) -> int:
    """Change a rule; `seen` is the mark of what the person saw.

    Raises InvalidValueError with the field that is wrong, or where somebody else has changed it.
    """
    rule = check_rule(session, layout, target, draft, row)
    words = f"rule of keys {rule.keys} changed"
    with one_step(session, layout, words, actor=actor, now=now):
        changed = rule_changes.change_rule(
            session, layout, row, rule, seen=seen, actor=actor, now=now
        )
    return touch_layout_phones(session, layout.id, now) if changed else 0


def delete_rule(
    session: Session, layout: ButtonLayout, row: LayoutRule, *, actor: Actor, now: datetime
) -> int:
    """Delete a rule; its keys do nothing then."""
    words = f"rule of keys {stored_rule(row).keys} deleted"
    with one_step(session, layout, words, actor=actor, now=now):
        rule_changes.delete_rule(session, layout, row, actor=actor, now=now)
    return touch_layout_phones(session, layout.id, now)
