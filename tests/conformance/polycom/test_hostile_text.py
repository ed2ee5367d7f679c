"""No text that people type becomes a parameter or a macro on a Polycom VVX: S1, S2."""

import dataclasses

import pytest

from phoneprov.vendors.config import Button, ButtonKind, PhoneConfig
from phoneprov.vendors.errors import UnwritableValueError
from phoneprov.vendors.polycom import WRITER
from tests.conformance import intents
from tests.conformance.polycom.models import MAC, MAIN, VVX411, parameters_of, phone_with

ORDERS = "$!^"
"""What starts an order inside a macro; it is left out of what is dialled."""


def _case(hostile: intents.HostileInput) -> str:
    return hostile.id


def _expect_refused(config: PhoneConfig, hostile: intents.HostileInput) -> None:
    assert not hostile.must_accept
    with pytest.raises(UnwritableValueError):
        WRITER.write_file(config, MAIN)


def _expect_only(benign: PhoneConfig, config: PhoneConfig, changes: dict[str, str]) -> None:
    before, after = parameters_of(benign), parameters_of(config)
    assert [name for name, _ in after] == [name for name, _ in before]
    assert {name: value for name, value in after if (name, value) not in before} == changes


@pytest.mark.parametrize("hostile", intents.hostile_inputs("text"), ids=_case)
def test_it_lets_no_text_become_a_parameter(hostile: intents.HostileInput) -> None:
    """S1, S2: name and label of an account, each unchanged and nothing besides."""
    benign = intents.config(VVX411, MAC)
    text = hostile.stored
    config = intents.with_account(benign, display_name=text, label=text)
    if not hostile.is_writable:
        _expect_refused(config, hostile)
        return
    _expect_only(benign, config, dict.fromkeys(("reg.1.displayName", "reg.1.label"), text))


@pytest.mark.parametrize("hostile", intents.hostile_inputs("secret", "text"), ids=_case)
def test_it_keeps_passwords_whole(hostile: intents.HostileInput) -> None:
    """S1 for the SIP and admin password."""
    benign = intents.config(VVX411, MAC)
    text = hostile.stored
    config = intents.with_account(benign, password=text)
    config = dataclasses.replace(config, admin_password=text)
    if not hostile.is_writable:
        _expect_refused(config, hostile)
        return
    names = ("reg.1.auth.password", "device.auth.localAdminPassword")
    _expect_only(benign, config, dict.fromkeys(names, text))


@pytest.mark.parametrize("kind", [ButtonKind.SPEED_DIAL, ButtonKind.BLF])
@pytest.mark.parametrize("hostile", intents.hostile_inputs("text", "dial"), ids=_case)
def test_it_lets_no_label_become_a_parameter(
    hostile: intents.HostileInput, kind: ButtonKind
) -> None:
    """S1, S2: a key's label arrives unchanged; no other parameter changes with it."""
    text = hostile.stored
    button = Button(position=1, kind=kind, value="204", label="Benign")
    benign = intents.config(VVX411, MAC, buttons=(button,))
    config = dataclasses.replace(benign, buttons=(dataclasses.replace(button, label=text),))
    if not hostile.is_writable:
        _expect_refused(config, hostile)
        return
    name = "efk.efklist.1.label" if kind is ButtonKind.SPEED_DIAL else None
    _expect_only(benign, config, {name or "attendant.resourceList.1.label": text or "204"})


@pytest.mark.parametrize("hostile", intents.hostile_inputs("text", "dial"), ids=_case)
def test_it_lets_no_target_become_a_macro(hostile: intents.HostileInput) -> None:
    """S1, S2: what is dialled holds no order; the watched number arrives as it was typed."""
    hostile = hostile.cut_to(91)
    text = hostile.stored
    buttons = (
        Button(position=1, kind=ButtonKind.SPEED_DIAL, value=text, label="Benign"),
        Button(position=2, kind=ButtonKind.BLF, value=text, label="Benign"),
    )
    config = intents.config(VVX411, MAC, buttons=buttons)
    if not hostile.is_writable:
        _expect_refused(config, hostile)
        return
    keys = phone_with(config).keys()
    target = "".join(one for one in text if one not in ORDERS).strip(" ")
    assert (1 in keys) == bool(target)
    assert (2 in keys) == bool(text)
    if target:
        assert (keys[1].what, keys[1].target, keys[1].label) == ("dial", target, "Benign")
    if text:
        assert (keys[2].what, keys[2].target) == ("normal", text)
