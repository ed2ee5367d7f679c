"""Import of a list of phones in two steps."""

from flask import flash, redirect, render_template, request, url_for

from phoneprov.core.clock import utc_now
from phoneprov.core.errors import InvalidValueError
from phoneprov.core.sheets import MOST_ROWS
from phoneprov.fleet.imports.known import read_known
from phoneprov.fleet.imports.plan import PhonePlan, list_macs, plan_phones
from phoneprov.fleet.imports.sheet import SAMPLE, PhoneColumn, read_phone_rows
from phoneprov.fleet.unknown_macs import list_for_import
from phoneprov.operations.phone_import import import_phones
from phoneprov.web.access import admin_only, current_tenant, is_provider
from phoneprov.web.acting import current_actor, tell_fault
from phoneprov.web.database import session
from phoneprov.web.imports import ImportForm, PendingImport, find_import, seal_import
from phoneprov.web.phones.blueprint import PHONES, REFUSED, Answer, blueprint
from phoneprov.web.runtime import runtime
from phoneprov.web.security import with_camera

CHANGED_MEANWHILE = 409
SHOWN_ROWS = 200
"""So many rows of each kind a preview shows."""


@blueprint.route(f"{PHONES}/import", methods=["GET", "POST"])
@admin_only
@with_camera
def import_list() -> Answer:
    """Take a list and show what it would do."""
    form = ImportForm()
    if not form.validate_on_submit():
        if request.args.get("start") == "unknown" and is_provider():
            form.text.data = list_for_import(session(), runtime().catalog)
        return _form_page(form)
    text = form.read_text()
    try:
        plan = _plan(text)
    except InvalidValueError as fault:
        tell_fault(form, fault)
        return _form_page(form)
    return _preview(text, plan)


@blueprint.post(f"{PHONES}/import/confirm")
@admin_only
def confirm_import() -> Answer:
    """Do what the preview showed, all of it or nothing."""
    tenant, now = current_tenant(), utc_now()
    pending = find_import(request.form.get("pending", ""), tenant.id, now)
    if pending is None:
        form = ImportForm(formdata=None)
        form.form_errors.append("The preview is too old. Choose the list again.")
        return _form_page(form)
    plan = _plan(pending.text)
    if plan.fingerprint != pending.fingerprint:
        return _preview(pending.text, plan, is_other=True), CHANGED_MEANWHILE
    try:
        import_phones(session(), runtime().catalog, tenant, plan, actor=current_actor(), now=now)
    except InvalidValueError:
        session().rollback()
        return _preview(pending.text, _plan(pending.text), is_other=True), CHANGED_MEANWHILE
    flash(f"Import done: {len(plan.added)} added, {len(plan.changed)} changed.", "done")
    return redirect(url_for("phones.index", tenant_slug=tenant.slug), 303)


def _plan(text: str) -> PhonePlan:
    rows = read_phone_rows(text)
    known = read_known(session(), runtime().catalog, current_tenant().id, list_macs(rows))
    return plan_phones(rows, known)


def _form_page(form: ImportForm) -> Answer:
    """Show the form. A pasted list is not given back, because it may hold passwords."""
    if request.method == "POST":
        form.text.data = ""
    page = render_template(
        "phones/import.html",
        form=form,
        sample=SAMPLE,
        most_rows=MOST_ROWS,
        columns=tuple(PhoneColumn),
    )
    return (page, REFUSED) if request.method == "POST" else page


def _preview(text: str, plan: PhonePlan, *, is_other: bool = False) -> str:
    pending = PendingImport(tenant_id=current_tenant().id, fingerprint=plan.fingerprint, text=text)
    return render_template(
        "phones/import_preview.html",
        plan=plan,
        pending=seal_import(pending, utc_now()) if plan.can_start else "",
        is_other=is_other,
        shown_rows=SHOWN_ROWS,
        Column=PhoneColumn,
    )
