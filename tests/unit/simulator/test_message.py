"""SIP messages: read as tolerantly as phones must, written as plainly as they can be."""

import pytest

from phoneprov.simulator.sip.message import (
    SipRequest,
    SipResponse,
    parameter,
    read_message,
    respond,
    uri_in,
    user_and_host,
)

NOTIFY = (
    b"NOTIFY sip:1003@127.0.0.1:6103;ob SIP/2.0\r\n"
    b"v: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK4e31.0;rport\r\n"
    b"Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKsecond\r\n"
    b"t: <sip:1003@test.local>\r\nf: <sip:prov@test.local>;tag=17e3\r\n"
    b"CSeq: 10 NOTIFY\r\ni: 37ee@127.0.0.1\r\n"
    b"Event: check-sync;\r\n reboot=true\r\nl: 10\r\n\r\nkey=Reboot"
)


def read_request(data: bytes) -> SipRequest:
    message = read_message(data)
    assert isinstance(message, SipRequest)
    return message


def test_it_reads_compact_names_and_folded_lines() -> None:
    """Short header names and values that go on in the next line are old but allowed."""
    message = read_request(NOTIFY)
    assert (message.method, message.uri) == ("NOTIFY", "sip:1003@127.0.0.1:6103;ob")
    assert message.header("event") == "check-sync; reboot=true"
    assert message.branch == "z9hG4bK4e31.0"
    assert message.cseq == (10, "NOTIFY")
    assert message.body == "key=Reboot"


def test_an_answer_carries_what_the_request_came_with() -> None:
    """All Vias in order, From, Call-ID, CSeq, and a tag on To."""
    answer = read_message(respond(read_request(NOTIFY), 200, ("Allow", "NOTIFY")).encode())
    assert isinstance(answer, SipResponse)
    assert (answer.code, answer.reason) == (200, "OK")
    assert len(answer.all_headers("Via")) == 2
    assert answer.branch == "z9hG4bK4e31.0"
    assert parameter(answer.header("To") or "", "tag")
    assert answer.header("Allow") == "NOTIFY"
    assert answer.header("Content-Length") == "0"


def test_a_tag_that_is_there_is_kept() -> None:
    """Inside a dialog To already has one."""
    request = read_request(NOTIFY.replace(b"<sip:1003@test.local>", b"<sip:1003@test.local>;tag=q"))
    assert respond(request, 200).header("To") == "<sip:1003@test.local>;tag=q"


@pytest.mark.parametrize(
    "noise", [b"", b"\r\n\r\n", b"\0\0\0\0", b"GET / HTTP/1.1\r\n\r\n", b"\xff"]
)
def test_noise_is_no_message(noise: bytes) -> None:
    """Keep-alives and strays on the port are passed over."""
    assert read_message(noise) is None


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("<sip:a@b;transport=tcp>;expires=60", "expires", "60"),
        ("<sip:a@b;transport=tcp>;expires=60", "transport", None),
        ('"Smith; x=1" <sip:a@b>;tag=7', "x", None),
        ('<sip:a@b>;+sip.instance="<urn:uuid:1>";reg-id=1', "+sip.instance", "<urn:uuid:1>"),
        ("sip:a@b;tag=8", "tag", "8"),
        ("SIP/2.0/UDP h:5060;rport;branch=z9", "rport", ""),
    ],
)
def test_it_finds_a_parameter_outside_the_uri(text: str, name: str, value: str | None) -> None:
    """What stands in the brackets belongs to the URI."""
    assert parameter(text, name) == value


def test_it_takes_addresses_apart() -> None:
    """With and without brackets, scheme, port and parameters."""
    assert uri_in('"A" <sip:a@b:5;x>;tag=1') == "sip:a@b:5;x"
    assert uri_in("sip:a@b;tag=1") == "sip:a@b"
    assert user_and_host("sip:a@b:5060;ob?x=y") == ("a", "b:5060")
    assert user_and_host("sip:b") == ("", "b")
