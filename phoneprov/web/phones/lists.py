"""Phones as a list to take away: a CSV file, and a sheet for the person who carries the boxes."""

from collections.abc import Mapping, Sequence

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from phoneprov.core.clock import utc_now
from phoneprov.firmware.queries import list_behind
from phoneprov.fleet.imports.export import export_phones
from phoneprov.fleet.imports.sheet import PhoneColumn, write_phone_rows
from phoneprov.fleet.queries import keep_own_ids, list_matching_ids
from phoneprov.web.access import admin_only, current_tenant
from phoneprov.web.database import session
from phoneprov.web.phones.blueprint import PHONES, Answer, blueprint
from phoneprov.web.phones.query import read_filters, write_filters
from phoneprov.web.runtime import runtime

MOST_LISTED = 100_000


@blueprint.get(f"{PHONES}/export")
def export() -> Response:
    """Give the phones that the list's filter finds as a CSV file, without passwords."""
    return _as_file(_list_rows())


@blueprint.post(f"{PHONES}/export")
@admin_only
def export_ticked() -> Response:
    """Give the phones that were ticked as a CSV file, without passwords."""
    tenant = current_tenant()
    wanted = {one for one in request.form.getlist("phone", type=int) if 0 < one < 2**31}
    ids = keep_own_ids(session(), tenant.id, wanted)
    if not ids:
        flash("Tick the phones first.", "warning")
        return redirect(url_for("phones.index", tenant_slug=tenant.slug), 303)
    return _as_file(list(export_phones(session(), runtime().catalog, tenant.id, ids)))


def _as_file(rows: Sequence[dict[PhoneColumn, str]]) -> Response:
    return FlaskResponse(
        write_phone_rows(rows).encode("utf-8-sig"),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="phones-{current_tenant().slug}.csv"',
            "Cache-Control": "no-store",
        },
    )


@blueprint.get(f"{PHONES}/installer")
def installer() -> Answer:
    """Show which box goes where, for printing: sorted by place, then by name."""
    rows = sorted(_list_rows(), key=_by_place)
    return render_template(
        "phones/installer.html",
        rows=rows,
        Column=PhoneColumn,
        filters=write_filters(read_filters(request.args)),
    )


def _by_place(row: Mapping[PhoneColumn, str]) -> tuple[bool, str, str]:
    """Return the order of the installer's way; phones without a place come last."""
    place, name = row[PhoneColumn.PLACE].casefold(), row[PhoneColumn.NAME].casefold()
    return not place, place, name


def _list_rows() -> Sequence[dict[PhoneColumn, str]]:
    """Return the rows of all phones that match, whatever their page."""
    tenant, catalog = current_tenant(), runtime().catalog
    filters = read_filters(request.args)
    _, behind = list_behind(session(), catalog, tenant.id)
    ids = list_matching_ids(
        session(), catalog, tenant, filters, now=utc_now(), limit=MOST_LISTED, behind=behind
    )
    return list(export_phones(session(), catalog, tenant.id, ids))
