"""Where an alert may be posted to: never into this machine or what only it can reach."""

import ipaddress
import socket

import pytest

from phoneprov.alerts.reach import choose_address, find_refusal, find_refusal_of_host
from phoneprov.core.errors import PbxError

NEVER = (
    "127.0.0.1", "127.9.9.9", "0.0.0.0", "::1", "::", "169.254.169.254", "169.254.1.1", "fe80::1",
    "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "2002:7f00:1::", "224.0.0.1",
    "ff02::1", "255.255.255.255", "240.0.0.1", "100.100.100.200", "fd00:ec2::254", "168.63.129.16",
)  # fmt: skip
PRIVATE = ("10.1.2.3", "192.168.1.1", "172.16.0.9", "100.64.0.1", "fd12::1", "::ffff:10.0.0.1")
PUBLIC = ("8.8.8.8", "2a00:1450:4001::1", "64:ff9b::808:808")


@pytest.mark.parametrize("text", NEVER)
def test_it_is_refused_to_everybody(text: str) -> None:
    assert find_refusal(ipaddress.ip_address(text), allows_private=True)


@pytest.mark.parametrize("text", PRIVATE)
def test_a_private_address_is_for_provider_staff(text: str) -> None:
    assert find_refusal(ipaddress.ip_address(text), allows_private=False)
    assert not find_refusal(ipaddress.ip_address(text), allows_private=True)


@pytest.mark.parametrize("text", PUBLIC)
def test_a_public_address_is_for_everybody(text: str) -> None:
    assert not find_refusal(ipaddress.ip_address(text), allows_private=False)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "a.localhost", "127.0.0.1", "[::1]"])
def test_what_is_seen_while_typing_is_said_at_once(host: str) -> None:
    assert find_refusal_of_host(host, allows_private=True)
    assert not find_refusal_of_host("hooks.example.net", allows_private=False)


def test_a_private_name_is_for_provider_staff() -> None:
    assert find_refusal_of_host("nas.local", allows_private=False)
    assert not find_refusal_of_host("nas.local", allows_private=True)


def looked_up(*addresses: str) -> object:
    def look_up(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(0, 0, 0, "", (address, port)) for address in addresses]

    return look_up


def test_a_name_that_leads_inside_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even when only one of its addresses does: a name can say one thing first, another then."""
    monkeypatch.setattr(socket, "getaddrinfo", looked_up("8.8.8.8", "127.0.0.1"))
    with pytest.raises(PbxError) as caught:
        choose_address("evil.example", 443, allows_private=False, allowed=())
    assert caught.value.permanent


def test_it_connects_to_what_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", looked_up("8.8.8.8"))
    found = choose_address("hooks.example", 443, allows_private=False, allowed=())
    assert found == "8.8.8.8"


def test_an_exact_entry_lets_one_port_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", looked_up("127.0.0.1"))
    allowed = {"127.0.0.1:9000"}
    found = choose_address("127.0.0.1", 9000, allows_private=False, allowed=allowed)
    assert found == "127.0.0.1"
    with pytest.raises(PbxError):
        choose_address("127.0.0.1", 9001, allows_private=False, allowed=allowed)


def test_a_name_that_cant_be_looked_up_may_be_there_later(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror("no such name")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(PbxError) as caught:
        choose_address("hooks.example", 443, allows_private=False, allowed=())
    assert not caught.value.permanent
