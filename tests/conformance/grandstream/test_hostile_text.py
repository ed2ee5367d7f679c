"""No text that people type becomes a parameter on a Grandstream: S1, S2."""

import dataclasses
import re

import pytest

from phoneprov.vendors.config import Button, ButtonKind, PhoneConfig
from phoneprov.vendors.errors import UnwritableValueError
from phoneprov.vendors.grandstream import WRITER
from tests.conformance import intents
from tests.conformance.grandstream.models import GRP2614, MAC, body_of
from tests.conformance.readers.grandstream import read_values

PARAMETERS = {"display_name": "P3", "label": "P270", "password": "P34"}


@pytest.mark.parametrize("field", PARAMETERS)
@pytest.mark.parametrize("hostile", intents.hostile_inputs("text", "secret"), ids=lambda h: h.id)
def test_it_lets_no_text_become_a_parameter(hostile: intents.HostileInput, field: str) -> None:
    """The same parameters as for a plain name, one of them with the text unchanged."""
    benign = intents.with_account(intents.config(GRP2614, MAC), **{field: "Benign"})
    config = intents.with_account(benign, **{field: hostile.stored})
    _expect_only(benign, config, hostile, {PARAMETERS[field]: hostile.stored})


@pytest.mark.parametrize("hostile", intents.hostile_inputs("secret"), ids=lambda h: h.id)
def test_it_keeps_the_admin_password_whole(hostile: intents.HostileInput) -> None:
    """`&` in a password once made the whole file unreadable."""
    benign = intents.config(GRP2614, MAC, admin_password="Benign")
    config = dataclasses.replace(benign, admin_password=hostile.stored)
    _expect_only(benign, config, hostile, {"P2": hostile.stored})


@pytest.mark.parametrize("hostile", intents.hostile_inputs("text", "dial"), ids=lambda h: h.id)
def test_it_lets_no_button_become_a_parameter(hostile: intents.HostileInput) -> None:
    """Labels and values of buttons, up to the length that a key holds."""
    hostile = hostile.cut_to(64)
    button = Button(position=1, kind=ButtonKind.SPEED_DIAL, value="Benign", label="Benign")
    benign = intents.config(GRP2614, MAC, buttons=(button,))
    text = hostile.stored
    changed = dataclasses.replace(button, value=text, label=text)
    config = dataclasses.replace(benign, buttons=(changed,))
    _expect_only(benign, config, hostile, {"P1465": text[:32], "P1466": text})


def _expect_only(
    benign: PhoneConfig,
    config: PhoneConfig,
    hostile: intents.HostileInput,
    changes: dict[str, str],
) -> None:
    if not hostile.is_writable:
        assert not hostile.must_accept
        with pytest.raises(UnwritableValueError):
            WRITER.write_file(config, f"cfg{MAC}.xml")
        return
    body = body_of(config)
    assert not re.search(rb"[\x00-\x09\x0b-\x1f\x7f]", body)
    before, after = read_values(body_of(benign), MAC), read_values(body, MAC)
    assert [name for name, _ in after] == [name for name, _ in before]
    assert {name: value for name, value in after if (name, value) not in before} == changes
