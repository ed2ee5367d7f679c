"""The line keys of a Cisco SPA. Every key is written: an element left out keeps its old value.

Source: FusionPBX c7a00dcb cisco/spa504g and fspbx (function strings of line keys);
provisioner/Provisioner 1d365b45 (`ext=`, not `sub=`, for a speed dial).
"""

from phoneprov.vendors.config import Button, ButtonKind, PhoneConfig
from phoneprov.vendors.defaults import buttons_or_lines

Parameters = list[tuple[str, str]]

_SEPARATORS = str.maketrans({";": ",", "=": "-", "$": " "})
"""Inside a function string these part fields and start macros, and there is no escape."""
_DIALS = (ButtonKind.SPEED_DIAL, ButtonKind.FEATURE_CODE, ButtonKind.CUSTOM, ButtonKind.PARK)


def key_parameters(config: PhoneConfig) -> Parameters:
    """Return the elements of all line keys of the model."""
    buttons = buttons_or_lines(config)
    parameters: Parameters = []
    for number in range(1, config.model.line_keys + 1):
        parameters += _key(number, buttons.get(number), config)
    return parameters


def clean(text: str) -> str:
    """Return `text` without the characters that part the fields of a function string."""
    return text.translate(_SEPARATORS).strip()


def _key(number: int, button: Button | None, config: PhoneConfig) -> Parameters:
    extension, label, function = "Disabled", "", ""
    if button is not None and button.kind is ButtonKind.LINE:
        extension = str(button.account)
        label = button.label or _account_label(config, button.account)
    elif button is not None:
        label = button.label or button.value
        function = _function(button)
    return [
        (f"Extension_{number}_", extension),
        (f"Short_Name_{number}_", label),
        (f"Share_Call_Appearance_{number}_", "private"),
        (f"Extended_Function_{number}_", function),
    ]


def _function(button: Button) -> str:
    target, name = clean(button.value), clean(button.label or button.value)
    if button.kind is ButtonKind.BLF:
        return f"fnc=blf+sd+cp;sub={target}@$PROXY;nme={name};vid={button.account}"
    if button.kind is ButtonKind.PARK_RETRIEVE:
        return f"fnc=blf+sd;sub={target}@$PROXY;nme={name};vid={button.account}"
    if button.kind in _DIALS:
        return f"fnc=sd;ext={target}@$PROXY;nme={name};vid={button.account}"
    return ""


def _account_label(config: PhoneConfig, number: int) -> str:
    return next((one.label for one in config.accounts if one.number == number), "")
