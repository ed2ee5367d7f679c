"""MD5 digest against the published vectors, and what happens at its edges."""

import pytest

from phoneprov.simulator.sip.authenticator import Authenticator
from phoneprov.simulator.sip.digest import (
    Credentials,
    answer_challenge,
    digest_of,
    is_answer_right,
    read_fields,
)
from phoneprov.simulator.sip.message import SipRequest

MUFASA = Credentials(user="Mufasa", password="Circle Of Life")
CHALLENGE = (
    'Digest realm="testrealm@host.com", qop="auth,auth-int", '
    'nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"'
)


def test_it_answers_the_challenge_of_rfc_2617() -> None:
    """Section 3.5 of RFC 2617 gives challenge, credentials and the right response."""
    answer = answer_challenge(CHALLENGE, MUFASA, ("GET", "/dir/index.html"), cnonce="0a4f113b")
    fields = read_fields(answer or "")
    assert fields["response"] == "6629fae49393a05397450978507c4ef1"
    assert fields["nc"] == "00000001"
    assert fields["opaque"] == "5ccc069c403ebaf9f0171e9517f40e41"


def test_it_answers_an_old_challenge_without_qop() -> None:
    """Registrars that send no qop get the short form of RFC 2069."""
    challenge = CHALLENGE.replace('qop="auth,auth-int", ', "")
    fields = read_fields(answer_challenge(challenge, MUFASA, ("GET", "/dir/index.html")) or "")
    assert fields["response"] == "670fd8c2df070c60b045671b8b24ff02"
    assert "qop" not in fields


@pytest.mark.parametrize(
    "text", ["Basic realm=x", 'Digest realm="x"', CHALLENGE + ", algorithm=SHA-256"]
)
def test_it_leaves_alone_what_it_cannot_answer(text: str) -> None:
    """Another scheme, no nonce, another algorithm."""
    assert answer_challenge(text, MUFASA, ("GET", "/")) is None


def test_a_quote_in_a_name_survives_both_ways() -> None:
    """User names are quoted strings; a quote or backslash in them is escaped."""
    credentials = Credentials(user='a"b\\c', password="x")
    answer = answer_challenge(CHALLENGE, credentials, ("GET", "/")) or ""
    assert read_fields(answer)["username"] == 'a"b\\c'
    assert is_answer_right(read_fields(answer), "x", "GET")
    assert not is_answer_right(read_fields(answer), "y", "GET")


def test_an_answer_with_a_field_missing_is_wrong() -> None:
    """Half an answer proves nothing."""
    assert not is_answer_right({"username": "a", "response": "b"}, "x", "GET")


def request(authorization: str | None = None) -> SipRequest:
    headers = [("Via", "SIP/2.0/UDP h;branch=z9hG4bKx"), ("To", "<sip:a@b>"), ("CSeq", "1 NOTIFY")]
    if authorization:
        headers.append(("Authorization", authorization))
    return SipRequest(method="NOTIFY", uri="sip:a@b", headers=tuple(headers))


def test_the_server_side_lets_in_who_answers_its_own_challenge() -> None:
    """A right answer to our nonce names the user; a wrong password is challenged again."""
    authenticator = Authenticator("b")
    refusal = authenticator.judge(request(), {"a": "x"}.get).refusal
    assert refusal is not None
    challenge = refusal.header("WWW-Authenticate") or ""
    right = answer_challenge(challenge, Credentials(user="a", password="x"), ("NOTIFY", "sip:a@b"))
    wrong = answer_challenge(challenge, Credentials(user="a", password="y"), ("NOTIFY", "sip:a@b"))
    assert authenticator.judge(request(right), {"a": "x"}.get).user == "a"
    assert authenticator.judge(request(wrong), {"a": "x"}.get).refusal is not None


def test_a_right_answer_to_an_old_nonce_is_called_stale() -> None:
    """Then the phone need not ask for another password, only answer once more."""
    authenticator = Authenticator("b", lifetime_s=-1.0)
    first = authenticator.judge(request(), {"a": "x"}.get).refusal
    assert first is not None
    challenge = first.header("WWW-Authenticate") or ""
    assert "stale" not in challenge
    answer = answer_challenge(challenge, Credentials(user="a", password="x"), ("NOTIFY", "sip:a@b"))
    again = authenticator.judge(request(answer), {"a": "x"}.get).refusal
    assert again is not None
    assert read_fields(again.header("WWW-Authenticate") or "")["stale"] == "true"


def test_the_response_depends_on_the_method() -> None:
    """The same fields for another method are another proof."""
    fields = {"username": "a", "realm": "r", "nonce": "n", "uri": "sip:r"}
    assert digest_of(fields, "x", "REGISTER") != digest_of(fields, "x", "NOTIFY")
