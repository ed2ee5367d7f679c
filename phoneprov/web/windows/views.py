"""Screen of the maintenance windows: list with next runs and calendar, add, edit, delete."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from phoneprov.core.clock import utc_now
from phoneprov.core.errors import InvalidValueError
from phoneprov.firmware.rollout_models import MaintenanceWindow
from phoneprov.firmware.window_words import (
    DAY_NAMES,
    days_words,
    hours_words,
    length_of,
    span_words,
    zone_words,
)
from phoneprov.operations.rollouts.windows import (
    WindowDraft,
    add_window,
    change_window,
    delete_window,
    find_window,
    list_windows,
    say_window,
)
from phoneprov.web.access import admin_only, current_tenant
from phoneprov.web.acting import current_actor, tell_fault
from phoneprov.web.database import session
from phoneprov.web.times import reader_zone
from phoneprov.web.windows.calendar import make_calendar
from phoneprov.web.windows.forms import WindowForm
from phoneprov.web.windows.runs import list_next_runs, list_running

Answer = str | Response | tuple[str, int]

REFUSED = 422
blueprint = Blueprint("windows", __name__, url_prefix="/t/<tenant_slug>/maintenance-windows")


@blueprint.context_processor
def _give_words() -> dict[str, object]:
    return {
        "days_words": days_words,
        "hours_words": hours_words,
        "length_of": length_of,
        "span_words": span_words,
        "zone_words": zone_words,
    }


@blueprint.get("")
def index() -> Answer:
    """Show the windows, when they open next for whom, and four weeks of them."""
    tenant, now = current_tenant(), utc_now()
    windows = list_windows(session(), tenant.id)
    runs = list_next_runs(session(), tenant, windows, now)
    weeks = make_calendar(
        windows,
        [run.zone for run in runs],
        list_running(session(), tenant.id, reader_zone(), now),
        now.astimezone(reader_zone()).date(),
    )
    return render_template(
        "windows/index.html", windows=windows, runs=runs, weeks=weeks, day_names=DAY_NAMES
    )


@blueprint.route("/add", methods=["GET", "POST"])
@admin_only
def add() -> Answer:
    """Add a window."""
    form = WindowForm(None)
    if not form.validate_on_submit():
        return _page(form, None)
    try:
        window = add_window(
            session(), current_tenant().id, _draft(form), actor=current_actor(), now=utc_now()
        )
    except InvalidValueError as fault:
        tell_fault(form, fault)
        return _page(form, None)
    flash(f"Window added: {say_window(window)}.", "done")
    return redirect(_to_list(), 303)


@blueprint.route("/<int:window_id>/edit", methods=["GET", "POST"])
@admin_only
def edit(window_id: int) -> Answer:
    """Change a window; roll-outs keep to its new hours from then on."""
    window = _get(window_id)
    form = WindowForm(window)
    if not form.validate_on_submit():
        return _page(form, window)
    try:
        change_window(session(), window, _draft(form), actor=current_actor(), now=utc_now())
    except InvalidValueError as fault:
        tell_fault(form, fault)
        return _page(form, window)
    flash(f"Window saved: {say_window(window)}.", "done")
    return redirect(_to_list(), 303)


@blueprint.route("/<int:window_id>/delete", methods=["GET", "POST"])
@admin_only
def delete(window_id: int) -> Answer:
    """Say what follows, then delete a window."""
    window, now = _get(window_id), utc_now()
    if request.method == "GET":
        tenant = current_tenant()
        return render_template(
            "windows/delete.html",
            window=window,
            is_last=len(list_windows(session(), tenant.id)) == 1,
            waiting=len(list_running(session(), tenant.id, reader_zone(), now)),
        )
    name = say_window(window)
    delete_window(session(), window, actor=current_actor(), now=now)
    flash(f"Window deleted: {name}.", "done")
    return redirect(_to_list(), 303)


def _draft(form: WindowForm) -> WindowDraft:
    return WindowDraft(weekdays=form.days, opens=form.opens.clock, closes=form.closes.clock)


def _get(window_id: int) -> MaintenanceWindow:
    """Return a window of this page's tenant; any other is as missing as none."""
    return find_window(session(), current_tenant().id, window_id) or abort(404)


def _page(form: WindowForm, window: MaintenanceWindow | None) -> Answer:
    page = render_template("windows/form.html", form=form, window=window)
    return (page, REFUSED) if request.method == "POST" else page


def _to_list() -> str:
    return url_for("windows.index", tenant_slug=current_tenant().slug)
