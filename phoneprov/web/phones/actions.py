"""What can be ordered of a phone: asked first on a page or in a dialog, then done."""

from flask import Response as FlaskResponse
from flask import flash, make_response, redirect, render_template, request, url_for

from phoneprov.core.clock import utc_now
from phoneprov.core.errors import NotAllowedError
from phoneprov.fleet.first_contact import allow_first_contact_again
from phoneprov.fleet.models import Phone
from phoneprov.fleet.phones import delete_phone
from phoneprov.operations.changes import disable_phone, enable_phone, unassign_phone
from phoneprov.operations.commands import order
from phoneprov.web.access import admin_only, current_tenant
from phoneprov.web.acting import current_actor
from phoneprov.web.database import session
from phoneprov.web.htmx import is_htmx, redirect_whole_page
from phoneprov.web.phones.blueprint import PHONE, REFUSED, Answer, blueprint, get_own_phone
from phoneprov.web.phones.choices import Verb, find_obstacle
from phoneprov.web.phones.sayings import ask, report
from phoneprov.web.phones.way_back import keep_what_was_said, question_values
from phoneprov.web.runtime import runtime

OK = 200
CHANGED = "phones-changed"
"""The event that makes an open page ask at once for what has changed."""

_SWITCHES = {
    Verb.UNASSIGN: unassign_phone,
    Verb.DISABLE: disable_phone,
    Verb.ENABLE: enable_phone,
    Verb.DELETE: delete_phone,
}


@blueprint.route(f"{PHONE}/reboot", methods=["GET", "POST"])
@admin_only
def reboot(phone_id: int) -> Answer:
    """Restart a phone."""
    return _ask_or_do(get_own_phone(phone_id), Verb.REBOOT)


@blueprint.route(f"{PHONE}/resync", methods=["GET", "POST"])
@admin_only
def resync(phone_id: int) -> Answer:
    """Let a phone read its config again."""
    return _ask_or_do(get_own_phone(phone_id), Verb.RESYNC)


@blueprint.route(f"{PHONE}/reset", methods=["GET", "POST"])
@admin_only
def reset(phone_id: int) -> Answer:
    """Reset a phone to its factory defaults."""
    return _ask_or_do(get_own_phone(phone_id), Verb.RESET)


@blueprint.route(f"{PHONE}/unassign", methods=["GET", "POST"])
@admin_only
def unassign(phone_id: int) -> Answer:
    """Take the extension off a phone."""
    return _ask_or_do(get_own_phone(phone_id), Verb.UNASSIGN)


@blueprint.route(f"{PHONE}/disable", methods=["GET", "POST"])
@admin_only
def disable(phone_id: int) -> Answer:
    """Switch a phone's accounts off."""
    return _ask_or_do(get_own_phone(phone_id), Verb.DISABLE)


@blueprint.route(f"{PHONE}/enable", methods=["GET", "POST"])
@admin_only
def enable(phone_id: int) -> Answer:
    """Switch a phone's accounts on again."""
    return _ask_or_do(get_own_phone(phone_id), Verb.ENABLE)


@blueprint.route(f"{PHONE}/delete", methods=["GET", "POST"])
@admin_only
def delete(phone_id: int) -> Answer:
    """Forget a phone."""
    return _ask_or_do(get_own_phone(phone_id), Verb.DELETE)


@blueprint.post(f"{PHONE}/allow")
@admin_only
def allow(phone_id: int) -> Answer:
    """Open a phone's first-contact window again."""
    phone = get_own_phone(phone_id)
    allow_first_contact_again(session(), phone, actor=current_actor(), now=utc_now())
    return _show_result(
        phone, "First contact is allowed again; the phone can come without its own address."
    )


def _ask_or_do(phone: Phone, verb: Verb) -> Answer:
    reason = find_obstacle(phone, verb, runtime().catalog)
    if request.method == "GET" or reason is not None:
        return _question(phone, verb, reason)
    if verb is Verb.RESET and keep_what_was_said(phone):
        return _question(phone, verb, None, is_again=True)
    message = report(phone, verb)
    try:
        _do(phone, verb)
    except NotAllowedError as refusal:
        return _question(get_own_phone(phone.id), verb, refusal.message)
    return _after_delete(message) if verb is Verb.DELETE else _show_result(phone, message)


def _do(phone: Phone, verb: Verb) -> None:
    actor, now = current_actor(), utc_now()
    if verb.command is not None:
        catalog = runtime().catalog
        order(session(), phone, verb.command, catalog=catalog, actor=actor, now=now)
    else:
        _SWITCHES[verb](session(), phone, actor=actor, now=now)


def _after_delete(message: str) -> Answer:
    """Say that the phone is gone; the list stays open in place, the phone's own page can't."""
    if is_htmx() and _came_from_list():
        return _fragment(message)
    flash(message, "done")
    where = url_for("phones.index", tenant_slug=current_tenant().slug)
    return redirect_whole_page(where) if is_htmx() else redirect(where, 303)


def _question(phone: Phone, verb: Verb, reason: str | None, *, is_again: bool = False) -> Answer:
    """Show what would follow, or why nothing can; asked to do it all the same, refuse.

    `is_again`: what was answered changes what would follow, so it is asked once more.
    """
    model = runtime().catalog.find_model(phone.model_slug)
    template = "phones/_confirm.html" if is_htmx() else "phones/confirm.html"
    page = render_template(
        template,
        phone=phone,
        verb=verb,
        question=ask(phone, verb, model.full_name if model else phone.model_slug),
        reason=reason,
        address=url_for(
            f"phones.{verb.value}",
            tenant_slug=current_tenant().slug,
            phone_id=phone.id,
            origin="list" if _came_from_list() else None,
        ),
        back=_back_address(phone),
        **question_values(phone, verb),
    )
    if request.method == "GET":
        return page
    response = make_response(page, OK if is_again else REFUSED)
    if is_htmx():
        response.headers["HX-Retarget"] = "#confirm"
        response.headers["HX-Reswap"] = "innerHTML"
    return response


def _show_result(phone: Phone, message: str) -> Answer:
    if is_htmx():
        return _fragment(message)
    flash(message, "done")
    return redirect(_back_address(phone), 303)


def _fragment(message: str) -> FlaskResponse:
    """Say what was done, close the question, and let the page ask for what has changed."""
    response = make_response(render_template("phones/_done.html", message=message))
    response.headers["HX-Retarget"] = "#page-message"
    response.headers["HX-Reswap"] = "outerHTML"
    response.headers["HX-Trigger"] = CHANGED
    return response


def _came_from_list() -> bool:
    return request.args.get("origin") == "list"


def _back_address(phone: Phone) -> str:
    slug = current_tenant().slug
    if _came_from_list():
        return url_for("phones.index", tenant_slug=slug)
    return url_for("phones.show", tenant_slug=slug, phone_id=phone.id)
