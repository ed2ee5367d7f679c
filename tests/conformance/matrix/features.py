"""The features of the matrix: each is tried on a model, or has a reason why there is none.

A feature's function asserts what a phone of the model reads; it returns None when that holds, and
the reason (with its source) when the model has no such thing.
"""

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from phoneprov.catalog.loader import load_catalog
from phoneprov.catalog.model import ModuleModel, PhoneModel
from phoneprov.vendors.config import Button, ButtonKind, ModuleConfig, SipServer, Transport
from phoneprov.vendors.key_rules import can_carry
from phoneprov.vendors.registry import WRITERS
from phoneprov.vendors.writer import NotPossible, Order
from phoneprov.vendors.zone_rules import zone_rules
from tests.conformance import intents
from tests.conformance.matrix.desks import config_for, desk_for
from tests.conformance.matrix.extras import encrypted, extra

Feature = Callable[[PhoneModel], str | None]

ZONE_CLASSES = {
    "zone-none": "Asia/Kolkata",
    "zone-north": "Europe/Berlin",
    "zone-south": "Australia/Sydney",
    "zone-west": "America/St_Johns",
}
CATALOG = load_catalog()
HOSTILE = intents.hostile_inputs("text")


def accounts(model: PhoneModel) -> str | None:
    """R32: each account up to the last arrives whole."""
    meant = tuple(intents.account(number) for number in range(1, model.accounts + 1))
    desk = desk_for(model)
    desk.take(config_for(model, accounts=meant))
    seen = desk.accounts()
    assert list(seen) == list(range(1, model.accounts + 1))
    for one in meant:
        account = seen[one.number]
        assert (account.user, account.auth_user) == (one.user, one.auth_user)
        assert account.password == one.password
    return None


def transport(model: PhoneModel, *, over: Transport) -> str | None:
    """SIP travels as the PBX wants it."""
    server = SipServer(domain="pbx.example.net", host="pbx.example.net", port=5061, transport=over)
    desk = desk_for(model)
    desk.take(config_for(model, server=server))
    assert desk.accounts()[1].transport.lower().removesuffix("only") == over.value
    return None


def zone(model: PhoneModel, *, name: str) -> str | None:
    """R15: the screen shows the right time at noon of 24 days and around each change."""
    desk = desk_for(model)
    desk.take(config_for(model, zone=zone_rules(name, intents.YEAR)))
    shown = desk.clock(intents.YEAR)
    start = datetime(intents.YEAR, 1, 8, 12, tzinfo=UTC)
    for step in range(24):
        moment = start + timedelta(days=15 * step)
        assert shown(moment) == moment.astimezone(ZoneInfo(name)).replace(tzinfo=None)
    return None


def key(model: PhoneModel, *, kind: ButtonKind) -> str | None:
    """R100: a button of this kind does what it says on the first and on the last key."""
    if model.line_keys == 0:
        return f"no programmable key ({model.sources['line_keys']})"
    refusal = can_carry(model, kind, 1, has_value=True)
    if refusal:
        return refusal
    fit = [
        n for n in range(1, model.line_keys + 1) if not can_carry(model, kind, n, has_value=True)
    ]
    positions = sorted({fit[0], fit[-1]})
    buttons = tuple(_button(kind, position) for position in positions)
    desk = desk_for(model)
    desk.take(config_for(model, buttons=buttons))
    seen = desk.keys()
    assert list(seen) == positions
    for button in buttons:
        assert kind in seen[button.position].kinds
        assert seen[button.position].account == 1
        if kind is not ButtonKind.LINE:
            assert seen[button.position].target == button.value
            assert seen[button.position].label == button.label
    return None


def module(model: PhoneModel, *, kind: ButtonKind) -> str | None:
    """R45, R119: a button of this kind on each page of each module, its first and last key."""
    if not model.modules:
        return "no expansion module fits it, by any source of docs/catalogue.md"
    refusals = []
    for fit in model.modules:
        one = CATALOG.module_models[fit.module]
        refusals.append(can_carry(one, kind, 1, has_value=True))
        if not refusals[-1]:
            _carries(model, (one,) * fit.at_most, kind)
    return next((refusal for refusal in refusals if refusal), None)


def _carries(model: PhoneModel, plugged: tuple[ModuleModel, ...], kind: ButtonKind) -> None:
    modules = tuple(
        ModuleConfig(module=one, buttons=tuple(_button(kind, n) for n in edges(one)))
        for one in plugged
    )
    desk = desk_for(model)
    desk.take(config_for(model, modules=modules))
    seen = desk.module_keys()
    assert set(seen) == {(m, n) for m, one in enumerate(plugged, 1) for n in edges(one)}
    for (_, position), key in seen.items():
        meant = _button(kind, position)
        assert kind in key.kinds
        assert key.account == 1
        if kind is not ButtonKind.LINE:
            assert (key.target, key.label) == (meant.value, meant.label)


def edges(module: ModuleModel) -> list[int]:
    """Return the first and the last key of each page."""
    pages = range(module.pages)
    size = module.keys_per_page
    return sorted({key for page in pages for key in (page * size + 1, (page + 1) * size)})


def forgets(model: PhoneModel) -> str | None:
    """R109, R140: a phone that remembers has nothing left of what is taken back."""
    lines = tuple(intents.account(number) for number in range(1, model.accounts + 1))
    keys = tuple(_button(ButtonKind.BLF, n) for n in range(1, model.line_keys + 1))
    fits = model.modules[:1]
    plugged = tuple(CATALOG.module_models[fit.module] for fit in fits for _ in range(fit.at_most))
    # A GXV's modules show keys of its app, so that there is no room for both.
    boards = (
        ()
        if model.name.startswith("GXV")
        else tuple(
            ModuleConfig(module=one, buttons=tuple(_button(ButtonKind.BLF, n) for n in edges(one)))
            for one in plugged
        )
    )
    desk = desk_for(model)
    desk.take(config_for(model, accounts=lines, buttons=keys, modules=boards))
    assert len(desk.module_keys()) == sum(len(edges(one.module)) for one in boards)
    assert len(desk.accounts()) == model.accounts
    assert len(desk.keys()) == model.line_keys
    desk.take(config_for(model, accounts=(), display_name="", pickup_code=""))
    assert desk.accounts() == {}
    assert desk.secrets() == set()
    assert desk.keys() == {}
    assert desk.module_keys() == {}
    return None


def names(model: PhoneModel) -> str | None:
    """Every parameter that is written exists in the vendor's vocabulary."""
    lines = tuple(intents.account(number) for number in range(1, model.accounts + 1))
    buttons = intents.eight_buttons()[: model.line_keys]
    unknown = desk_for(model).unknown_names(config_for(model, accounts=lines, buttons=buttons))
    assert unknown == set()
    return None


def hostile(model: PhoneModel) -> str | None:
    """No text of the corpus, as a name or a label, changes anything but its own field."""
    plain = desk_for(model)
    plain.take(config_for(model))
    for value in (one for one in HOSTILE if one.is_writable and one.stored):
        config = config_for(model, display_name=value.stored)
        config = intents.with_account(config, label=value.stored, display_name=value.stored)
        desk = desk_for(model)
        desk.take(config)
        ((number, seen),) = desk.accounts().items()
        blank = {"label": "", "display_name": "", "display": ""}
        changed = {k: v for k, v in dataclasses.asdict(seen).items() if k not in blank}
        same = dataclasses.asdict(plain.accounts()[number])
        assert changed == {k: v for k, v in same.items() if k not in blank}
    return None


def order(model: PhoneModel, *, what: Order) -> str | None:
    """A NOTIFY that the firmware obeys, or the reason and the way at the phone."""
    answer = WRITERS[model.vendor].notify_for(what, model)
    if isinstance(answer, NotPossible):
        return answer.reason
    assert answer.event
    return None


def _button(kind: ButtonKind, position: int) -> Button:
    value = "" if kind is ButtonKind.LINE else f"7{position:03}"
    return Button(position=position, kind=kind, value=value, label=f"K{position}")


FEATURES: dict[str, Feature] = {
    "accounts": accounts,
    **{one.value: partial(transport, over=one) for one in Transport},
    **{label: partial(zone, name=name) for label, name in ZONE_CLASSES.items()},
    **{f"key:{kind.value}": partial(key, kind=kind) for kind in ButtonKind},
    **{f"module:{kind.value}": partial(module, kind=kind) for kind in ButtonKind},
    "extra": extra,
    "encrypted": encrypted,
    "forgets": forgets,
    "names": names,
    "hostile": hostile,
    **{what.value: partial(order, what=what) for what in Order},
}
