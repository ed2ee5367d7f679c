"""Screen of the tenants: list, add, settings, delete."""

from dataclasses import asdict

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from phoneprov.core.clock import utc_now
from phoneprov.core.errors import InvalidValueError
from phoneprov.tenancy.models import Tenant
from phoneprov.tenancy.tenants import TenantDraft, add_tenant, check_typed_name, delete_tenant
from phoneprov.web.access import admin_only, current_tenant, is_provider, provider_only
from phoneprov.web.acting import current_actor, tell_fault
from phoneprov.web.database import session
from phoneprov.web.runtime import runtime
from phoneprov.web.tenants.changes import check_draft, remove_phones, update_tenant
from phoneprov.web.tenants.forms import DeleteTenantForm, TenantForm, TenantSettingsForm
from phoneprov.web.tenants.queries import count_contents, list_pbx_choices, list_tenant_rows

Answer = str | Response | tuple[str, int]

blueprint = Blueprint("tenants", __name__)

REFUSED = 422


@blueprint.get("/tenants")
@provider_only
def index() -> Answer:
    """Show all tenants with how their phones are."""
    return render_template("tenants/index.html", rows=list_tenant_rows(session()))


@blueprint.route("/tenants/add", methods=["GET", "POST"])
@provider_only
def add() -> Answer:
    """Add a tenant."""
    form = TenantForm(data=asdict(TenantDraft(name="")))
    form.prepare(form.time_zone.data or "")
    pbxs = list_pbx_choices(session())
    form.offer_pbxs(pbxs)
    if request.method == "GET" and len(pbxs) == 1:
        form.pbx_id.data = pbxs[0].pbx_id
    if not form.validate_on_submit():
        return _form_page(form, None)
    try:
        draft = form.read_draft()
        check_draft(draft, runtime().catalog.vendors.values())
        tenant = add_tenant(session(), draft, actor=current_actor(), now=utc_now())
    except InvalidValueError as fault:
        tell_fault(form, fault)
        return _form_page(form, None)
    flash(f"{tenant.name} added. Next: its extensions, then its phones.", "done")
    return redirect(url_for("system.tenant_home", tenant_slug=tenant.slug), 303)


@blueprint.route("/t/<tenant_slug>/settings", methods=["GET", "POST"])
@admin_only
def settings() -> Answer:
    """Change a tenant: all of it for the provider, its own part for a tenant's admin."""
    tenant = current_tenant()
    form = _settings_form(tenant)
    if not form.validate_on_submit():
        return _form_page(form, tenant)
    try:
        draft = form.read_draft(tenant)
        check_draft(draft, runtime().catalog.vendors.values())
        told = update_tenant(session(), tenant, draft, actor=current_actor(), now=utc_now())
    except InvalidValueError as fault:
        tell_fault(form, fault)
        return _form_page(form, tenant)
    flash(_saved(told, tenant), "done")
    return redirect(url_for("tenants.settings", tenant_slug=tenant.slug), 303)


@blueprint.route("/t/<tenant_slug>/delete", methods=["GET", "POST"])
@provider_only
def delete() -> Answer:
    """Remove a tenant's phones first, so that each is told; then the tenant itself."""
    tenant = current_tenant()
    form = DeleteTenantForm()
    if not form.validate_on_submit():
        return _delete_page(form, tenant)
    now = utc_now()
    has_phones = count_contents(session(), tenant.id).phones > 0
    try:
        if has_phones:
            check_typed_name(tenant, form.typed_name.data or "")
            removed = remove_phones(session(), tenant, actor=current_actor(), now=now)
        else:
            typed = form.typed_name.data or ""
            delete_tenant(session(), tenant, typed, actor=current_actor(), now=now)
    except InvalidValueError as fault:
        tell_fault(form, fault)
        return _delete_page(form, tenant)
    if has_phones:
        flash(f"{_phones(removed)} removed. They are being told to switch off.", "done")
        return redirect(url_for("tenants.delete", tenant_slug=tenant.slug), 303)
    flash(f"{tenant.name} deleted.", "done")
    return redirect(url_for("tenants.index"), 303)


def _settings_form(tenant: Tenant) -> TenantSettingsForm:
    if not is_provider():
        form = TenantSettingsForm(obj=tenant)
        form.prepare(tenant.time_zone)
        return form
    full = TenantForm(obj=tenant)
    full.prepare(tenant.time_zone)
    full.offer_pbxs(list_pbx_choices(session()))
    return full


def _form_page(form: TenantSettingsForm, tenant: Tenant | None) -> Answer:
    page = render_template("tenants/form.html", form=form, edited=tenant)
    return page, REFUSED if request.method == "POST" else 200


def _delete_page(form: DeleteTenantForm, tenant: Tenant) -> Answer:
    contents = count_contents(session(), tenant.id)
    page = render_template("tenants/delete.html", form=form, contents=contents)
    return page, REFUSED if request.method == "POST" else 200


def _saved(told: int, tenant: Tenant) -> str:
    if not told:
        return "Saved."
    return f"Saved. {_phones(told)} take it within {tenant.poll_minutes} minutes, or at a reboot."


def _phones(count: int) -> str:
    return "1 phone" if count == 1 else f"{count} phones"
