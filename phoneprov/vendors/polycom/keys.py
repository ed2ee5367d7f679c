"""The line keys of a Polycom VVX, each named by line-key reassignment.

A BLF key takes the next entry of the watched list, so both are built in one loop; what is dialled
is an enhanced feature key, which needs no directory file and so arrives with a poll.

Source: Polycom VVX Expansion Module addendum 4.1 p. 37 (categories, BLF index 0); SIP
administrator guide 3.1 p. 4-44 (macros).
"""

from phoneprov.vendors.config import Button, ButtonKind, PhoneConfig
from phoneprov.vendors.defaults import buttons_or_lines

Parameters = list[tuple[str, str]]

_MACRO = str.maketrans({"$": "", "!": "", "^": ""})
_WATCHES = {ButtonKind.BLF: "normal", ButtonKind.PARK_RETRIEVE: "automata"}
_ENDINGS = {
    ButtonKind.SPEED_DIAL: "$Tinvite$",
    ButtonKind.FEATURE_CODE: "$Tinvite$",
    ButtonKind.CUSTOM: "$Tinvite$",
    ButtonKind.PARK: "$Trefer$",
}


def key_parameters(config: PhoneConfig) -> Parameters:
    """Return the attributes of all line keys of the model."""
    buttons = buttons_or_lines(config)
    parameters: Parameters = [
        ("lineKey.reassignment.enabled", "1"),
        ("feature.enhancedFeatureKeys.enabled", "1"),
        ("feature.EFKLineKey.enabled", "1"),
        ("up.em.smartpaging.enabled", "0"),
        ("call.directedCallPickupString", config.pickup_code),
    ]
    watched = dialled = 0
    for number in range(1, config.model.line_keys + 1):
        button = buttons.get(number)
        category, index = "Unassigned", "0"
        if button is not None and button.kind is ButtonKind.LINE:
            category, index = "Line", str(button.account)
        elif button is not None and button.kind in _WATCHES:
            watched += 1
            category = "BLF"
            parameters += _watch(watched, button)
        elif button is not None and button.kind in _ENDINGS:
            dialled += 1
            category, index = "EFK", str(dialled)
            parameters += _dial(dialled, button)
        parameters += [
            (f"lineKey.{number}.category", category),
            (f"lineKey.{number}.index", index),
        ]
    return parameters


def _watch(number: int, button: Button) -> Parameters:
    prefix = f"attendant.resourceList.{number}"
    return [
        (f"{prefix}.address", button.value),
        (f"{prefix}.label", button.label or button.value),
        (f"{prefix}.type", _WATCHES[button.kind]),
    ]


def _dial(number: int, button: Button) -> Parameters:
    prefix = f"efk.efklist.{number}"
    target = button.value.translate(_MACRO)
    return [
        (f"{prefix}.mname", f"key{button.position}"),
        (f"{prefix}.status", "1"),
        (f"{prefix}.label", button.label or button.value),
        (f"{prefix}.action.string", f"{target}{_ENDINGS[button.kind]}"),
    ]
