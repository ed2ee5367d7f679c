"""What can be done to the buttons of a layout: assign, clear, move.

Each verb returns whether anything changed; fleet.layout_changes then tells the phones.
"""

import zlib
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from phoneprov.catalog.catalog import Catalog
from phoneprov.core.errors import InvalidValueError, NotAllowedError
from phoneprov.layouts.drafts import ButtonDraft, ButtonRules, ButtonValues, check_button
from phoneprov.layouts.models import ButtonLayout, LayoutButton
from phoneprov.layouts.targets import LayoutTarget, get_target
from phoneprov.pbx.dialects.dialect import Dialect
from phoneprov.tenancy.audit import Actor, write_audit
from phoneprov.vendors.config import ButtonKind


def assign_button(  # noqa: PLR0913 - a verb with its actor and time
    session: Session,
    catalog: Catalog,
    layout: ButtonLayout,
    position: int,
    draft: ButtonDraft,
    *,
    dialect: Dialect,
    actor: Actor,
    now: datetime,
    seen: str | None = None,
) -> bool:
    """Assign the key at `position`, whatever it did before.

    `seen` is the mark of what the person saw there; when the key is another by now they are told
    instead of overwriting it. Raises InvalidValueError with the field that is wrong and the
    reason: a kind that the key can't carry, a line more than the model has accounts.
    """
    rows = list_buttons(session, layout.id)
    row = rows.get(position)
    _refuse_unseen(row, seen, "Save again to put yours in its place.")
    rules = ButtonRules(
        target=_target(catalog, layout),
        dialect=dialect,
        other_lines=list_lines(rows, without=position),
    )
    values = check_button(session, layout.tenant_id, position, draft, rules)
    if row is not None and _values(row) == values:
        return False
    before = _say(row)
    if row is None:
        row = LayoutButton(layout_id=layout.id, position=position)
        session.add(row)
    _take(row, values)
    _save(session, layout)
    changes: dict[str, list[object]] = {f"key {position}": [before, _say(row)]}
    _audit(session, layout, changes, actor=actor, now=now)
    return True


def clear_button(  # noqa: PLR0913 - a verb with its actor and time
    session: Session,
    layout: ButtonLayout,
    position: int,
    *,
    actor: Actor,
    now: datetime,
    seen: str | None = None,
) -> bool:
    """Let the key at `position` do nothing.

    `seen` is the mark of what the person saw there. Raises InvalidValueError where it is another
    by now.
    """
    row = list_buttons(session, layout.id).get(position)
    if row is None:
        return False
    _refuse_unseen(row, seen, "Clear it again to empty it all the same.")
    changes: dict[str, list[object]] = {f"key {position}": [_say(row), None]}
    session.delete(row)
    _save(session, layout)
    _audit(session, layout, changes, actor=actor, now=now)
    return True


def move_button(  # noqa: PLR0913 - a verb with its actor and time
    session: Session,
    catalog: Catalog,
    layout: ButtonLayout,
    position: int,
    to: int,
    *,
    actor: Actor,
    now: datetime,
    seen: str | None = None,
    seen_there: str | None = None,
) -> bool:
    """Move a button to another key; what was there comes to where it was.

    `seen` and `seen_there` are the marks of what the person saw on the two keys. Raises
    InvalidValueError where one is another by now, NotAllowedError where a key can't carry what it
    would get.
    """
    rows = list_buttons(session, layout.id)
    row, other = rows.get(position), rows.get(to)
    for one, mark in ((row, seen), (other, seen_there)):
        _refuse_unseen(one, mark, "Move it again if you still want to.")
    if row is None or position == to:
        return False
    target = _target(catalog, layout)
    _refuse(target, row, to)
    if other is None:
        row.position = to
    else:
        _refuse(target, other, position)
        values, others = _values(row), _values(other)
        _take(row, others)
        _take(other, values)
    _save(session, layout)
    changes: dict[str, list[object]] = {"key": [position, to]}
    _audit(session, layout, changes, actor=actor, now=now)
    return True


def mark_of(row: LayoutButton | None) -> str:
    """Return a mark of what a key does, to tell later whether it still does."""
    return f"{zlib.crc32(repr(_values(row)).encode()):08x}" if row else "empty"


def list_buttons(session: Session, layout_id: int) -> dict[int, LayoutButton]:
    """Return the buttons of a layout by position, in order."""
    query = select(LayoutButton).where(LayoutButton.layout_id == layout_id)
    rows = session.scalars(query.order_by(LayoutButton.position))
    return {row.position: row for row in rows}


def list_lines(rows: dict[int, LayoutButton], *, without: int) -> frozenset[int]:
    """Return the extensions that the line keys but the one at `without` bring onto the phone."""
    return frozenset(
        row.extension_id
        for row in rows.values()
        if row.kind is ButtonKind.LINE and row.extension_id and row.position != without
    )


def _target(catalog: Catalog, layout: ButtonLayout) -> LayoutTarget:
    return get_target(catalog, layout.model_slug, is_for_module=layout.is_for_module)


def _values(row: LayoutButton) -> ButtonValues:
    return ButtonValues(
        kind=row.kind, value=row.value, label=row.label, extension_id=row.extension_id
    )


def _take(row: LayoutButton, values: ButtonValues) -> None:
    row.kind, row.value, row.label = values.kind, values.value, values.label
    row.extension_id = values.extension_id


def _refuse_unseen(row: LayoutButton | None, seen: str | None, way_on: str) -> None:
    if seen is not None and seen != mark_of(row):
        is_now = f"it is now {_say(row) or 'empty'}."
        message = f"Somebody else has changed this key meanwhile: {is_now} {way_on}"
        raise InvalidValueError(message)


def _refuse(target: LayoutTarget, row: LayoutButton, to: int) -> None:
    reason = target.why_not(to, row.kind, has_value=bool(row.value))
    if reason:
        raise NotAllowedError(reason)


def _save(session: Session, layout: ButtonLayout) -> None:
    """Write what is pending; one of two people who fill the same empty key at once is told."""
    layout.revision += 1
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        message = "Somebody else has just assigned this key; look at it again."
        raise InvalidValueError(message, field="kind") from error


def _say(row: LayoutButton | None) -> str | None:
    """Return a button in words for the audit."""
    if row is None:
        return None
    words = " ".join(filter(None, (row.kind.value.replace("_", " "), row.value)))
    return f"{words} “{row.label}”" if row.label else words


def _audit(
    session: Session,
    layout: ButtonLayout,
    changes: dict[str, list[object]],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    write_audit(
        session,
        actor,
        "layout.button",
        layout.name,
        at=now,
        tenant_id=layout.tenant_id,
        changes=changes,
    )
