"""What a contact tells of the network between phone and PBX (R58, R135)."""

import pytest

from phoneprov.fleet.nat import ContactPath, read_path


def path(uri: str, source: str, local_port: int = 5060) -> ContactPath:
    found = read_path(uri, source, local_port)
    assert found is not None
    return found


def test_a_phone_in_the_same_network_shows_nothing() -> None:
    found = path("sip:201@10.1.4.17:5060", "10.1.4.17:5060")
    assert (found.is_behind_nat, found.is_rewritten) == (False, False)
    assert (found.said, found.seen) == ("10.1.4.17:5060", "10.1.4.17:5060")


@pytest.mark.parametrize("host", ["192.168.1.20", "10.0.0.5", "172.20.1.1", "100.66.0.9"])
def test_an_address_of_a_site_that_came_from_another_one_is_nat(host: str) -> None:
    found = path(f"sip:201@{host}:5060;transport=udp", "203.0.113.5:40123")
    assert found.is_behind_nat
    assert not found.is_rewritten
    assert found.seen == "203.0.113.5:40123"


def test_a_public_address_with_a_foreign_port_was_written_on_the_way() -> None:
    """The phone was told to use 5060, and knows nothing of the router's port."""
    found = path("sip:201@203.0.113.5:40123", "203.0.113.5:40123")
    assert found.is_rewritten
    assert not found.is_behind_nat


def test_a_phone_with_a_public_address_of_its_own_is_not_rewritten() -> None:
    assert not path("sip:201@203.0.113.5:5062", "203.0.113.5:5062", local_port=5062).is_rewritten


def test_a_pbx_that_rewrites_and_says_so_is_no_router() -> None:
    """Asterisk keeps what the phone wrote: it is that which counts."""
    uri = "sip:201@203.0.113.5:40123;x-ast-orig-host=192.168.1.20:5060"
    found = path(uri, "203.0.113.5:40123")
    assert (found.said, found.is_behind_nat, found.is_rewritten) == (
        "192.168.1.20:5060",
        True,
        False,
    )


def test_without_a_source_nothing_is_concluded() -> None:
    found = path("sip:201@192.168.1.20", "")
    assert (found.said, found.seen) == ("192.168.1.20:5060", "")
    assert (found.is_behind_nat, found.is_rewritten) == (False, False)


def test_an_address_of_version_six_is_read_in_brackets() -> None:
    found = path("sip:201@[fd00::20]:5060", "[2001:db8::5]:40123")
    assert found.is_behind_nat
    assert (found.said, found.seen) == ("[fd00::20]:5060", "[2001:db8::5]:40123")


@pytest.mark.parametrize("uri", ["", "sip:201@phone.example:5060", "tel:201", "sip:", "sip:@:"])
def test_what_names_no_address_tells_nothing(uri: str) -> None:
    assert read_path(uri, "203.0.113.5:40123", 5060) is None
