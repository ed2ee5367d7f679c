"""The table of rules: ranges of keys that are filled with whoever there is."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from phoneprov.core.database import Model, WordColumn
from phoneprov.layouts.models import LONGEST_LABEL
from phoneprov.layouts.rule_values import RuleOrder, StoredRule
from phoneprov.tenancy.group_names import LONGEST_GROUP, LONGEST_KEY
from phoneprov.vendors.config import ButtonKind


class LayoutRule(Model):
    """A rule of a layout; see StoredRule for what its columns mean.

    It names its group instead of pointing at one: nobody may be in it for a while, and who is put
    into a group of that name later is meant again.
    """

    __tablename__ = "layout_rule"

    id: Mapped[int] = mapped_column(primary_key=True)
    layout_id: Mapped[int] = mapped_column(
        ForeignKey("button_layout.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[ButtonKind] = mapped_column(WordColumn(ButtonKind, 20))
    first_key: Mapped[int]
    last_key: Mapped[int]
    group_name: Mapped[str] = mapped_column(String(LONGEST_GROUP), default="")
    group_key: Mapped[str] = mapped_column(String(LONGEST_KEY), default="", index=True)
    order: Mapped[RuleOrder] = mapped_column("sorted_by", WordColumn(RuleOrder, 12))
    leaves_out_own: Mapped[bool] = mapped_column(default=True)
    goes_on: Mapped[bool] = mapped_column(default=False)
    most: Mapped[int | None]
    label: Mapped[str] = mapped_column(String(LONGEST_LABEL), default="")


def stored_rule(row: LayoutRule) -> StoredRule:
    """Return a row as the value that rules work on."""
    return StoredRule(
        id=row.id,
        kind=row.kind,
        first_key=row.first_key,
        last_key=row.last_key,
        group_name=row.group_name,
        group_key=row.group_key,
        order=row.order,
        leaves_out_own=row.leaves_out_own,
        goes_on=row.goes_on,
        most=row.most,
        label=row.label,
    )
