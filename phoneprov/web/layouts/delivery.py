"""Which phones have a layout as it is now, and why the others have not yet."""

from dataclasses import dataclass
from datetime import datetime

from flask import render_template

from phoneprov.core.clock import utc_now
from phoneprov.fleet.layout_uses import list_users
from phoneprov.fleet.models import Phone
from phoneprov.fleet.status import PhoneStatus
from phoneprov.web.database import session
from phoneprov.web.layouts.common import Answer, get_own_layout
from phoneprov.web.phones.words import read_config_state


@dataclass(frozen=True, slots=True, kw_only=True)
class Straggler:
    """A phone without the newest config: why, and when it asks at the latest if it will."""

    phone: Phone
    reason: str
    asks_by: datetime | None = None


def delivery(layout_id: int) -> Answer:
    """Name the phones of a layout, those that lack its newest form first."""
    layout, now = get_own_layout(layout_id), utc_now()
    phones = list_users(session(), layout)
    late = [one for one in phones if one.fetched_revision != one.config_revision]
    return render_template(
        "layouts/delivery.html",
        layout=layout,
        stragglers=[find_reason(one, now) for one in late],
        have_it=[one for one in phones if one.fetched_revision == one.config_revision],
    )


def find_reason(phone: Phone, now: datetime) -> Straggler:
    """Return why a phone has not fetched its newest config yet; tenant and profile are loaded."""
    state = read_config_state(phone, now)
    reason = "It asks again by itself."
    if phone.unwritable_reason:
        reason = f"Its config can't be written: {phone.unwritable_reason}"
    elif phone.first_check_in_at is None:
        reason = "It has never asked for its config; it may not be plugged in yet."
    elif phone.status is PhoneStatus.OFFLINE:
        reason = "It is offline."
    elif state.is_overdue:
        reason = "It has missed its check."
    else:
        return Straggler(phone=phone, reason=reason, asks_by=state.asks_by)
    return Straggler(phone=phone, reason=reason)
