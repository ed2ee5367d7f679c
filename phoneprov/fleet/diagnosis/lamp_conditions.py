"""The condition of a phone with a key that watches nobody: of a layout, or its own."""

from sqlalchemy import ColumnElement, and_, case, func, not_, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from phoneprov.fleet.models import Phone, PhoneModule
from phoneprov.fleet.own_key_models import ON_PHONE, PhoneButton
from phoneprov.layouts.models import LayoutButton, LayoutLock
from phoneprov.vendors.config import ButtonKind

DIGITS = "0123456789"


def watches_nobody() -> ColumnElement[bool]:
    """Return the condition of a BLF key in force on a number without an extension.

    A phone's own key counts in place of the layout's, unless the layout has locked it.
    """
    return or_(_on_phone(), _on_modules(), _of_its_own())


def _on_phone() -> ColumnElement[bool]:
    return (
        select(LayoutButton.id)
        .where(
            LayoutButton.layout_id == Phone.button_layout_id,
            _is_dead(LayoutButton),
            _is_in_force(ON_PHONE),
        )
        .correlate(Phone)
        .exists()
    )


def _on_modules() -> ColumnElement[bool]:
    return (
        select(LayoutButton.id)
        .join(PhoneModule, PhoneModule.layout_id == LayoutButton.layout_id)
        .where(
            PhoneModule.phone_id == Phone.id,
            _is_dead(LayoutButton),
            _is_in_force(PhoneModule.number),
        )
        .correlate(Phone)
        .exists()
    )


def _of_its_own() -> ColumnElement[bool]:
    """Return the condition of such a key of the phone's own, on itself or on a module it has."""
    of_module = (
        select(PhoneModule.layout_id)
        .where(PhoneModule.phone_id == Phone.id, PhoneModule.number == PhoneButton.module)
        .correlate(Phone, PhoneButton)
    )
    layout_id = case(
        (PhoneButton.module == ON_PHONE, Phone.button_layout_id),
        else_=of_module.scalar_subquery(),
    )
    return (
        select(PhoneButton.id)
        .where(
            PhoneButton.phone_id == Phone.id,
            _is_dead(PhoneButton),
            or_(PhoneButton.module == ON_PHONE, of_module.exists()),
            not_(_is_locked(layout_id, PhoneButton.position, PhoneButton)),
        )
        .correlate(Phone)
        .exists()
    )


def _is_dead(button: type[LayoutButton] | type[PhoneButton]) -> ColumnElement[bool]:
    """Return the condition that layouts.faults tells of a BLF key."""
    return and_(
        button.kind == ButtonKind.BLF,
        button.extension_id.is_(None),
        button.value != "",
        func.ltrim(button.value, DIGITS) == "",
    )


def _is_in_force(module: int | InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Return the condition that no key of the phone's own is in the place of a layout's."""
    own = (
        select(PhoneButton.id)
        .where(
            PhoneButton.phone_id == Phone.id,
            PhoneButton.module == module,
            PhoneButton.position == LayoutButton.position,
        )
        .correlate(Phone, PhoneModule, LayoutButton)
        .exists()
    )
    locked = _is_locked(LayoutButton.layout_id, LayoutButton.position, LayoutButton)
    return or_(not_(own), locked)


def _is_locked(
    layout_id: ColumnElement[int] | InstrumentedAttribute[int],
    position: InstrumentedAttribute[int],
    owner: type[LayoutButton] | type[PhoneButton],
) -> ColumnElement[bool]:
    return (
        select(LayoutLock.position)
        .where(LayoutLock.layout_id == layout_id, LayoutLock.position == position)
        .correlate(Phone, PhoneModule, owner)
        .exists()
    )
