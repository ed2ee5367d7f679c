"""Screens of MACs that are nobody's phone, and of phones that were removed."""

from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from phoneprov.catalog.model import PhoneModel
from phoneprov.core.clock import from_epoch, utc_now
from phoneprov.core.mac import format_mac, is_normal_mac
from phoneprov.fleet.models import Farewell, UnknownMac
from phoneprov.fleet.unknown_macs import (
    find_unknown_mac,
    find_unknown_page,
    forget_all_unknown,
    forget_unknown_mac,
    list_farewells,
    told_model,
)
from phoneprov.tenancy.queries import find_tenant_for, list_tenants_for
from phoneprov.web.access import current_tenant, provider_only, signed_in_user
from phoneprov.web.acting import current_actor
from phoneprov.web.database import session
from phoneprov.web.runtime import runtime

Answer = str | Response | tuple[str, int]

blueprint = Blueprint("unknown", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stranger:
    """An unknown MAC as the page shows it."""

    seen: UnknownMac
    model: PhoneModel | None
    """The model that its User-Agent names, where the catalogue has it."""

    @property
    def mac(self) -> str:
        """The MAC in pairs."""
        return format_mac(self.seen.mac)


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """A removed phone as the page shows it."""

    farewell: Farewell
    model_name: str

    @property
    def mac(self) -> str:
        """The MAC in pairs."""
        return format_mac(self.farewell.mac)


@blueprint.get("/unknown-phones")
@provider_only
def index() -> Answer:
    """Show the MACs that asked for files and are nobody's phone."""
    catalog = runtime().catalog
    page = find_unknown_page(session(), number=request.args.get("page", 1, type=int))
    return render_template(
        "unknown/index.html",
        page=page,
        strangers=[Stranger(seen=seen, model=told_model(catalog, seen)) for seen in page.macs],
        choices=list_tenants_for(session(), signed_in_user()),
        chosen=request.args.get("tenant") or request.args.get("tenant_slug", ""),
        shown_at=int(utc_now().timestamp()),
    )


@blueprint.get("/unknown-phones/add")
@provider_only
def add() -> Answer:
    """Lead to the add form of the chosen tenant, with the MAC and model filled in."""
    slug = request.args.get("tenant", "").replace("\0", "")
    tenant = find_tenant_for(session(), signed_in_user(), slug)
    seen = _get_unknown(request.args.get("mac", ""))
    if tenant is None:
        flash("Choose the tenant first.", "warning")
        return redirect(url_for("unknown.index"), 303)
    model = told_model(runtime().catalog, seen)
    where = url_for(
        "phones.add",
        tenant_slug=tenant.slug,
        mac=format_mac(seen.mac),
        model=model.slug if model else None,
    )
    return redirect(where, 303)


@blueprint.get("/unknown-phones/list")
@provider_only
def add_all() -> Answer:
    """Lead to the import of the chosen tenant, with all unknown phones in its list."""
    slug = request.args.get("tenant", "").replace("\0", "")
    tenant = find_tenant_for(session(), signed_in_user(), slug)
    if tenant is None:
        flash("Choose the tenant first.", "warning")
        return redirect(url_for("unknown.index"), 303)
    where = url_for("phones.import_list", tenant_slug=tenant.slug, start="unknown")
    return redirect(where, 303)


@blueprint.post("/unknown-phones/<mac>/forget")
@provider_only
def forget(mac: str) -> Answer:
    """Take one MAC off the list."""
    seen = _get_unknown(mac)
    forget_unknown_mac(session(), seen, actor=current_actor(), now=utc_now())
    flash(f"{format_mac(mac)} forgotten; it is listed again when it asks again.", "done")
    return redirect(url_for("unknown.index"), 303)


@blueprint.post("/unknown-phones/forget-all")
@provider_only
def forget_all() -> Answer:
    """Take all MACs off the list but those that asked after the page was shown."""
    now = utc_now()
    shown_at = request.form.get("shown_at", type=int)
    if shown_at is None or not 0 <= shown_at <= now.timestamp():
        abort(400)
    count = forget_all_unknown(
        session(), seen_before=from_epoch(shown_at), actor=current_actor(), now=now
    )
    flash(f"{count} unknown MAC{'' if count == 1 else 's'} forgotten.", "done")
    return redirect(url_for("unknown.index"), 303)


@blueprint.get("/t/<tenant_slug>/removed-phones")
def removed() -> Answer:
    """Show the phones that were removed lately, and whether they know it."""
    catalog = runtime().catalog
    rows = []
    for farewell in list_farewells(session(), current_tenant().id):
        model = catalog.find_model(farewell.model_slug)
        name = model.full_name if model else farewell.model_slug
        rows.append(Removed(farewell=farewell, model_name=name))
    return render_template("unknown/removed.html", rows=rows, now=utc_now())


def _get_unknown(mac: str) -> UnknownMac:
    if not is_normal_mac(mac):
        abort(404)
    return find_unknown_mac(session(), mac) or abort(404)
