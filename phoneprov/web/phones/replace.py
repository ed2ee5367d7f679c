"""Replace hardware: another box takes a broken phone's place in one step."""

from dataclasses import replace

from flask import flash, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField

from phoneprov.core.clock import utc_now
from phoneprov.core.errors import InvalidValueError
from phoneprov.core.mac import format_mac
from phoneprov.fleet.drafts import draft_of
from phoneprov.fleet.phone_keys import list_modules
from phoneprov.fleet.queries import title_phone
from phoneprov.operations.changes import change_phone
from phoneprov.web.access import admin_only, current_tenant
from phoneprov.web.acting import current_actor, tell_fault
from phoneprov.web.database import session
from phoneprov.web.phones.blueprint import PHONE, REFUSED, Answer, blueprint, get_own_phone
from phoneprov.web.phones.form import read_offers
from phoneprov.web.phones.key_offers import module_value
from phoneprov.web.phones.lost_keys import list_lost_keys
from phoneprov.web.phones.offers import Offers
from phoneprov.web.runtime import runtime

_PLAIN = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}


class ReplaceForm(FlaskForm):
    """The box that takes the phone's place; all else stays as it is."""

    mac = StringField(
        "MAC Address of the new box", render_kw={**_PLAIN, "required": True, "maxlength": 40}
    )
    model_slug = SelectField("Phone Model", validate_choice=False)
    serial_number = StringField("Serial number", render_kw={**_PLAIN, "maxlength": 64})
    agreed = HiddenField()
    """The model whose misfits were shown and agreed to."""


@blueprint.route(f"{PHONE}/replace", methods=["GET", "POST"], endpoint="replace")
@admin_only
def replace_box(phone_id: int) -> Answer:
    """Give the phone's place to another box; what would not fit is named first."""
    phone = get_own_phone(phone_id)
    offers = read_offers(phone)
    form = ReplaceForm(data={"model_slug": phone.model_slug})
    form.model_slug.choices = offers.model_options(None)
    if not form.validate_on_submit():
        return _page(form, phone_id)
    misfits = _list_misfits(form, phone_id, offers)
    if misfits and form.agreed.data != form.model_slug.data:
        return _page(form, phone_id, misfits)
    draft = replace(
        draft_of(phone),
        mac=form.mac.data or "",
        model_slug=form.model_slug.data or "",
        serial_number=form.serial_number.data or "",
    )
    try:
        change_phone(
            session(),
            runtime().catalog,
            phone,
            draft,
            keep_password=True,
            actor=current_actor(),
            now=utc_now(),
        )
    except InvalidValueError as fault:
        tell_fault(form, fault)
        return _page(form, phone_id)
    title = title_phone(get_own_phone(phone_id))
    flash(f"{title} is {format_mac(phone.mac)} now. Plug it in; its config waits for it.", "done")
    return redirect(
        url_for("phones.show", tenant_slug=current_tenant().slug, phone_id=phone_id), 303
    )


def _list_misfits(form: ReplaceForm, phone_id: int, offers: Offers) -> list[str]:
    """Return what of the phone's keys does not fit the chosen model."""
    phone = get_own_phone(phone_id)
    modules = [module_value(row) for row in list_modules(session(), phone_id)]
    model = runtime().catalog.find_model(form.model_slug.data or "")
    misfits = offers.keys.list_misfits(model, str(phone.button_layout_id or ""), modules)
    return [*misfits, *list_lost_keys(phone, model)]


def _page(form: ReplaceForm, phone_id: int, misfits: list[str] | None = None) -> Answer:
    """Show the form; with misfits the next click agrees to lose them."""
    form.agreed.data = form.model_slug.data if misfits else ""
    page = render_template(
        "phones/replace.html", form=form, phone=get_own_phone(phone_id), misfits=misfits or ()
    )
    return (page, REFUSED) if request.method == "POST" and not misfits else page
