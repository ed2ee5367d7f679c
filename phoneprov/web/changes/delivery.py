"""Delivered, not just saved: which phones have something as it is now, why the others have not.

The page and the line in the editor look again by themselves until all have it.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import flash, redirect, render_template, request
from sqlalchemy import ColumnElement
from werkzeug.wrappers import Response

from phoneprov.core.clock import utc_now
from phoneprov.fleet.deliveries import Delivery, count_delivered, list_reached
from phoneprov.fleet.inherited import poll_minutes_of
from phoneprov.fleet.models import Phone
from phoneprov.fleet.queries import title_phone
from phoneprov.fleet.status import PhoneStatus
from phoneprov.operations.bulk.newest import Applied, apply_now, list_under_way
from phoneprov.operations.bulk.plan import Planned
from phoneprov.web.access import current_tenant
from phoneprov.web.acting import current_actor
from phoneprov.web.database import session
from phoneprov.web.htmx import is_htmx
from phoneprov.web.phones.words import read_config_state
from phoneprov.web.runtime import runtime
from phoneprov.web.times import reader_zone

NO_CHANGE = 204
NAMED_AT_MOST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What is delivered, to which phones, and where its pages are."""

    name: str
    which: ColumnElement[bool]
    page: str
    """Address of the page that names the phones."""
    line: str
    """Address of the line that counts them."""
    apply: str
    """Address of “Apply now”."""
    back: str
    back_words: str

    def count(self) -> Delivery:
        """Return how far it has got."""
        return count_delivered(session(), current_tenant().id, self.which)


@dataclass(frozen=True, slots=True, kw_only=True)
class Straggler:
    """A phone without the newest config: why, since when, and when it asks at the latest."""

    phone: Phone
    reason: str
    since: datetime | None = None
    asks_by: datetime | None = None


def show_delivery(reach: Reach) -> str | tuple[str, int]:
    """Name the phones, those that lack the newest form first; nothing where nothing has changed."""
    now = utc_now()
    phones = list_reached(session(), current_tenant().id, reach.which)
    late = [one for one in phones if one.fetched_revision != one.config_revision]
    told = list_under_way(session(), [one.id for one in late])
    stragglers = [find_reason(one, now, is_told=one.id in told) for one in late]
    mark = _mark(stragglers)
    if is_htmx() and request.args.get("seen") == mark:
        return "", NO_CHANGE
    template = "changes/_delivery.html" if is_htmx() else "changes/delivery.html"
    return render_template(
        template,
        reach=reach,
        stragglers=stragglers,
        have_it=[one for one in phones if one.fetched_revision == one.config_revision],
        mark=mark,
        phone_name=title_phone,
    )


def show_line(reach: Reach) -> str | tuple[str, int] | Response:
    """Return the line that counts them, while the page it stands on is open."""
    if not is_htmx():
        return redirect(reach.page, 303)
    delivery = reach.count()
    if request.args.get("seen") == f"{delivery.have_it}-{delivery.phones}":
        return "", NO_CHANGE
    return render_template(
        "changes/_delivered.html", reach=reach, delivery=delivery, by=latest_check()
    )


def latest_check() -> datetime:
    """Return when a phone that asks as often as the tenant says has asked at the latest."""
    return utc_now() + timedelta(minutes=current_tenant().poll_minutes)


def apply(reach: Reach) -> Response:
    """Order a resync for those that lack it, and say who waits for the next check."""
    now = utc_now()
    applied = apply_now(
        session(),
        runtime().catalog,
        current_tenant().id,
        reach.which,
        reach.name,
        actor=current_actor(),
        now=now,
    )
    if not applied.plan.phones:
        flash("All phones have it already.", "done")
    elif applied.plan.will:
        count = len(applied.plan.will)
        flash(f"Resync ordered for {_phones(count)}, at most five a second.", "done")
    elif applied.under_way:
        flash("A resync is under way to all that can be reached.", "done")
    if applied.waiting:
        flash(_say_waiting(applied), "warning")
    return redirect(reach.page, 303)


def find_reason(phone: Phone, now: datetime, *, is_told: bool = False) -> Straggler:
    """Return why a phone has not fetched its newest config yet; tenant and profile are loaded."""
    state = read_config_state(phone, now)
    if phone.unwritable_reason:
        reason = f"Its config can't be written: {phone.unwritable_reason}"
        return Straggler(phone=phone, reason=reason)
    if phone.first_check_in_at is None:
        reason = "It has never asked for its config; it may not be plugged in yet."
        return Straggler(phone=phone, reason=reason)
    if phone.status is PhoneStatus.OFFLINE:
        return Straggler(phone=phone, reason="It is offline", since=phone.status_since_at)
    if state.is_overdue:
        reason = f"It has missed its check: every {poll_minutes_of(phone).value} min, and no word"
        return Straggler(phone=phone, reason=reason, since=phone.last_check_in_at)
    reason = "It asks again by itself."
    if is_told:
        reason = "A resync is on its way to it."
    elif phone.disabled_at is not None:
        reason = "It is disabled; it still asks by itself."
    return Straggler(phone=phone, reason=reason, asks_by=state.asks_by)


def _mark(stragglers: Sequence[Straggler]) -> str:
    """Return a mark of what the page shows, to tell later whether it is still that."""
    shown = [
        (one.phone.id, one.reason, one.phone.config_revision, one.asks_by) for one in stragglers
    ]
    return f"{zlib.crc32(repr(shown).encode()):08x}"


def _say_waiting(applied: Applied) -> str:
    waiting = applied.waiting
    verb = "waits for its" if len(waiting) == 1 else "wait for their"
    by = latest_check().astimezone(reader_zone()).strftime("%H:%M")
    why = f"next check, by {by} at the latest if {'it asks' if len(waiting) == 1 else 'they ask'}"
    return f"{_phones(len(waiting))} {verb} {why}; no order reaches there now: {_name(waiting)}."


def _name(phones: Sequence[Planned]) -> str:
    named = ", ".join(one.name for one in phones[:NAMED_AT_MOST])
    rest = len(phones) - NAMED_AT_MOST
    return f"{named} and {rest} more" if rest > 0 else named


def _phones(count: int) -> str:
    return "1 phone" if count == 1 else f"{count} phones"
