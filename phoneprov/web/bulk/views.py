"""Bulk operations: choose, see what would happen, start, watch.

The phones travel in the form from page to page, so that the back button and two tabs just work.
"""

from urllib.parse import parse_qsl

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from phoneprov.core.clock import utc_now
from phoneprov.core.errors import InvalidValueError
from phoneprov.firmware.queries import list_behind
from phoneprov.fleet.profiles import list_profiles
from phoneprov.fleet.queries import last_page, list_matching_ids
from phoneprov.layouts.queries import list_layouts
from phoneprov.operations.bulk.plan import MOST_PHONES, Plan, plan_bulk, start_bulk
from phoneprov.operations.bulk.queries import (
    count_items,
    find_operation,
    list_items,
    list_operations,
)
from phoneprov.operations.bulk.run import cancel_bulk
from phoneprov.operations.bulk.tasks import read_task
from phoneprov.operations.models import BulkAction, BulkOperation, ItemState
from phoneprov.web.access import admin_only, current_tenant
from phoneprov.web.acting import current_actor, tell_fault
from phoneprov.web.bulk.forms import BulkForm
from phoneprov.web.database import session
from phoneprov.web.htmx import is_htmx
from phoneprov.web.phones.query import read_filters
from phoneprov.web.runtime import runtime

Answer = str | Response | tuple[str, int]

REFUSED = 422
PAGE_SIZE = 200
LONGEST_FILTER = 2000
FIELDS = {
    BulkAction.APPLY_LAYOUT: "layout",
    BulkAction.APPLY_MODULE_LAYOUT: "module_layout",
    BulkAction.APPLY_PROFILE: "profile",
    BulkAction.SET_TIME_ZONE: "zone",
}
"""The field that an action takes its value from."""
blueprint = Blueprint("bulk", __name__, url_prefix="/t/<tenant_slug>/bulk")


@blueprint.get("")
def index() -> Answer:
    """Show the bulk operations of the tenant, the newest first."""
    operations = list_operations(session(), current_tenant().id)
    counts = count_items(session(), [one.id for one in operations])
    return render_template(
        "bulk/index.html", operations=operations, counts=counts, states=tuple(ItemState)
    )


@blueprint.post("/new")
@admin_only
def new() -> Answer:
    """Take the phones that were ticked, or all that match; ask what to do with them."""
    ids = _all_matching() if request.form.get("scope") == "all" else _ticked()
    if not ids:
        flash("Tick the phones first.", "warning")
        return redirect(_list_address(), 303)
    form = _form()
    form.ids.data = ",".join(map(str, ids))
    return render_template("bulk/new.html", form=form, count=len(ids))


@blueprint.post("/plan")
@admin_only
def plan() -> Answer:
    """Say what would be done and what is left alone; with `start`, do it."""
    form = _form()
    ids = form.read_ids()
    if not form.validate_on_submit() or form.action.data not in set(BulkAction):
        if not form.action.data or form.action.errors:
            form.action.errors = ("Choose what to do.",)
        return render_template("bulk/new.html", form=form, count=len(ids)), REFUSED
    try:
        found = _plan(form, ids)
    except InvalidValueError as fault:
        field = FIELDS.get(BulkAction(form.action.data), "action")
        tell_fault(form, InvalidValueError(fault.message, field=field))
        return render_template("bulk/new.html", form=form, count=len(ids)), REFUSED
    if "start" not in request.form or not found.will:
        return render_template("bulk/plan.html", form=form, plan=found, value=form.read_value())
    operation = start_bulk(
        session(), current_tenant().id, found, actor=current_actor(), now=utc_now()
    )
    return redirect(_address(operation), 303)


@blueprint.get("/<int:operation_id>")
def show(operation_id: int) -> Answer:
    """Show how far an operation is, and what became of each phone."""
    operation = _get(operation_id)
    counts = count_items(session(), [operation.id])[operation.id]
    total = sum(counts.values())
    page = min(max(request.args.get("page", 1, type=int), 1), last_page(total, PAGE_SIZE))
    template = "bulk/_progress.html" if is_htmx() else "bulk/show.html"
    return render_template(
        template,
        operation=operation,
        counts=counts,
        total=total,
        items=list_items(session(), operation, page=page, size=PAGE_SIZE),
        page=page,
        last=last_page(total, PAGE_SIZE),
        states=tuple(ItemState),
    )


@blueprint.post("/<int:operation_id>/cancel")
@admin_only
def cancel(operation_id: int) -> Answer:
    """Leave the phones that still wait as they are."""
    operation = _get(operation_id)
    if cancel_bulk(session(), operation, actor=current_actor(), now=utc_now()):
        flash("Cancelled. What was done stays done.", "done")
    else:
        flash("It was over already; nothing was left to cancel.", "warning")
    return redirect(_address(operation), 303)


def _form() -> BulkForm:
    tenant = current_tenant()
    layouts = list_layouts(session(), tenant.id)
    module_layouts = list_layouts(session(), tenant.id, is_for_module=True)
    return BulkForm(layouts, module_layouts, list_profiles(session(), tenant.id), tenant.time_zone)


def _plan(form: BulkForm, ids: list[int]) -> Plan:
    tenant, catalog = current_tenant(), runtime().catalog
    action = BulkAction(form.action.data)
    task = read_task(session(), catalog, tenant.id, action, form.read_value())
    return plan_bulk(session(), tenant.id, task, ids)


def _ticked() -> list[int]:
    found = request.form.getlist("phone", type=int)
    return sorted({one for one in found if 0 < one < 2**31})[:MOST_PHONES]


def _all_matching() -> list[int]:
    """Return the ids of all phones that the list's filter finds."""
    typed = request.form.get("filter", "")[:LONGEST_FILTER]
    filters = read_filters(MultiDict(parse_qsl(typed)))
    tenant, catalog = current_tenant(), runtime().catalog
    _, behind = list_behind(session(), catalog, tenant.id)
    found = list_matching_ids(
        session(), catalog, tenant, filters, now=utc_now(), limit=MOST_PHONES, behind=behind
    )
    return list(found)


def _get(operation_id: int) -> BulkOperation:
    return find_operation(session(), current_tenant().id, operation_id) or abort(404)


def _address(operation: BulkOperation) -> str:
    slug = current_tenant().slug
    return url_for("bulk.show", tenant_slug=slug, operation_id=operation.id)


def _list_address() -> str:
    return url_for("phones.index", tenant_slug=current_tenant().slug)
