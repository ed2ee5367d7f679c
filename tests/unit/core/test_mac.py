"""MAC addresses in every spelling of a sticker, a scanner or a phone."""

import netaddr
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneprov.core.errors import InvalidValueError
from phoneprov.core.mac import find_mac, format_mac, is_normal_mac, parse_mac


@pytest.mark.parametrize(
    "text",
    [
        "805ec01a2b3c",
        "80-5E-C0-1A-2B-3C",
        "80:5e:c0:1a:2b:3c",
        "805e.c01a.2b3c",
        " 805EC0 1A2B3C ",
        "80 5e c0 1a 2b 3c\n",
    ],
)
def test_it_takes_what_a_sticker_or_scanner_gives(text: str) -> None:
    """R11, R79."""
    assert parse_mac(text) == "805ec01a2b3c"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Enter the MAC address"),
        ("805ec01a2b3", "1 digit is missing"),
        ("805ec01a", "4 digits are missing"),
        ("805ec01a2b3c4d", "2 digits too many"),
        ("805ec01a2b3x", "“x” can't be part"),
        ("８05ec01a2b3c", "can't be part"),
        ("000000000000", "All zeros"),
        ("ffffffffffff", "broadcast"),
        ("01005e000001", "multicast"),
    ],
)
def test_it_says_what_is_wrong(text: str, message: str) -> None:
    """R79: how many digits are missing, or which character is wrong."""
    with pytest.raises(InvalidValueError, match=message) as caught:
        parse_mac(text)
    assert caught.value.field == "mac"


@given(st.binary(min_size=6, max_size=6))
def test_it_agrees_with_an_independent_reader(raw: bytes) -> None:
    number = netaddr.EUI(int.from_bytes(raw), version=48)
    found = find_mac(str(number))
    if raw[0] & 1 or raw == bytes(6):
        assert found is None
    else:
        assert found == raw.hex()
        assert netaddr.EUI(format_mac(raw.hex())) == number


@given(st.text(max_size=40))
def test_no_text_breaks_it(text: str) -> None:
    found = find_mac(text)
    assert found is None or is_normal_mac(found)
