"""A Yealink's keys: every position of the model and of its modules, unused ones cleared."""

from phoneprov.vendors.config import Button, ButtonKind, PhoneConfig
from phoneprov.vendors.key_rules import module_buttons, module_keys, phone_buttons

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

KeyRow = tuple[str, int, int | str, str, str, str]
"""Name, type, account, value, label, pick-up code; type 0 clears the key."""


def key_values(config: PhoneConfig) -> list[KeyRow]:
    """Return one row for each line key of the model and each key its modules can have.

    Source: names and ranges of `expansion_module.m.key.k` in the vendor's reference
    configuration (FusionPBX c7a00dcb yealink/t46u, wazo-provd-plugins 2321a3f3 v86).
    """
    own = phone_buttons(config)
    rows = [
        _row(f"linekey.{position}", own.get(position), config.pickup_code)
        for position in range(1, config.model.line_keys + 1)
    ]
    modules = dict(enumerate(module_buttons(config), start=1))
    for number, keys in module_keys(config.model):
        buttons = modules.get(number, {})
        rows += [
            _row(f"expansion_module.{number}.key.{key}", buttons.get(key), config.pickup_code)
            for key in range(1, keys + 1)
        ]
    return rows


def _row(name: str, button: Button | None, pickup_code: str) -> KeyRow:
    if button is None:
        return (name, 0, "", "", "", "")
    # A press on a lit park slot must dial the slot alone; with a pick-up code the phone would
    # dial both.
    code = pickup_code if button.kind is ButtonKind.BLF else ""
    value = "" if button.kind is ButtonKind.LINE else button.value
    return (name, KEY_TYPES[button.kind], button.account, value, button.label, code)
