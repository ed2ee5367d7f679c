"""What may be typed about the link to a PBX, by its kind."""

import pytest

from phoneprov.core.errors import InvalidValueError
from phoneprov.pbx.kinds import PbxKind
from phoneprov.pbx.link_fields import (
    check_fingerprint,
    check_link_address,
    check_link_user,
    need_link_secret,
)

ASTERISK = PbxKind.ASTERISK


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("10.0.0.5", "tcp://10.0.0.5:5038"),
        (" PBX.example.net:5038 ", "tcp://pbx.example.net:5038"),
        ("tcp://pbx.example.net:15038", "tcp://pbx.example.net:15038"),
        ("tls://pbx.example.net", "tls://pbx.example.net:5039"),
        ("TLS://pbx.example.net:5039", "tls://pbx.example.net:5039"),
        ("tls://[2001:db8::5]:5039", "tls://[2001:db8::5]:5039"),
        ("[2001:db8::5]", "tcp://[2001:db8::5]:5038"),
    ],
)
def test_the_address_of_an_ami_is_host_and_port(typed: str, kept: str) -> None:
    """What is left out is as usual."""
    assert check_link_address(ASTERISK, typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "http://pbx.example.net:5038",
        "tls://",
        "pbx.example.net:0",
        "pbx.example.net:65536",
        "pbx.example.net:",
        "user@pbx.example.net:5038",
        "pbx.example.net:5038/path",
        "pbx.example.net:5038\r\nAction: Login",
        "a b:5038",
    ],
)
def test_another_address_is_refused_beside_its_field(typed: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        check_link_address(ASTERISK, typed)
    assert caught.value.field == "link_address"


@pytest.mark.parametrize("typed", ["", "a b", "a\r\nAction: x", "a" * 81, "ä"])
def test_a_user_that_cannot_be_sent_is_refused(typed: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        check_link_user(ASTERISK, typed)
    assert caught.value.field == "link_user"


def test_kinds_without_a_log_in_need_no_user() -> None:
    assert check_link_user(PbxKind.KAMAILIO, "") == ""
    need_link_secret(PbxKind.KAMAILIO, None)
    with pytest.raises(InvalidValueError, match="secret of that user"):
        need_link_secret(ASTERISK, "")


def test_a_fingerprint_is_taken_as_openssl_writes_it() -> None:
    pairs = ":".join(["AB"] * 32)
    assert check_fingerprint(f" {pairs} ") == "ab" * 32
    assert check_fingerprint("") == ""
    for wrong in ("ab" * 31, "xy" * 32, "sha256 fingerprint"):
        with pytest.raises(InvalidValueError):
            check_fingerprint(wrong)
