"""The form of a rule. What may be is the domain's to say; the form carries what was typed."""

from collections.abc import Sequence

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectField, StringField
from wtforms.fields.choices import SelectChoice

from phoneprov.layouts.models import LONGEST_LABEL
from phoneprov.layouts.resolve import Line
from phoneprov.layouts.rule_changes import HIGHEST_LIMIT, RuleDraft, mark_of_rule
from phoneprov.layouts.rule_models import LayoutRule, stored_rule
from phoneprov.layouts.rule_values import RULE_KINDS, RuleOrder
from phoneprov.layouts.targets import LayoutTarget
from phoneprov.tenancy.groups import GroupSize
from phoneprov.vendors.config import ButtonKind
from phoneprov.web.fields import WholeNumberField
from phoneprov.web.layouts.words import KIND_WORDS

NOBODY = 0
"""Stands for no phone in particular."""
_PLAIN = {"autocomplete": "off", "spellcheck": "false", "maxlength": LONGEST_LABEL}


class RuleForm(FlaskForm):
    """Which keys a rule fills, with whom, in which order."""

    kind = SelectField(
        "Fill with",
        choices=[SelectChoice(kind.value, KIND_WORDS[kind].name) for kind in RULE_KINDS],
        default=ButtonKind.BLF.value,
        validate_choice=False,
    )
    group = SelectField("For", validate_choice=False)
    order = SelectField(
        "Order",
        choices=[SelectChoice(one.value, one.label.capitalize()) for one in RuleOrder],
        default=RuleOrder.NAME.value,
        validate_choice=False,
    )
    first_key = WholeNumberField("From key")
    last_key = WholeNumberField("To key")
    leaves_out_own = BooleanField("Without the phone's own extension", default=True)
    goes_on = BooleanField("The rest on the modules")
    most = WholeNumberField("At most", render_kw={"min": 1, "max": HIGHEST_LIMIT})
    label = StringField("Label", render_kw=_PLAIN)
    own = SelectField("Shown for a phone with extension", coerce=int, validate_choice=False)
    seen = HiddenField()

    def offer(
        self,
        groups: Sequence[GroupSize],
        people: Sequence[Line],
        target: LayoutTarget,
        row: LayoutRule | None,
    ) -> None:
        """Put in what can be chosen; an empty group stays where the rule is about it."""
        known = [SelectChoice(one.key, f"{one.name} ({one.members})") for one in groups]
        if row is not None and row.group_key not in {"", *(one.key for one in groups)}:
            known.append(SelectChoice(row.group_key, f"{row.group_name} (nobody)"))
        self.group.choices = [SelectChoice("", f"Everyone ({len(people)})"), *known]
        self.own.choices = [
            SelectChoice(str(NOBODY), "None in particular"),
            *(SelectChoice(str(one.id), f"{one.number} {one.name}".strip()) for one in people),
        ]
        for one in (self.first_key, self.last_key):
            one.render_kw = {"min": 1, "max": target.keys, "required": True}

    @property
    def is_for_people(self) -> bool:
        """Whether what is chosen is about extensions."""
        return bool(self.kind.data != ButtonKind.PARK_RETRIEVE.value)

    def read_draft(self) -> RuleDraft:
        """Return what was typed."""
        return RuleDraft(
            kind=self.kind.data or "",
            first_key=self.first_key.data,
            last_key=self.last_key.data,
            group=self.group.data or "",
            order=self.order.data or "",
            leaves_out_own=bool(self.leaves_out_own.data),
            goes_on=bool(self.goes_on.data),
            most=self.most.data,
            label=self.label.data or "",
        )


def rule_values(row: LayoutRule) -> dict[str, object]:
    """Return what the form shows of a rule that is there."""
    rule = stored_rule(row)
    return {
        "kind": rule.kind.value,
        "group": rule.group_key,
        "order": rule.order.value,
        "first_key": rule.first_key,
        "last_key": rule.last_key,
        "leaves_out_own": rule.leaves_out_own,
        "goes_on": rule.goes_on,
        "most": rule.most,
        "label": rule.label,
        "seen": mark_of_rule(row),
    }
