"""The webhook link's way out: signed, sent again where that helps, believed in what it answers."""

import hashlib
import hmac
import json
import socket
import time
from collections.abc import Iterator

import pytest

from phoneprov.core.errors import PbxError
from phoneprov.pbx.link import LinkSettings, Notify, NotifyOutcome
from phoneprov.pbx.webhook.link import WebhookLink
from tests.rigs.webhook import FakeWebhook

SECRET = "the-secret-of-the-pbx"
NOTIFY = Notify(
    aor="201@sip.example.net",
    uri="sip:201@10.1.1.7:5060",
    event="check-sync;reboot=true",
    auth_user="201",
    auth_password="sip-password",
)


@pytest.fixture
def hook() -> Iterator[FakeWebhook]:
    with FakeWebhook() as fake:
        yield fake


def link_to(url: str) -> WebhookLink:
    return WebhookLink(LinkSettings(address=url, secret=SECRET))


def test_a_notify_is_posted_with_a_signature(hook: FakeWebhook) -> None:
    """Over time and body, with the PBX's own secret; the line's password stays here."""
    result = link_to(hook.url).send_notify(NOTIFY)
    assert result.outcome is NotifyOutcome.ACCEPTED
    [post] = hook.received
    assert post.path == "/notify"
    told = json.loads(post.body)
    assert {name: told[name] for name in ("type", "aor", "contact", "event", "body")} == {
        "type": "notify",
        "aor": NOTIFY.aor,
        "contact": NOTIFY.uri,
        "event": NOTIFY.event,
        "body": "",
    }
    signed = post.headers["x-phoneprov-timestamp"].encode() + b"." + post.body
    expected = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    assert post.headers["x-phoneprov-signature"] == f"sha256={expected}"
    assert told["id"] == post.headers["x-phoneprov-delivery"]
    assert abs(int(post.headers["x-phoneprov-timestamp"]) - time.time()) < 5
    assert b"sip-password" not in post.body
    assert SECRET.encode() not in post.body


@pytest.mark.parametrize(
    ("answer", "outcome", "evidence"),
    [
        (b'{"outcome": "answered", "evidence": "answered 200 OK"}', "answered", "answered 200 OK"),
        (b'{"outcome": "refused", "evidence": "481"}', "refused", "481"),
        (b'{"outcome": "no_answer"}', "no_answer", "the PBX's webhook answered 200"),
        (b"", "accepted", "the PBX's webhook answered 200"),
        (b"<html>", "accepted", "the PBX's webhook answered 200"),
        (b'{"outcome": "done"}', "accepted", "the PBX's webhook answered 200"),
        (b"\xff" * 100, "accepted", "the PBX's webhook answered 200"),
        (b'{"evidence": "' + b"x\\n" * 400 + b'"}', "accepted", ("x " * 100).strip()),
    ],
)
def test_what_came_of_it_is_what_the_pbx_says(
    hook: FakeWebhook, answer: bytes, outcome: str, evidence: str
) -> None:
    """Without a word of it no more than accepted is claimed."""
    hook.answers = [(200, answer)]
    result = link_to(hook.url).send_notify(NOTIFY)
    assert result.outcome == outcome
    assert result.evidence.strip() == evidence


def test_a_busy_pbx_is_asked_again_under_the_same_number(hook: FakeWebhook) -> None:
    """So that it can tell a second try from a second order."""
    hook.answers = [(503, b""), (429, b""), (200, b"")]
    assert link_to(hook.url).send_notify(NOTIFY).outcome is NotifyOutcome.ACCEPTED
    assert len(hook.received) == 3
    assert len({post.headers["x-phoneprov-delivery"] for post in hook.received}) == 1


@pytest.mark.parametrize(
    ("status", "is_permanent", "tries"), [(500, False, 3), (404, True, 1), (401, True, 1)]
)
def test_what_is_not_taken_is_said(
    hook: FakeWebhook, *, status: int, is_permanent: bool, tries: int
) -> None:
    hook.answers = [(status, b"")]
    with pytest.raises(PbxError, match=f"answered {status}") as raised:
        link_to(hook.url).send_notify(NOTIFY)
    assert raised.value.permanent is is_permanent
    assert len(hook.received) == tries


def test_it_is_not_led_elsewhere(hook: FakeWebhook) -> None:
    """A redirect would carry the signed order to whoever it names."""
    hook.answers = [(302, b""), (200, b"")]
    with pytest.raises(PbxError, match="answered 302"):
        link_to(hook.url).send_notify(NOTIFY)
    assert [post.path for post in hook.received] == ["/notify"]


def test_an_answer_that_is_too_large_is_not_read(hook: FakeWebhook) -> None:
    hook.answers = [(200, b"x" * 200_000)]
    with pytest.raises(PbxError, match="larger than"):
        link_to(hook.url).send_notify(NOTIFY)


def test_nobody_there_is_said_within_five_seconds() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    started = time.monotonic()
    with pytest.raises(PbxError, match="can't be reached"):
        link_to(f"http://127.0.0.1:{port}/").send_notify(NOTIFY)
    assert time.monotonic() - started < 5


def test_an_answer_that_drips_ends_in_time() -> None:
    """The deadline is for the whole of it, not for each byte."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        import threading

        ends = threading.Event()

        def drip() -> None:
            client, _ = server.accept()
            with client:
                client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
                while not ends.wait(0.2):
                    try:
                        client.sendall(b"x")
                    except OSError:
                        return

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        started = time.monotonic()
        with pytest.raises(PbxError, match="in time"):
            link_to(url).send_notify(NOTIFY)
        ends.set()
        thread.join(2)
    assert time.monotonic() - started < 6


def test_without_an_address_nothing_is_sent() -> None:
    with pytest.raises(PbxError, match="no address for NOTIFY") as raised:
        link_to("").send_notify(NOTIFY)
    assert raised.value.permanent


def test_testing_the_link_says_what_is_there(hook: FakeWebhook) -> None:
    assert link_to("").check().is_ok
    assert "can't be told to reboot" in link_to("").check().findings[1]
    found = link_to(hook.url).check()
    assert found.is_ok
    assert json.loads(hook.received[0].body)["type"] == "ping"
    hook.answers = [(403, b"")]
    found = link_to(hook.url).check()
    assert not found.is_ok
    assert found.findings[0] == "The PBX's webhook answered 403."
    assert not WebhookLink(LinkSettings()).check().is_ok
