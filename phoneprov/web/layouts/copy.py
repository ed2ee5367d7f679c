"""Copy a layout: for the same model, or for another after what fits was shown."""

from flask import flash, redirect, render_template, request

from phoneprov.core.clock import utc_now
from phoneprov.core.errors import InvalidValueError
from phoneprov.layouts.copying import CopyPlan, copy_to_model, plan_copy
from phoneprov.layouts.layouts import copy_layout
from phoneprov.layouts.models import ButtonLayout, LayoutButton
from phoneprov.web.access import admin_only, current_tenant
from phoneprov.web.acting import current_actor, tell_fault
from phoneprov.web.database import session
from phoneprov.web.layouts.common import (
    REFUSED,
    Answer,
    get_own_layout,
    is_for_module,
    model_groups,
    to,
)
from phoneprov.web.layouts.forms import CopyForm, Groups
from phoneprov.web.layouts.words import KIND_WORDS
from phoneprov.web.runtime import runtime


@admin_only
def copy(layout_id: int) -> Answer:
    """Copy a layout under another name; for another model, say first what comes of each button."""
    layout = get_own_layout(layout_id)
    form = CopyForm(model_groups(), _module_groups(), layout)
    if not form.validate_on_submit():
        return _page(form, layout)
    try:
        if form.model_slug.data == layout.model_slug:
            made = copy_layout(
                session(), layout, form.name.data or "", actor=current_actor(), now=utc_now()
            )
            flash(f"{made.name} has all buttons of {layout.name}.", "done")
            return redirect(to("show", layout_id=made.id), 303)
        return _copy_to_model(form, layout)
    except InvalidValueError as fault:
        tell_fault(form, fault)
        return _page(form, get_own_layout(layout_id))


def _copy_to_model(form: CopyForm, layout: ButtonLayout) -> Answer:
    slug, module_slug = form.model_slug.data or "", form.module_slug.data or ""
    plan = plan_copy(session(), runtime().catalog, layout, slug, module_slug)
    if form.agreed.data != form.choice:
        return _page(form, layout, plan)
    made = copy_to_model(
        session(),
        runtime().catalog,
        current_tenant(),
        layout,
        form.name.data or "",
        plan,
        actor=current_actor(),
        now=utc_now(),
    )
    flash(f"{made.name} has {len(plan.keys)} of the buttons of {layout.name}.", "done")
    return redirect(to("show", layout_id=made.id), 303)


def say_button(row: LayoutButton) -> str:
    """Return a button in words: its type, and its label or value."""
    return f"{KIND_WORDS[row.kind].name} {row.label or row.value}".strip()


def _module_groups() -> Groups:
    """Return the modules that could take what has no room, by vendor; a module has none beside."""
    groups: Groups = {"": [("", "Is left out")]}
    if is_for_module():
        return groups
    for module in runtime().catalog.module_models.values():
        groups.setdefault(module.vendor.label, []).append((module.slug, f"Onto an {module.name}"))
    return groups


def _page(form: CopyForm, layout: ButtonLayout, plan: CopyPlan | None = None) -> Answer:
    """Show the form; with a plan the next click agrees to it."""
    form.agreed.data = form.choice if plan else ""
    page = render_template(
        "layouts/copy.html", form=form, layout=layout, plan=plan, say_button=say_button
    )
    return (page, REFUSED) if request.method == "POST" and plan is None else page
