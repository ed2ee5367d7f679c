"""The pages of a rule: add, edit, delete, and what it would give before it is saved."""

from dataclasses import dataclass

from flask import abort, flash, redirect, render_template, request

from phoneprov.core.clock import utc_now
from phoneprov.core.errors import InvalidValueError
from phoneprov.fleet.rule_changes import add_rule, change_rule, delete_rule
from phoneprov.layouts.buttons import list_buttons
from phoneprov.layouts.models import ButtonLayout
from phoneprov.layouts.rule_changes import check_rule, find_rule, list_rules, mark_of_rule
from phoneprov.layouts.rule_models import LayoutRule
from phoneprov.layouts.targets import LayoutTarget
from phoneprov.provisioning.rule_preview import RuleFrame, RulePreview, preview_rule
from phoneprov.tenancy.groups import list_groups
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
from phoneprov.web.layouts.picture import Desk
from phoneprov.web.layouts.rule_forms import RuleForm, rule_values
from phoneprov.web.runtime import runtime


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A rule whose form is open; without a row it is a new one."""

    layout: ButtonLayout
    target: LayoutTarget
    desk: Desk
    row: LayoutRule | None


@admin_only
def new_rule(layout_id: int) -> Answer:
    """Add a rule, after showing what it would give."""
    opened = _open(layout_id)
    return _answer(opened, _form(opened, _first_free(opened)))


@admin_only
def rule(layout_id: int, rule_id: int) -> Answer:
    """Change a rule, after showing what it would give."""
    opened = _open(layout_id, rule_id)
    return _answer(opened, _form(opened, rule_values(opened.row) if opened.row else {}))


@admin_only
def remove_rule(layout_id: int, rule_id: int) -> Answer:
    """Delete a rule; Undo in the editor brings it back."""
    opened = _open(layout_id, rule_id)
    if opened.row is not None:
        told = delete_rule(
            session(), opened.layout, opened.row, actor=current_actor(), now=utc_now()
        )
        flash(f"Rule deleted. Undo brings it back.{_tell_phones(told)}", "done")
    return redirect(to("show", layout_id=layout_id), 303)


def _open(layout_id: int, rule_id: int | None = None) -> Open:
    layout = get_own_layout(layout_id)
    row = None
    if rule_id is not None:
        row = find_rule(session(), layout, rule_id) or abort(404)
    return Open(layout=layout, target=get_target(layout), desk=load_desk(), row=row)


def _first_free(opened: Open) -> dict[str, object]:
    """Return the range that a new rule starts with: from the first key nobody has, to the last."""
    taken = set(list_buttons(session(), opened.layout.id))
    for one in list_rules(session(), opened.layout.id):
        taken |= set(range(one.first_key, one.last_key + 1))
    free = [key for key in range(1, opened.target.keys + 1) if key not in taken]
    return {"first_key": free[0] if free else 1, "last_key": opened.target.keys}


def _form(opened: Open, values: dict[str, object]) -> RuleForm:
    form = RuleForm(data=values)
    people = list(opened.desk.extensions.values())
    form.offer(list_groups(session(), current_tenant().id), people, opened.target, opened.row)
    return form


def _answer(opened: Open, form: RuleForm) -> Answer:
    is_valid = form.validate_on_submit()
    if not is_valid or "preview" in request.form:
        return _page(opened, form)
    try:
        told = _save(opened, form)
    except InvalidValueError as fault:
        tell_fault(form, fault)
        row_id = opened.row.id if opened.row else None
        fresh = _open(opened.layout.id, row_id)
        form.seen.data = mark_of_rule(fresh.row) if fresh.row else ""
        return _page(fresh, form)
    flash(f"Rule saved.{_tell_phones(told)}", "done")
    page = opened.target.page_of(form.first_key.data or 1)
    layout_id = opened.layout.id
    return redirect(to("show", layout_id=layout_id, page=page if page > 1 else None), 303)


def _save(opened: Open, form: RuleForm) -> int:
    draft, actor, now = form.read_draft(), current_actor(), utc_now()
    if opened.row is None:
        return add_rule(session(), opened.layout, opened.target, draft, actor=actor, now=now)
    return change_rule(
        session(),
        opened.layout,
        opened.target,
        opened.row,
        draft,
        seen=form.seen.data or None,
        actor=actor,
        now=now,
    )


def _page(opened: Open, form: RuleForm) -> Answer:
    """Show the form with what the rule would give, or what is wrong with it."""
    preview = None if form.errors else _preview(opened, form)
    template = "layouts/_rule_form.html" if is_htmx() else "layouts/rule.html"
    page = render_template(
        template,
        form=form,
        layout=opened.layout,
        target=opened.target,
        rule=opened.row,
        preview=preview,
        takes_modules=opened.layout.is_for_module
        or bool(getattr(opened.target.model, "modules", ())),
    )
    is_refused = request.method == "POST" and bool(form.errors)
    return (page, REFUSED) if is_refused else page


def _takes_modules(opened: Open) -> bool:
    """Tell whether anything could stand beside, for the rest to go on to."""
    return opened.layout.is_for_module or bool(getattr(opened.target.model, "modules", ()))


def _preview(opened: Open, form: RuleForm) -> RulePreview | None:
    """Return what the rule would give; what can't be is told beside its field."""
    try:
        checked = check_rule(session(), opened.layout, opened.target, form.read_draft(), opened.row)
    except InvalidValueError as fault:
        tell_fault(form, fault)
        return None
    frame = RuleFrame(
        catalog=runtime().catalog,
        tenant=current_tenant(),
        dialect=opened.desk.dialect,
        own=opened.desk.extensions.get(form.own.data or 0),
    )
    return preview_rule(session(), opened.layout, checked, frame)


def _tell_phones(count: int) -> str:
    """Return what follows for the phones."""
    if not count:
        return ""
    phones = "1 phone takes" if count == 1 else f"{count} phones take"
    return f" {phones} the change at the next check."
