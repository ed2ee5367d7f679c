"""How many phones use a layout, and which."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, func, or_, select, union
from sqlalchemy.orm import Session

from phoneprov.fleet import deliveries
from phoneprov.fleet.deliveries import Delivery, list_reached
from phoneprov.fleet.models import Phone, PhoneModule
from phoneprov.layouts.models import ButtonLayout


def uses_layout(layout_id: int) -> ColumnElement[bool]:
    """Return the condition of a phone that has the layout, for itself or for a module."""
    on_modules = select(PhoneModule.phone_id).where(PhoneModule.layout_id == layout_id)
    return or_(Phone.button_layout_id == layout_id, Phone.id.in_(on_modules))


def count_uses(session: Session, tenant_id: int) -> Mapping[int, int]:
    """Return how many phones use each layout of a tenant, on themselves or on a module."""
    direct = select(Phone.button_layout_id.label("layout_id"), Phone.id.label("phone_id")).where(
        Phone.tenant_id == tenant_id, Phone.button_layout_id.is_not(None)
    )
    on_modules = (
        select(PhoneModule.layout_id, PhoneModule.phone_id)
        .join(Phone, Phone.id == PhoneModule.phone_id)
        .where(Phone.tenant_id == tenant_id, PhoneModule.layout_id.is_not(None))
    )
    uses = union(direct, on_modules).subquery()
    rows = session.execute(select(uses.c.layout_id, func.count()).group_by(uses.c.layout_id))
    return {layout_id: count for layout_id, count in rows}  # noqa: C416 - dict() of rows loses the types


def list_users(session: Session, layout: ButtonLayout) -> Sequence[Phone]:
    """Return the phones that use a layout, with extension, tenant and profile, without secrets."""
    return list_reached(session, layout.tenant_id, uses_layout(layout.id))


def count_delivered(session: Session, layout: ButtonLayout) -> Delivery:
    """Return how far a layout has got, in one query however many phones use it."""
    return deliveries.count_delivered(session, layout.tenant_id, uses_layout(layout.id))
