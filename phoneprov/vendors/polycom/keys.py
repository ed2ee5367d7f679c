"""The line keys of a Polycom VVX, each named by line-key reassignment.

A BLF key takes the next entry of the watched list, so both are built in one loop; what is dialled
is an enhanced feature key, which needs no directory file and so arrives with a poll. Entries that
no key uses are written empty: a phone that remembers the last ones would go on watching them.

Source: Polycom VVX Expansion Module addendum 4.1 p. 37 (categories, BLF index 0); SIP
administrator guide 3.1 p. 4-44 (macros) and A-122 (attendant.reg);
excaliburpartners/polycomphones 76801fb3 (call.directedCallPickupMethod).
"""

from phoneprov.vendors.config import Button, ButtonKind, PhoneConfig
from phoneprov.vendors.defaults import buttons_or_lines

Parameters = list[tuple[str, str]]

_MACRO = str.maketrans({"$": "", "!": "", "^": ""})
"""What starts an order inside a macro, and has no escape."""
_WATCHES = {ButtonKind.BLF: "normal", ButtonKind.PARK_RETRIEVE: "automata"}
_DIAL, _TRANSFER = "$Tinvite$", "$Trefer$"


def key_parameters(config: PhoneConfig) -> Parameters:
    """Return the attributes of all line keys of the model."""
    buttons = buttons_or_lines(config)
    keys: Parameters = []
    watched: list[Button] = []
    dialled: list[Button] = []
    for number in range(1, config.model.line_keys + 1):
        category, index = _place(buttons.get(number), watched, dialled)
        keys += [(f"lineKey.{number}.category", category), (f"lineKey.{number}.index", index)]
    keys += _for_all_keys(config, watched)
    for entry in range(config.model.line_keys):
        keys += _watch(entry + 1, watched[entry] if entry < len(watched) else None)
        keys += _macro(entry + 1, dialled[entry] if entry < len(dialled) else None)
    return keys


def _place(button: Button | None, watched: list[Button], dialled: list[Button]) -> tuple[str, str]:
    """Return category and index of a key, and put what it needs on its list.

    A key with nothing to watch or dial takes no entry: it would shift all later ones.
    """
    if button is not None and button.kind is ButtonKind.LINE:
        return "Line", str(button.account)
    if button is not None and button.kind in _WATCHES and button.value:
        watched.append(button)
        return "BLF", "0"
    if button is not None and button.kind not in _WATCHES and _target(button):
        dialled.append(button)
        return "EFK", str(len(dialled))
    return "Unassigned", "0"


def _for_all_keys(config: PhoneConfig, watched: list[Button]) -> Parameters:
    code = config.pickup_code
    return [
        ("lineKey.reassignment.enabled", "1"),
        ("feature.enhancedFeatureKeys.enabled", "1"),
        ("feature.EFKLineKey.enabled", "1"),
        ("up.em.smartpaging.enabled", "0"),
        # One account watches the whole list.
        ("attendant.reg", str(watched[0].account if watched else 1)),
        # "legacy" dials the code before the number; "native" asks the PBX without a code.
        ("feature.directedCallPickup.enabled", "1" if code else "0"),
        ("call.directedCallPickupMethod", "legacy" if code else "native"),
        ("call.directedCallPickupString", code),
    ]


def _watch(number: int, button: Button | None) -> Parameters:
    prefix = f"attendant.resourceList.{number}"
    return [
        (f"{prefix}.address", button.value if button else ""),
        (f"{prefix}.label", (button.label or button.value) if button else ""),
        (f"{prefix}.type", _WATCHES[button.kind] if button else "normal"),
    ]


def _macro(number: int, button: Button | None) -> Parameters:
    prefix = f"efk.efklist.{number}"
    return [
        (f"{prefix}.mname", f"key{button.position}" if button else ""),
        (f"{prefix}.status", "1" if button else "0"),
        (f"{prefix}.label", (button.label or button.value) if button else ""),
        (f"{prefix}.action.string", _action(button) if button else ""),
    ]


def _action(button: Button) -> str:
    """Return the macro: a park key transfers the call, all others dial.

    No inner function for a conference is documented, so such a key dials the PBX's room.
    """
    return _target(button) + (_TRANSFER if button.kind is ButtonKind.PARK else _DIAL)


def _target(button: Button) -> str:
    return button.value.translate(_MACRO).strip(" ")
