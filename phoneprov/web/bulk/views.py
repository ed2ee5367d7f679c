"""Bulk operations: choose, see what would happen, start, watch.

The phones travel in the form from page to page, so that the back button and two tabs just work.
"""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from phoneprov.core.clock import utc_now
from phoneprov.core.errors import InvalidValueError
from phoneprov.fleet.profiles import list_profiles
from phoneprov.layouts.queries import list_layouts
from phoneprov.operations.bulk.cancel import cancel_bulk
from phoneprov.operations.bulk.outcomes import count_outcomes, list_not_done
from phoneprov.operations.bulk.plan import Plan, plan_bulk, start_bulk
from phoneprov.operations.bulk.queries import find_operation, list_operations
from phoneprov.operations.bulk.tasks import read_task
from phoneprov.operations.bulk.trial import MOST_TRIED, can_be_tried, try_bulk
from phoneprov.operations.models import BulkAction, BulkOperation
from phoneprov.web.access import admin_only, current_tenant
from phoneprov.web.acting import current_actor, tell_fault
from phoneprov.web.bulk.forms import UPDATE_FIRMWARE, BulkForm
from phoneprov.web.bulk.progress import read_progress
from phoneprov.web.changes.look import current_frame, refuse, wants_look
from phoneprov.web.database import session
from phoneprov.web.htmx import is_htmx
from phoneprov.web.phones.chosen import read_chosen, write_ids
from phoneprov.web.rollouts.new_views import show_new
from phoneprov.web.runtime import runtime

Answer = str | Response | tuple[str, int]

NO_NEWS = 204
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
    tallies = count_outcomes(session(), operations)
    return render_template("bulk/index.html", operations=operations, tallies=tallies)


@blueprint.post("/new")
@admin_only
def new() -> Answer:
    """Take the phones that were ticked, or all that match; ask what to do with them."""
    ids = read_chosen()
    if not ids:
        flash("Tick the phones first.", "warning")
        return redirect(_list_address(), 303)
    form = _form()
    form.ids.data = write_ids(ids)
    return render_template("bulk/new.html", form=form, count=len(ids))


@blueprint.post("/plan")
@admin_only
def plan() -> Answer:
    """Say what would be done and what is left alone; with `start`, do it."""
    form = _form()
    if form.action.data == UPDATE_FIRMWARE:
        return show_new(form.read_ids())
    if not form.validate_on_submit() or form.action.data not in set(BulkAction):
        if not form.action.data or form.action.errors:
            form.action.errors = ("Choose what to do.",)
        return _ask_again(form)
    try:
        found = _plan(form)
    except InvalidValueError as fault:
        return _tell(form, fault)
    if "start" not in request.form or not found.will:
        return _show_plan(form, found)
    if found.needs_typing and form.typed.data != str(len(found.will)):
        form.typed.errors = (f"Type {len(found.will)}: so many phones are meant.",)
        return refuse(_show_plan(form, found))
    operation = start_bulk(
        session(), current_tenant().id, found, actor=current_actor(), now=utc_now()
    )
    return redirect(_address(operation), 303)


@blueprint.get("/<int:operation_id>")
def show(operation_id: int) -> Answer:
    """Show how far an operation is, and what became of each phone."""
    operation = _get(operation_id)
    progress = read_progress(session(), operation, request.args)
    if not is_htmx():
        return render_template("bulk/show.html", operation=operation, progress=progress)
    if request.args.get("seen") == progress.mark:
        return "", NO_NEWS
    return render_template("bulk/_progress.html", operation=operation, progress=progress)


@blueprint.post("/<int:operation_id>/repeat")
@admin_only
def repeat(operation_id: int) -> Answer:
    """Say what a repetition would do to the phones that it was not done to."""
    operation = _get(operation_id)
    form = _form(formdata=None)
    form.fill(operation.action, operation.value, list_not_done(session(), operation))
    try:
        return _show_plan(form, _plan(form))
    except InvalidValueError as fault:
        return _tell(form, fault)


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


def _form(**values: object) -> BulkForm:
    tenant = current_tenant()
    layouts = list_layouts(session(), tenant.id)
    module_layouts = list_layouts(session(), tenant.id, is_for_module=True)
    profiles = list_profiles(session(), tenant.id)
    most = runtime().catalog.most_modules
    return BulkForm(layouts, module_layouts, profiles, tenant.time_zone, most, **values)


def _plan(form: BulkForm) -> Plan:
    tenant, catalog = current_tenant(), runtime().catalog
    action = BulkAction(form.action.data)
    task = read_task(session(), catalog, tenant.id, action, form.read_value())
    return plan_bulk(session(), tenant.id, task, form.read_ids())


def _tell(form: BulkForm, fault: InvalidValueError) -> Answer:
    field = FIELDS.get(BulkAction(form.action.data), "action")
    tell_fault(form, InvalidValueError(fault.message, field=field))
    return _ask_again(form)


def _ask_again(form: BulkForm) -> Answer:
    return refuse(render_template("bulk/new.html", form=form, count=len(form.read_ids())))


def _show_plan(form: BulkForm, found: Plan) -> str:
    """Show a plan; with what the phones would be told where that was asked for."""
    outcome = None
    if wants_look() and can_be_tried(found):
        outcome = try_bulk(
            session(),
            current_tenant().id,
            found,
            current_frame(),
            actor=current_actor(),
            now=utc_now(),
        )
    return render_template(
        "bulk/plan.html",
        form=form,
        plan=found,
        settings=runtime().settings,
        value=form.read_value(),
        outcome=outcome,
        can_be_tried=can_be_tried(found),
        most_tried=MOST_TRIED,
    )


def _get(operation_id: int) -> BulkOperation:
    return find_operation(session(), current_tenant().id, operation_id) or abort(404)


def _address(operation: BulkOperation) -> str:
    slug = current_tenant().slug
    return url_for("bulk.show", tenant_slug=slug, operation_id=operation.id)


def _list_address() -> str:
    return url_for("phones.index", tenant_slug=current_tenant().slug)
