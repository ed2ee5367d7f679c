"""Update the firmware of one phone: what follows is said first; then it is a roll-out of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import flash, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import StopValidation

from phoneprov.core.clock import utc_now
from phoneprov.core.errors import InvalidValueError, NotAllowedError
from phoneprov.firmware.models import Firmware
from phoneprov.firmware.offers import load_library
from phoneprov.firmware.versions import Comparison, compare_versions
from phoneprov.firmware.window_words import moment_words, zone_of
from phoneprov.firmware.windows import next_window
from phoneprov.fleet.behind import running_of
from phoneprov.fleet.inherited import time_zone_of
from phoneprov.fleet.models import Phone
from phoneprov.operations.rollouts.drafts import RolloutDraft
from phoneprov.operations.rollouts.plan import RolloutPlan, plan_rollout
from phoneprov.operations.rollouts.queries import find_open_rollout_of
from phoneprov.operations.rollouts.start import start_rollout
from phoneprov.operations.rollouts.windows import read_rules
from phoneprov.web.access import admin_only, current_tenant
from phoneprov.web.acting import current_actor, tell_fault
from phoneprov.web.database import session
from phoneprov.web.phones.blueprint import PHONE, REFUSED, Answer, blueprint, get_own_phone
from phoneprov.web.rollouts.keys import make_order_key, read_order_key
from phoneprov.web.runtime import runtime

NOW, WINDOW = "now", "window"
KEEPS_TURN_FOR = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An image for this phone, and what it is beside the version that it runs."""

    firmware: Firmware
    compared: Comparison


@dataclass(frozen=True, slots=True, kw_only=True)
class NextWindow:
    """When a phone may begin next, with the clock that it goes by."""

    opens_at: datetime
    zone: str
    is_open: bool

    @property
    def words(self) -> str:
        """`Tue 1 Dec, 22:00 (Europe/Berlin)`."""
        return moment_words(self.opens_at, self.zone)


class UpdateForm(FlaskForm):
    """Which version, and when."""

    firmware = RadioField("Version", validate_choice=False)
    allows_downgrade = BooleanField("Downgrade on purpose")
    timing = RadioField("When", validate_choice=False)
    order_key = HiddenField()
    """Names this form, so that sending it twice orders once."""

    def __init__(self, images: Sequence[Image], window: NextWindow | None) -> None:
        newest = next((one for one in images if one.compared is Comparison.NEWER), None)
        super().__init__(
            data={
                "firmware": str(newest.firmware.id) if newest else None,
                "timing": WINDOW if window else NOW,
                "order_key": make_order_key(),
            }
        )
        self.firmware.choices = [
            SelectChoice(str(one.firmware.id), one.firmware.version) for one in images
        ]
        self.timing.choices = [SelectChoice(NOW, "Now")]
        if window is not None:
            self.timing.choices.append(SelectChoice(WINDOW, "In its next window"))

    def validate_firmware(self, field: RadioField) -> None:
        """Refuse what is none of the versions. Raises StopValidation."""
        if field.data not in {choice.value for choice in field.choices}:
            raise StopValidation("Choose the version.")

    def validate_timing(self, field: RadioField) -> None:
        """Refuse what is no time. Raises StopValidation."""
        if field.data not in {choice.value for choice in field.choices}:
            raise StopValidation("Choose when.")


@blueprint.route(f"{PHONE}/update", methods=["GET", "POST"])
@admin_only
def update(phone_id: int) -> Answer:
    """Say what an update means for the phone, then let it be its turn."""
    phone, now = get_own_phone(phone_id), utc_now()
    images, window = _list_images(phone), find_next_window(phone, now)
    form = UpdateForm(images, window)
    if find_open_rollout_of(session(), phone.id) is not None or not form.validate_on_submit():
        return _page(phone, form, images, window)
    chosen = next(one for one in images if str(one.firmware.id) == form.firmware.data)
    try:
        plan = _plan(phone, chosen.firmware, form, now)
        start_rollout(session(), plan, ordered_by=current_actor(), now=now)
    except InvalidValueError as fault:
        tell_fault(form, fault)
        return _page(phone, form, images, window)
    except NotAllowedError as refusal:
        form.form_errors.append(refusal.message)
        return _page(phone, form, images, window)
    flash(_done(chosen.firmware, form, window), "done")
    return redirect(_address(phone), 303)


def find_next_window(phone: Phone, now: datetime) -> NextWindow | None:
    """Return when a phone may begin next; None where its tenant has no window."""
    zone = time_zone_of(phone).value
    span = next_window(read_rules(session(), phone.tenant_id), zone_of(zone), now)
    if span is None:
        return None
    return NextWindow(opens_at=span.start, zone=zone, is_open=span.start <= now)


def _plan(phone: Phone, firmware: Firmware, form: UpdateForm, now: datetime) -> RolloutPlan:
    """Return the plan. Raises InvalidValueError with the reason why it can't be its turn.

    One phone has nobody to wait for, and nothing to go on with after a failure.
    """
    draft = RolloutDraft(
        in_windows=form.timing.data == WINDOW,
        allows_downgrade=bool(form.allows_downgrade.data),
        ends_at=now + KEEPS_TURN_FOR,
        order_key=read_order_key(form.order_key.data),
        canary_phones=1,
        verify_minutes=0,
        batch_phones=1,
        max_failures=1,
    )
    catalog = runtime().catalog
    plan = plan_rollout(
        session(),
        catalog,
        current_tenant(),
        [phone.id],
        firmware=firmware,
        draft=draft,
        now=now,
    )
    reason = next((one.reason for one in plan.phones if one.reason), None)
    if reason:
        raise InvalidValueError(reason, field="firmware")
    return plan


def _list_images(phone: Phone) -> list[Image]:
    library = load_library(session(), runtime().catalog)
    return [
        Image(firmware=one, compared=compare_versions(one.vendor, one.version, phone.firmware))
        for one in library.list_for(running_of(phone))
    ]


def _page(
    phone: Phone, form: UpdateForm, images: Sequence[Image], window: NextWindow | None
) -> Answer:
    rollout = find_open_rollout_of(session(), phone.id)
    page = render_template(
        "phones/update.html",
        phone=phone,
        form=form,
        images=images,
        window=window,
        rollout=rollout,
        Comparison=Comparison,
        back=_address(phone),
    )
    if request.method == "GET":
        return page
    # Pressed twice, it is its turn already: that is what was wanted, and the page says so.
    return redirect(_address(phone), 303) if rollout else (page, REFUSED)


def _done(firmware: Firmware, form: UpdateForm, window: NextWindow | None) -> str:
    if form.timing.data == WINDOW and window is not None and not window.is_open:
        return f"It takes firmware {firmware.version} in its next window: {window.words}."
    return f"It takes firmware {firmware.version} now. This page follows."


def _address(phone: Phone) -> str:
    return url_for("phones.show", tenant_slug=current_tenant().slug, phone_id=phone.id)
