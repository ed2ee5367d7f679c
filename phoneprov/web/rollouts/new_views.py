"""A new roll-out: choose, see what would happen, start.

The phones travel in the form from page to page, so that the back button and two tabs just work.
"""

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for

from phoneprov.core.clock import utc_now
from phoneprov.core.errors import InvalidValueError, NotAllowedError
from phoneprov.operations.rollouts.drafts import RolloutDraft
from phoneprov.operations.rollouts.plan import RolloutPlan, plan_rollout
from phoneprov.operations.rollouts.start import start_rollout
from phoneprov.operations.rollouts.windows import list_windows, say_window
from phoneprov.web.access import admin_only, current_tenant
from phoneprov.web.acting import current_actor, tell_fault
from phoneprov.web.database import session
from phoneprov.web.firmware.blueprint import name_models
from phoneprov.web.phones.chosen import list_all_matching, read_chosen
from phoneprov.web.rollouts.blueprint import REFUSED, Answer, address_of, blueprint
from phoneprov.web.rollouts.forms import WINDOWS, RolloutForm
from phoneprov.web.rollouts.keys import read_order_key
from phoneprov.web.rollouts.offers import ImageOffer, list_images
from phoneprov.web.rollouts.plan_words import say_plan
from phoneprov.web.runtime import runtime

_FIELDS = {"in_windows": "timing", "ends_at": "ends_days"}
"""The fields of the form for what the domain calls otherwise."""


@blueprint.route("/new", methods=["GET", "POST"])
@admin_only
def new() -> Answer:
    """Ask what the phones are to take: those ticked, or all that the address's filter finds."""
    if request.method == "POST":
        ids = read_chosen()
    else:
        ids = list_all_matching(request.query_string.decode("utf-8", "replace"))
    return show_new(ids)


@blueprint.post("/plan")
@admin_only
def plan() -> Answer:
    """Say what would be done and what is left alone; with `start`, do it."""
    form = _read_form()
    if "change" in request.form:
        return _page(form)
    if not form.validate_on_submit():
        return _page(form), REFUSED
    try:
        found = _plan(form)
    except InvalidValueError as fault:
        field = _FIELDS.get(fault.field or "", fault.field)
        tell_fault(form, InvalidValueError(fault.message, field=field))
        return _page(form), REFUSED
    return _start(form, found) if "start" in request.form else _show_plan(form, found)


def _start(form: RolloutForm, found: RolloutPlan) -> Answer:
    """Start it; where another roll-out was faster, show what is left to do.

    The second of two presses finds all phones in the first one's roll-out, and leads there.
    """
    try:
        rollout = start_rollout(session(), found, ordered_by=current_actor(), now=utc_now())
    except (InvalidValueError, NotAllowedError) as refusal:
        form.form_errors.append(refusal.message)
        return _show_plan(form, _plan(form)), REFUSED
    return redirect(address_of(rollout), 303)


def _show_plan(form: RolloutForm, found: RolloutPlan) -> str:
    return render_template("rollouts/plan.html", form=form, plan=say_plan(found, utc_now()))


def show_new(ids: Sequence[int]) -> Answer:
    """Show the form for these phones with what suits so many of them."""
    if not ids:
        flash("Tick the phones first.", "warning")
        return redirect(url_for("phones.index", tenant_slug=current_tenant().slug), 303)
    form = RolloutForm(
        _list_offers(ids), len(ids), has_windows=bool(_list_windows()), formdata=None
    )
    form.carry(ids)
    return _page(form)


def _read_form() -> RolloutForm:
    ids = RolloutForm((), 1, has_windows=False).phone_ids
    return RolloutForm(_list_offers(ids), len(ids), has_windows=bool(_list_windows()))


def _plan(form: RolloutForm) -> RolloutPlan:
    offer, now = form.offer, utc_now()
    assert offer is not None  # noqa: S101 - the form was validated
    draft = RolloutDraft(
        name=form.name.data or "",
        in_windows=form.timing.data == WINDOWS,
        canary_phones=form.canary_phones.data,
        verify_minutes=form.verify_minutes.data,
        batch_phones=form.batch_phones.data,
        max_failures=form.max_failures.data,
        allows_downgrade=bool(form.allows_downgrade.data),
        ends_at=form.ends_at(now),
        order_key=read_order_key(form.order_key.data),
    )
    return plan_rollout(
        session(),
        runtime().catalog,
        current_tenant(),
        form.phone_ids,
        firmware=offer.firmware,
        draft=draft,
        now=now,
    )


def _page(form: RolloutForm) -> str:
    return render_template(
        "rollouts/new.html",
        form=form,
        count=len(form.phone_ids),
        offers=form.offers,
        windows=_list_windows(),
        model_names=name_models,
    )


def _list_offers(ids: Sequence[int]) -> list[ImageOffer]:
    return list_images(session(), runtime().catalog, current_tenant().id, ids)


def _list_windows() -> list[str]:
    return [say_window(one) for one in list_windows(session(), current_tenant().id)]
