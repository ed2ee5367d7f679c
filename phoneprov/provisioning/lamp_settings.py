"""What of a phone's config makes its BLF keys work, found by writing them otherwise."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from phoneprov.catalog.model import BlfSetting
from phoneprov.provisioning.preview import Told
from phoneprov.vendors.config import Button, ButtonKind, PhoneConfig
from phoneprov.vendors.lines import read_parameters
from phoneprov.vendors.registry import WRITERS

MOST_SHOWN = 200
_CHANGES: tuple[Callable[[Button], Button], ...] = (
    lambda button: replace(button, kind=ButtonKind.SPEED_DIAL),
    lambda button: replace(button, value=f"{button.value}0", label=f"{button.label}0"),
)
"""Of another type, and watching somebody else: what differs then is what a BLF key is made of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentSetting:
    """A parameter of the phone's main file, and what it is for."""

    name: str
    value: str
    meaning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LampSettings:
    """The settings that hold for all BLF keys, and those of the keys themselves."""

    general: Sequence[SentSetting]
    keys: Sequence[SentSetting]
    file_name: str


def list_lamp_settings(told: Told, settings: Iterable[BlfSetting]) -> LampSettings:
    """Return what is sent for the BLF keys of a phone; raises what writing its config raises."""
    config = told.config
    sent = _read(config)
    others = [_read(_change_lamps(config, change)) for change in _CHANGES]
    named = {one.name: one.meaning for one in settings}
    keys = [
        SentSetting(name=name, value=value)
        for name, value in sent.items()
        if name not in named and any(other.get(name) != value for other in others)
    ]
    return LampSettings(
        general=[
            SentSetting(name=name, value=sent[name], meaning=meaning)
            for name, meaning in named.items()
            if name in sent
        ],
        keys=keys[:MOST_SHOWN],
        file_name=WRITERS[config.model.vendor].main_file_name(config),
    )


def _read(config: PhoneConfig) -> dict[str, str]:
    writer = WRITERS[config.model.vendor]
    file = writer.write_file(config, writer.main_file_name(config))
    text = file.body.decode() if file else ""
    return {one.name: one.value for one in read_parameters(config.model.vendor, text)}


def _change_lamps(config: PhoneConfig, change: Callable[[Button], Button]) -> PhoneConfig:
    """Return a config whose BLF keys are otherwise and all other keys as they are."""

    def other(buttons: Iterable[Button]) -> tuple[Button, ...]:
        return tuple(change(one) if one.kind is ButtonKind.BLF else one for one in buttons)

    modules = tuple(replace(one, buttons=other(one.buttons)) for one in config.modules)
    return replace(config, buttons=other(config.buttons), modules=modules)
