"""Add a phone, edit a phone: one form, which keeps what was typed until it is right."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from phoneprov.core.clock import utc_now
from phoneprov.core.errors import InvalidValueError
from phoneprov.core.mac import find_mac, format_mac
from phoneprov.fleet.drafts import PhoneDraft
from phoneprov.fleet.extension_uses import count_models, list_extension_uses
from phoneprov.fleet.models import Phone
from phoneprov.fleet.own_key_uses import count_own_keys
from phoneprov.fleet.phone_keys import list_modules
from phoneprov.fleet.phones import add_phone, find_phone
from phoneprov.fleet.profile_models import Profile
from phoneprov.fleet.profiles import list_profiles, read_layouts
from phoneprov.fleet.queries import find_own_phone_by_mac, title_phone
from phoneprov.layouts.models import ButtonLayout
from phoneprov.operations.changes import change_phone, reassign_phone
from phoneprov.operations.commands import why_not
from phoneprov.operations.models import CommandKind
from phoneprov.provisioning.trial import Outcome
from phoneprov.tenancy.models import Installation, for_tenant
from phoneprov.web.access import admin_only, current_tenant
from phoneprov.web.acting import current_actor, tell_fault
from phoneprov.web.changes.look import look, refuse, wants_look
from phoneprov.web.database import session
from phoneprov.web.phones.blueprint import (
    PHONE,
    PHONES,
    Answer,
    blueprint,
    get_own_phone,
)
from phoneprov.web.phones.forms import PhoneForm, ReassignForm, form_values, hardware_values
from phoneprov.web.phones.key_offers import KeyOffers
from phoneprov.web.phones.lost_keys import asks_first
from phoneprov.web.phones.offers import Offers
from phoneprov.web.runtime import runtime
from phoneprov.web.security import with_camera

LONGEST_PROPOSAL = 60


@blueprint.route(f"{PHONES}/add", methods=["GET", "POST"])
@admin_only
@with_camera
def add() -> Answer:
    """Add a phone; its page then says what to do at the phone."""
    values = {
        "mac": request.args.get("mac", "")[:40],
        "model_slug": request.args.get("model", ""),
        "extension": request.args.get("extension", ""),
    }
    form = PhoneForm(read_offers(), **values)
    if not form.is_submitted():
        form.profile_id.data = str(form.offers.profile.id) if form.offers.profile else ""
    if not form.validate_on_submit():
        return _page(form)
    draft = form.read_draft()
    actor, now = current_actor(), utc_now()
    try:
        phone = add_phone(
            session(), runtime().catalog, current_tenant(), draft, actor=actor, now=now
        )
    except InvalidValueError as fault:
        return _after_fault(form, draft, fault)
    title = title_phone(get_own_phone(phone.id))
    flash(f"{title} added. Its config waits for it.", "done")
    _warn_of_foreign_mac(form)
    return _to_page(phone)


def _read_proposal() -> dict[str, str]:
    """Return what a step of a diagnosis proposes to change."""
    proposed = {"model_slug": request.args.get("model", ""), "mac": request.args.get("mac", "")}
    return {name: text[:LONGEST_PROPOSAL] for name, text in proposed.items() if text}


@blueprint.route(f"{PHONE}/edit", methods=["GET", "POST"])
@admin_only
def edit(phone_id: int) -> Answer:
    """Edit a phone; a password that is not touched stays."""
    phone = get_own_phone(phone_id)
    values = form_values(phone, list_modules(session(), phone.id))
    values |= _read_proposal()
    form = PhoneForm(read_offers(phone), **values)
    if not form.validate_on_submit():
        return _page(form, phone)
    lost_keys = asks_first(form, phone)
    if lost_keys:
        return _page(form, phone, lost_keys=lost_keys)
    typed = bool(form.admin_password.data)
    before = phone.config_revision

    def save(where: Session) -> None:
        own = find_phone(where, current_tenant().id, phone_id)
        if own is not None:
            change_phone(
                where,
                runtime().catalog,
                own,
                form.read_draft(),
                keep_password=not typed and not form.drop_password.data,
                actor=current_actor(),
                now=utc_now(),
            )

    try:
        if wants_look():
            return _page(form, phone, outcome=look(save))
        save(session())
    except InvalidValueError as fault:
        _tell(form, fault)
        return _page(form, get_own_phone(phone_id), _find_holder(form))
    _say_saved(phone, is_changed=phone.config_revision != before)
    _warn_of_foreign_mac(form)
    return _to_page(phone)


@blueprint.route(f"{PHONE}/reassign", methods=["GET", "POST"])
@admin_only
def reassign(phone_id: int) -> Answer:
    """Give a phone to another user in one step."""
    phone = get_own_phone(phone_id)
    no_reset = why_not(phone, CommandKind.RESET, runtime().catalog)
    values = hardware_values(phone, list_modules(session(), phone.id))
    form = ReassignForm(read_offers(phone), **values)
    form.mac.data = format_mac(phone.mac)
    if not form.validate_on_submit():
        return _page(form, phone, no_reset=no_reset)
    try:
        reassign_phone(
            session(),
            runtime().catalog,
            phone,
            form.read_draft(),
            wants_reset=bool(form.wants_reset.data) and no_reset is None,
            keeps_own_keys=bool(form.keeps_own_keys.data),
            actor=current_actor(),
            now=utc_now(),
        )
    except InvalidValueError as fault:
        _tell(form, fault)
        return _page(form, get_own_phone(phone_id), no_reset=no_reset)
    name = title_phone(get_own_phone(phone.id))
    flash(f"{name} starts over. It follows within seconds if it can be reached.", "done")
    return _to_page(phone)


def read_offers(phone: Phone | None = None) -> Offers:
    """Return what the form offers on this tenant's pages for a new phone, or for `phone`."""
    tenant, catalog = current_tenant(), runtime().catalog
    layouts = session().scalars(for_tenant(tenant.id, ButtonLayout).order_by(ButtonLayout.name))
    profiles = list_profiles(session(), tenant.id)
    profile = _find_chosen(profiles, phone)
    given = read_layouts(session(), [profile.id])[profile.id] if profile else {}
    return Offers(
        catalog=catalog,
        tenant=tenant,
        keys=KeyOffers(catalog=catalog, layouts=layouts.all(), given=given),
        profiles=profiles,
        profile=profile,
        extensions=list_extension_uses(session(), tenant.id),
        model_counts=count_models(session(), tenant.id),
        own_id=phone.id if phone else None,
    )


def _find_chosen(profiles: Sequence[Profile], phone: Phone | None) -> Profile | None:
    """Return the profile that is chosen in the form; before that the phone's, or the default."""
    chosen = request.values.get("profile_id")
    if chosen is not None:
        return next((one for one in profiles if str(one.id) == chosen), None)
    if phone is not None:
        return next((one for one in profiles if one.id == phone.profile_id), None)
    return next((one for one in profiles if one.is_default), None)


def _after_fault(form: PhoneForm, draft: PhoneDraft, fault: InvalidValueError) -> Answer:
    """Show what is wrong; a second click on Save lands on the phone that the first one made."""
    holder = _find_holder(form)
    if fault.field == "mac" and holder is not None and _is_same(holder, draft):
        flash(f"{title_phone(holder)} was added already; this is its page.", "done")
        return _to_page(holder)
    _tell(form, fault)
    return _page(form, holder=holder)


def _is_same(phone: Phone, draft: PhoneDraft) -> bool:
    return (
        phone.model_slug == draft.model_slug
        and phone.extension_id == draft.extension_id
        and phone.display_name == draft.display_name.strip()
    )


def _find_holder(form: PhoneForm) -> Phone | None:
    """Return the tenant's own phone that has the typed MAC address."""
    mac = find_mac(form.mac.data or "")
    return find_own_phone_by_mac(session(), current_tenant().id, mac) if mac else None


def _tell(form: PhoneForm, fault: InvalidValueError) -> None:
    field = "extension" if fault.field == "extension_id" else fault.field
    tell_fault(form, InvalidValueError(fault.message, field=field))


def _say_saved(phone: Phone, *, is_changed: bool) -> None:
    name = title_phone(get_own_phone(phone.id))
    if is_changed:
        flash(f"{name} saved. It takes the change at its next check, or sooner by Resync.", "done")
    else:
        flash(f"{name} is as it was; nothing was changed.", "done")


def _warn_of_foreign_mac(form: PhoneForm) -> None:
    if form.is_foreign_mac and form.vendor and form.model:
        flash(
            f"The MAC address is one of {form.vendor.label}, the model one of "
            f"{form.model.vendor.label}. Compare with the sticker.",
            "warning",
        )


def _to_page(phone: Phone) -> Response:
    slug = current_tenant().slug
    return redirect(url_for("phones.show", tenant_slug=slug, phone_id=phone.id), 303)


def _page(
    form: PhoneForm,
    phone: Phone | None = None,
    holder: Phone | None = None,
    outcome: Outcome | None = None,
    **said: object,
) -> Answer:
    """Show the form; after a refused post with what was typed and the messages.

    `said`: `no_reset`, why the phone can't be reset; `lost_keys`, own keys that would go.
    """
    had_password = bool(form.admin_password.data)
    page = render_template(
        "phones/form.html",
        form=form,
        offers=form.offers,
        phone=phone,
        holder=holder,
        is_reassigned=isinstance(form, ReassignForm),
        own_keys=count_own_keys(session(), phone.id) if phone else 0,
        had_password=had_password and request.method == "POST",
        support=session().get(Installation, 1),
        outcome=outcome,
        **({"no_reset": None, "lost_keys": ()} | said),
    )
    return refuse(page) if request.method == "POST" and outcome is None else page
