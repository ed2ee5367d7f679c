"""Messages on their way: to a real mail server and a real webhook on loopback."""

import hashlib
import hmac
import json
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from phoneprov.alerts.kinds import Channel, MessageState
from phoneprov.alerts.models import AlertMessage, AlertState, AlertSubscription
from phoneprov.alerts.outbox import claim_next, pause_after, send_messages
from phoneprov.alerts.subscriptions import send_test
from phoneprov.alerts.tell import new_message
from phoneprov.alerts.unsubscribing import end_by_link, find_by_link, sign_link
from phoneprov.alerts.words import Text
from phoneprov.core.settings import Settings, load_settings
from phoneprov.tenancy.models import Role
from tests.integration.alerts.town import ADDRESS, Town
from tests.rigs.ports import free_port
from tests.rigs.smtp import FakeMailServer
from tests.rigs.webhook import FakeWebhook

SECRET = "s3cret-of-the-webhook"


def settings_of(folder: Path, mail: FakeMailServer | None = None, **more: object) -> Settings:
    if mail is not None:
        more |= {"smtp_url": mail.url, "mail_from": "phoneprov <alerts@example.net>"}
    return load_settings(data_dir=folder, public_url=ADDRESS, **more)


def put(
    town: Town,
    row: AlertSubscription,
    subject: str = "[phoneprov] Acme: it is down",
    body: str = "Acme: it is down.",
) -> AlertMessage:
    """Put a message into the outbox, written now."""
    text = Text(subject=subject, body=body, items=[{"kind": "phone_offline"}])
    message = new_message(row.id, text, datetime.now(UTC))
    town.world.session.add(message)
    town.world.session.commit()
    return message


def again(town: Town) -> None:
    """Let the time of the next try come."""
    town.world.session.rollback()
    past = datetime.now(UTC) - timedelta(seconds=1)
    town.world.session.execute(update(AlertMessage).values(next_try_at=past))
    town.world.session.execute(
        update(AlertState).values(mail_failed_at=datetime.now(UTC) - timedelta(minutes=5))
    )
    town.world.session.commit()


def one(town: Town) -> AlertMessage:
    (message,) = town.messages()
    town.world.session.refresh(message)
    return message


def by_webhook(town: Town, url: str, role: Role = Role.ADMIN) -> AlertSubscription:
    return town.subscribe(
        town.person(role), channel=Channel.WEBHOOK, webhook_url=url, webhook_secret=SECRET
    )


def test_a_mail_arrives_once(town: Town, tmp_path: Path) -> None:
    """With what mail programs need to let people end it, and nobody's answer wanted."""
    row = town.subscribe()
    message = put(town, row)
    with FakeMailServer() as mail:
        settings = settings_of(tmp_path, mail)
        assert send_messages(town.world.sessions, settings) == 1
        assert send_messages(town.world.sessions, settings) == 0
        (got,) = mail.mails
    assert got["Subject"] == "[phoneprov] Acme: it is down"
    assert got["To"] == town.user_of(row).email
    assert got["From"] == "phoneprov <alerts@example.net>"
    assert got["Message-ID"] == f"<{message.number}@example.net>"
    assert got["Auto-Submitted"] == "auto-generated"
    assert got["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    token = got["List-Unsubscribe"].strip("<>").rpartition("/")[2]
    assert got["List-Unsubscribe"] == f"<{ADDRESS}/api/v1/unsubscribe/{token}>"
    assert f"{ADDRESS}/unsubscribe/{token}" in got.get_content()
    assert find_by_link(town.world.session, token) is not None
    sent = one(town)
    assert (sent.state, sent.tries, sent.failure) == (MessageState.SENT, 1, "")


@pytest.mark.parametrize(
    "name", ["Desk\r\nBcc: eve@example.com", "Desk\n\nHello", "Desk\u2028Bcc: eve@example.com", "Désk 北京 🔔"]
)  # fmt: skip
def test_no_name_becomes_a_header(town: Town, tmp_path: Path, name: str) -> None:
    """Even where the database holds what no form would take."""
    town.subscribe()
    (phone, *_) = town.phones(10, display_name=name)
    town.set([phone])
    town.wait(6)
    again(town)
    with FakeMailServer() as mail:
        assert send_messages(town.world.sessions, settings_of(tmp_path, mail)) == 1
        (got,) = mail.mails
        assert len(mail.recipients) == 1
    assert got["Bcc"] is None
    assert "Desk" in got["Subject"] or "Désk 北京 🔔" in got["Subject"]
    assert "\n" not in got["Subject"]


def test_many_mails_go_over_one_connection(town: Town, tmp_path: Path) -> None:
    row = town.subscribe()
    for number in range(20):
        put(town, row, f"[phoneprov] number {number}")
    with FakeMailServer() as mail:
        assert send_messages(town.world.sessions, settings_of(tmp_path, mail)) == 20
        assert mail.connections == 1
        assert len({got["Message-ID"] for got in mail.mails}) == 20


def test_a_mail_server_that_is_away_is_asked_again(town: Town, tmp_path: Path) -> None:
    """Not at once, and not once for each message that waits; the reason stands on the page."""
    row = town.subscribe()
    message = put(town, row)
    put(town, row)
    mail = FakeMailServer(port=free_port())
    settings = settings_of(tmp_path, mail)
    assert send_messages(town.world.sessions, settings) == 0
    assert send_messages(town.world.sessions, settings) == 0
    first, second = town.messages()
    assert (first.tries, second.tries) == (1, 0)
    assert first.failure == "the mail server can't be reached: Connection refused"
    state = town.world.session.get_one(AlertState, 1)
    assert "Connection refused" in state.mail_failure
    again(town)
    with mail:
        assert send_messages(town.world.sessions, settings) == 2
        assert mail.mails[0]["Message-ID"] == f"<{message.number}@example.net>"
    town.world.session.refresh(state)
    assert state.mail_taken_at is not None
    assert state.mail_failed_at is not None
    assert state.mail_taken_at > state.mail_failed_at


@pytest.mark.parametrize(
    ("verb", "answer", "state"),
    [
        ("RCPT", "550 No such mailbox", MessageState.FAILED),
        ("RCPT", "450 Try later", MessageState.WAITING),
        ("DATA", "554 Looks like spam", MessageState.FAILED),
        ("DATA", "451 Busy", MessageState.WAITING),
        ("MAIL", "552 Not this sender", MessageState.FAILED),
        ("HELLO", "421 Too many connections", MessageState.WAITING),
        ("HELLO", "garbage", MessageState.WAITING),
    ],
)
def test_what_the_mail_server_says_decides(
    town: Town, tmp_path: Path, verb: str, answer: str, state: MessageState
) -> None:
    """5xx is final, 4xx is tried again; in the words of the server."""
    put(town, town.subscribe())
    with FakeMailServer(answers={verb: answer}) as mail:
        assert send_messages(town.world.sessions, settings_of(tmp_path, mail)) == 0
        assert mail.raw == []
    message = one(town)
    assert message.state is state
    assert "the mail server" in message.failure


def test_a_mail_server_that_says_nothing_holds_nobody_up(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It listens and never answers."""
    monkeypatch.setattr("phoneprov.alerts.mail.TIMEOUT_S", 0.3)
    put(town, town.subscribe())
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"smtp://127.0.0.1:{silent.getsockname()[1]}"
        settings = settings_of(tmp_path, smtp_url=url, mail_from="alerts@example.net")
        assert send_messages(town.world.sessions, settings) == 0
    assert one(town).failure == "the mail server does not answer in time"


def test_starttls_is_not_left_out(town: Town, tmp_path: Path) -> None:
    """A server that doesn't offer it gets no mail in clear."""
    put(town, town.subscribe())
    with FakeMailServer() as mail:
        url = mail.url.replace("smtp://", "smtp+starttls://")
        settings = settings_of(tmp_path, smtp_url=url, mail_from="alerts@example.net")
        assert send_messages(town.world.sessions, settings) == 0
        assert mail.raw == []
    assert "STARTTLS" in one(town).failure


def test_without_a_mail_server_it_waits_for_one(town: Town, tmp_path: Path) -> None:
    put(town, town.subscribe())
    assert send_messages(town.world.sessions, settings_of(tmp_path)) == 0
    message = one(town)
    assert message.state is MessageState.WAITING
    assert "PHONEPROV_SMTP_URL" in message.failure


def test_a_webhook_gets_signed_json(town: Town, tmp_path: Path) -> None:
    with FakeWebhook() as hook:
        message = put(town, by_webhook(town, f"{hook.url}?token=abc&x=1"))
        settings = settings_of(tmp_path, webhook_allow=f"127.0.0.1:{hook.port}")
        assert send_messages(town.world.sessions, settings) == 1
        (got,) = hook.received
    assert got.path == "/notify?token=abc&x=1"
    told = json.loads(got.body)
    assert (told["type"], told["id"]) == ("alert", message.number)
    assert told["text"].startswith("[phoneprov] Acme: it is down")
    assert told["items"] == [{"kind": "phone_offline"}]
    assert got.headers["x-phoneprov-delivery"] == message.number
    signed = got.headers["x-phoneprov-timestamp"].encode() + b"." + got.body
    expected = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    assert got.headers["x-phoneprov-signature"] == f"sha256={expected}"


@pytest.mark.parametrize(
    ("status", "state"),
    [(500, MessageState.WAITING), (429, MessageState.WAITING), (404, MessageState.FAILED), (302, MessageState.FAILED)],
)  # fmt: skip
def test_what_the_webhook_answers_decides(
    town: Town, tmp_path: Path, status: int, state: MessageState
) -> None:
    """A redirect is no success, and isn't followed."""
    with FakeWebhook(answers=[(status, b"")]) as hook:
        put(town, by_webhook(town, hook.url))
        settings = settings_of(tmp_path, webhook_allow=f"127.0.0.1:{hook.port}")
        assert send_messages(town.world.sessions, settings) == 0
        assert len(hook.received) == 1
    message = one(town)
    assert (message.state, message.failure) == (state, f"the webhook answered {status}")


@pytest.mark.parametrize("role", [Role.ADMIN, Role.PROVIDER])
def test_nothing_is_posted_into_this_machine(town: Town, tmp_path: Path, role: Role) -> None:
    """Unless the operator let that very port in."""
    with FakeWebhook() as hook:
        put(town, by_webhook(town, hook.url, role))
        settings = settings_of(tmp_path, webhook_allow="127.0.0.1:1")
        assert send_messages(town.world.sessions, settings) == 0
        assert hook.received == []
    message = one(town)
    assert message.state is MessageState.FAILED
    assert "this server itself" in message.failure


def test_a_try_is_written_down_before_it_is_made(town: Town, tmp_path: Path) -> None:
    """Killed in the middle it tries again, later and under the same number."""
    message = put(town, town.subscribe())
    now = datetime.now(UTC)
    with town.world.sessions.begin() as session:
        letter = claim_next(session, Channel.EMAIL, now)
        assert letter is not None
        assert letter.number == message.number
    with town.world.sessions.begin() as session:
        assert claim_next(session, Channel.EMAIL, now) is None
    again(town)
    with FakeMailServer() as mail:
        assert send_messages(town.world.sessions, settings_of(tmp_path, mail)) == 1
        assert mail.mails[0]["Message-ID"] == f"<{message.number}@example.net>"
    assert one(town).tries == 2


def test_it_gives_up_after_a_day(town: Town, tmp_path: Path) -> None:
    assert [pause_after(tries).seconds // 60 for tries in range(1, 9)] == [
        1,
        2,
        5,
        15,
        30,
        60,
        60,
        60,
    ]
    message = put(town, town.subscribe())
    message.created_at = datetime.now(UTC) - timedelta(hours=24)
    town.world.session.commit()
    send_messages(town.world.sessions, settings_of(tmp_path))
    assert one(town).state is MessageState.FAILED


@pytest.mark.parametrize("what", ["demoted", "inactive", "moved", "unsubscribed"])
def test_who_may_not_be_told_any_more_gets_nothing_that_waited(
    town: Town, tmp_path: Path, what: str
) -> None:
    row = town.subscribe()
    put(town, row)
    user = town.user_of(row)
    if what == "demoted":
        user.role = Role.VIEWER
    elif what == "inactive":
        user.is_active = False
    elif what == "moved":
        user.tenant_id = town.world.other_tenant().id
    else:
        assert end_by_link(town.world.session, row, address="10.0.0.9", now=town.now)
    town.world.session.commit()
    with FakeMailServer() as mail:
        assert send_messages(town.world.sessions, settings_of(tmp_path, mail)) == 0
        assert mail.raw == []
    assert one(town).state is MessageState.DROPPED


def test_a_person_who_is_deleted_takes_what_waits_along(town: Town) -> None:
    row = town.subscribe()
    put(town, row)
    town.world.session.delete(town.user_of(row))
    town.world.session.commit()
    assert town.messages() == []


def test_a_test_message_is_told_from_an_alert(town: Town, tmp_path: Path) -> None:
    with FakeWebhook() as hook:
        row = by_webhook(town, hook.url)
        assert town.user_of(row).is_active
        send_test(town.world.session, row, address=ADDRESS, now=datetime.now(UTC))
        town.world.session.commit()
        settings = settings_of(tmp_path, webhook_allow=f"127.0.0.1:{hook.port}")
        assert send_messages(town.world.sessions, settings) == 1
        told = json.loads(hook.received[0].body)
    assert told["type"] == "test"
    assert "Nothing is wrong" in told["text"]


@pytest.mark.parametrize("change", ["", "x", "1", ".", "1.", "1.{}x", "2.{}", "１.{}"])
def test_only_our_own_link_ends_it(town: Town, change: str) -> None:
    row = town.subscribe()
    town.subscribe()
    token = sign_link(row.id, row.link_key)
    assert find_by_link(town.world.session, token) is row
    signature = token.partition(".")[2]
    assert find_by_link(town.world.session, change.format(signature)) is None
