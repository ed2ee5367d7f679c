"""A Grandstream's keys: every position of the model, unused ones cleared.

A hole among the dynamic virtual keys deletes the keys after it, so each unused one says "none".
Keys count accounts from 0.

Source: notes of the Grandstream templates in FusionPBX gxp2170 (1.0.11.79, lines 2989-3038),
gxp17xx (1.0.1.8), gxp21xx (comment of P1363) and grp26xx (words that modes may be written in).
"""

from phoneprov.catalog.model import PhoneModel
from phoneprov.vendors.config import Button, ButtonKind, PhoneConfig
from phoneprov.vendors.defaults import buttons_or_lines
from phoneprov.vendors.errors import UnwritableValueError
from phoneprov.vendors.grandstream.accounts import Parameters

LONGEST_LABEL = 32
LONGEST_VALUE = 64
LAST_NUMBERED_KEY = 48
"""Virtual keys beyond it have no P-number (P23968 locks key 1): no model can count more."""

_WORDS = {
    ButtonKind.LINE: "line",
    ButtonKind.BLF: "blf",
    ButtonKind.SPEED_DIAL: "speeddial",
    ButtonKind.FEATURE_CODE: "speeddial",
    ButtonKind.PARK: "callpark",
    ButtonKind.PARK_RETRIEVE: "monitoredcp",
    ButtonKind.CONFERENCE: "conference",
    ButtonKind.CUSTOM: "speeddial",
}
"""Modes in words, for firmware whose numbers mean two things (GXP21xx, GRP26xx)."""
_DYNAMIC = {
    "line": 31,
    "blf": 1,
    "speeddial": 0,
    "callpark": 9,
    "monitoredcp": 16,
    "conference": 12,
}
_FIXED = {
    "line": 0,
    "blf": 11,
    "speeddial": 10,
    "callpark": 19,
    "monitoredcp": 26,
    "conference": 22,
}
_NONE = -1

_NUMBERED_FAMILIES = ("GXP14", "GXP16", "GXP17")
"""Their templates document numbers only: one scale for fixed keys, another for dynamic ones."""
_SCREEN_FAMILIES = ("GXV",)
"""Their keys live in an app and are numbered as an extension board's."""


def key_parameters(config: PhoneConfig) -> Parameters:
    """Return the P-values of all keys a layout can fill."""
    # An app's keys can't be lines: without a layout they stay empty.
    has_none = _has_screen_keys(config.model) and not config.buttons
    buttons = {} if has_none else buttons_or_lines(config)
    parameters: Parameters = []
    for position in range(1, config.model.line_keys + 1):
        names = _names(config.model, position)
        parameters += zip(names, _values(config.model, position, buttons), strict=True)
    return parameters


def _has_screen_keys(model: PhoneModel) -> bool:
    return model.name.upper().startswith(_SCREEN_FAMILIES)


def _names(model: PhoneModel, position: int) -> tuple[str, str, str, str]:
    """Return the P-names of a key: mode, account, label, value."""
    if _has_screen_keys(model):
        first = 23000 + 5 * (position - 1)
    elif position > 6:  # noqa: PLR2004 - keys 1 to 6 are numbered in another place
        if position > LAST_NUMBERED_KEY:
            message = f"key {position} of {model.name}: beyond {LAST_NUMBERED_KEY} there is none"
            raise UnwritableValueError(message)
        first = 23800 + 4 * (position - 7)
    else:
        mode, label = 1363 + 2 * (position - 1), 1465 + 2 * (position - 1)
        return (f"P{mode}", f"P{mode + 1}", f"P{label}", f"P{label + 1}")
    return (f"P{first}", f"P{first + 1}", f"P{first + 2}", f"P{first + 3}")


def _values(
    model: PhoneModel, position: int, buttons: dict[int, Button]
) -> tuple[str | int, int, str, str]:
    button = buttons.get(position)
    if button is None:
        return (_mode(model, position, None), 0, "", "")
    value = "" if button.kind is ButtonKind.LINE else button.value
    return (
        _mode(model, position, _WORDS[button.kind]),
        button.account - 1,
        button.label[:LONGEST_LABEL],
        value[:LONGEST_VALUE],
    )


def _mode(model: PhoneModel, position: int, word: str | None) -> str | int:
    name = model.name.upper()
    if name.startswith(_NUMBERED_FAMILIES):
        scale = _FIXED if position <= model.physical_keys else _DYNAMIC
    elif name.startswith(_SCREEN_FAMILIES):
        scale = _DYNAMIC
    else:
        return word or "none"
    return scale[word] if word else _NONE
