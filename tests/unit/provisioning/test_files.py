"""Identify: what an address below /prov/ names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneprov.provisioning.files import read_path

TOKEN = "0123456789abcdef0123456789abcdef"
MAC = "805ec01a2b3c"


@pytest.mark.parametrize(
    "name",
    [
        "805ec01a2b3c.cfg",
        "805EC01A2B3C.cfg",
        "805ec01a2b3c.boot",
        "cfg805ec01a2b3c",
        "cfg805ec01a2b3c.xml",
        "spa805ec01a2b3c.xml",
        "805ec01a2b3c-app.log",
        "805ec01a2b3c-directory.xml",
        "Grandstream/cfg805ec01a2b3c.xml",
    ],
)
def test_it_finds_the_mac_in_every_vendors_names(name: str) -> None:
    """R21: the names that firmware asks for, in any letter case."""
    asked = read_path(f"/prov/{name}")
    assert asked is not None
    assert asked.mac == MAC
    assert asked.token is None


@pytest.mark.parametrize(
    "name", ["y000000000108.cfg", "000000000000.cfg", "cfggxp2170.xml", "spa504G.cfg", "cfg.xml"]
)
def test_common_names_hold_no_mac(name: str) -> None:
    """A file that stands for everybody belongs to nobody's phone."""
    asked = read_path(f"/prov/{name}")
    assert asked is not None
    assert asked.mac is None
    assert asked.name == name


def test_it_finds_the_token_and_the_name_behind_it() -> None:
    """S4: the phone's own address."""
    asked = read_path(f"/prov/t/{TOKEN.upper()}/805ec01a2b3c.cfg")
    assert asked is not None
    assert asked.token == TOKEN
    assert asked.mac == MAC


def test_it_finds_a_report() -> None:
    """Action URLs come below the phone's own address."""
    asked = read_path(f"/prov/t/{TOKEN}/event/registered")
    assert asked is not None
    assert asked.event == "registered"


@pytest.mark.parametrize(
    "path",
    [
        "/prov/",
        "/prov/t/short/x.cfg",
        f"/prov/t/{TOKEN}/",
        "/elsewhere/805ec01a2b3c.cfg",
        "/prov/a\nb.cfg",
        "/prov/" + "a" * 500,
    ],
)
def test_it_passes_over_what_no_phone_asks_for(path: str) -> None:
    assert read_path(path) is None


@given(st.text(max_size=300))
def test_nothing_a_stranger_sends_breaks_it(text: str) -> None:
    """F26: malformed requests are answered, never an exception."""
    asked = read_path("/prov/" + text)
    assert asked is None or asked.name
