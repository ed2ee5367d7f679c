"""The line keys of a Polycom VVX and its modules, each named by line-key reassignment.

Line keys count on from the phone's own to those of its modules. A BLF key takes the next entry of
the watched list, so keys and list are built in one loop. What is dialled is an enhanced feature
key, which needs no directory; once all of those are used, a speed dial of the phone's directory
does the same. Entries that no key uses are written empty: a phone that remembers the last ones
would go on watching them.

Source: Polycom VVX Expansion Module addendum 4.1 p. 37 (categories, BLF index 0, numbers of
modules' keys, speed dials 1 to 9999); SIP administrator guide 3.1 p. 4-44 (macros; `^` starts one
in a directory's contact) and A-122 (attendant.reg); excaliburpartners/polycomphones 76801fb3
(call.directedCallPickupMethod).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from phoneprov.vendors.config import Button, ButtonKind, PhoneConfig
from phoneprov.vendors.key_rules import Buttons, module_buttons, module_keys, phone_buttons

Parameters = list[tuple[str, str]]

MOST_WATCHED = 100
"""Entries of attendant.resourceList.

Source: range seen in FusionPBX c7a00dcb polycom templates and polycomphones 76801fb3."""
MOST_MACROS = 50
"""Entries of efk.efklist. Source: SIP administrator guide 3.1 p. 4-44."""

LONGEST_LABEL_BYTES = 40
"""Of a directory's entry. Source: SIP administrator guide, local contact directory, `lb`."""

_MACRO = str.maketrans({"$": "", "!": "", "^": ""})
"""What starts an order inside a macro, and has no escape."""
_WATCHES = {ButtonKind.BLF: "normal", ButtonKind.PARK_RETRIEVE: "automata"}
_DIAL, _TRANSFER = "$Tinvite$", "$Trefer$"


@dataclass(slots=True)
class Plan:
    """Which key is what: category and index of each, and the lists that they point into."""

    keys: list[tuple[str, str]] = field(default_factory=list)
    watched: list[Button] = field(default_factory=list)
    macros: list[Button] = field(default_factory=list)
    directory: list[tuple[str, str]] = field(default_factory=list)
    """Label and contact of each speed dial; the first has number 1."""
    unlit: list[int] = field(default_factory=list)
    """Line keys that only dial what they should watch."""
    dead: list[int] = field(default_factory=list)
    """Line keys whose button has nothing to dial."""


def all_line_keys(config: PhoneConfig) -> Buttons:
    """Return all buttons by line-key number: the phone's own, then its modules' in order."""
    placed = dict(phone_buttons(config))
    before = config.model.line_keys
    for one, buttons in zip(config.modules, module_buttons(config), strict=False):
        placed |= {before + position: button for position, button in buttons.items()}
        before += one.module.keys
    return placed


def plan_keys(config: PhoneConfig) -> Plan:
    """Return what each line key becomes that the phone can have with all modules it takes."""
    buttons = all_line_keys(config)
    plan = Plan()
    for number in range(1, _most_keys(config) + 1):
        plan.keys.append(_place(number, buttons.get(number), plan))
    return plan


def key_parameters(config: PhoneConfig) -> Parameters:
    """Return the attributes of all line keys of the model and its modules."""
    plan = plan_keys(config)
    keys: Parameters = []
    for number, (category, index) in enumerate(plan.keys, start=1):
        keys += [(f"lineKey.{number}.category", category), (f"lineKey.{number}.index", index)]
    keys += _for_all_keys(config, plan.watched)
    for entry in range(min(MOST_WATCHED, len(plan.keys))):
        keys += _watch(entry + 1, plan.watched[entry] if entry < len(plan.watched) else None)
    for entry in range(min(MOST_MACROS, len(plan.keys))):
        keys += _macro(entry + 1, plan.macros[entry] if entry < len(plan.macros) else None)
    return keys


def list_key_losses(config: PhoneConfig) -> Iterator[str]:
    """Yield what the phone's lists have no room for."""
    plan = plan_keys(config)
    for number in plan.dead:
        yield f"Line key {number}: there is nothing that it could dial."
    for number in plan.unlit:
        reason = f"the phone watches {MOST_WATCHED} numbers at most"
        yield f"Line key {number}: it dials, but its lamp stays dark; {reason}."
    if any(button.account != plan.watched[0].account for button in plan.watched):
        yield f"All lamps are watched by account {plan.watched[0].account}: there can be but one."


def _most_keys(config: PhoneConfig) -> int:
    modules = list(module_keys(config.model))
    of_all_sorts = sum(one.module.keys for one in config.modules[: len(modules)])
    return config.model.line_keys + max(of_all_sorts, sum(keys for _, keys in modules))


def _place(number: int, button: Button | None, plan: Plan) -> tuple[str, str]:
    """Return category and index of a key, and put what it needs on its list.

    A key with nothing to watch or dial takes no entry: it would shift all later ones.
    """
    if button is None:
        return "Unassigned", "0"
    if button.kind is ButtonKind.LINE:
        return "Line", str(button.account)
    is_watched = button.kind in _WATCHES
    if not (button.value.strip() if is_watched else _target(button)):
        plan.dead.append(number)
        return "Unassigned", "0"
    if is_watched and len(plan.watched) < MOST_WATCHED:
        plan.watched.append(button)
        return "BLF", "0"
    if is_watched:
        plan.unlit.append(number)
    if len(plan.macros) < MOST_MACROS:
        plan.macros.append(button)
        return "EFK", str(len(plan.macros))
    return "SpeedDial", str(_speed_dial(button, plan))


def _speed_dial(button: Button, plan: Plan) -> int:
    """Return the number of the directory's entry that does what `button` says.

    A directory has no contact twice: a second key for the same number shares the first's entry.
    """
    contact = f"^{_action(button)}" if button.kind is ButtonKind.PARK else _target(button)
    for number, (_, known) in enumerate(plan.directory, start=1):
        if known == contact:
            return number
    label = (button.label or button.value).encode()[:LONGEST_LABEL_BYTES]
    plan.directory.append((label.decode(errors="ignore"), contact))
    return len(plan.directory)


def _for_all_keys(config: PhoneConfig, watched: list[Button]) -> Parameters:
    code = config.pickup_code
    return [
        ("lineKey.reassignment.enabled", "1"),
        ("feature.enhancedFeatureKeys.enabled", "1"),
        ("feature.EFKLineKey.enabled", "1"),
        # Otherwise the pages of two and three modules are dealt out in turns.
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
        (f"{prefix}.mname", f"key{number}" if button else ""),
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
