"""Screens of the layouts: list, add, edit, copy, delete. Phones and modules have the same ones."""

from flask import Blueprint, flash, redirect, render_template, request

from phoneprov.core.clock import utc_now
from phoneprov.core.errors import InvalidValueError
from phoneprov.fleet.layout_changes import remove_layout, update_layout
from phoneprov.fleet.layout_uses import count_uses, list_users
from phoneprov.layouts.faults import find_fault
from phoneprov.layouts.layouts import add_layout
from phoneprov.layouts.models import ButtonLayout
from phoneprov.layouts.queries import list_layouts, list_stored
from phoneprov.web.access import admin_only, current_tenant
from phoneprov.web.acting import current_actor, tell_fault
from phoneprov.web.database import session
from phoneprov.web.layouts import copy, delivery, editor, fill, rules
from phoneprov.web.layouts.common import (
    MODULE_LAYOUTS,
    PHONE_LAYOUTS,
    REFUSED,
    Answer,
    current_dialect,
    get_own_layout,
    is_for_module,
    model_groups,
    page_words,
    target_of,
    to,
)
from phoneprov.web.layouts.forms import LayoutForm
from phoneprov.web.layouts.ruled import count_rule_faults
from phoneprov.web.runtime import runtime


def index() -> Answer:
    """Show the layouts with the phones that use them."""
    tenant = current_tenant()
    layouts = list_layouts(session(), tenant.id, is_for_module=is_for_module())
    return render_template(
        "layouts/index.html",
        layouts=layouts,
        uses=count_uses(session(), tenant.id),
        targets={layout.id: target_of(layout) for layout in layouts},
        faults=_count_faults(),
        rule_faults=count_rule_faults(layouts),
    )


@admin_only
def add() -> Answer:
    """Add a layout; its editor comes next."""
    form = LayoutForm(model_groups(), is_for_module=is_for_module(), layout=None)
    if request.method == "GET":
        form.model_slug.data = request.args.get("model", "")
    if not form.validate_on_submit():
        return _form_page(form, None)
    try:
        layout = add_layout(
            session(),
            runtime().catalog,
            current_tenant(),
            form.read_draft(),
            actor=current_actor(),
            now=utc_now(),
        )
    except InvalidValueError as fault:
        tell_fault(form, fault)
        return _form_page(form, None)
    flash(f"{layout.name} added. Click a key to say what it does.", "done")
    return redirect(to("show", layout_id=layout.id), 303)


@admin_only
def edit(layout_id: int) -> Answer:
    """Edit a layout's name, description, model, default mark."""
    layout = get_own_layout(layout_id)
    form = LayoutForm(model_groups(), is_for_module=is_for_module(), layout=layout)
    if not form.validate_on_submit():
        return _form_page(form, layout)
    try:
        told = update_layout(
            session(),
            runtime().catalog,
            layout,
            form.read_draft(),
            actor=current_actor(),
            now=utc_now(),
        )
    except InvalidValueError as fault:
        tell_fault(form, fault)
        return _form_page(form, get_own_layout(layout_id))
    flash(f"{layout.name} saved.{_tell_phones(told)}", "done")
    return redirect(to("show", layout_id=layout.id), 303)


@admin_only
def delete(layout_id: int) -> Answer:
    """Say which phones would lose what, then do it."""
    layout = get_own_layout(layout_id)
    if request.method == "GET":
        phones = list_users(session(), layout)
        return render_template("layouts/delete.html", layout=layout, phones=phones)
    name = layout.name
    told = remove_layout(session(), layout, actor=current_actor(), now=utc_now())
    flash(f"{name} deleted.{_tell_phones(told)}", "done")
    return redirect(to("index"), 303)


def _count_faults() -> dict[int, int]:
    """Return how many keys of each layout need another look."""
    dialect = current_dialect()
    stored = list_stored(session(), current_tenant().id)
    return {
        layout_id: sum(find_fault(one, dialect) is not None for one in buttons)
        for layout_id, buttons in stored.items()
    }


def _form_page(form: LayoutForm, layout: ButtonLayout | None) -> Answer:
    """Show the form; after a refused post with what was typed and the messages."""
    page = render_template("layouts/form.html", form=form, layout=layout)
    return (page, REFUSED) if request.method == "POST" else page


def _tell_phones(count: int) -> str:
    """Return what follows for the phones."""
    if not count:
        return ""
    phones = "1 phone takes" if count == 1 else f"{count} phones take"
    return f" {phones} the change at the next check."


def _screen(name: str, prefix: str) -> Blueprint:
    """Return the screen of one kind of layout, below its own address."""
    screen = Blueprint(name, __name__, url_prefix=f"/t/<tenant_slug>/{prefix}")
    both = ["GET", "POST"]
    one = "/<int:layout_id>"
    key = f"{one}/keys/<int:position>"
    screen.add_url_rule("", view_func=index)
    screen.add_url_rule("/add", view_func=add, methods=both)
    screen.add_url_rule(one, view_func=editor.show)
    screen.add_url_rule(f"{one}/edit", view_func=edit, methods=both)
    screen.add_url_rule(f"{one}/copy", view_func=copy.copy, methods=both)
    screen.add_url_rule(f"{one}/delete", view_func=delete, methods=both)
    screen.add_url_rule(f"{one}/changes", view_func=editor.changes)
    screen.add_url_rule(f"{one}/phones", view_func=delivery.delivery)
    screen.add_url_rule(f"{one}/fill", view_func=fill.fill, methods=both)
    screen.add_url_rule(f"{one}/undo", view_func=fill.undo, methods=["POST"])
    screen.add_url_rule(f"{one}/redo", view_func=fill.redo, methods=["POST"])
    screen.add_url_rule(key, view_func=editor.key, methods=both)
    screen.add_url_rule(f"{key}/clear", view_func=editor.clear, methods=["POST"])
    screen.add_url_rule(f"{key}/move", view_func=editor.move, methods=["POST"])
    screen.add_url_rule(f"{one}/rules/add", view_func=rules.new_rule, methods=both)
    screen.add_url_rule(f"{one}/rules/<int:rule_id>", view_func=rules.rule, methods=both)
    screen.add_url_rule(
        f"{one}/rules/<int:rule_id>/delete", view_func=rules.remove_rule, methods=["POST"]
    )
    screen.context_processor(page_words)
    return screen


blueprint = _screen(PHONE_LAYOUTS, "button-layouts")
module_blueprint = _screen(MODULE_LAYOUTS, "module-layouts")
