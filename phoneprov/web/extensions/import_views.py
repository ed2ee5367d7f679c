"""Import of a list of extensions in two steps, and the export."""

from flask import Response as FlaskResponse
from werkzeug.wrappers import Response

from phoneprov.core.clock import utc_now
from phoneprov.fleet.extensions import existing_values, import_extensions
from phoneprov.tenancy.extension_file import SAMPLE, read_rows, write_rows
from phoneprov.tenancy.extension_import import ImportPlan, plan_import
from phoneprov.web.access import admin_only, current_tenant
from phoneprov.web.acting import current_actor
from phoneprov.web.database import session
from phoneprov.web.extensions.blueprint import blueprint
from phoneprov.web.list_import import Answer, ListImport


@blueprint.route("/t/<tenant_slug>/extensions/import", methods=["GET", "POST"])
@admin_only
def import_list() -> Answer:
    """Take a list and show what it would do."""
    return _IMPORT.take()


@blueprint.post("/t/<tenant_slug>/extensions/import/confirm")
@admin_only
def confirm_import() -> Answer:
    """Do what the preview showed, all of it or nothing."""
    return _IMPORT.confirm()


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


def _carry_out(plan: ImportPlan) -> None:
    import_extensions(session(), current_tenant(), plan, actor=current_actor(), now=utc_now())


_IMPORT = ListImport(
    form_page="extensions/import.html",
    preview_page="extensions/preview.html",
    noun="extension",
    sample=SAMPLE,
    plan=_plan,
    carry_out=_carry_out,
)
