"""Finds the BLF keys of a phone and its modules that watch nobody."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from phoneprov.fleet.diagnosis.circumstances import LampFault
from phoneprov.fleet.own_key_models import ON_PHONE, PhoneButton
from phoneprov.fleet.phone_keys import list_modules
from phoneprov.fleet.queries import PhoneDetails
from phoneprov.layouts.faults import find_fault
from phoneprov.layouts.locks import find_locks
from phoneprov.layouts.models import LayoutButton
from phoneprov.layouts.resolve import StoredButton
from phoneprov.pbx.dialects.dialect import Dialect
from phoneprov.pbx.dialects.typed import dialect_of
from phoneprov.vendors.config import ButtonKind


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """The phone itself (0), or one of its modules, with its layout."""

    module: int
    layout_id: int

    @property
    def words(self) -> str:
        return "Key" if self.module == ON_PHONE else f"Module {self.module}, key"


def find_lamp_faults(session: Session, details: PhoneDetails) -> Sequence[LampFault]:
    """Return the keys in force that watch nobody, the phone's own first; four queries at most."""
    phone = details.phone
    places = [_Place(module=ON_PHONE, layout_id=phone.button_layout_id or 0)]
    places += [
        _Place(module=one.number, layout_id=one.layout_id or 0)
        for one in list_modules(session, phone.id)
    ]
    own = session.scalars(
        select(PhoneButton).where(PhoneButton.phone_id == phone.id).order_by(PhoneButton.position)
    ).all()
    layout_ids = {one.layout_id for one in places if one.layout_id}
    if not layout_ids and not own:
        return ()
    locks = find_locks(session, layout_ids) if own and layout_ids else {}
    found = _list_dead(session, layout_ids) if layout_ids else ()
    dialect = dialect_of(details.pbx)
    faults: list[LampFault] = []
    for place in places:
        locked = locks.get(place.layout_id, frozenset())
        in_force = [o for o in own if o.module == place.module and o.position not in locked]
        covered = {one.position for one in in_force}
        buttons: list[LayoutButton | PhoneButton] = [
            *(b for b in found if b.layout_id == place.layout_id and b.position not in covered),
            *(one for one in in_force if one.kind is ButtonKind.BLF),
        ]
        faults += _faults(place, sorted(buttons, key=lambda one: one.position), dialect)
    return faults


def _list_dead(session: Session, layout_ids: set[int]) -> Sequence[LayoutButton]:
    return session.scalars(
        select(LayoutButton).where(
            LayoutButton.layout_id.in_(layout_ids),
            LayoutButton.kind == ButtonKind.BLF,
            LayoutButton.extension_id.is_(None),
        )
    ).all()


def _faults(
    place: _Place, buttons: Sequence[LayoutButton | PhoneButton], dialect: Dialect
) -> Iterator[LampFault]:
    for button in buttons:
        stored = StoredButton(
            position=button.position,
            kind=ButtonKind.BLF,
            value=button.value,
            extension_id=button.extension_id,
        )
        text = find_fault(stored, dialect)
        if text is not None:
            yield LampFault(
                module=place.module,
                position=button.position,
                key=f"{place.words} {button.position}",
                text=text,
                layout_id=button.layout_id if isinstance(button, LayoutButton) else 0,
            )
