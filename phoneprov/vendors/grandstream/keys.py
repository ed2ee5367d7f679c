"""A Grandstream's keys: every position of the model and its boards, unused ones cleared.

A hole among the dynamic virtual keys deletes the keys after it, so each unused one says "none".
Keys count accounts from 0. A GXV has an app of 160 keys on its screen instead, and an extension
board shows the first of them (`screen_keys`). Models with a block of multi-purpose keys beside the
keypad have these as their last positions (`side_keys`).

Source: notes of the Grandstream templates in FusionPBX gxp2170 (1.0.11.79, lines 2989-3038),
gxp17xx (1.0.1.8), gxp21xx (comment of P1363), grp26xx (words that modes may be written in),
gxp2200 (extension board keys), gxv3240 (modes of the app's keys), gxp16xx and grp26xx (names and
modes of multi-purpose keys).
"""

from phoneprov.catalog.model import PhoneModel
from phoneprov.vendors.config import Button, ButtonKind, PhoneConfig
from phoneprov.vendors.errors import UnwritableValueError
from phoneprov.vendors.grandstream.accounts import Parameters
from phoneprov.vendors.key_rules import Buttons, module_buttons, module_keys, phone_buttons

LONGEST_LABEL = 32
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
_SCREEN = {"blf": 1, "speeddial": 0, "callpark": 9, "monitoredcp": 1, "conference": 15}
"""The app knows no monitored park, so a BLF watches the slot; 15 is its quick conference."""
_SMALL_SIDE = {"blf": 1, "speeddial": 0, "callpark": 9, "monitoredcp": 1}
"""Multi-purpose keys of the GXP16xx: no monitored park there either."""
_NONE = -1

_NUMBERED_FAMILIES = ("GXP14", "GXP16", "GXP17")
"""Their templates document numbers only: one scale for fixed keys, another for dynamic ones."""
_FIRST_BOARD_NAME = 23000
_BOARD_NAMES = 5
BOARD_KEYS = 40
"""Keys that one extension board takes in the numbering of all of them."""

KeyValues = tuple[str | int, int, str, str]
"""Mode, account from 0, label, value."""
_CLEAR_BOARD_KEY: KeyValues = (_NONE, 0, "", "")
_CLEAR_SCREEN_KEY: KeyValues = (0, 0, "", "")
"""The app has no mode for nothing: a speed dial to nobody is an empty place."""


def key_parameters(config: PhoneConfig) -> Parameters:
    """Return the P-values of all keys a layout can fill, the boards' too."""
    if is_screen_phone(config.model):
        return _screen_parameters(config)
    buttons = phone_buttons(config)
    parameters: Parameters = []
    for position in range(1, config.model.line_keys + 1):
        names = _names(config.model, position)
        values = _values(config.model, position, buttons.get(position))
        parameters += zip(names, values, strict=True)
    return parameters + _board_parameters(config)


def is_screen_phone(model: PhoneModel) -> bool:
    """Tell whether the phone's keys are an app on its screen (GXV)."""
    return model.name.upper().startswith("GXV")


def screen_keys(config: PhoneConfig) -> tuple[Buttons, tuple[Button, ...]]:
    """Return a GXV's buttons by their place in the app, and those that found none.

    A board shows places of the app, forty each, so the phone's own keys go on behind them.
    """
    boards = module_buttons(config)
    placed = {
        BOARD_KEYS * number + position: button
        for number, buttons in enumerate(boards)
        for position, button in buttons.items()
    }
    left: list[Button] = []
    for position, button in phone_buttons(config).items():
        place = BOARD_KEYS * len(boards) + position
        if place > config.model.line_keys:
            left.append(button)
        else:
            placed[place] = button
    return placed, tuple(left)


def _screen_parameters(config: PhoneConfig) -> Parameters:
    placed, _ = screen_keys(config)
    parameters: Parameters = []
    for place in range(1, config.model.line_keys + 1):
        button = placed.get(place)
        values = (
            _with_mode(button, _SCREEN.get(_WORDS[button.kind], 0)) if button else _CLEAR_SCREEN_KEY
        )
        parameters += zip(_board_names(place), values, strict=True)
    return parameters


def _board_parameters(config: PhoneConfig) -> Parameters:
    """Return the P-values of all boards' keys; their modes are numbers on all firmware."""
    boards = dict(enumerate(module_buttons(config), start=1))
    parameters: Parameters = []
    for number, keys in module_keys(config.model):
        buttons = boards.get(number, {})
        for key in range(1, keys + 1):
            button = buttons.get(key)
            mode = _DYNAMIC[_WORDS[button.kind]] if button else _NONE
            values = _with_mode(button, mode) if button else _CLEAR_BOARD_KEY
            names = _board_names(BOARD_KEYS * (number - 1) + key)
            parameters += zip(names, values, strict=True)
    return parameters


def _board_names(place: int) -> tuple[str, str, str, str]:
    return _four_from(_FIRST_BOARD_NAME + _BOARD_NAMES * (place - 1))


def _names(model: PhoneModel, position: int) -> tuple[str, str, str, str]:
    """Return the P-names of a key: mode, account, label, value."""
    if position > _virtual_keys(model):
        return _side_names(position - _virtual_keys(model))
    if position > LAST_NUMBERED_KEY:
        message = f"key {position} of {model.name}: beyond {LAST_NUMBERED_KEY} there is none"
        raise UnwritableValueError(message)
    if position > 6:  # noqa: PLR2004 - keys 1 to 6 are numbered in another place
        return _four_from(23800 + 4 * (position - 7))
    mode, label = 1363 + 2 * (position - 1), 1465 + 2 * (position - 1)
    return (f"P{mode}", f"P{mode + 1}", f"P{label}", f"P{label + 1}")


def _virtual_keys(model: PhoneModel) -> int:
    return model.line_keys - model.side_keys


def _side_names(key: int) -> tuple[str, str, str, str]:
    """Return the P-names of a multi-purpose key, which come in three ranges."""
    if key <= 7:  # noqa: PLR2004 - the first seven keys have their modes apart
        first = 301 + 3 * (key - 1)
        return (f"P{323 + key - 1}", f"P{first}", f"P{first + 1}", f"P{first + 2}")
    if key <= 18:  # noqa: PLR2004 - the second range
        return _four_from(353 + 4 * (key - 8))
    return _four_from(1440 + 4 * (key - 19))


def _four_from(first: int) -> tuple[str, str, str, str]:
    return (f"P{first}", f"P{first + 1}", f"P{first + 2}", f"P{first + 3}")


def _values(model: PhoneModel, position: int, button: Button | None) -> KeyValues:
    mode = _mode(model, position, _WORDS[button.kind] if button else None)
    return _with_mode(button, mode) if button else (mode, 0, "", "")


def _with_mode(button: Button, mode: str | int) -> KeyValues:
    value = "" if button.kind is ButtonKind.LINE else button.value
    return (mode, button.account - 1, button.label[:LONGEST_LABEL], value)


def _mode(model: PhoneModel, position: int, word: str | None) -> str | int:
    is_numbered = model.name.upper().startswith(_NUMBERED_FAMILIES)
    if position > _virtual_keys(model):
        # A speed dial to nobody: the small phones' list of modes has no "none".
        return _SMALL_SIDE.get(word or "", 0) if is_numbered else _number(_DYNAMIC, word)
    if not is_numbered:
        return word or "none"
    return _number(_FIXED if position <= model.physical_keys else _DYNAMIC, word)


def _number(scale: dict[str, int], word: str | None) -> int:
    return scale[word] if word else _NONE
