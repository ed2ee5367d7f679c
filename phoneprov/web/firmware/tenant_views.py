"""What a tenant sees of firmware: what its phones run, and what the library has for them."""

from flask import render_template

from phoneprov.firmware.queries import list_for_tenant, list_model_slugs, list_models_in_use
from phoneprov.web.access import current_tenant
from phoneprov.web.database import session
from phoneprov.web.firmware.blueprint import Answer, blueprint
from phoneprov.web.runtime import runtime


@blueprint.get("/t/<tenant_slug>/firmware")
def of_tenant() -> Answer:
    """Show what the tenant's phones run, and what there is for them."""
    tenant = current_tenant()
    own = list_model_slugs(session(), tenant.id)
    images = [
        (one, tuple(slug for slug in one.model_slugs if slug in own))
        for one in list_for_tenant(session(), tenant.id)
    ]
    return render_template(
        "firmware/of_tenant.html",
        models=list_models_in_use(session(), runtime().catalog, tenant.id),
        images=images,
    )
