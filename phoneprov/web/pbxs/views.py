"""Screen of the PBXs: list with the state of each link, add, edit, delete, test."""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import event
from werkzeug.wrappers import Response

from phoneprov.core.clock import utc_now
from phoneprov.core.errors import InvalidValueError, NotAllowedError, PbxError
from phoneprov.core.text import as_sentence
from phoneprov.fleet.pbx_changes import update_pbx
from phoneprov.pbx.kinds import PbxKind, make_link
from phoneprov.pbx.link import LinkCheck
from phoneprov.pbx.models import Pbx
from phoneprov.pbx.name_examples import show_names
from phoneprov.pbx.pbxs import (
    add_pbx,
    count_tenants,
    delete_pbx,
    find_faults,
    find_pbx,
    link_settings,
    list_pbxs,
    list_tenants_on,
)
from phoneprov.pbx.webhook.secret import renew_secret
from phoneprov.web.access import provider_only
from phoneprov.web.acting import current_actor, tell_fault
from phoneprov.web.database import session
from phoneprov.web.htmx import is_htmx
from phoneprov.web.pbxs.forms import PbxForm, pbx_form
from phoneprov.web.runtime import runtime

Answer = str | Response | tuple[str, int]

blueprint = Blueprint("pbxs", __name__)

REFUSED = 422
STOP_ASKING = 286
"""The status that ends a poll of HTMX."""


@blueprint.context_processor
def _give_words() -> dict[str, Callable[[str], str]]:
    return {"kind_label": _kind_label}


@blueprint.get("/pbxs")
@provider_only
def index() -> Answer:
    """Show the PBXs and how their links are."""
    return _list_page()


@blueprint.route("/pbxs/add", methods=["GET", "POST"])
@provider_only
def add() -> Answer:
    """Add a PBX; its link starts at once."""
    form = PbxForm()
    if not _is_sound(form, None):
        return _form_page(form, None)
    try:
        pbx = add_pbx(session(), form.read_draft(), actor=current_actor(), now=utc_now())
    except InvalidValueError as fault:
        tell_fault(form, fault)
        return _form_page(form, None)
    _reload_links_after_commit()
    if pbx.kind == PbxKind.WEBHOOK:
        return show_new_secret(pbx)
    flash(f"PBX {pbx.name} added.", "done")
    return redirect(url_for("pbxs.index"), 303)


@blueprint.route("/pbxs/<int:pbx_id>/edit", methods=["GET", "POST"])
@provider_only
def edit(pbx_id: int) -> Answer:
    """Edit a PBX; the phones of its tenants are told what changes for them."""
    pbx = _get_pbx(pbx_id)
    form = pbx_form(pbx)
    was_webhook = pbx.kind == PbxKind.WEBHOOK
    if not _is_sound(form, pbx):
        return _form_page(form, pbx)
    try:
        told = update_pbx(session(), pbx, form.read_draft(), actor=current_actor(), now=utc_now())
    except InvalidValueError as fault:
        tell_fault(form, fault)
        return _form_page(form, _get_pbx(pbx_id))
    _reload_links_after_commit()
    if pbx.kind == PbxKind.WEBHOOK and not was_webhook:
        return show_new_secret(pbx)
    phones = (
        f" {told} phone{'' if told == 1 else 's'} will be told at the next check of the config."
    )
    flash(f"PBX {pbx.name} saved.{phones if told else ''}", "done")
    return redirect(url_for("pbxs.index"), 303)


@blueprint.route("/pbxs/<int:pbx_id>/delete", methods=["GET", "POST"])
@provider_only
def delete(pbx_id: int) -> Answer:
    """Delete a PBX, or say who uses it."""
    pbx = _get_pbx(pbx_id)
    if request.method == "GET":
        return _delete_page(pbx)
    name = pbx.name
    try:
        delete_pbx(session(), pbx, actor=current_actor(), now=utc_now())
    except NotAllowedError:
        return _delete_page(pbx), REFUSED
    _reload_links_after_commit()
    flash(f"PBX {name} deleted.", "done")
    return redirect(url_for("pbxs.index"), 303)


@blueprint.post("/pbxs/<int:pbx_id>/check")
@provider_only
def check(pbx_id: int) -> Answer:
    """Try the link now and show what was found, in place."""
    pbx = _get_pbx(pbx_id)
    result = _check_link(pbx)
    if is_htmx():
        return render_template("pbxs/_check.html", pbx=pbx, checked=pbx, result=result)
    return _list_page(checked=pbx, result=result)


@blueprint.get("/pbxs/<int:pbx_id>/status")
@provider_only
def status(pbx_id: int) -> Answer:
    """Give the cell with the state of one link; a PBX that is gone ends the asking."""
    pbx = find_pbx(session(), pbx_id)
    if not is_htmx():
        return redirect(url_for("pbxs.index"), 303)
    if pbx is None:
        return "deleted", STOP_ASKING
    return render_template("pbxs/_status.html", pbx=pbx)


@blueprint.get("/pbxs/names")
@provider_only
def names() -> Answer:
    """Show what a pattern of endpoint names means, while it is typed."""
    if not is_htmx():
        return redirect(url_for("pbxs.index"), 303)
    pbx_id = request.args.get("pbx_id", type=int)
    pbx = find_pbx(session(), pbx_id) if pbx_id else None
    return render_template(
        "pbxs/_names.html",
        pbx=pbx,
        names=show_names(
            session(),
            request.args.get("endpoint_pattern", ""),
            pbx=pbx,
            sip_domain=request.args.get("sip_domain", ""),
        ),
    )


@blueprint.route("/pbxs/<int:pbx_id>/secret", methods=["GET", "POST"])
@provider_only
def renew(pbx_id: int) -> Answer:
    """Make a new secret for a PBX that posts to us, and show it this once."""
    pbx = _get_pbx(pbx_id)
    if pbx.kind != PbxKind.WEBHOOK:
        abort(404)
    if request.method == "GET":
        return render_template("pbxs/renew.html", pbx=pbx)
    _reload_links_after_commit()
    return show_new_secret(pbx)


def show_new_secret(pbx: Pbx) -> str:
    """Give a PBX a new secret and show it; it stands on no other page and in no cookie."""
    secret = renew_secret(session(), pbx, actor=current_actor(), now=utc_now())
    base = runtime().settings.address_for_phones
    address = base + url_for("api.post_observations", pbx_id=pbx.id)
    return render_template("pbxs/secret.html", pbx=pbx, secret=secret, address=address)


def _is_sound(form: PbxForm, pbx: Pbx | None) -> bool:
    """Tell whether a form was sent that can be taken; each field that can't says why."""
    if not form.validate_on_submit():
        return False
    kept = (pbx.link_secret if pbx else None) or ""
    faults = find_faults(form.read_draft(), kept_secret=kept)
    for fault in faults:
        tell_fault(form, fault)
    return not faults


def _get_pbx(pbx_id: int) -> Pbx:
    return find_pbx(session(), pbx_id) or abort(404)


def _list_page(*, checked: Pbx | None = None, result: LinkCheck | None = None) -> str:
    return render_template(
        "pbxs/index.html",
        pbxs=list_pbxs(session()),
        tenant_counts=count_tenants(session()),
        checked=checked,
        result=result,
    )


def _form_page(form: PbxForm, pbx: Pbx | None) -> Answer:
    """Show the form; after a refused post with what was typed and the messages."""
    names = show_names(
        session(),
        form.endpoint_pattern.data or "",
        pbx=pbx,
        sip_domain=form.sip_domain.data or "",
    )
    page = render_template("pbxs/form.html", form=form, pbx=pbx, names=names)
    return (page, REFUSED) if request.method == "POST" else page


def _delete_page(pbx: Pbx) -> str:
    names = list_tenants_on(session(), pbx.id)
    return render_template("pbxs/delete.html", pbx=pbx, tenant_names=names)


def _check_link(pbx: Pbx) -> LinkCheck:
    try:
        return make_link(pbx.kind, link_settings(pbx)).check()
    except PbxError as error:
        return LinkCheck(is_ok=False, findings=(as_sentence(error.message),))


def _kind_label(kind: str) -> str:
    return next((known.label for known in PbxKind if known.value == kind), kind)


def _reload_links_after_commit() -> None:
    """Let the links follow once the change can be read; the request's end commits it."""
    links = runtime().links
    event.listen(session(), "after_commit", lambda _: links.reload_soon(), once=True)
