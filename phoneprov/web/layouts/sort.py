"""Sort keys: the lamps and speed dials of a layout by label or number, in one step."""

from collections.abc import Collection

from flask import flash, redirect, render_template, request
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from phoneprov.core.clock import utc_now
from phoneprov.core.errors import InvalidValueError
from phoneprov.fleet.layout_changes import sort_keys
from phoneprov.layouts.buttons import list_buttons
from phoneprov.layouts.models import ButtonLayout
from phoneprov.layouts.sorting import SORTED_KINDS, Order
from phoneprov.vendors.config import ButtonKind
from phoneprov.web.access import admin_only
from phoneprov.web.acting import current_actor, tell_fault
from phoneprov.web.database import session
from phoneprov.web.layouts.common import REFUSED, Answer, get_own_layout, get_target, to
from phoneprov.web.layouts.words import KIND_WORDS
from phoneprov.web.runtime import runtime


class SortForm(FlaskForm):
    """What is sorted, and by what."""

    order = RadioField(
        "Sort by",
        choices=[
            SelectChoice(Order.LABEL.value, "Label, as the phone shows it"),
            SelectChoice(Order.NUMBER.value, "Number"),
        ],
        default=Order.LABEL.value,
    )
    kinds = SelectMultipleField(
        "Which keys",
        default=[kind.value for kind in SORTED_KINDS],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validate_choice=False,
    )

    def __init__(self, there: Collection[ButtonKind]) -> None:
        super().__init__()
        self.kinds.choices = [
            SelectChoice(kind.value, words.name)
            for kind, words in KIND_WORDS.items()
            if kind in there
        ]


@admin_only
def sort(layout_id: int) -> Answer:
    """Ask what is to be sorted, or sort it."""
    layout = get_own_layout(layout_id)
    get_target(layout)
    form = SortForm({row.kind for row in list_buttons(session(), layout.id).values()})
    if not form.validate_on_submit():
        return _page(layout, form)
    known = {kind.value: kind for kind in ButtonKind}
    try:
        moved, _ = sort_keys(
            session(),
            runtime().catalog,
            layout,
            Order(form.order.data),
            {known[one] for one in form.kinds.data or () if one in known},
            actor=current_actor(),
            now=utc_now(),
        )
    except InvalidValueError as fault:
        tell_fault(form, fault)
        return _page(get_own_layout(layout_id), form)
    keys = "1 key is" if moved == 1 else f"{moved} keys are"
    flash(f"Sorted: {keys} another now. Undo takes it back." if moved else "All in order.", "done")
    return redirect(to("show", layout_id=layout_id), 303)


def _page(layout: ButtonLayout, form: SortForm) -> Answer:
    page = render_template("layouts/sort.html", layout=layout, form=form)
    return (page, REFUSED) if request.method == "POST" else page
