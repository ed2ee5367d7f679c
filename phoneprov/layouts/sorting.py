"""Sorts the buttons of a layout among the keys that they have."""

from collections.abc import Collection, Mapping
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from phoneprov.catalog.catalog import Catalog
from phoneprov.core.errors import InvalidValueError
from phoneprov.layouts.buttons import list_buttons
from phoneprov.layouts.drafts import ButtonValues
from phoneprov.layouts.locks import list_locks
from phoneprov.layouts.models import ButtonLayout, LayoutButton
from phoneprov.layouts.targets import LayoutTarget, get_target
from phoneprov.layouts.variables import fill
from phoneprov.tenancy.models import Extension
from phoneprov.vendors.config import ButtonKind

SORTED_KINDS = (ButtonKind.BLF, ButtonKind.SPEED_DIAL)
"""What is sorted unless other kinds are chosen."""


class Order(StrEnum):
    """What buttons are sorted by."""

    LABEL = "label"
    NUMBER = "number"


def sort_keys(
    session: Session,
    catalog: Catalog,
    layout: ButtonLayout,
    order: Order,
    kinds: Collection[ButtonKind],
) -> int:
    """Sort the buttons of these kinds; return how many keys are others now.

    All other buttons, and those on locked keys, stay where they are. Raises InvalidValueError for
    the field `kinds` where none is chosen, or where a key can't carry what would come to it.
    """
    if not kinds:
        raise InvalidValueError("Choose what is sorted.", field="kinds")
    target = get_target(catalog, layout.model_slug, is_for_module=layout.is_for_module)
    locked = list_locks(session, layout.id)
    rows = {
        position: row
        for position, row in list_buttons(session, layout.id).items()
        if row.kind in kinds and position not in locked
    }
    names = _names(session, rows)
    ranked = sorted(rows.values(), key=lambda row: _rank(row, order, names))
    new = {position: _values(row) for position, row in zip(rows, ranked, strict=True)}
    moved = [position for position, row in rows.items() if _values(row) != new[position]]
    for position in moved:
        _refuse(target, position, new[position])
    for position in moved:
        row, values = rows[position], new[position]
        row.kind, row.value, row.label = values.kind, values.value, values.label
        row.extension_id = values.extension_id
    layout.revision += bool(moved)
    session.flush()
    return len(moved)


def _rank(
    row: LayoutButton, order: Order, names: Mapping[int, tuple[str, str]]
) -> tuple[object, ...]:
    """Return what a button is sorted by; where that is equal, the other one decides."""
    number, name = names.get(row.extension_id or 0, (row.value, ""))
    points = row.extension_id in names
    values = {"name": name or number, "extension": number} if points else {}
    label = (fill(row.label, values).strip() or name or number).casefold()
    by_number = (len(number), number.casefold())
    return (label, *by_number) if order is Order.LABEL else (*by_number, label)


def _names(session: Session, rows: Mapping[int, LayoutButton]) -> dict[int, tuple[str, str]]:
    """Return number and name of the extensions that buttons point at."""
    ids = [row.extension_id for row in rows.values() if row.extension_id is not None]
    query = select(Extension.id, Extension.number, Extension.name).where(Extension.id.in_(ids))
    return {key: (number, name) for key, number, name in session.execute(query)}


def _values(row: LayoutButton) -> ButtonValues:
    return ButtonValues(
        kind=row.kind, value=row.value, label=row.label, extension_id=row.extension_id
    )


def _refuse(target: LayoutTarget, position: int, values: ButtonValues) -> None:
    reason = target.why_not(position, values.kind, has_value=bool(values.value))
    if reason:
        message = f"Key {position} can't take what would come to it: {reason}"
        raise InvalidValueError(message, field="kinds")
