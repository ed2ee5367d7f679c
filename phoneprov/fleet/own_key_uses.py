"""Which phones have keys of their own: where a layout locks, or an extension goes."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, defer, joinedload

from phoneprov.fleet.models import Phone, PhoneModule
from phoneprov.fleet.own_key_models import ON_PHONE, PhoneButton
from phoneprov.layouts.models import ButtonLayout
from phoneprov.tenancy.models import Extension, for_tenant


def list_own_keys(session: Session, phone_id: int) -> Sequence[PhoneButton]:
    """Return the keys in which a phone differs, the phone's own before those of its modules."""
    query = select(PhoneButton).where(PhoneButton.phone_id == phone_id)
    return session.scalars(query.order_by(PhoneButton.module, PhoneButton.position)).all()


def count_own_keys(session: Session, phone_id: int) -> int:
    """Return in how many keys a phone differs from its layouts."""
    query = select(func.count()).where(PhoneButton.phone_id == phone_id)
    return session.scalar(query.select_from(PhoneButton)) or 0


def count_differing(session: Session, layout: ButtonLayout) -> Mapping[int, int]:
    """Return by position how many phones with this layout have a key of their own there.

    One query, however many phones use the layout.
    """
    rows = session.execute(
        _differing(layout)
        .with_only_columns(PhoneButton.position, func.count(PhoneButton.phone_id.distinct()))
        .group_by(PhoneButton.position)
    )
    return {position: count for position, count in rows}  # noqa: C416 - dict() of rows loses the types


def list_differing(session: Session, layout: ButtonLayout, position: int) -> Sequence[int]:
    """Return the ids of the phones with this layout that have a key of their own there."""
    query = _differing(layout).where(PhoneButton.position == position)
    return session.scalars(query.distinct()).all()


def list_phones_pointing(session: Session, tenant_id: int, extension_id: int) -> Sequence[Phone]:
    """Return the phones of a tenant with an own key on an extension, without their secrets."""
    pointing = select(PhoneButton.phone_id).where(PhoneButton.extension_id == extension_id)
    return session.scalars(
        for_tenant(tenant_id, Phone)
        .where(Phone.id.in_(pointing))
        .order_by(Phone.display_name, Phone.mac)
        .options(
            joinedload(Phone.extension).defer(Extension.sip_password, raiseload=True),
            defer(Phone.token, raiseload=True),
            defer(Phone.admin_password, raiseload=True),
        )
    ).all()


def _differing(layout: ButtonLayout) -> Select[int]:
    """Select the phones that have a key of their own where this layout is."""
    on_module = and_(PhoneModule.number == PhoneButton.module, PhoneModule.layout_id == layout.id)
    on_phone = and_(PhoneButton.module == ON_PHONE, Phone.button_layout_id == layout.id)
    return (
        select(PhoneButton.phone_id)
        .join(Phone, Phone.id == PhoneButton.phone_id)
        .outerjoin(PhoneModule, and_(PhoneModule.phone_id == Phone.id, on_module))
        .where(
            Phone.tenant_id == layout.tenant_id,
            or_(on_phone, PhoneModule.id.is_not(None)),
        )
    )
