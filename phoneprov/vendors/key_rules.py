"""Which key can carry which button, and what of a config a phone can't do.

A button that can't be is refused when it is saved (`can_carry`). One that comes to a writer all
the same, because a model or a module was changed under it, is left out of the file and named by
the writer's `list_losses`: nothing is dropped in silence, and one bad button costs a phone no
others.
"""

from collections.abc import Iterable, Iterator

from phoneprov.catalog.model import ButtonKind, KeyRule, ModuleModel, PhoneModel, Vendor
from phoneprov.vendors.config import Button, ModuleConfig, PhoneConfig
from phoneprov.vendors.defaults import buttons_or_lines

LONGEST_VALUE = {Vendor.YEALINK: 99, Vendor.GRANDSTREAM: 64, Vendor.POLYCOM: 91}
"""Characters that a key's number can have. A longer one is left out: cut, it would dial somebody
else. Cisco documents no limit.

Source: ranges of `linekey.n.value` in the Yealink administrator's guide; "max length 64" in the
Grandstream templates of FusionPBX c7a00dcb; macros of 100 characters in the Polycom SIP
administrator guide 3.1 p. 4-44, of which `$Tinvite$` takes nine."""

Buttons = dict[int, Button]
"""Buttons by position."""


def can_carry(
    model: PhoneModel | ModuleModel, kind: ButtonKind, position: int, *, has_value: bool = False
) -> str | None:
    """Return None if the key at `position` can carry `kind`, or else why not and what to do.

    `position` counts over all pages. `has_value` tells that the button names a number, which
    makes possible what the phone could not do by itself (a conference in a room of the PBX).
    """
    keys = model.line_keys if isinstance(model, PhoneModel) else model.keys
    if not keys:
        return f"The {model.name} has no programmable keys."
    if not 1 <= position <= keys:
        return f"The {model.name} has keys 1 to {keys}."
    for rule in model.key_rules:
        if _forbids(rule, kind, position) and not (rule.without_number and has_value):
            return rule.reason
    return None


def phone_buttons(config: PhoneConfig) -> Buttons:
    """Return the buttons of the phone's own keys that can be written."""
    return {
        position: button
        for position, button in buttons_or_lines(config).items()
        if not find_refusal(config.model, button)
    }


def module_buttons(config: PhoneConfig) -> list[Buttons]:
    """Return the buttons that can be written of each module, in order."""
    return [
        {button.position: button for button in one.buttons if not find_refusal(one.module, button)}
        for one in _that_fit(config)
    ]


def module_keys(model: PhoneModel) -> Iterator[tuple[int, int]]:
    """Yield number and keys of each module that the model can take, the largest that fits.

    A writer clears all of them: the phone may have had a larger module, or more of them.
    """
    most = max((fit.at_most for fit in model.modules), default=0)
    for number in range(1, most + 1):
        yield number, max(fit.keys for fit in model.modules if fit.at_most >= number)


def list_refused(config: PhoneConfig) -> Iterator[str]:
    """Yield what is left out of the config's files because its key can't be that, and why."""
    for button in config.buttons:
        refusal = find_refusal(config.model, button)
        if refusal:
            yield f"Key {button.position}: {refusal}"
    fitting = _that_fit(config)
    for number, one in enumerate(config.modules, start=1):
        if number > len(fitting):
            yield f"Module {number}: the {config.model.name} takes no such module there."
            continue
        for button in one.buttons:
            refusal = find_refusal(one.module, button)
            if refusal:
                yield f"Module {number}, key {button.position}: {refusal}"


def all_buttons(config: PhoneConfig) -> Iterable[Button]:
    """Yield every button that can be written, the phone's own first."""
    yield from phone_buttons(config).values()
    for buttons in module_buttons(config):
        yield from buttons.values()


def _that_fit(config: PhoneConfig) -> tuple[ModuleConfig, ...]:
    """Return the modules up to the first that the model does not take in that place."""
    most = {fit.module: fit.at_most for fit in config.model.modules}
    for index, one in enumerate(config.modules):
        if index >= most.get(one.module.slug, 0):
            return config.modules[:index]
    return config.modules


def find_refusal(model: PhoneModel | ModuleModel, button: Button) -> str | None:
    """Return why a button is left out of the files of its phone, or None if it isn't."""
    longest = LONGEST_VALUE.get(model.vendor)
    if longest is not None and len(button.value) > longest:
        return f"Its number is longer than the {longest} characters that a key takes."
    return can_carry(model, button.kind, button.position, has_value=bool(button.value.strip()))


def _forbids(rule: KeyRule, kind: ButtonKind, position: int) -> bool:
    return (not rule.kinds or kind in rule.kinds) and (
        not rule.positions or position in rule.positions
    )
