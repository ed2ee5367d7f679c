"""The editor: a picture of the phone; a click on a key opens its form, Save swaps that key.

Every key is a link and every form a form, so that it works without script; with it, a save is one
request that swaps the key, the counts and the form. A request tells which page is in view, and
which revision of the layout it is of.
"""

from dataclasses import dataclass
from datetime import timedelta

from flask import abort, flash, redirect, render_template, request

from phoneprov.core.clock import utc_now
from phoneprov.core.errors import InvalidValueError, NotAllowedError
from phoneprov.fleet.layout_changes import assign_button, clear_button, move_button
from phoneprov.fleet.layout_uses import count_delivered
from phoneprov.layouts.buttons import list_buttons, mark_of
from phoneprov.layouts.history import find_redo, find_undo, say_newer
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
from phoneprov.web.layouts.hints import find_hints, offer_extensions
from phoneprov.web.layouts.picture import Desk, Key, Picture, draw, draw_key
from phoneprov.web.layouts.ruled import Ruled, load_ruled
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
    ruled: Ruled
    news: str = ""
    """What others have done to it since the page in view was loaded."""

    def draw(self, page: int) -> Picture:
        """Return a page of the picture."""
        return self.ruled.paint(draw(self.target, self.rows, self.desk, page=page))

    def draw_key(self, position: int) -> Key:
        """Return one key of the picture, also of another page."""
        key = draw_key(self.target, position, self.rows.get(position), self.desk)
        return self.ruled.paint_key(key, self.target)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a change came to, for those who see it and those who hear it."""

    text: str
    phones: int = 0
    """How many phones are told otherwise from now on."""
    focus: int | None = None
    """The key that a person goes on from."""


def show(layout_id: int) -> Answer:
    """Show a page of the picture."""
    opened, page = open_layout(layout_id), request.args.get("page", 1, type=int)
    if is_htmx():
        return render_template("layouts/_turned.html", **_values(opened, page))
    return _page(opened, page=page)


def changes(layout_id: int) -> Answer:
    """Tell an open page what others have done to the layout since it was loaded, if anything."""
    opened = open_layout(layout_id)
    if not opened.news:
        return "", 204
    page = request.args.get("page", 1, type=int)
    return render_template("layouts/_news.html", layout=opened.layout, news=opened.news, page=page)


@admin_only
def key(layout_id: int, position: int) -> Answer:
    """Show what a key does, or save it; to paste is to save what was copied."""
    opened = open_layout(layout_id)
    if position < 1 or (position > opened.target.keys and position not in opened.rows):
        abort(404)
    form = ButtonForm(data=_shown(opened, position))
    form.ask_for(form.kind.data or "")
    if not form.validate_on_submit():
        return _form(opened, form, position)
    try:
        phones = assign_button(
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
        return _form(open_layout(layout_id), form, position)
    told = Told(text=f"Key {position} saved.", phones=phones, focus=position)
    return show_saved(opened, (position,), told)


@admin_only
def clear(layout_id: int, position: int) -> Answer:
    """Let a key do nothing."""
    opened = open_layout(layout_id)
    try:
        phones = clear_button(
            session(),
            opened.layout,
            position,
            actor=current_actor(),
            now=utc_now(),
            seen=request.form.get("seen"),
        )
    except InvalidValueError as fault:
        return _refuse(opened, fault.message, position)
    told = Told(text=f"Key {position} is empty.", phones=phones, focus=position)
    return show_saved(opened, (position,), told)


@admin_only
def move(layout_id: int, position: int) -> Answer:
    """Move a button to another key, or swap the two."""
    opened = open_layout(layout_id)
    where = request.form.get("to", 0, type=int)
    try:
        phones = move_button(
            session(),
            runtime().catalog,
            opened.layout,
            position,
            where,
            actor=current_actor(),
            now=utc_now(),
            seen=request.form.get("seen"),
            seen_there=request.form.get("seen_there"),
        )
    except (InvalidValueError, NotAllowedError) as fault:
        return _refuse(opened, fault.message, position, where)
    text = f"Key {position} is now key {where}."
    return show_saved(opened, (where, position), Told(text=text, phones=phones, focus=where))


def open_layout(layout_id: int, desk: Desk | None = None) -> Open:
    """Return a layout of this page with all that the editor shows of it."""
    layout = get_own_layout(layout_id)
    seen = request.values.get("revision", type=int)
    is_news = seen is not None and seen != layout.revision
    step = request.values.get("step", -1, type=int)
    news = say_newer(session(), layout, step) if is_news and desk is None else ""
    target, desk = get_target(layout), desk or load_desk()
    rows = list_buttons(session(), layout.id)
    return Open(
        layout=layout,
        target=target,
        desk=desk,
        rows=rows,
        ruled=load_ruled(layout, target, desk, rows),
        news=news,
    )


def _shown(opened: Open, position: int) -> dict[str, str]:
    """Return what the form shows: what is kept, or what was typed when another type is chosen."""
    row = opened.rows.get(position) or opened.ruled.keys.get(position)
    kept = button_values(row, list(opened.desk.extensions.values()))
    if _is_being_typed():
        return {name: request.args.get(name, "")[:LONGEST_VALUE] for name in FIELDS}
    return kept


def _is_being_typed() -> bool:
    """Tell whether this asks what would become of what is in the form."""
    return request.method == "GET" and "kind" in request.args


def _values(opened: Open, page: int) -> dict[str, object]:
    """Return what the fragments of the editor need."""
    return {
        "layout": opened.layout,
        "target": opened.target,
        "picture": opened.draw(page),
        "ruled": opened.ruled,
        "delivery": count_delivered(session(), opened.layout),
        "undo_step": find_undo(session(), opened.layout),
        "redo_step": find_redo(session(), opened.layout),
        "kinds": KIND_WORDS,
        "by": utc_now() + timedelta(minutes=current_tenant().poll_minutes),
        "news": opened.news,
    }


def _page(opened: Open, *, page: int, **more: object) -> str:
    return render_template("layouts/show.html", **_values(opened, page), **more)


def _form(
    opened: Open, form: ButtonForm, position: int, changed: tuple[int, ...] | None = None
) -> Answer:
    """Show the form of a key: alone, or on the page with the key's page of the picture.

    After a refused post the keys in question are shown as they are by now.
    """
    codes = opened.desk.dialect.codes
    hints = find_hints(opened.target, opened.rows, opened.desk, position, form.read_draft())
    if _is_being_typed() and hints.fault:
        tell_fault(form, hints.fault)
    form.put_focus(stays_on_key=changed is not None)
    values: dict[str, object] = {
        "form": form,
        "position": position,
        "features": [(feature_label(name), code) for name, code in codes.items()],
        "slots": opened.desk.dialect.slots,
        "extensions": offer_extensions(opened.desk.extensions.values(), form.value.data or ""),
        "reasons": _reasons(opened, position),
        "seen": mark_of(opened.rows.get(position)),
        "hints": hints,
        "is_assigned": position in opened.rows,
        "rule": opened.ruled.rule_at(position),
    }
    is_refused = request.method == "POST"
    if not is_htmx():
        body = _page(opened, page=opened.target.page_of(position), **values)
    elif is_refused:
        page = request.form.get("page", type=int) or opened.target.page_of(position)
        values |= _values(opened, page) | {"positions": (position, *(changed or ()))}
        body = render_template("layouts/_refused.html", **values)
    else:
        values |= {"layout": opened.layout, "target": opened.target}
        body = render_template("layouts/_key_form.html", **values)
    return (body, REFUSED) if is_refused else body


def _refuse(before: Open, message: str, position: int, *others: int) -> Answer:
    """Say above the form of a key why it was not cleared or moved."""
    opened = open_layout(before.layout.id)
    form = ButtonForm(formdata=None, data=_shown(opened, position))
    form.ask_for(form.kind.data or "")
    form.form_errors.append(message)
    return _form(opened, form, position, changed=others)


def _reasons(opened: Open, position: int) -> list[tuple[str, str]]:
    """Return the kinds that this key can't carry however they are filled in, with the reason."""
    return [
        (words.name, reason)
        for kind, words in KIND_WORDS.items()
        if (reason := opened.target.why_not(position, kind, has_value=True))
    ]


def show_saved(before: Open, positions: tuple[int, ...], told: Told) -> Answer:
    """Swap the keys that changed and the counts; without script load the picture again."""
    session().flush()
    target = before.target
    page = target.page_of(positions[0]) if positions else 1
    page = request.form.get("page", type=int) or page
    if not is_htmx():
        flash(told.text, "done")
        layout_id = before.layout.id
        return redirect(to("show", layout_id=layout_id, page=page if page > 1 else None), 303)
    opened = open_layout(before.layout.id, before.desk)
    values = _values(opened, page) | {"news": before.news}
    changed = [opened.draw_key(one) for one in positions]
    return render_template(
        "layouts/_saved.html", **values, positions=positions, changed=changed, told=told
    )
