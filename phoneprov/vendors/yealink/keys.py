"""A Yealink's line keys: every position of the model, unused ones cleared."""

from phoneprov.vendors.config import Button, ButtonKind, PhoneConfig
from phoneprov.vendors.defaults import buttons_or_lines

KEY_TYPES = {
    ButtonKind.LINE: 15,
    ButtonKind.BLF: 16,
    ButtonKind.SPEED_DIAL: 13,
    ButtonKind.FEATURE_CODE: 13,
    ButtonKind.PARK: 10,
    ButtonKind.PARK_RETRIEVE: 16,
    ButtonKind.CONFERENCE: 1,
    ButtonKind.CUSTOM: 13,
}
"""`linekey.n.type`. A feature code is a speed dial: DTMF (11) only sends digits inside a call.
Park retrieve is a BLF on the slot (56 has no lamp).

Source: sipXecs phone-8X.properties DSSKeyType_70/71/80; FusionPBX app/devices/app_config.php."""

KeyRow = tuple[int, int, int | str, str, str, str]
"""Position, type, account, value, label, pick-up code; type 0 and no text clear the key."""


def key_values(config: PhoneConfig) -> list[KeyRow]:
    """Return one row for each line key of the model."""
    buttons = buttons_or_lines(config)
    rows: list[KeyRow] = []
    for position in range(1, config.model.line_keys + 1):
        button = buttons.get(position)
        rows.append(_row(button, config.pickup_code) if button else (position, 0, "", "", "", ""))
    return rows


def _row(button: Button, pickup_code: str) -> KeyRow:
    # A press on a lit park slot must dial the slot alone; with a pick-up code the phone would
    # dial both.
    code = pickup_code if button.kind is ButtonKind.BLF else ""
    value = "" if button.kind is ButtonKind.LINE else button.value
    kind = KEY_TYPES[button.kind]
    return (button.position, kind, button.account, value, button.label, code)
