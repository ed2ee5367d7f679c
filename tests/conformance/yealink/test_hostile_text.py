"""No text that people type becomes a parameter on a Yealink: S1, S2."""

import dataclasses
import re

import pytest

from phoneprov.vendors.config import Button, ButtonKind, PhoneConfig
from phoneprov.vendors.errors import UnwritableValueError
from phoneprov.vendors.yealink import WRITER
from tests.conformance import intents
from tests.conformance.readers.yealink import read_lines
from tests.conformance.yealink.models import MAC, T46U, body_of, phone_with


@pytest.mark.parametrize("field", ["display_name", "label"])
@pytest.mark.parametrize(
    "hostile", intents.hostile_inputs("text"), ids=lambda hostile: str(hostile.id)
)
def test_it_lets_no_text_become_a_parameter(hostile: intents.HostileInput, field: str) -> None:
    """S1, S2: the same parameters as for a plain name, one of them with the text unchanged."""
    benign = intents.with_account(intents.config(T46U, MAC), **{field: "Benign"})
    config = intents.with_account(benign, **{field: hostile.stored})
    if not hostile.is_writable:
        assert not hostile.must_accept
        with pytest.raises(UnwritableValueError):
            WRITER.write_file(config, f"{MAC}.cfg")
        return
    _expect_only(benign, config, {f"account.1.{field}": hostile.stored})


@pytest.mark.parametrize(
    "hostile",
    intents.hostile_inputs("text", "dial"),
    ids=lambda hostile: str(hostile.id),
)
def test_it_lets_no_button_become_a_parameter(hostile: intents.HostileInput) -> None:
    """S1, S2 for labels and values of buttons."""
    hostile = hostile.cut_to(99)
    button = Button(position=1, kind=ButtonKind.SPEED_DIAL, value="Benign", label="Benign")
    benign = intents.config(T46U, MAC, buttons=(button,))
    text = hostile.stored
    changed = dataclasses.replace(button, value=text, label=text)
    config = dataclasses.replace(benign, buttons=(changed,))
    if not hostile.is_writable:
        assert not hostile.must_accept
        with pytest.raises(UnwritableValueError):
            WRITER.write_file(config, f"{MAC}.cfg")
        return
    _expect_only(benign, config, {"linekey.1.value": text, "linekey.1.label": text})


@pytest.mark.parametrize(
    "hostile",
    intents.hostile_inputs("secret", "text", without=frozenset({"%NULL%", "%EMPTY%"})),
    ids=lambda hostile: str(hostile.id),
)
def test_it_keeps_passwords_whole(hostile: intents.HostileInput) -> None:
    """S1 for the SIP and admin password."""
    benign = intents.config(T46U, MAC, admin_password="Benign")
    text = hostile.stored
    config = intents.with_account(benign, password=text)
    config = dataclasses.replace(config, admin_password=text)
    if not hostile.is_writable:
        with pytest.raises(UnwritableValueError):
            WRITER.write_file(config, f"{MAC}.cfg")
        return
    admin = {f"{p}security.user_password": f"admin:{text}" for p in ("static.", "")}
    _expect_only(benign, config, {"account.1.password": text} | admin)


def _expect_only(benign: PhoneConfig, config: PhoneConfig, changes: dict[str, str]) -> None:
    body = body_of(config)
    assert not re.search(rb"[\x00-\x09\x0b-\x1f\x7f]", body)
    before, after = read_lines(body_of(benign)), read_lines(body)
    assert [name for name, _ in after] == [name for name, _ in before]
    different = {name: value for name, value in after if (name, value) not in before}
    meant = {name: _shown(value) for name, value in changes.items() if value}
    assert {n: v for n, v in different.items() if v != "%NULL%"} == meant


def _shown(text: str) -> str:
    return "%" + text if text in {"%NULL%", "%EMPTY%"} else text


@pytest.mark.parametrize("word", ["%NULL%", "%null%", "%Empty%", " %NULL% "])
def test_it_shows_a_word_of_command_instead_of_obeying_it(word: str) -> None:
    """A label typed as %NULL% is a text, not an order to the firmware."""
    config = intents.with_account(intents.config(T46U, MAC), label=word)
    (account,) = phone_with(config).accounts().values()
    assert account.label == "%" + word.strip()


def test_it_refuses_a_word_of_command_as_password() -> None:
    """A changed password would register nowhere and nobody would know why."""
    config = intents.with_account(intents.config(T46U, MAC), password="%null%")
    with pytest.raises(UnwritableValueError):
        WRITER.write_file(config, f"{MAC}.cfg")
