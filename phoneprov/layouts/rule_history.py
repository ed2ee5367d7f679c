"""The rules of a layout as a step keeps them, and how they are put back."""

from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from phoneprov.layouts.rule_models import LayoutRule
from phoneprov.layouts.rule_values import RuleOrder
from phoneprov.vendors.config import ButtonKind

RuleSnapshot = list[list[Any]]
"""Kind, first and last key, group's name and key, order, own left out, goes on, limit, label."""


def snapshot_rules(session: Session, layout_id: int) -> RuleSnapshot:
    """Return the rules of a layout as plain values."""
    rows = session.scalars(
        select(LayoutRule).where(LayoutRule.layout_id == layout_id).order_by(LayoutRule.id)
    )
    return [
        [
            row.kind.value,
            row.first_key,
            row.last_key,
            row.group_name,
            row.group_key,
            row.order.value,
            row.leaves_out_own,
            row.goes_on,
            row.most,
            row.label,
        ]
        for row in rows
    ]


def restore_rules(session: Session, layout_id: int, rules: RuleSnapshot | None) -> None:
    """Put the rules back; None, from an old step, leaves them as they are.

    They get new ids: an old one may be another layout's rule by now.
    """
    if rules is None:
        return
    session.execute(delete(LayoutRule).where(LayoutRule.layout_id == layout_id))
    session.expire_all()
    session.add_all(_row(layout_id, rule) for rule in rules)
    session.flush()


def _row(layout_id: int, rule: list[Any]) -> LayoutRule:
    kind, first, last, name, group, order, leaves_out_own, goes_on, most, label = rule
    return LayoutRule(
        layout_id=layout_id,
        kind=ButtonKind(kind),
        first_key=first,
        last_key=last,
        group_name=name,
        group_key=group,
        order=RuleOrder(order),
        leaves_out_own=leaves_out_own,
        goes_on=goes_on,
        most=most,
        label=label,
    )
