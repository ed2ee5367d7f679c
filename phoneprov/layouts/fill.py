"""Fills many keys in one step: everybody's lamp, the park slots, or a certain person's desk."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from phoneprov.catalog.catalog import Catalog
from phoneprov.core.errors import InvalidValueError
from phoneprov.layouts.buttons import list_buttons
from phoneprov.layouts.drafts import ButtonValues, find_extension_typed
from phoneprov.layouts.models import LONGEST_VALUE, ButtonLayout, LayoutButton
from phoneprov.layouts.targets import LayoutTarget, get_target
from phoneprov.pbx.dialects.dialect import Dialect, Feature
from phoneprov.tenancy.models import Extension
from phoneprov.vendors.config import ButtonKind

MOST_LINES = 16


class Pattern(StrEnum):
    """What the keys are filled with."""

    RECEPTIONIST = "receptionist"
    SALES_REP = "sales_rep"
    CONFERENCE_ROOM = "conference_room"
    EVERYBODY = "everybody"
    PARK_SLOTS = "park_slots"
    OWN_LINES = "own_lines"


@dataclass(frozen=True, slots=True, kw_only=True)
class FillDraft:
    """What a person chose to fill a layout with."""

    pattern: Pattern
    first_key: int = 1
    own_lines: int = 1
    fellows: Collection[int] = ()
    """Ids of the extensions that a sales rep watches."""
    manager: str = ""
    it_support: str = ""
    front_desk: str = ""
    clears: bool = False
    """Whether the layout is emptied first."""
    without_layout_id: int | None = None
    """Leave out who has a lamp on this layout: the rest of them comes onto a module."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What came of it."""

    placed: int
    left_out: tuple[str, ...]
    """In words, what did not fit, with the reason where it is another than the room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """Buttons in their order; where room is short, those in the middle give way."""

    first: Sequence[ButtonValues] = ()
    many: Sequence[ButtonValues] = ()
    last: Sequence[ButtonValues] = ()


def fill_layout(
    session: Session, catalog: Catalog, layout: ButtonLayout, draft: FillDraft, dialect: Dialect
) -> Filled:
    """Fill the free keys of a layout from `first_key` on.

    Raises InvalidValueError with the field that is wrong; nothing is changed then.
    """
    target = get_target(catalog, layout.model_slug, is_for_module=layout.is_for_module)
    _check(draft, target)
    wanted = _want(session, layout, draft, dialect)
    rows = {} if draft.clears else list_buttons(session, layout.id)
    free = [key for key in range(draft.first_key, target.keys + 1) if key not in rows]
    placed, left_out = _place(target, wanted, free)
    if draft.clears:
        session.execute(delete(LayoutButton).where(LayoutButton.layout_id == layout.id))
        session.expire_all()
    session.add_all(
        LayoutButton(
            layout_id=layout.id,
            position=position,
            kind=values.kind,
            value=values.value,
            label=values.label,
            extension_id=values.extension_id,
        )
        for position, values in placed.items()
    )
    layout.revision += 1
    session.flush()
    return Filled(placed=len(placed), left_out=left_out)


def _check(draft: FillDraft, target: LayoutTarget) -> None:
    if not 1 <= draft.first_key <= target.keys:
        message = f"A key from 1 to {target.keys}."
        raise InvalidValueError(message, field="first_key")
    if not 0 <= draft.own_lines <= MOST_LINES:
        message = f"From 0 to {MOST_LINES} keys."
        raise InvalidValueError(message, field="own_lines")


def _want(session: Session, layout: ButtonLayout, draft: FillDraft, dialect: Dialect) -> _Wanted:
    lines = [ButtonValues(kind=ButtonKind.LINE, value="", label="")] * draft.own_lines
    slots = [
        ButtonValues(kind=ButtonKind.PARK_RETRIEVE, value=slot, label="") for slot in dialect.slots
    ]
    match draft.pattern:
        case Pattern.RECEPTIONIST:
            return _Wanted(first=lines, many=_watch(session, layout, draft), last=slots)
        case Pattern.SALES_REP:
            manager = _dial(session, layout, draft.manager, "manager", "")
            pause = ButtonValues(
                kind=ButtonKind.FEATURE_CODE, value=Feature.QUEUE_PAUSE.value, label=""
            )
            fellows = _watch(session, layout, draft, only=draft.fellows)
            return _Wanted(first=lines, many=fellows, last=[manager, pause])
        case Pattern.CONFERENCE_ROOM:
            support = _dial(session, layout, draft.it_support, "it_support", "IT support")
            desk = _dial(session, layout, draft.front_desk, "front_desk", "Front desk")
            return _Wanted(first=lines, last=[support, desk])
        case Pattern.EVERYBODY:
            return _Wanted(many=_watch(session, layout, draft))
        case Pattern.PARK_SLOTS:
            return _Wanted(first=slots)
        case Pattern.OWN_LINES:
            return _Wanted(first=lines)


def _watch(
    session: Session,
    layout: ButtonLayout,
    draft: FillDraft,
    *,
    only: Collection[int] | None = None,
) -> list[ButtonValues]:
    """Return a lamp for each extension by number; without those that have one already."""
    query = select(Extension).where(Extension.tenant_id == layout.tenant_id)
    if only is not None:
        query = query.where(Extension.id.in_(only))
    there = set() if draft.clears else _watched(session, layout, layout.id)
    if draft.without_layout_id is not None:
        there |= _watched(session, layout, draft.without_layout_id)
    found = sorted(session.scalars(query), key=lambda one: (len(one.number), one.number))
    return [
        ButtonValues(kind=ButtonKind.BLF, value=one.number, label="", extension_id=one.id)
        for one in found
        if one.id not in there
    ]


def _watched(session: Session, layout: ButtonLayout, layout_id: int) -> set[int | None]:
    """Return the extensions with a lamp on a layout of the same tenant."""
    return set(
        session.scalars(
            select(LayoutButton.extension_id)
            .join(ButtonLayout, ButtonLayout.id == LayoutButton.layout_id)
            .where(
                ButtonLayout.id == layout_id,
                ButtonLayout.tenant_id == layout.tenant_id,
                LayoutButton.kind == ButtonKind.BLF,
            )
        )
    )


def _dial(
    session: Session, layout: ButtonLayout, typed: str, field: str, label: str
) -> ButtonValues:
    """Return a speed dial to an extension or an outside number; raises InvalidValueError."""
    text = " ".join(typed.split())
    if not text:
        raise InvalidValueError("Type a number, or choose an extension.", field=field)
    if len(text) > LONGEST_VALUE or not text.isprintable():
        raise InvalidValueError("This can't be dialled.", field=field)
    try:
        line = find_extension_typed(session, layout.tenant_id, text)
    except InvalidValueError as fault:
        raise InvalidValueError(fault.message, field=field) from fault
    if line is None and not any(one.isdigit() for one in text):
        raise InvalidValueError(f"No extension is called “{text}”.", field=field)
    return ButtonValues(
        kind=ButtonKind.SPEED_DIAL,
        value=line.number if line else text,
        label=label,
        extension_id=line.id if line else None,
    )


def _place(
    target: LayoutTarget, wanted: _Wanted, free: Sequence[int]
) -> tuple[dict[int, ButtonValues], tuple[str, ...]]:
    """Return what comes onto which key, and what is left out."""
    room = max(0, len(free) - len(wanted.first) - len(wanted.last))
    keys = list(free)
    placed: dict[int, ButtonValues] = {}
    left_out = []
    for values in (*wanted.first, *wanted.many[:room], *wanted.last):
        key, reason = _find_key(target, keys, values)
        if key is None:
            left_out.append(f"{_say(values)}{f': {reason}' if reason else ''}")
        else:
            keys.remove(key)
            placed[key] = values
    return placed, (*left_out, *map(_say, wanted.many[room:]))


def _find_key(
    target: LayoutTarget, keys: Iterable[int], values: ButtonValues
) -> tuple[int | None, str]:
    reason = ""
    for key in keys:
        refusal = target.why_not(key, values.kind, has_value=bool(values.value))
        if refusal is None:
            return key, ""
        reason = refusal
    return None, reason


def _say(values: ButtonValues) -> str:
    words = values.label or values.kind.value.replace("_", " ")
    return f"{words} {values.value}".strip()
