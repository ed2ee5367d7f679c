"""Accounts that a phone's keys need: its model has only so many."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from phoneprov.catalog.catalog import Catalog
from phoneprov.core.errors import InvalidValueError
from phoneprov.fleet.models import Phone
from phoneprov.fleet.own_key_models import ON_PHONE, PhoneButton
from phoneprov.fleet.phone_keys import list_modules
from phoneprov.layouts.drafts import ButtonValues
from phoneprov.layouts.locks import find_locks
from phoneprov.layouts.models import LayoutButton
from phoneprov.vendors.config import ButtonKind

Spot = tuple[int, int]
"""Module number, 0 for the phone, and position."""


def refuse_surplus_line(
    session: Session, catalog: Catalog, phone: Phone, spot: Spot, values: ButtonValues
) -> None:
    """Refuse a line key that needs an account more than the phone's model has.

    Raises InvalidValueError for the field `value`.
    """
    line_id = values.extension_id
    if values.kind is not ButtonKind.LINE or line_id in {None, phone.extension_id}:
        return
    others = {one for where, one in _lines(session, phone).items() if where != spot}
    others -= {None, phone.extension_id}
    model = catalog.get_model(phone.model_slug)
    if line_id not in others and len(others) + 1 >= model.accounts:
        most = model.accounts
        message = (
            f"The {model.full_name} has {most} account{'' if most == 1 else 's'}; its own "
            f"extension and its other keys leave none for {values.value}."
        )
        raise InvalidValueError(message, field="value")


def _lines(session: Session, phone: Phone) -> dict[Spot, int | None]:
    """Return the extensions of the line keys that count on this phone, by where they are."""
    modules = list_modules(session, phone.id)
    places = {ON_PHONE: phone.button_layout_id, **{one.number: one.layout_id for one in modules}}
    layout_ids = [one for one in places.values() if one is not None]
    rows = session.execute(
        select(LayoutButton.layout_id, LayoutButton.position, LayoutButton.extension_id).where(
            LayoutButton.layout_id.in_(layout_ids), LayoutButton.kind == ButtonKind.LINE
        )
    ).all()
    found: dict[Spot, int | None] = {
        (number, position): line_id
        for number, layout_id in places.items()
        for in_layout, position, line_id in rows
        if in_layout == layout_id
    }
    locks = find_locks(session, layout_ids)
    for own in session.scalars(select(PhoneButton).where(PhoneButton.phone_id == phone.id)):
        if own.position not in locks.get(places.get(own.module) or 0, ()):
            is_line = own.kind is ButtonKind.LINE
            found[own.module, own.position] = own.extension_id if is_line else None
    return found
