"""Where a request came from: a proxy that is configured is believed, nobody else."""

from ipaddress import ip_network

import pytest

from phoneprov.web.prov.app import client_address, is_encrypted

PROXIES = (ip_network("10.0.0.0/24"), ip_network("fd00::/64"))


def address(remote: str, forwarded: str | None, *, trusted: bool = True) -> str:
    environ = {"REMOTE_ADDR": remote}
    if forwarded is not None:
        environ["HTTP_X_FORWARDED_FOR"] = forwarded
    return client_address(environ, PROXIES if trusted else ())


def test_without_a_proxy_a_header_says_nothing() -> None:
    """Whoever asks directly can't take another's address."""
    assert address("203.0.113.9", "198.51.100.1", trusted=False) == "203.0.113.9"
    assert address("203.0.113.9", "198.51.100.1") == "203.0.113.9"


@pytest.mark.parametrize(
    ("forwarded", "found"),
    [
        ("198.51.100.1", "198.51.100.1"),
        ("198.51.100.1, 10.0.0.7", "198.51.100.1"),
        ("1.2.3.4, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.8", "10.0.0.1"),
        ("", "10.0.0.1"),
        (None, "10.0.0.1"),
        ("2001:db8::5", "2001:db8::5"),
        ("unknown", "10.0.0.1"),
        ("198.51.100.1, <script>", "10.0.0.1"),
        (" , ,198.51.100.1 ", "198.51.100.1"),
    ],
)
def test_behind_a_proxy_it_is_the_last_address_that_is_none(
    forwarded: str | None, found: str
) -> None:
    """What stands left of it, the client may have written itself."""
    assert address("10.0.0.1", forwarded) == found


def test_it_knows_a_proxy_by_its_network() -> None:
    assert address("fd00::1", "198.51.100.1") == "198.51.100.1"
    assert address("fd01::1", "198.51.100.1") == "fd01::1"
    assert address("", "198.51.100.1") == ""


@pytest.mark.parametrize(
    ("environ", "is_tls"),
    [
        ({"wsgi.url_scheme": "https", "REMOTE_ADDR": "203.0.113.9"}, True),
        ({"wsgi.url_scheme": "http", "REMOTE_ADDR": "203.0.113.9"}, False),
        ({"REMOTE_ADDR": "203.0.113.9", "HTTP_X_FORWARDED_PROTO": "https"}, False),
        ({"REMOTE_ADDR": "10.0.0.7", "HTTP_X_FORWARDED_PROTO": "HTTPS"}, True),
        ({"REMOTE_ADDR": "10.0.0.7", "HTTP_X_FORWARDED_PROTO": "http"}, False),
        ({"REMOTE_ADDR": "10.0.0.7"}, False),
    ],
)
def test_a_proxy_says_whether_it_was_encrypted(environ: dict[str, str], *, is_tls: bool) -> None:
    """R133: a header of anybody else says nothing."""
    assert is_encrypted(environ, PROXIES) is is_tls
