"""Hosts, addresses and port ranges, strictly read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneprov.core.errors import InvalidValueError
from phoneprov.pbx.addresses import (
    check_host,
    check_host_and_port,
    check_http_url,
    check_port,
    check_rtp_ports,
)

HOSTILE = [
    "",
    " ",
    "a b",
    "a\nb",
    "a;b",
    "a/b",
    'a"b',
    "<a>",
    "a%0ab",
    "ä.example",
    "a..b",
    "-a.b",
    "a_b",
]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("sip.example.net", "sip.example.net"),
        (" SIP.Example.NET. ", "sip.example.net"),
        ("pbx", "pbx"),
        ("192.0.2.10", "192.0.2.10"),
        ("2001:DB8::0001", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
    ],
)
def test_it_keeps_a_host_in_its_usual_form(typed: str, kept: str) -> None:
    assert check_host(typed, field="sip_domain") == kept


@pytest.mark.parametrize(
    "typed",
    [
        *HOSTILE,
        "192.0.2.256",
        "fe80::1%eth0",
        "[192.0.2.1",
        "192.0.2",
        "sip.example.net:5060",
        "sip:pbx",
        "x" * 64,
        "a." * 127 + "ab",
    ],
)
def test_it_refuses_what_is_no_host(typed: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        check_host(typed, field="sip_domain")
    assert caught.value.field == "sip_domain"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:5060/RPC",
        "https://pbx.example/jsonrpc",
        "http://[2001:db8::1]:8080/RPC",
        "http://pbx",
    ],
)
def test_it_takes_an_http_address(url: str) -> None:
    assert check_http_url(f" {url} ", field="link_address") == url


@pytest.mark.parametrize(
    "url",
    [
        *HOSTILE,
        "pbx.example",
        "ftp://pbx.example/",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "http://",
        "http:///RPC",
        "http://a b/",
        "http://pbx.example/a b",
        "http://pbx.example/\r\nX: y",
        "http://pbx:99999/",
        "http://pbx:0/",
        "http://pbx:x/",
        "http://[::1/",
        "http://user:pw@pbx/",
        "http://pbx/?a=b",
        "http://pbx/#x",
        "http://-pbx/",
    ],
)
def test_it_refuses_what_is_no_http_address(url: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        check_http_url(url, field="link_address")
    assert caught.value.field == "link_address"


def test_it_takes_host_and_port() -> None:
    assert check_host_and_port("192.0.2.10:05060", field="x") == "192.0.2.10:5060"
    assert check_host_and_port("[2001:db8::1]:5060", field="x") == "[2001:db8::1]:5060"


@pytest.mark.parametrize(
    "typed", [*HOSTILE, "pbx", "pbx:", "pbx:0", "pbx:65536", ":5060", "pbx:５"]
)
def test_it_refuses_what_is_not_host_and_port(typed: str) -> None:
    with pytest.raises(InvalidValueError):
        check_host_and_port(typed, field="x")


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_it_refuses_a_port_that_is_none(port: int) -> None:
    with pytest.raises(InvalidValueError):
        check_port(port, field="x")


@pytest.mark.parametrize("typed", ["10000-20000", " 10000 – 20000 "])
def test_it_keeps_a_range_of_ports_with_a_plain_dash(typed: str) -> None:
    assert check_rtp_ports(typed, field="x") == "10000-20000"


@pytest.mark.parametrize(
    "typed", ["", "10000", "20000-10000", "10000-10000", "80-90", "10000-70000", "a-b"]
)
def test_it_refuses_a_range_that_is_none(typed: str) -> None:
    with pytest.raises(InvalidValueError):
        check_rtp_ports(typed, field="x")


@given(st.text(max_size=60))
def test_it_keeps_nothing_that_could_break_a_line(typed: str) -> None:
    """What passes holds only letters, digits, dots, dashes and colons."""
    try:
        kept = check_host(typed, field="x")
    except InvalidValueError:
        kept = "pbx"
    assert kept.isascii()
    assert not set(kept) - set("abcdefghijklmnopqrstuvwxyz0123456789.-:")
