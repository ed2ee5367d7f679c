"""The start page, the list of keys, and what the other modules of this screen add."""

from flask import redirect, render_template, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from phoneprov.tenancy.models import Role, Tenant
from phoneprov.web.access import current_tenant, signed_in_user
from phoneprov.web.database import session
from phoneprov.web.system import find_us, health, own_files, search, status
from phoneprov.web.system.blueprint import blueprint

Answer = str | Response | tuple[str, int]

__all__ = ["blueprint", "find_us", "health", "own_files", "search", "status"]


@blueprint.get("/")
def home() -> Answer:
    """Go where the reader's work is: the only tenant's phones, or the list of tenants."""
    query = select(Tenant.slug).limit(2)
    user = signed_in_user()
    if user.role != Role.PROVIDER:
        query = query.where(Tenant.id == user.tenant_id)
    slugs = session().scalars(query).all()
    if len(slugs) == 1:
        return redirect(url_for("phones.index", tenant_slug=slugs[0]), 303)
    return redirect(url_for("tenants.index"), 303)


@blueprint.get("/t/<tenant_slug>/")
def tenant_home() -> Answer:
    """Go to the tenant's phones."""
    return redirect(url_for("phones.index", tenant_slug=current_tenant().slug), 303)


@blueprint.get("/keys")
def keys() -> Answer:
    """Show the keys that the pages know."""
    return render_template("system/keys.html")
