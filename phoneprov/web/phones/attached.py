"""What a phone's keys come from, as its page names it: its layout, its modules."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from phoneprov.catalog.catalog import Catalog
from phoneprov.fleet.models import Phone
from phoneprov.fleet.phone_keys import list_modules
from phoneprov.layouts.models import ButtonLayout
from phoneprov.web.database import session


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedModule:
    """An expansion module of a phone."""

    name: str
    layout: ButtonLayout | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A phone's layout and modules."""

    layout: ButtonLayout | None
    modules: Sequence[AttachedModule]


def find_attached(phone: Phone, catalog: Catalog) -> Attached:
    """Return a phone's layout and modules, in two queries at most."""
    rows = list_modules(session(), phone.id)
    ids = [one for one in (phone.button_layout_id, *(row.layout_id for row in rows)) if one]
    found = {}
    if ids:
        query = select(ButtonLayout).where(
            ButtonLayout.id.in_(ids), ButtonLayout.tenant_id == phone.tenant_id
        )
        found = {layout.id: layout for layout in session().scalars(query)}
    models = catalog.module_models
    return Attached(
        layout=found.get(phone.button_layout_id or 0),
        modules=[
            AttachedModule(
                name=models[row.module_slug].name if row.module_slug in models else row.module_slug,
                layout=found.get(row.layout_id or 0),
            )
            for row in rows
        ],
    )
