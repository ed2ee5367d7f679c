"""Fill many keys in one step, and take steps back: the pages around the picture."""

from flask import flash, redirect, render_template, request
from flask_wtf import FlaskForm
from sqlalchemy import select
from wtforms import BooleanField, Field, HiddenField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice

from phoneprov.core.clock import utc_now
from phoneprov.core.errors import InvalidValueError, NotAllowedError
from phoneprov.fleet.layout_changes import fill_layout, redo_step, undo_step
from phoneprov.layouts.buttons import list_buttons, mark_of
from phoneprov.layouts.fill import MOST_LINES, FillDraft, Pattern
from phoneprov.layouts.models import LONGEST_VALUE, ButtonLayout
from phoneprov.layouts.queries import list_layouts
from phoneprov.tenancy.models import Extension
from phoneprov.web.access import admin_only, current_tenant
from phoneprov.web.acting import current_actor, tell_fault
from phoneprov.web.database import session
from phoneprov.web.fields import WholeNumberField
from phoneprov.web.htmx import is_htmx
from phoneprov.web.layouts.common import (
    REFUSED,
    Answer,
    current_dialect,
    get_own_layout,
    get_target,
    is_for_module,
    to,
)
from phoneprov.web.layouts.editor import Open, Told, open_layout, show_saved
from phoneprov.web.runtime import runtime

_PLAIN = {"autocomplete": "off", "spellcheck": "false", "maxlength": LONGEST_VALUE}
_PERSON = {**_PLAIN, "list": "extensions", "placeholder": "number or name"}
NAMED_AT_MOST = 8
FIELDS: dict[Pattern, tuple[str, ...]] = {
    Pattern.RECEPTIONIST: ("own_lines", "clears"),
    Pattern.SALES_REP: ("own_lines", "fellows", "manager", "clears"),
    Pattern.CONFERENCE_ROOM: ("own_lines", "it_support", "front_desk", "clears"),
    Pattern.EVERYBODY: ("first_key", "without_layout_id"),
    Pattern.PARK_SLOTS: ("first_key",),
    Pattern.OWN_LINES: ("own_lines", "first_key"),
}
"""What each asks for, in order."""
ON_MODULES = (Pattern.EVERYBODY, Pattern.PARK_SLOTS)


class FillForm(FlaskForm):
    """What a layout is filled with; each pattern shows the fields it needs."""

    pattern = HiddenField()
    own_lines = WholeNumberField(
        "Own line keys", default=1, render_kw={"min": 0, "max": MOST_LINES}
    )
    first_key = WholeNumberField("From key", default=1, render_kw={"min": 1})
    fellows = SelectMultipleField("Fellows to watch", coerce=int, render_kw={"size": 6})
    manager = StringField("Manager", render_kw=_PERSON)
    it_support = StringField("IT support", render_kw=_PERSON)
    front_desk = StringField("Front desk", render_kw=_PERSON)
    clears = BooleanField("Empty the layout first", default=True)
    without_layout_id = SelectField("Without those who are on", coerce=int, default=0)

    def __init__(self, pattern: Pattern, *, is_posted: bool) -> None:
        """Take over what was posted only where this pattern's button was pressed."""
        if is_posted:
            super().__init__()
        else:
            super().__init__(formdata=None)
        self.what = pattern
        for field in self:
            if field.name != "csrf_token":
                field.id = f"{pattern.value}-{field.name}"
                field.label.field_id = field.id
        self.pattern.data = pattern.value
        self.fellows.choices = [SelectChoice(str(one.id), one.title) for one in _extensions()]
        others = list_layouts(session(), current_tenant().id)
        self.without_layout_id.choices = [
            SelectChoice("0", "Nobody is left out"),
            *(SelectChoice(str(one.id), one.name) for one in others),
        ]

    @property
    def shown(self) -> list[Field]:
        """The fields of this pattern."""
        return [self[name] for name in FIELDS[self.what]]

    def read_draft(self) -> FillDraft:
        """Return what was chosen; what a pattern doesn't ask for is left alone."""
        asked = FIELDS[self.what]
        values: dict[str, object] = {
            name: self[name].data for name in asked if self[name].data is not None
        }
        if "without_layout_id" in values:
            values["without_layout_id"] = self.without_layout_id.data or None
        if "own_lines" not in asked:
            values["own_lines"] = 0
        return FillDraft(pattern=self.what, **values)  # type: ignore[arg-type]


@admin_only
def fill(layout_id: int) -> Answer:
    """Offer what the keys can be filled with, or do it in one step."""
    layout = get_own_layout(layout_id)
    get_target(layout)
    chosen = request.form.get("pattern", "")
    forms = [
        FillForm(pattern, is_posted=pattern.value == chosen)
        for pattern in (ON_MODULES if is_for_module() else Pattern)
    ]
    form = next((one for one in forms if one.what.value == chosen), None)
    if form is None or not form.validate_on_submit():
        return _page(layout, forms)
    try:
        filled, _ = fill_layout(
            session(),
            runtime().catalog,
            layout,
            form.read_draft(),
            dialect=current_dialect(),
            actor=current_actor(),
            now=utc_now(),
        )
    except InvalidValueError as fault:
        tell_fault(form, fault)
        return _page(get_own_layout(layout_id), forms)
    flash(f"{_keys(filled.placed)} filled. Undo takes it back.", "done")
    if filled.left_out:
        flash(f"Not on a key: {_list(filled.left_out)}.", "warning")
    return redirect(to("show", layout_id=layout_id), 303)


@admin_only
def undo(layout_id: int) -> Answer:
    """Take the last step back."""
    return _go(layout_id, "taken back")


@admin_only
def redo(layout_id: int) -> Answer:
    """Do again what was taken back."""
    return _go(layout_id, "done again")


def _go(layout_id: int, word: str) -> Answer:
    before = open_layout(layout_id)
    go = undo_step if word == "taken back" else redo_step
    seen = request.form.get("seen", -1, type=int)
    marks = {at: mark_of(row) for at, row in before.rows.items()}
    try:
        words = go(session(), before.layout, seen, actor=current_actor(), now=utc_now())
    except NotAllowedError as refusal:
        return _say_refused(before, refusal.message)
    text = f"{words.capitalize()}: {word}." if words else f"Nothing to be {word}."
    now = {at: mark_of(row) for at, row in list_buttons(session(), layout_id).items()}
    changed = tuple(at for at in sorted(marks | now) if marks.get(at) != now.get(at))
    return show_saved(before, changed, Told(text=text))


def _say_refused(opened: Open, message: str) -> Answer:
    """Say what others have done meanwhile; the picture as it is now is a click away."""
    page = request.form.get("page", 1, type=int)
    if not is_htmx():
        flash(message, "warning")
        layout_id = opened.layout.id
        return redirect(to("show", layout_id=layout_id, page=page if page > 1 else None), 303)
    news = opened.news or message
    body = render_template(
        "layouts/_step_refused.html", layout=opened.layout, message=message, news=news, page=page
    )
    return body, REFUSED


def _page(layout: ButtonLayout, forms: list[FillForm]) -> Answer:
    page = render_template(
        "layouts/fill.html", layout=layout, forms=forms, extensions=_extensions()
    )
    return (page, REFUSED) if request.method == "POST" else page


def _extensions() -> list[Extension]:
    query = select(Extension).where(Extension.tenant_id == current_tenant().id)
    return list(session().scalars(query.order_by(Extension.number)))


def _keys(count: int) -> str:
    return "1 key" if count == 1 else f"{count} keys"


def _list(left_out: tuple[str, ...]) -> str:
    named = "; ".join(left_out[:NAMED_AT_MOST])
    rest = len(left_out) - NAMED_AT_MOST
    return f"{named}; and {rest} more" if rest > 0 else named
