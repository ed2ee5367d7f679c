"""Screens of the extra parameters, of a tenant's phones by vendor, a profile's, one phone's."""

from collections.abc import Sequence

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from phoneprov.catalog.model import Vendor
from phoneprov.core.clock import utc_now
from phoneprov.core.errors import InvalidValueError
from phoneprov.core.text import as_sentence
from phoneprov.fleet.extra_models import ExtraParameter
from phoneprov.fleet.extra_parameters import Level, list_parameters, save_parameters
from phoneprov.fleet.models import Phone
from phoneprov.fleet.profile_models import Profile
from phoneprov.fleet.profiles import find_profile
from phoneprov.fleet.queries import title_phone
from phoneprov.provisioning.preview import Told, explain_file, list_our_names, load_told
from phoneprov.provisioning.unwritable import UNWRITABLE_ERRORS
from phoneprov.vendors.lines import FORMATS
from phoneprov.vendors.vocabulary import advise
from phoneprov.web.access import admin_only, current_tenant
from phoneprov.web.acting import current_actor
from phoneprov.web.database import session
from phoneprov.web.extras.forms import ParametersForm
from phoneprov.web.extras.typed import read_parameters, show_parameters
from phoneprov.web.phones.blueprint import get_own_phone
from phoneprov.web.runtime import runtime

Answer = str | Response | tuple[str, int]

REFUSED = 422
PHONE = "/t/<tenant_slug>/phones/<int:phone_id>"

blueprint = Blueprint("extras", __name__)


@blueprint.app_context_processor
def _give_summaries() -> dict[str, object]:
    return {"extra_names": _list_names, "vendors_of_phones": tuple(Vendor)}


@blueprint.route("/t/<tenant_slug>/parameters/<vendor>", methods=["GET", "POST"])
@admin_only
def tenant(vendor: str) -> Answer:
    """Change the extra parameters of a tenant's phones of one vendor."""
    if vendor not in set(Vendor):
        abort(404)
    level = Level(tenant=current_tenant(), vendor=Vendor(vendor))
    back = url_for("tenants.settings", tenant_slug=current_tenant().slug)
    return _answer(level, back=back, ours=frozenset())


@blueprint.route(
    "/t/<tenant_slug>/profiles/<int:profile_id>/parameters/<vendor>", methods=["GET", "POST"]
)
@admin_only
def profile(profile_id: int, vendor: str) -> Answer:
    """Change the extra parameters of a profile's phones of one vendor."""
    found = find_profile(session(), current_tenant().id, profile_id) or abort(404)
    if vendor not in set(Vendor):
        abort(404)
    level = Level(tenant=current_tenant(), vendor=Vendor(vendor), profile=found)
    slug = current_tenant().slug
    back = url_for("profiles.edit", tenant_slug=slug, profile_id=profile_id)
    return _answer(level, back=back, ours=frozenset())


@blueprint.route(f"{PHONE}/parameters", methods=["GET", "POST"])
@admin_only
def phone(phone_id: int) -> Answer:
    """Change the extra parameters of one phone."""
    found = get_own_phone(phone_id)
    level = Level(tenant=current_tenant(), vendor=_vendor(found), phone=found)
    back = url_for("phones.edit", tenant_slug=current_tenant().slug, phone_id=phone_id)
    try:
        ours = list_our_names(_load_told(found))
    except UNWRITABLE_ERRORS:
        ours = frozenset()  # this page may be where it is mended
    return _answer(level, back=back, ours=ours)


@blueprint.get(f"{PHONE}/origins")
def origins(phone_id: int) -> Answer:
    """Show where each value of a phone's config comes from, secrets masked."""
    found = get_own_phone(phone_id)
    told = _load_told(found)
    try:
        rows = explain_file(told)
    except UNWRITABLE_ERRORS as error:
        flash(as_sentence(f"its config can't be written: {error}"), "warning")
        slug = current_tenant().slug
        return redirect(url_for("phones.show", tenant_slug=slug, phone_id=phone_id), 303)
    return render_template(
        "extras/origins.html",
        phone=found,
        title=title_phone(found),
        model=told.config.model,
        file_name=rows[0].file if rows else "",
        set_rows=[row for row in rows if row.settings],
        fixed_rows=[row for row in rows if not row.settings],
    )


def _answer(level: Level, *, back: str, ours: frozenset[str]) -> Answer:
    rows = list_parameters(session(), level)
    form = ParametersForm(parameters=show_parameters(rows))
    if not form.validate_on_submit():
        return _page(form, level, rows, back=back, ours=ours)
    kept = {row.name: row.value for row in rows if row.value is not None}
    wanted, faults = read_parameters(level.vendor, form.parameters.data or "", kept)
    if not faults:
        try:
            catalog, actor = runtime().catalog, current_actor()
            told = save_parameters(session(), catalog, level, wanted, actor=actor, now=utc_now())
        except InvalidValueError as fault:
            faults = [fault.message]
    if faults:
        form.parameters.errors = tuple(faults)
        return _page(form, level, rows, back=back, ours=ours)
    flash(_saved(told, level), "done")
    return redirect(request.path, 303)


def _page(
    form: ParametersForm,
    level: Level,
    rows: Sequence[ExtraParameter],
    *,
    back: str,
    ours: frozenset[str],
) -> Answer:
    live = [row.name for row in rows if row.value is not None]
    page = render_template(
        "extras/form.html",
        form=form,
        level=level,
        phone_title=title_phone(level.phone) if level.phone else None,
        name_rule=FORMATS[level.vendor].name_rule,
        nothing=FORMATS[level.vendor].nothing,
        advice=[said for name in live if (said := _advise(level.vendor, name, ours))],
        taken_back=[row.name for row in rows if row.value is None],
        back=back,
    )
    return page, REFUSED if request.method == "POST" else 200


def _advise(vendor: Vendor, name: str, ours: frozenset[str]) -> str | None:
    if name in ours:
        return f"{name} is written by phoneprov too; this value takes its place."
    return advise(vendor, name)


def _vendor(found: Phone) -> Vendor:
    model = runtime().catalog.find_model(found.model_slug) or abort(404)
    return model.vendor


def _load_told(found: Phone) -> Told:
    told = load_told(
        session(),
        runtime().catalog,
        found,
        phones_address=runtime().settings.address_for_phones,
        now=utc_now(),
    )
    return told or abort(404)


def _list_names(
    vendor: Vendor | None = None, phone: Phone | None = None, profile: Profile | None = None
) -> list[str]:
    """Return the names that a tenant or profile has for a vendor, or a phone for its own."""
    chosen = vendor or (_vendor(phone) if phone else None)
    if chosen is None:
        return []
    level = Level(tenant=current_tenant(), vendor=chosen, phone=phone, profile=profile)
    return [row.name for row in list_parameters(session(), level) if row.value is not None]


def _saved(told: int, level: Level) -> str:
    if not told:
        return "Nothing was changed." if level.phone else "Saved."
    phones = "1 phone" if told == 1 else f"{told} phones"
    takes = "takes" if told == 1 else "take"
    return f"Saved. {phones} {takes} it at the next check, or sooner by Resync."
