"""The little of SIP that the direct link speaks."""

import pytest

from phoneprov.pbx.sip import SipRequest, digest_answer, read_message

URI = "sip:201@127.0.0.1"


def test_a_line_break_never_becomes_a_header() -> None:
    request = SipRequest(
        method="NOTIFY",
        uri=URI,
        from_uri=URI,
        to_uri=URI,
        local="127.0.0.1:5060",
        headers=(("Event", "a\r\nX: y"),),
    )
    with pytest.raises(ValueError, match="line break"):
        request.encode()


def test_messages_are_told_from_noise() -> None:
    answer = read_message(b"SIP/2.0 200\r\ni: abc\r\nnoise\r\n\r\n")
    assert answer is not None
    assert (answer.code, answer.reason, answer.call_id) == (200, "", "abc")
    request = read_message(b"OPTIONS sip:a SIP/2.0\r\nCall-ID: abc\r\n\r\n")
    assert request is not None
    assert request.method == "OPTIONS"
    assert read_message(b"\x00\xff") is None


def test_a_challenge_without_qop_is_answered_as_the_rfc_says() -> None:
    """Older phones send none; the opaque part goes back as it came."""
    answer = digest_answer(
        'Digest realm="r", nonce="n", opaque="o"',
        method="NOTIFY",
        uri=URI,
        user="201",
        password="secret",
    )
    assert 'opaque="o"' in answer
    assert "qop" not in answer
    assert 'username="201"' in answer
