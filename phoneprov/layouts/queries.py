"""Reads of layouts."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from phoneprov.layouts.models import ButtonLayout, LayoutButton
from phoneprov.layouts.resolve import StoredButton
from phoneprov.tenancy.models import for_tenant


def find_layout(session: Session, tenant_id: int, layout_id: int) -> ButtonLayout | None:
    """Return one layout of a tenant."""
    query = for_tenant(tenant_id, ButtonLayout).where(ButtonLayout.id == layout_id)
    return session.scalar(query)


def list_layouts(
    session: Session, tenant_id: int, *, is_for_module: bool = False, model_slug: str | None = None
) -> Sequence[ButtonLayout]:
    """Return the layouts of a tenant by name, those of one model if it is given."""
    query = for_tenant(tenant_id, ButtonLayout).where(ButtonLayout.is_for_module == is_for_module)
    if model_slug is not None:
        query = query.where(ButtonLayout.model_slug == model_slug)
    return session.scalars(query.order_by(func.lower(ButtonLayout.name), ButtonLayout.id)).all()


def find_default(
    session: Session, tenant_id: int, model_slug: str, *, is_for_module: bool = False
) -> int | None:
    """Return the id of the layout that new phones of the model start with, if there is one."""
    return session.scalar(
        select(ButtonLayout.id).where(
            ButtonLayout.tenant_id == tenant_id,
            ButtonLayout.is_for_module == is_for_module,
            ButtonLayout.model_slug == model_slug,
            ButtonLayout.is_default,
        )
    )


def list_stored(session: Session, tenant_id: int) -> dict[int, list[StoredButton]]:
    """Return all buttons of a tenant by layout, in one query."""
    rows = session.execute(
        select(
            LayoutButton.layout_id,
            LayoutButton.position,
            LayoutButton.kind,
            LayoutButton.value,
            LayoutButton.extension_id,
        )
        .join(ButtonLayout, ButtonLayout.id == LayoutButton.layout_id)
        .where(ButtonLayout.tenant_id == tenant_id)
    )
    found: dict[int, list[StoredButton]] = {}
    for layout_id, position, kind, value, extension_id in rows:
        button = StoredButton(position=position, kind=kind, value=value, extension_id=extension_id)
        found.setdefault(layout_id, []).append(button)
    return found


def list_pointing(session: Session, tenant_id: int, extension_id: int) -> Sequence[ButtonLayout]:
    """Return the layouts of a tenant with a button that points at an extension, by name."""
    pointing = select(LayoutButton.layout_id).where(LayoutButton.extension_id == extension_id)
    query = for_tenant(tenant_id, ButtonLayout).where(ButtonLayout.id.in_(pointing))
    return session.scalars(query.order_by(func.lower(ButtonLayout.name))).all()
