"""What the open form says while it is filled in; all of it is said on Save as well."""

from dataclasses import dataclass

from flask import redirect, render_template, request, url_for

from phoneprov.core.errors import InvalidValueError
from phoneprov.core.mac import parse_mac
from phoneprov.fleet.models import Phone
from phoneprov.fleet.profile_effects import list_effects, read_given
from phoneprov.fleet.queries import find_own_phone_by_mac
from phoneprov.tenancy.models import Installation
from phoneprov.web.access import admin_only, current_tenant
from phoneprov.web.database import session
from phoneprov.web.htmx import is_htmx
from phoneprov.web.phones.blueprint import PHONES, Answer, blueprint, get_own_phone
from phoneprov.web.phones.form import read_offers
from phoneprov.web.phones.forms import PhoneForm
from phoneprov.web.phones.key_offers import DEFAULT, MOST_POSTED
from phoneprov.web.phones.lost_keys import list_lost_keys
from phoneprov.web.phones.offers import Offers


@dataclass(frozen=True, slots=True, kw_only=True)
class MacHint:
    """What the typed MAC address tells."""

    error: str = ""
    vendor: str = ""
    holder: Phone | None = None
    """The tenant's own phone that has it already."""


@blueprint.get(f"{PHONES}/hints")
@admin_only
def hints() -> Answer:
    """Say what the typed MAC address, model and extension tell."""
    if not is_htmx():
        return redirect(url_for("phones.add", tenant_slug=current_tenant().slug), 303)
    own_id = request.args.get("own", type=int)
    phone = get_own_phone(own_id) if own_id else None
    offers = read_offers(phone)
    mac = request.args.get("mac", "")[:40]
    slug = request.args.get("model_slug", "")
    layout = request.args.get("button_layout_id", "")[:12]
    modules = [value[:80] for value in request.args.getlist("modules") if value][:MOST_POSTED]
    profile = str(offers.profile.id) if offers.profile else ""
    values = {"mac": mac, "model_slug": slug, "button_layout_id": layout, "profile_id": profile}
    form = PhoneForm(offers, **values, modules=modules)
    misfits = offers.keys.list_misfits(form.model, layout, modules)
    if misfits:
        _keep_what_fits(form, offers)
    if phone is not None:
        misfits += list_lost_keys(phone, form.model, modules)
    return render_template(
        "phones/_hints.html",
        form=form,
        phone=phone,
        offers=offers,
        misfits=misfits,
        profile_effects=_say_effects(phone, offers),
        mac=_read_mac(mac, offers),
        is_proposed=not slug and form.vendor is not None,
        support=session().get(Installation, 1),
        extension=_read_extension(request.args.get("extension", "")[:120], offers),
    )


def _say_effects(phone: Phone | None, offers: Offers) -> str:
    """Return what the chosen profile would change on the phone; nothing where it has that one."""
    before = phone.profile_id if phone else None
    if phone is None or before == (offers.profile.id if offers.profile else None):
        return ""
    given = read_given(session(), phone.tenant_id, offers.profile)
    return list_effects(phone, given).text


def _keep_what_fits(form: PhoneForm, offers: Offers) -> None:
    """Choose the new model's default layout and its own modules in place of what is another's."""
    model = form.model
    if model is None:
        return
    offered = {value for value, _ in offers.keys.layout_options(model)}
    if form.button_layout_id.data not in offered:
        form.button_layout_id.data = DEFAULT
    fitting = {value for value, _ in offers.keys.module_options(model)}
    form.modules.data = [value for value in form.modules.data or [] if value in fitting]


def _read_mac(text: str, offers: Offers) -> MacHint:
    if not text.strip():
        return MacHint()
    try:
        mac = parse_mac(text)
    except InvalidValueError as fault:
        return MacHint(error=fault.message)
    holder = find_own_phone_by_mac(session(), current_tenant().id, mac)
    vendor = offers.vendor_of(mac)
    return MacHint(
        vendor=vendor.label if vendor else "",
        holder=holder if holder and holder.id != offers.own_id else None,
    )


def _read_extension(text: str, offers: Offers) -> str:
    """Return what there is to say of the typed extension."""
    try:
        use = offers.find_extension(text)
    except InvalidValueError as fault:
        return fault.message
    others = offers.others_on(use) if use else []
    return f"Also on {'; '.join(others)}." if others else ""
