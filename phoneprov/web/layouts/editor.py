"""The editor: a picture of the phone; a click on a key opens its form, Save swaps that key.

Every key is a link and every form a form, so that it works without script; with it, a save is one
request that swaps the key, the counts and the form.
"""

from dataclasses import dataclass
from datetime import timedelta

from flask import abort, flash, redirect, render_template, request

from phoneprov.core.clock import utc_now
from phoneprov.core.errors import InvalidValueError, NotAllowedError
from phoneprov.fleet.layout_changes import assign_button, clear_button, move_button
from phoneprov.fleet.layout_uses import count_delivered
from phoneprov.layouts.buttons import list_buttons, mark_of
from phoneprov.layouts.history import find_redo, find_undo
from phoneprov.layouts.models import LONGEST_VALUE, ButtonLayout, LayoutButton
from phoneprov.layouts.targets import LayoutTarget
from phoneprov.pbx.dialects.typed import feature_label
from phoneprov.web.access import admin_only, current_tenant
from phoneprov.web.acting import current_actor, tell_fault
from phoneprov.web.database import session
from phoneprov.web.htmx import is_htmx
from phoneprov.web.layouts.common import (
    REFUSED,
    Answer,
    get_own_layout,
    get_target,
    load_desk,
    to,
)
from phoneprov.web.layouts.forms import ButtonForm, button_values
from phoneprov.web.layouts.picture import Desk, draw
from phoneprov.web.layouts.words import KIND_WORDS
from phoneprov.web.runtime import runtime

FIELDS = ("kind", "value", "label")


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A layout that is open in the editor."""

    layout: ButtonLayout
    target: LayoutTarget
    desk: Desk
    rows: dict[int, LayoutButton]


def show(layout_id: int) -> Answer:
    """Show a page of the picture."""
    opened = _open(layout_id)
    return _page(opened, page=request.args.get("page", 1, type=int))


@admin_only
def key(layout_id: int, position: int) -> Answer:
    """Show what a key does, or save it."""
    opened = _open(layout_id)
    if position < 1 or (position > opened.target.keys and position not in opened.rows):
        abort(404)
    form = ButtonForm(data=_shown(opened, position))
    form.ask_for(form.kind.data or "")
    if not form.validate_on_submit():
        return _form(opened, form, position)
    try:
        told = assign_button(
            session(),
            runtime().catalog,
            opened.layout,
            position,
            form.read_draft(),
            dialect=opened.desk.dialect,
            actor=current_actor(),
            now=utc_now(),
            seen=request.form.get("seen"),
        )
    except InvalidValueError as fault:
        tell_fault(form, fault)
        return _form(_open(layout_id), form, position)
    return _saved(opened, (position,), f"Key {position} saved.", told)


@admin_only
def clear(layout_id: int, position: int) -> Answer:
    """Let a key do nothing."""
    opened = _open(layout_id)
    told = clear_button(session(), opened.layout, position, actor=current_actor(), now=utc_now())
    return _saved(opened, (position,), f"Key {position} is empty.", told)


@admin_only
def move(layout_id: int, position: int) -> Answer:
    """Move a button to another key, or swap the two."""
    opened = _open(layout_id)
    where = request.form.get("to", 0, type=int)
    try:
        told = move_button(
            session(),
            runtime().catalog,
            opened.layout,
            position,
            where,
            actor=current_actor(),
            now=utc_now(),
        )
    except NotAllowedError as fault:
        form = ButtonForm(formdata=None, data=_shown(opened, position))
        form.ask_for(form.kind.data or "")
        form.form_errors.append(fault.message)
        return _form(opened, form, position)
    return _saved(opened, (position, where), f"Key {position} is now key {where}.", told)


def _open(layout_id: int, desk: Desk | None = None) -> Open:
    layout = get_own_layout(layout_id)
    return Open(
        layout=layout,
        target=get_target(layout),
        desk=desk or load_desk(),
        rows=list_buttons(session(), layout.id),
    )


def _shown(opened: Open, position: int) -> dict[str, str]:
    """Return what the form shows: what is kept, or what was typed when another type is chosen."""
    kept = button_values(opened.rows.get(position), list(opened.desk.extensions.values()))
    if request.method == "GET" and "kind" in request.args:
        return {name: request.args.get(name, "")[:LONGEST_VALUE] for name in FIELDS}
    return kept


def _values(opened: Open, page: int) -> dict[str, object]:
    """Return what the fragments of the editor need."""
    return {
        "layout": opened.layout,
        "target": opened.target,
        "picture": draw(opened.target, opened.rows, opened.desk, page=page),
        "delivery": count_delivered(session(), opened.layout),
        "undo_step": find_undo(session(), opened.layout),
        "redo_step": find_redo(session(), opened.layout),
        "kinds": KIND_WORDS,
        "by": utc_now() + timedelta(minutes=current_tenant().poll_minutes),
    }


def _page(opened: Open, *, page: int, **more: object) -> str:
    return render_template("layouts/show.html", **_values(opened, page), **more)


def _form(opened: Open, form: ButtonForm, position: int) -> Answer:
    """Show the form of a key: alone, or on the page with the key's page of the picture."""
    codes = opened.desk.dialect.codes
    values: dict[str, object] = {
        "form": form,
        "position": position,
        "features": [(feature_label(name), code) for name, code in codes.items()],
        "slots": opened.desk.dialect.slots,
        "extensions": list(opened.desk.extensions.values()),
        "reasons": _reasons(opened, position),
        "seen": mark_of(opened.rows.get(position)),
    }
    values["is_assigned"] = position in opened.rows
    if is_htmx():
        values |= {"layout": opened.layout, "target": opened.target}
        body = render_template("layouts/_key_form.html", **values)
    else:
        body = _page(opened, page=opened.target.page_of(position), **values)
    return (body, REFUSED) if request.method == "POST" else body


def _reasons(opened: Open, position: int) -> list[tuple[str, str]]:
    """Return the kinds that this key can't carry however they are filled in, with the reason."""
    return [
        (words.name, reason)
        for kind, words in KIND_WORDS.items()
        if (reason := opened.target.why_not(position, kind, has_value=True))
    ]


def _saved(before: Open, positions: tuple[int, ...], text: str, told: int) -> Answer:
    """Swap the keys that changed and the counts; without script load the picture again."""
    session().flush()
    page = before.target.page_of(positions[0])
    if not is_htmx():
        flash(text, "done")
        layout_id = before.layout.id
        return redirect(to("show", layout_id=layout_id, page=page if page > 1 else None), 303)
    opened = _open(before.layout.id, before.desk)
    values = _values(opened, page)
    return render_template(
        "layouts/_saved.html", **values, positions=positions, text=text, told=told
    )
