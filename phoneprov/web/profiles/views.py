"""Screens of the profiles: list, add, edit, delete."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from phoneprov.catalog.model import Vendor
from phoneprov.core.clock import utc_now
from phoneprov.core.errors import InvalidValueError
from phoneprov.fleet.deliveries import count_delivered_by_profile, follows_profile
from phoneprov.fleet.profile_models import Profile
from phoneprov.fleet.profiles import (
    add_profile,
    change_profile,
    delete_profile,
    find_profile,
    list_profiles,
    read_layouts,
)
from phoneprov.fleet.queries import title_phone
from phoneprov.layouts.queries import list_layouts
from phoneprov.provisioning.trial import Outcome
from phoneprov.web.access import admin_only, can_edit, current_tenant
from phoneprov.web.acting import current_actor, tell_fault
from phoneprov.web.changes.delivery import Reach, latest_check, show_delivery, show_line
from phoneprov.web.changes.delivery import apply as apply_to
from phoneprov.web.changes.look import look, refuse, wants_look
from phoneprov.web.database import session
from phoneprov.web.profiles.forms import ProfileForm, make_profile_form
from phoneprov.web.profiles.leaving import list_leavings
from phoneprov.web.runtime import runtime

Answer = str | Response | tuple[str, int]

blueprint = Blueprint("profiles", __name__, url_prefix="/t/<tenant_slug>/profiles")


@blueprint.context_processor
def _give_words() -> dict[str, object]:
    return {"phone_name": title_phone}


@blueprint.get("")
def index() -> Answer:
    """Show the profiles with the phones that follow them."""
    tenant = current_tenant()
    profiles = list_profiles(session(), tenant.id)
    layouts = read_layouts(session(), [one.id for one in profiles])
    return render_template(
        "profiles/index.html",
        profiles=profiles,
        layouts=layouts,
        deliveries=count_delivered_by_profile(session(), tenant.id),
    )


@blueprint.route("/add", methods=["GET", "POST"])
@admin_only
def add() -> Answer:
    """Add a profile."""
    form = _form(None)
    if not form.validate_on_submit():
        return _page(form, None)
    tenant, draft = current_tenant(), form.read_draft()
    try:
        profile = add_profile(
            session(), runtime().catalog, tenant, draft, actor=current_actor(), now=utc_now()
        )
    except InvalidValueError as fault:
        tell_fault(form, fault)
        return _page(form, None)
    flash(f"{profile.name} added. Tick phones in their list to let them follow it.", "done")
    return redirect(_to_list(), 303)


@blueprint.route("/<int:profile_id>/edit", methods=["GET", "POST"])
@admin_only
def edit(profile_id: int) -> Answer:
    """Edit a profile; its phones follow."""
    profile = get_own_profile(profile_id)
    form = _form(profile)
    if not form.validate_on_submit():
        return _page(form, profile)

    def save(where: Session) -> int:
        return change_profile(
            where,
            runtime().catalog,
            where.get_one(Profile, profile_id),
            form.read_draft(),
            actor=current_actor(),
            now=utc_now(),
        )

    try:
        if wants_look():
            return _page(form, profile, look(save))
        told = save(session())
    except InvalidValueError as fault:
        tell_fault(form, fault)
        return _page(form, get_own_profile(profile_id))
    flash(f"{profile.name} saved.{_tell_phones(told)}", "done")
    return redirect(_reach_of(profile).page if told else _to_list(), 303)


@blueprint.route("/<int:profile_id>/delete", methods=["GET", "POST"])
@admin_only
def delete(profile_id: int) -> Answer:
    """Say which phones would have what instead, then do it."""
    profile = get_own_profile(profile_id)
    if request.method == "GET":
        leavings = list_leavings(session(), profile)
        return render_template("profiles/delete.html", profile=profile, leavings=leavings)
    name = profile.name
    told = delete_profile(
        session(), runtime().catalog, profile, actor=current_actor(), now=utc_now()
    )
    flash(f"{name} deleted.{_tell_phones(told)}", "done")
    return redirect(_to_list(), 303)


@blueprint.get("/<int:profile_id>/phones")
def delivery(profile_id: int) -> Answer:
    """Name the phones of a profile, those that lack its newest form first."""
    return show_delivery(_reach_of(get_own_profile(profile_id)))


@blueprint.get("/<int:profile_id>/delivered")
@admin_only
def delivered(profile_id: int) -> Answer:
    """Count the phones that have its newest form, while the profile is looked at."""
    return show_line(_reach_of(get_own_profile(profile_id)))


@blueprint.post("/<int:profile_id>/apply")
@admin_only
def apply(profile_id: int) -> Answer:
    """Order a resync for the phones that lack its newest form."""
    return apply_to(_reach_of(get_own_profile(profile_id)))


def _reach_of(profile: Profile) -> Reach:
    """Return which phones follow the profile, and the pages that say how far a change has got."""
    return Reach(
        name=profile.name,
        which=follows_profile(profile.id),
        page=_to("delivery", profile),
        line=_to("delivered", profile),
        apply=_to("apply", profile),
        back=_to("edit", profile) if can_edit() else _to_list(),
        back_words="Back to the profile" if can_edit() else "Back to the profiles",
    )


def _to(view: str, profile: Profile) -> str:
    slug = current_tenant().slug
    return url_for(f"profiles.{view}", tenant_slug=slug, profile_id=profile.id)


def get_own_profile(profile_id: int) -> Profile:
    """Return a profile of this page's tenant; any other is as missing as none."""
    return find_profile(session(), current_tenant().id, profile_id) or abort(404)


def _form(profile: Profile | None) -> ProfileForm:
    tenant = current_tenant()
    chosen = read_layouts(session(), [profile.id])[profile.id] if profile else {}
    layouts = list_layouts(session(), tenant.id)
    return make_profile_form(runtime().catalog, tenant, layouts, profile, chosen)


def _page(form: ProfileForm, profile: Profile | None, outcome: Outcome | None = None) -> Answer:
    """Show the form; after a refused post with what was typed and the messages."""
    reach = _reach_of(profile) if profile else None
    page = render_template(
        "profiles/form.html",
        form=form,
        profile=profile,
        reach=reach,
        delivery=reach.count() if reach else None,
        by=latest_check(),
        vendors=tuple(Vendor),
        had_password=request.method == "POST" and any(form.admin_password.raw_data or ()),
        outcome=outcome,
    )
    return refuse(page) if request.method == "POST" and outcome is None else page


def _tell_phones(count: int) -> str:
    """Return what follows for the phones."""
    if not count:
        return ""
    phones = "1 phone takes" if count == 1 else f"{count} phones take"
    return f" {phones} the change at the next check, or sooner by Resync."


def _to_list() -> str:
    return url_for("profiles.index", tenant_slug=current_tenant().slug)
