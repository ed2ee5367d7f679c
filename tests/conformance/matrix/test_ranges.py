"""Values and numbered names stay in the ranges that each vendor documents."""

import re

import pytest

from phoneprov.catalog.loader import load_catalog
from phoneprov.catalog.model import ButtonKind, PhoneModel, Vendor
from phoneprov.vendors.config import Button, ModuleConfig
from phoneprov.vendors.key_rules import can_carry
from tests.conformance import intents
from tests.conformance.matrix.desks import config_for, desk_for

CATALOG = load_catalog()
PORT = r"[1-9]\d{3,4}"
NULL = "%NULL%"

RANGES: dict[Vendor, dict[str, str]] = {
    Vendor.YEALINK: {
        r"(linekey\.\d+|expansion_module\.\d\.key\.\d+)\.type": "0|1|10|13|15|16",
        r"(linekey\.\d+|expansion_module\.\d\.key\.\d+)\.line": rf"[1-9]|1[0-6]|{NULL}",
        r"(linekey\.\d+|expansion_module\.\d\.key\.\d+)\.(value|label)": r".{0,99}",
        r"account\.\d+\.sip_server\.1\.port": PORT,
        r"account\.\d+\.sip_server\.1\.transport_type": "[0-3]",
        r"account\.\d+\.sip_listen_port": PORT,
        r"static\.auto_provision\.repeat\.minutes": r"[1-9]\d{0,4}",
        r"sip\.notify_reboot_enable": "[0-2]",
    },
    Vendor.GRANDSTREAM: {
        "P193": r"[6-9]\d|[1-9]\d{2,6}",
        "P212": "[0-2]",
        "P32": r"[1-9]\d{0,4}",
        "P130": "[0-2]",
        r"P23[0-7]\d[05]": "-1|0|1|9|1[256]",
        r"P23[0-7]\d[16]": r"\d|1[0-5]",
        r"P23[0-7]\d[27]": r".{0,32}",
        r"P23[0-7]\d[38]": r".{0,64}",
    },
    Vendor.CISCO: {
        r"Extension_\d+_": r"Disabled|[1-9]|1[0-2]",
        r"(Line_Enable|Register|Use_Auth_ID)_\d+_": "Yes|No",
        r"Unit_[12]_Enable": "Yes|No",
        r"Unit_[12]_Key_([1-9]|[12]\d|3[0-2])": r"|fnc=(sd|blf\+sd(\+cp)?);(ext|sub)=.+;nme=.*;vid=\d+",
        r"SIP_Port_\d+_": PORT,
        "Server_Type": "Asterisk",
        "Resync_Periodic": r"[1-9]\d{1,6}",
    },
    Vendor.POLYCOM: {
        r"lineKey\.\d+\.category": "Line|BLF|SpeedDial|EFK|Unassigned",
        r"lineKey\.\d+\.index": r"\d{1,4}",
        r"attendant\.resourceList\.([1-9]\d?|100)\.type": "normal|automata",
        r"efk\.efklist\.([1-9]|[1-4]\d|50)\.action\.string": r".{0,100}",
        r"efk\.efklist\.([1-9]|[1-4]\d|50)\.status": "[01]",
        r"reg\.\d+\.lineKeys": r"[1-9]\d*",
        r"reg\.\d+\.server\.1\.transport": "UDPOnly|TCPOnly|TLS|DNSnaptr",
        r"prov\.polling\.period": r"3[6-9]\d\d|[4-9]\d{3}|[1-9]\d{4,7}",
    },
}
"""Patterns of names to what their whole value has to be.

Source: value ranges in the tables of each vendor's templates and guides named in the writers."""
NUMBERED = {
    Vendor.YEALINK: r"expansion_module\.\d+\.key\.\d+\.|linekey\.\d+\.|account\.\d+\.",
    Vendor.GRANDSTREAM: r"P23\d{3}",
    Vendor.CISCO: r"Unit_|Extension_\d",
    Vendor.POLYCOM: r"lineKey\.\d|attendant\.resourceList\.|efk\.efklist\.|reg\.\d",
}
INDICES = {
    Vendor.YEALINK: r"(expansion_module\.[1-6]\.key\.([1-9]|[1-5]\d|60)|linekey\.([1-9]|[12]\d)|"
    r"account\.([1-9]|1[0-6]))\..+",
    Vendor.GRANDSTREAM: r"P23([0-6]\d\d|7\d[0-35-8]|[89]\d\d)",
    Vendor.CISCO: r"Unit_[12]_(Enable|Key_([1-9]|[12]\d|3[0-2]))|Extension_([1-9]|1[0-2])_",
    Vendor.POLYCOM: r"(lineKey\.([1-9]\d?|1\d\d|2[0-5]\d|26[0-8])|attendant\.resourceList\."
    r"([1-9]\d?|100)|efk\.efklist\.([1-9]|[1-4]\d|50)|reg\.([1-9]|[12]\d|3[0-4]))\..+",
}


def crowded(model: PhoneModel) -> list[tuple[str, str]]:
    """Return the parameters of a phone with all accounts, keys and modules in use."""
    kinds = [kind for kind in ButtonKind if kind is not ButtonKind.LINE]

    def button(n: int) -> Button:
        kind = kinds[n % len(kinds)]
        return Button(position=n, kind=kind, value=f"{'7' * 40}{n:03}", label="L" * 64)

    own = tuple(button(n) for n in range(1, model.line_keys + 1))
    own = tuple(b for b in own if not can_carry(model, b.kind, b.position, has_value=True))
    modules = tuple(
        ModuleConfig(module=one, buttons=tuple(button(n) for n in range(1, one.keys + 1)))
        for fit in model.modules[:1]
        for one in [CATALOG.module_models[fit.module]] * fit.at_most
    )
    accounts = tuple(intents.account(number) for number in range(1, model.accounts + 1))
    config = config_for(model, accounts=accounts, buttons=own, modules=modules)
    return desk_for(model).parameters(config)


@pytest.mark.parametrize("model", CATALOG.phone_models.values(), ids=lambda model: model.slug)
def test_it_writes_no_value_out_of_range(model: PhoneModel) -> None:
    """A value that the firmware refuses leaves the old one in place, without a word."""
    wrong = [
        (name, value)
        for name, value in crowded(model)
        for pattern, allowed in RANGES[model.vendor].items()
        if re.fullmatch(pattern, name) and not re.fullmatch(allowed, value)
    ]
    assert wrong == []


@pytest.mark.parametrize("model", CATALOG.phone_models.values(), ids=lambda model: model.slug)
def test_it_numbers_nothing_beyond_what_there_is(model: PhoneModel) -> None:
    """Keys, modules and lists end where the vendor's numbering does."""
    names = [name for name, _ in crowded(model)]
    numbered = [name for name in names if re.match(NUMBERED[model.vendor], name)]
    assert numbered or model.line_keys == 0 or model.vendor is Vendor.GRANDSTREAM
    assert [name for name in numbered if not re.fullmatch(INDICES[model.vendor], name)] == []


@pytest.mark.parametrize("vendor", Vendor)
def test_it_looks_at_every_range(vendor: Vendor) -> None:
    """No pattern of this table is for nothing."""
    models = CATALOG.models_by_vendor()[vendor]
    names = {name for model in models for name, _ in crowded(model)}
    unused = [p for p in RANGES[vendor] if not any(re.fullmatch(p, name) for name in names)]
    assert unused == []
