"""What a person typed about a layout or a button, and whether it can be so."""

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from phoneprov.core.errors import InvalidValueError
from phoneprov.core.text import clean_text
from phoneprov.layouts.models import (
    LONGEST_DESCRIPTION,
    LONGEST_LABEL,
    LONGEST_NAME,
    LONGEST_VALUE,
    ButtonLayout,
)
from phoneprov.layouts.targets import LayoutTarget
from phoneprov.layouts.variables import check_variables
from phoneprov.pbx.dialects.dialect import Dialect, Feature
from phoneprov.tenancy.models import Extension
from phoneprov.vendors.config import ButtonKind

POINTS_AT_EXTENSION = frozenset(
    {ButtonKind.LINE, ButtonKind.BLF, ButtonKind.SPEED_DIAL, ButtonKind.CONFERENCE}
)
"""Kinds whose value may be an extension of the tenant."""

_NEEDS_VALUE = {
    ButtonKind.BLF: "Say which extension it watches.",
    ButtonKind.SPEED_DIAL: "Type the number it dials.",
    ButtonKind.FEATURE_CODE: "Choose a feature or type its code.",
    ButtonKind.PARK_RETRIEVE: "Say which slot it takes the call from.",
    ButtonKind.CUSTOM: "Type what it dials.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutDraft:
    """What was typed about a layout."""

    name: str
    model_slug: str
    description: str = ""
    is_for_module: bool = False
    is_default: bool = False
    leaves_out_own: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonDraft:
    """What was typed about a button: the value may be an extension's number, name, or both."""

    kind: str
    value: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonValues:
    """The columns of a button that can be saved."""

    kind: ButtonKind
    value: str
    label: str
    extension_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonRules:
    """What a button is checked against."""

    target: LayoutTarget
    dialect: Dialect
    other_lines: frozenset[int] = frozenset()
    """Extensions that other keys of the layout bring onto the phone as lines."""


def check_layout(
    session: Session, tenant_id: int, draft: LayoutDraft, *, own_id: int | None = None
) -> dict[str, object]:
    """Return the columns of a layout beside its model and default mark.

    Raises InvalidValueError with the field that is wrong.
    """
    name = check_name(session, tenant_id, draft.name, is_for_module=draft.is_for_module, own=own_id)
    return {
        "name": name,
        "description": clean_text(
            draft.description, field="description", longest=LONGEST_DESCRIPTION
        ),
        "leaves_out_own": draft.leaves_out_own,
    }


def check_name(
    session: Session, tenant_id: int, text: str, *, is_for_module: bool, own: int | None = None
) -> str:
    """Return a layout's name; raises InvalidValueError when it is empty or taken."""
    name = clean_text(text, field="name", longest=LONGEST_NAME)
    if not name:
        raise InvalidValueError("Give the layout a name.", field="name")
    query = select(ButtonLayout.id, ButtonLayout.name).where(
        ButtonLayout.tenant_id == tenant_id, ButtonLayout.is_for_module == is_for_module
    )
    for layout_id, taken in session.execute(query):
        if taken.casefold() == name.casefold() and layout_id != own:
            raise name_taken()
    return name


def name_taken() -> InvalidValueError:
    """Return the error of a name that another layout has."""
    return InvalidValueError("There is a layout of this name already.", field="name")


def check_button(
    session: Session, tenant_id: int, position: int, draft: ButtonDraft, rules: ButtonRules
) -> ButtonValues:
    """Return the columns of a button.

    Raises InvalidValueError with the field that is wrong and the reason.
    """
    kind = _check_kind(draft.kind)
    value = clean_text(draft.value, field="value", longest=LONGEST_VALUE)
    label = clean_text(draft.label, field="label", longest=LONGEST_LABEL)
    check_variables(label, field="label")
    check_variables(value, field="value")
    reason = rules.target.why_not(position, kind, has_value=bool(value))
    if reason:
        raise InvalidValueError(reason, field="kind")
    if not value and kind in _NEEDS_VALUE:
        raise InvalidValueError(_NEEDS_VALUE[kind], field="value")
    extension = None
    if value and kind in POINTS_AT_EXTENSION:
        extension = find_extension_typed(session, tenant_id, value)
    elif kind is ButtonKind.FEATURE_CODE:
        value = read_feature(value, rules.dialect)
    _check_by_kind(kind, value, extension, rules)
    return ButtonValues(
        kind=kind,
        value=extension.number if extension else value,
        label=label,
        extension_id=extension.id if extension else None,
    )


def find_extension_typed(session: Session, tenant_id: int, text: str) -> Extension | None:
    """Return the extension that was typed by number, by name or by both; None where it is none.

    Raises InvalidValueError where a name is that of several.
    """
    wanted = " ".join(text.split())
    number = wanted.split(" ", 1)[0]
    query = select(Extension).where(
        Extension.tenant_id == tenant_id,
        or_(Extension.number == number, Extension.name == wanted),
    )
    found = session.scalars(query).all()
    exact = [one for one in found if wanted in {one.number, " ".join(one.title.split())}]
    named = exact or [one for one in found if one.name == wanted]
    if len(named) > 1:
        numbers = ", ".join(one.number for one in named)
        raise InvalidValueError(f"Which one? {wanted} has {numbers}.", field="value")
    return named[0] if named else None


def read_feature(text: str, dialect: Dialect) -> str:
    """Return the feature that was typed by its words or its name; a code stays as it is."""
    wanted = text.casefold()
    for feature in Feature:
        if wanted in {feature.value, feature.label.casefold()}:
            return feature.value
    return next((name for name in dialect.codes if name.casefold() == wanted), text)


def _check_kind(text: str) -> ButtonKind:
    try:
        return ButtonKind(text)
    except ValueError as error:
        raise InvalidValueError("Choose what the key does.", field="kind") from error


def _check_by_kind(
    kind: ButtonKind, value: str, extension: Extension | None, rules: ButtonRules
) -> None:
    if kind is ButtonKind.LINE and value:
        _check_line(value, extension, rules)
    elif kind is ButtonKind.BLF and extension is None and not _is_number(value):
        message = f"No extension has the number or name “{value}”."
        raise InvalidValueError(message, field="value")
    elif kind in {ButtonKind.PARK, ButtonKind.PARK_RETRIEVE}:
        _check_slot(kind, value, rules.dialect)


def _check_line(value: str, extension: Extension | None, rules: ButtonRules) -> None:
    if extension is None:
        message = f"No extension has the number or name “{value}”. Empty: the phone's own line."
        raise InvalidValueError(message, field="value")
    most = rules.target.accounts
    if most is not None and len(rules.other_lines | {extension.id}) >= most:
        message = (
            f"The {rules.target.name} has {most} account{'' if most == 1 else 's'}, one for its "
            f"own extension; there is none left for {extension.number}."
        )
        raise InvalidValueError(message, field="value")


def _check_slot(kind: ButtonKind, value: str, dialect: Dialect) -> None:
    if value and value not in dialect.slots:
        slots = ", ".join(dialect.slots) or "none"
        raise InvalidValueError(f"Slots of this PBX: {slots}.", field="value")
    if kind is ButtonKind.PARK and not dialect.park(value):
        raise InvalidValueError(
            "This PBX does not choose a slot by itself; say which one.", field="value"
        )


def _is_number(value: str) -> bool:
    """Tell whether a BLF can watch it though no extension of ours has it (a queue, a door)."""
    return all(one.isalnum() or one in "*#+-_.{}" for one in value)
