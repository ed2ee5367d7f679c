"""Which of several phones on one extension is behind a contact."""

from dataclasses import dataclass, replace

import pytest

from phoneprov.fleet.telling_apart import INDISTINCT, find_by_instance, tell_apart, uri_address
from phoneprov.pbx.link import ContactState


@dataclass(frozen=True)
class Known:
    """A phone as its own requests show it."""

    mac: str
    ip_address: str = "10.1.1.7"
    local_sip_port: int = 5060
    user_agent: str = ""


DESK = Known("805ec01a2b3c")
HOME = Known("805ec0aaaaaa", ip_address="10.9.9.9")
CONTACT = ContactState(aor="201@a", uri="sip:201@10.1.1.7:5060", source="10.1.1.7:5060")


@pytest.mark.parametrize(
    ("instance", "is_desk"),
    [
        ('"<urn:uuid:00000000-0000-1000-8000-805EC01A2B3C>"', True),
        ("<urn:uuid:00000000-0000-1000-8000-805ec01a2b3c>", True),
        ("urn:uuid:00000000-0000-1000-8000-805ec01a2b3c", True),
        ("<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>", False),
        ("", False),
        ("805ec01a2b3c-and-more", False),
    ],
)
def test_the_instance_may_hold_the_mac(instance: str, *, is_desk: bool) -> None:
    """Another MAC there says nothing: most of these numbers are rolled."""
    found = find_by_instance(replace(CONTACT, instance=instance), [HOME, DESK])
    assert found == (DESK if is_desk else None)


def test_by_the_address_it_registered_from() -> None:
    assert tell_apart(CONTACT, [DESK, HOME]) == (DESK, "address that fetched the config")


def test_by_the_address_in_the_contact() -> None:
    """We see the phone inside its network, the registrar sees its router."""
    contact = replace(CONTACT, source="192.0.2.7:40111")
    assert tell_apart(contact, [DESK, HOME])[0] == DESK


def test_by_the_port_behind_one_nat() -> None:
    """Both phones come from one address; the router rewrites the port, the contact keeps it."""
    near, far = replace(DESK, ip_address="192.0.2.7"), replace(HOME, ip_address="192.0.2.7")
    far = replace(far, local_sip_port=5062)
    contact = replace(CONTACT, uri="sip:201@10.1.1.7:5062", source="192.0.2.7:40111")
    assert tell_apart(contact, [near, far])[0] == far
    contact = replace(CONTACT, uri="sip:201@10.1.1.7:5070", source="192.0.2.7:5062")
    assert tell_apart(contact, [near, far])[0] == far


def test_by_the_model() -> None:
    """A SIP User-Agent without MAC still names the model."""
    yealink = replace(DESK, user_agent="Yealink SIP-T46U 108.86.0.90 80:5e:c0:1a:2b:3c")
    grandstream = Known(
        "c074ad1a2b02", user_agent="Grandstream Model HW GXP2170 SW 1.0.11.79 DevId c074ad1a2b02"
    )
    contact = replace(CONTACT, user_agent="Grandstream GXP2170 1.0.11.79", source="192.0.2.7:1")
    assert tell_apart(contact, [yealink, grandstream])[0] == grandstream


def test_where_nothing_tells_nobody_is_named() -> None:
    """A guess would show the wrong phone as Online, and reboot the wrong one."""
    twin = replace(DESK, mac="805ec0aaaaaa")
    assert tell_apart(CONTACT, [DESK, twin]) == (None, INDISTINCT)
    elsewhere = replace(CONTACT, uri="sip:201@10.5.5.5", source="10.5.5.5:5060")
    assert tell_apart(elsewhere, [DESK, HOME]) == (None, INDISTINCT)
    unseen = replace(DESK, ip_address=""), replace(HOME, ip_address="")
    assert tell_apart(replace(CONTACT, source="", uri="x"), unseen) == (None, INDISTINCT)


@pytest.mark.parametrize(
    ("uri", "address"),
    [
        ("sip:201@10.1.1.7:5062;transport=tcp", ("10.1.1.7", "5062")),
        ("sips:201@10.1.1.7", ("10.1.1.7", "5060")),
        ("sip:[2001:db8::7]:5070", ("2001:db8::7", "5070")),
        ("sip:a%40b@host.example?x=y", ("host.example", "5060")),
        ("", ("", "5060")),
    ],
)
def test_the_address_of_a_uri(uri: str, address: tuple[str, str]) -> None:
    assert uri_address(uri) == address
