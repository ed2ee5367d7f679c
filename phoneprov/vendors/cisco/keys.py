"""The line keys of a Cisco SPA. Every key is written: an element left out keeps its old value.

Source: FusionPBX c7a00dcb cisco/spa504g and fspbx (function strings of line keys);
provisioner/Provisioner 1d365b45 (`ext=`, not `sub=`, for a speed dial); FusionPBX c7a00dcb
cisco/spa525g2 (`BXfer_On_Speed_Dial_Enable`, `**#` as the sidecar's pick-up code).
"""

from phoneprov.vendors.config import Button, ButtonKind, PhoneConfig
from phoneprov.vendors.defaults import buttons_or_lines

Parameters = list[tuple[str, str]]

_SEPARATORS = str.maketrans({";": ",", "=": "-", "$": " "})
"""Inside a function string these part fields and start macros, and there is no escape."""


def key_parameters(config: PhoneConfig) -> Parameters:
    """Return the elements of all line keys of the model, and what holds for all keys."""
    buttons = buttons_or_lines(config)
    shown = [buttons.get(number) for number in range(1, config.model.line_keys + 1)]
    parameters = _for_all_keys(shown, config)
    for number, button in enumerate(shown, start=1):
        parameters += _key(number, button, config)
    return parameters


def clean(text: str) -> str:
    """Return `text` without the characters that part the fields of a function string."""
    return text.translate(_SEPARATORS).strip(" ")


def _for_all_keys(shown: list[Button | None], config: PhoneConfig) -> Parameters:
    code = config.pickup_code
    has_park = any(button and button.kind is ButtonKind.PARK for button in shown)
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
