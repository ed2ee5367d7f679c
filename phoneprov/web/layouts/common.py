"""What the pages of both kinds of layout share."""

from flask import abort, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from phoneprov.catalog.model import ModuleModel, PhoneModel
from phoneprov.fleet.layout_uses import uses_layout
from phoneprov.fleet.queries import title_phone
from phoneprov.layouts.models import ButtonLayout
from phoneprov.layouts.queries import find_layout
from phoneprov.layouts.resolve import Line
from phoneprov.layouts.targets import LayoutTarget, find_target
from phoneprov.pbx.dialects.dialect import Dialect
from phoneprov.pbx.dialects.typed import dialect_of
from phoneprov.pbx.models import Pbx
from phoneprov.tenancy.models import Extension
from phoneprov.web.access import current_tenant
from phoneprov.web.changes.delivery import Reach
from phoneprov.web.database import session
from phoneprov.web.layouts.forms import Groups
from phoneprov.web.layouts.picture import Desk
from phoneprov.web.runtime import runtime

Answer = str | Response | tuple[str, int]

REFUSED = 422
PHONE_LAYOUTS, MODULE_LAYOUTS = "layouts", "module_layouts"


def is_for_module() -> bool:
    """Tell whether this is a page of the expansion module layouts."""
    return request.blueprint == MODULE_LAYOUTS


def page_words() -> dict[str, object]:
    """Return what all templates of these screens know."""
    what = "Expansion Module Layout" if is_for_module() else "Button Layout"
    return {"is_for_module": is_for_module(), "what": what, "phone_name": title_phone}


def get_own_layout(layout_id: int) -> ButtonLayout:
    """Return a layout of this page's tenant and kind; any other is as missing as none."""
    layout = find_layout(session(), current_tenant().id, layout_id)
    if layout is None or layout.is_for_module != is_for_module():
        abort(404)
    return layout


def reach_of(layout: ButtonLayout) -> Reach:
    """Return which phones have the layout, and the pages that say how far a change has got."""
    return Reach(
        name=layout.name,
        which=uses_layout(layout.id),
        page=to("delivery", layout_id=layout.id),
        line=to("delivered", layout_id=layout.id),
        apply=to("apply", layout_id=layout.id),
        back=to("show", layout_id=layout.id),
        back_words="Back to its keys",
    )


def target_of(layout: ButtonLayout) -> LayoutTarget | None:
    """Return what the layout is for; None where the catalogue has that model no more."""
    return find_target(runtime().catalog, layout.model_slug, is_for_module=layout.is_for_module)


def get_target(layout: ButtonLayout) -> LayoutTarget:
    """Return what the layout is for; 404 where the catalogue has that model no more."""
    return target_of(layout) or abort(404)


def current_dialect() -> Dialect:
    """Return what buttons dial on the tenant's PBX."""
    tenant = current_tenant()
    return dialect_of(session().get(Pbx, tenant.pbx_id) if tenant.pbx_id else None)


def load_desk() -> Desk:
    """Return what the labels of a picture depend on, in two queries."""
    tenant = current_tenant()
    columns = {"id": Extension.id, "number": Extension.number, "name": Extension.name}
    query = (
        select(*(columns[name] for name in Line._fields))
        .where(Extension.tenant_id == tenant.id)
        .order_by(Extension.number)
    )
    # Past the mapper, which would look at each of thousands of rows.
    rows = session().connection().execute(query).all()
    lines = {line.id: line for line in map(Line._make, rows)}
    return Desk(tenant=tenant.name, dialect=current_dialect(), extensions=lines)


def model_groups() -> Groups:
    """Return the models that a layout can be for, by vendor: only those that have keys."""
    catalog = runtime().catalog
    groups: Groups = {"": [("", "Choose the model")]}
    models: list[PhoneModel | ModuleModel] = (
        list(catalog.module_models.values())
        if is_for_module()
        else [model for model in catalog.phone_models.values() if model.line_keys]
    )
    for vendor in catalog.vendors:
        offered = [(model.slug, model.name) for model in models if model.vendor is vendor]
        if offered:
            groups[vendor.label] = offered
    return groups


def to(view: str, **values: object) -> str:
    """Return the address of a view of the same screen."""
    return url_for(f".{view}", tenant_slug=current_tenant().slug, **values)  # type: ignore[arg-type]
