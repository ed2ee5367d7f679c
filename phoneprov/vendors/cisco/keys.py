"""The keys of a Cisco SPA and its consoles. Every key is written: one left out keeps its value.

Source: FusionPBX c7a00dcb cisco/spa504g and fspbx (function strings of line keys);
provisioner/Provisioner 1d365b45 (`ext=`, not `sub=`, for a speed dial); FusionPBX c7a00dcb
cisco/spa525g2 (`BXfer_On_Speed_Dial_Enable`, `**#` as the sidecar's pick-up code, `Unit_n_Enable`
and `Unit_n_Key_m` with the function strings of line keys).
"""

from collections.abc import Iterator

from phoneprov.vendors.config import Button, ButtonKind, PhoneConfig
from phoneprov.vendors.key_rules import all_buttons, module_buttons, module_keys, phone_buttons

Parameters = list[tuple[str, str]]

_SEPARATORS = str.maketrans({";": ",", "=": "-", "$": " "})
"""Inside a function string these part fields and start macros, and there is no escape."""


def key_parameters(config: PhoneConfig) -> Parameters:
    """Return the elements of all keys of the phone and its consoles, and what holds for all."""
    buttons = phone_buttons(config)
    parameters = _for_all_keys(config)
    for number in range(1, config.model.line_keys + 1):
        parameters += _key(number, buttons.get(number), config)
    return parameters + _consoles(config)


def list_dead_keys(config: PhoneConfig) -> Iterator[str]:
    """Yield the buttons that have nothing to dial, and so leave their key without a function."""
    groups = [("Key", phone_buttons(config))]
    groups += [(f"Module {n}, key", b) for n, b in enumerate(module_buttons(config), start=1)]
    for place, buttons in groups:
        for position, button in buttons.items():
            if button.kind is not ButtonKind.LINE and not clean(button.value):
                yield f"{place} {position}: there is nothing that it could dial."


def clean(text: str) -> str:
    """Return `text` without the characters that part the fields of a function string."""
    return text.translate(_SEPARATORS).strip(" ")


def _for_all_keys(config: PhoneConfig) -> Parameters:
    code = config.pickup_code
    has_park = any(button.kind is ButtonKind.PARK for button in all_buttons(config))
    return [
        # One subscription to each watched number's dialogs, not a list of BroadSoft's.
        ("Server_Type", "Asterisk"),
        # The mark at the end makes the phone dial the watched number after the code.
        ("Attendant_Console_Call_Pickup_Code", f"{code}#" if code else ""),
        # Turns every speed dial in a call into a blind transfer, which a park key has to be.
        ("BXfer_On_Speed_Dial_Enable", "Yes" if has_park else "No"),
    ]


def _key(number: int, button: Button | None, config: PhoneConfig) -> Parameters:
    extension, label, function = "Disabled", "", ""
    if button is not None and button.kind is ButtonKind.LINE:
        extension = str(button.account)
        label = button.label or _account_label(config, button.account)
    elif button is not None:
        function = _function(button, config)
        label = (button.label or button.value) if function else ""
    return [
        (f"Extension_{number}_", extension),
        (f"Short_Name_{number}_", label),
        (f"Share_Call_Appearance_{number}_", "private"),
        (f"Extended_Function_{number}_", function),
    ]


def _consoles(config: PhoneConfig) -> Parameters:
    """Return the elements of both attendant consoles, of the keys that a smaller one lacks too."""
    plugged = module_buttons(config)
    parameters: Parameters = []
    for unit, keys in module_keys(config.model):
        is_there = unit <= len(plugged)
        parameters.append((f"Unit_{unit}_Enable", "Yes" if is_there else "No"))
        buttons = plugged[unit - 1] if is_there else {}
        for key in range(1, keys + 1):
            button = buttons.get(key)
            function = _function(button, config) if button else ""
            parameters.append((f"Unit_{unit}_Key_{key}", function))
    return parameters


def _function(button: Button, config: PhoneConfig) -> str:
    """Return the key's function string; empty for a key that can do nothing.

    There is no conference function: with a number the key dials the PBX's conference room.
    """
    target, name = clean(button.value), clean(button.label or button.value)
    if not target:
        return ""
    address = target if "@" in target else f"{target}@$PROXY"
    if button.kind is ButtonKind.BLF:
        # A press on a ringing lamp dials the pick-up code, so without a code it must not.
        does = f"fnc=blf+sd{'+cp' if config.pickup_code else ''};sub={address}"
    elif button.kind is ButtonKind.PARK_RETRIEVE:
        does = f"fnc=blf+sd;sub={address}"
    else:
        does = f"fnc=sd;ext={address}"
    return f"{does};nme={name};vid={button.account}"


def _account_label(config: PhoneConfig, number: int) -> str:
    return next((one.label for one in config.accounts if one.number == number), "")
