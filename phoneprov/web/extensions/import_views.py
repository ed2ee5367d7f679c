"""Import of a list of extensions in two steps, and the export."""

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from phoneprov.core.clock import utc_now
from phoneprov.core.errors import InvalidValueError
from phoneprov.core.sheets import MOST_ROWS
from phoneprov.fleet.extensions import existing_values, import_extensions
from phoneprov.tenancy.extension_file import SAMPLE, read_rows, write_rows
from phoneprov.tenancy.extension_import import ImportPlan, plan_import
from phoneprov.web.access import admin_only, current_tenant
from phoneprov.web.acting import current_actor, tell_fault
from phoneprov.web.database import session
from phoneprov.web.extensions.blueprint import blueprint
from phoneprov.web.imports import ImportForm, PendingImport, find_import, seal_import

Answer = str | Response | tuple[str, int]

REFUSED = 422
CHANGED_MEANWHILE = 409
SHOWN_ROWS = 200
"""So many rows of each kind a preview shows."""


@blueprint.route("/t/<tenant_slug>/extensions/import", methods=["GET", "POST"])
@admin_only
def import_list() -> Answer:
    """Take a list and show what it would do."""
    form = ImportForm()
    if not form.validate_on_submit():
        return _form_page(form)
    text = form.read_text()
    try:
        plan = _plan(text)
    except InvalidValueError as fault:
        tell_fault(form, fault)
        return _form_page(form)
    return _preview(text, plan)


@blueprint.post("/t/<tenant_slug>/extensions/import/confirm")
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
        import_extensions(session(), tenant, plan, actor=current_actor(), now=now)
    except InvalidValueError:
        return _preview(pending.text, _plan(pending.text), is_other=True), CHANGED_MEANWHILE
    flash(f"Import done: {len(plan.added)} added, {len(plan.changed)} changed.", "done")
    return redirect(url_for("extensions.index", tenant_slug=tenant.slug), 303)


@blueprint.get("/t/<tenant_slug>/extensions/export")
def export() -> Response:
    """Give the extensions as a CSV file without passwords."""
    tenant = current_tenant()
    rows = existing_values(session(), tenant.id).values()
    return FlaskResponse(
        write_rows(rows).encode("utf-8-sig"),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="extensions-{tenant.slug}.csv"',
            "Cache-Control": "no-store",
        },
    )


def _plan(text: str) -> ImportPlan:
    return plan_import(read_rows(text), existing_values(session(), current_tenant().id))


def _form_page(form: ImportForm) -> Answer:
    """Show the form. A pasted list is not given back, because it holds passwords."""
    form.text.data = ""
    page = render_template("extensions/import.html", form=form, sample=SAMPLE, most_rows=MOST_ROWS)
    return (page, REFUSED) if request.method == "POST" else page


def _preview(text: str, plan: ImportPlan, *, is_other: bool = False) -> str:
    pending = PendingImport(tenant_id=current_tenant().id, fingerprint=plan.fingerprint, text=text)
    return render_template(
        "extensions/preview.html",
        plan=plan,
        pending=seal_import(pending, utc_now()) if plan.does_anything else "",
        is_other=is_other,
        shown_rows=SHOWN_ROWS,
    )
