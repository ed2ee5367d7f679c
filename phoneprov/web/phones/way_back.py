"""How a phone finds this server: asked before a reset, and kept."""

from flask import abort, flash, make_response, redirect, render_template, request, url_for

from phoneprov.core.clock import utc_now
from phoneprov.fleet.models import Phone
from phoneprov.fleet.way_back import read_way_back, say_how_found
from phoneprov.operations.comeback import find_proof
from phoneprov.tenancy.models import FoundBy
from phoneprov.web.access import admin_only, current_tenant
from phoneprov.web.acting import current_actor
from phoneprov.web.database import session
from phoneprov.web.htmx import is_htmx
from phoneprov.web.phones.blueprint import PHONE, REFUSED, Answer, blueprint, get_own_phone
from phoneprov.web.phones.choices import Verb
from phoneprov.web.phones.words import span_words
from phoneprov.web.runtime import runtime

SAVED = "Saved how it finds this server."
WRONG = "Choose one of the ways in the list."


@blueprint.post(f"{PHONE}/found-by")
@admin_only
def say_found_by(phone_id: int) -> Answer:
    """Keep how a phone finds this server."""
    phone = get_own_phone(phone_id)
    found_by = read_found_by()
    if found_by is None:
        return _refuse()
    say_how_found(session(), phone, found_by, actor=current_actor(), now=utc_now())
    if is_htmx():
        response = make_response(render_template("phones/_done.html", message=SAVED))
        response.headers["HX-Trigger"] = "phones-changed"
        return response
    flash(SAVED, "done")
    return redirect(_address(phone), 303)


def keep_what_was_said(phone: Phone) -> bool:
    """Keep the answer to the question before a reset, where there was one.

    Returns whether it says that somebody would have to go to the phone, which nobody was warned of.
    """
    found_by = read_found_by()
    if found_by is None or found_by is FoundBy.UNKNOWN:
        return False
    was_known = read_way_back(phone).needs_a_person
    say_how_found(session(), phone, found_by, actor=current_actor(), now=utc_now())
    return read_way_back(phone).needs_a_person and not was_known


def read_found_by() -> FoundBy | None:
    """Return the way that was posted; None for none, or for what is no way."""
    text = request.form.get("found_by", "")
    return FoundBy(text) if text in set(FoundBy) else None


def question_values(phone: Phone, verb: Verb) -> dict[str, object]:
    """Return what the question before a reset knows of the way back."""
    if verb is not Verb.RESET:
        return {}
    catalog = runtime().catalog
    model = catalog.find_model(phone.model_slug)
    return {
        "way_back": read_way_back(phone),
        "way_back_proof": find_proof(session(), phone),
        "found_by_choices": tuple(FoundBy),
        "address_for_phones": f"{runtime().settings.address_for_phones}/prov/",
        "vendor": catalog.vendors[model.vendor] if model else None,
        "span_words": span_words,
    }


def _refuse() -> Answer:
    """Refuse what is none of the ways offered."""
    if not is_htmx():
        abort(REFUSED)
    page = render_template("phones/_done.html", message=WRONG, tone="error")
    return make_response(page, REFUSED)


def _address(phone: Phone) -> str:
    return url_for("phones.show", tenant_slug=current_tenant().slug, phone_id=phone.id)
