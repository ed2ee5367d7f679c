"""No text that people type becomes a parameter or a key function on a Cisco SPA: S1, S2."""

import dataclasses

import pytest

from phoneprov.vendors.cisco import WRITER
from phoneprov.vendors.config import Button, ButtonKind, PhoneConfig
from phoneprov.vendors.errors import UnwritableValueError
from tests.conformance import intents
from tests.conformance.cisco.models import MAC, SPA504G, body_of, phone_with
from tests.conformance.readers.cisco import read_elements

CLEANED = {";": ",", "=": "-", "$": " "}
"""What a function string can't hold, and what stands for it."""


def _case(hostile: intents.HostileInput) -> str:
    return hostile.id


def _expect_refused(config: PhoneConfig, hostile: intents.HostileInput) -> None:
    assert not hostile.must_accept
    with pytest.raises(UnwritableValueError):
        WRITER.write_file(config, f"{MAC}.cfg")


def _expect_only(benign: PhoneConfig, config: PhoneConfig, changes: dict[str, str]) -> None:
    before, after = read_elements(body_of(benign)), read_elements(body_of(config))
    assert [name for name, _ in after] == [name for name, _ in before]
    assert {name: value for name, value in after if (name, value) not in before} == changes


@pytest.mark.parametrize("hostile", intents.hostile_inputs("text"), ids=_case)
def test_it_lets_no_text_become_a_parameter(hostile: intents.HostileInput) -> None:
    """S1, S2: the names of phone, account and line key, each unchanged and nothing besides."""
    benign = intents.config(SPA504G, MAC, display_name="Benign")
    text = hostile.stored
    config = dataclasses.replace(benign, display_name=text)
    config = intents.with_account(config, display_name=text, label=text)
    if not hostile.is_writable:
        _expect_refused(config, hostile)
        return
    names = ("Station_Name", "Display_Name_1_", "Short_Name_1_")
    _expect_only(benign, config, dict.fromkeys(names, text))


@pytest.mark.parametrize("hostile", intents.hostile_inputs("secret", "text"), ids=_case)
def test_it_keeps_passwords_whole(hostile: intents.HostileInput) -> None:
    """S1 for the SIP and admin password."""
    benign = intents.config(SPA504G, MAC)
    text = hostile.stored
    config = intents.with_account(benign, password=text)
    config = dataclasses.replace(config, admin_password=text)
    if not hostile.is_writable:
        _expect_refused(config, hostile)
        return
    _expect_only(benign, config, {"Password_1_": text, "Admin_Passwd": text})


@pytest.mark.parametrize("kind", [ButtonKind.SPEED_DIAL, ButtonKind.BLF])
@pytest.mark.parametrize("hostile", intents.hostile_inputs("text", "dial"), ids=_case)
def test_it_lets_no_button_become_a_function(
    hostile: intents.HostileInput, kind: ButtonKind
) -> None:
    """S1, S2: the key shows the label as typed; inside the function string it is cleaned."""
    text = hostile.stored
    button = Button(position=1, kind=kind, value="Benign", label="Benign")
    benign = intents.config(SPA504G, MAC, buttons=(button,))
    config = dataclasses.replace(benign, buttons=(dataclasses.replace(button, label=text),))
    if not hostile.is_writable:
        _expect_refused(config, hostile)
        return
    key = phone_with(config).keys()[1]
    assert key.label == (text or "Benign")
    assert key.name == _cleaned(text or "Benign")
    assert key.watches + key.dials == "Benign@$PROXY"
    assert key.functions == phone_with(benign).keys()[1].functions
    changed = {
        n for n, _ in set(read_elements(body_of(config))) - set(read_elements(body_of(benign)))
    }
    assert changed <= {"Short_Name_1_", "Extended_Function_1_"}


@pytest.mark.parametrize("hostile", intents.hostile_inputs("text", "dial"), ids=_case)
def test_it_lets_no_target_become_a_function(hostile: intents.HostileInput) -> None:
    """S1, S2: what is dialled can end no field and start no macro."""
    text = hostile.stored
    button = Button(position=1, kind=ButtonKind.SPEED_DIAL, value=text, label="Benign")
    config = intents.config(SPA504G, MAC, buttons=(button,))
    if not hostile.is_writable:
        _expect_refused(config, hostile)
        return
    keys = phone_with(config).keys()
    target = _cleaned(text)
    if not target:
        assert keys == {}
        return
    assert keys[1].dials == (target if "@" in target else f"{target}@$PROXY")
    assert (keys[1].functions, keys[1].name, keys[1].account) == (("sd",), "Benign", 1)


def _cleaned(text: str) -> str:
    return "".join(CLEANED.get(character, character) for character in text).strip(" ")
