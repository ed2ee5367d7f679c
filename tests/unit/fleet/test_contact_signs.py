"""What is read from a contact once, when it is written."""

import pytest

from phoneprov.fleet.contact_signs import agent_model, read_signs
from phoneprov.fleet.diagnosis.refusals import MEANINGS
from phoneprov.provisioning.admission import Reason


@pytest.mark.parametrize(
    ("in_requests", "in_registrations"),
    [
        ("Yealink SIP-T46U 108.86.0.90 80:5e:c0:1a:2b:3c", "Yealink SIP-T46U 108.86.0.90"),
        (
            "Grandstream Model HW GXP2170 SW 1.0.11.79 DevId c074ad2bd859",
            "Grandstream GXP2170 1.0.11.85",
        ),
        ("Cisco/SPA508G-7.4.8a (0002FDFF2103)(CBT141400UK)", "Cisco/SPA508G-7.4.8a"),
        (
            "FileTransport PolycomVVX-VVX_411-UA/5.9.7.4477 (SN:64167f1a2b3c) Type/Application",
            "PolycomVVX-VVX_411-UA/5.9.7.4477",
        ),
    ],
)
def test_a_phone_names_the_same_model_in_both(in_requests: str, in_registrations: str) -> None:
    """R57: or every healthy phone would look like a stranger."""
    assert agent_model(in_requests) == agent_model(in_registrations) != ""


def test_a_stranger_is_known_by_all_it_says() -> None:
    assert agent_model("Zoiper 5.6") == "Zoiper 5.6"
    assert agent_model("x" * 300) == "x" * 60
    assert agent_model("") == ""


@pytest.mark.parametrize(
    ("uri", "source", "is_behind_nat", "public_port"),
    [
        ("sip:201@10.1.1.7:5060", "10.1.1.7:5060", False, None),
        ("sip:201@10.1.1.7:5060", "203.0.113.9:40111", True, None),
        ("sip:201@203.0.113.9:40111", "203.0.113.9:40111", False, 40111),
        (
            "sip:201@203.0.113.9:40111;x-ast-orig-host=10.1.1.7:5060",
            "203.0.113.9:40111",
            True,
            None,
        ),
        ("sip:201@phones.example", "203.0.113.9:40111", False, None),
        ("sip:201@10.1.1.7:5060", "", False, None),
    ],
)
def test_nat_and_rewriting_are_read(
    uri: str, source: str, *, is_behind_nat: bool, public_port: int | None
) -> None:
    """R58, R135: as columns, so that a list can be filtered by them."""
    signs = read_signs(uri, source, "")
    assert (signs["is_behind_nat"], signs["public_port"]) == (is_behind_nat, public_port)


def test_every_refusal_that_is_explained_exists() -> None:
    """R56: the words go by the reasons of admission."""
    refused = {reason.value for reason in Reason if not reason.is_admitted}
    assert set(MEANINGS) <= refused
    assert {"window_closed", "window_waited_out", "wrong_mac", "unencrypted"} <= set(MEANINGS)
