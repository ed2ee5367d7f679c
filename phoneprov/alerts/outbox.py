"""Sends what is in the outbox, as often as the other side allows: once.

Each try is written down before it is made, with when the next one would be. Who is killed in the
middle tries again after that, with the same message number; who got through writes that down. So a
message is never lost, and comes twice only where a process died between the other side's word and
our note of it; by its number the other side can tell.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload, sessionmaker

from phoneprov.alerts.kinds import Channel, MessageState
from phoneprov.alerts.letters import Letter, SendError
from phoneprov.alerts.mail import MailLine, find_mail_server
from phoneprov.alerts.models import AlertMessage, AlertState, AlertSubscription
from phoneprov.alerts.plan import is_entitled
from phoneprov.alerts.state import find_or_make_state
from phoneprov.alerts.unsubscribing import sign_link
from phoneprov.alerts.webhook import send_webhook
from phoneprov.core.clock import utc_now
from phoneprov.core.settings import Settings
from phoneprov.tenancy.models import Role

log = structlog.get_logger(__name__)

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60))
GIVEN_UP_AFTER = timedelta(hours=24)
TEST_GIVEN_UP_AFTER = timedelta(minutes=5)
MAIL_PAUSE = timedelta(seconds=30)
"""So long a mail server that can't be reached is left alone, whatever waits."""
RUN_S = 20.0
LONGEST_FAILURE = 300
NO_SERVER = "no mail server is set (PHONEPROV_SMTP_URL and PHONEPROV_MAIL_FROM)"
NOT_ENTITLED = "its person may not be told any more, or has unsubscribed"


def send_messages(sessions: sessionmaker[Session], settings: Settings) -> int:
    """Send what is due, for twenty seconds at most; return how many messages were taken."""
    ends_at = time.monotonic() + RUN_S
    sent = _send_all(
        sessions, Channel.WEBHOOK, lambda letter: send_webhook(letter, settings), ends_at
    )
    if _is_mail_paused(sessions, utc_now()):
        return sent
    server = find_mail_server(settings)
    if server is None:
        return sent + _send_all(sessions, Channel.EMAIL, _refuse_mail, ends_at)
    line = MailLine(server, settings.address_for_phones)
    try:
        return sent + _send_all(sessions, Channel.EMAIL, line.send, ends_at)
    finally:
        line.close()


def claim_next(session: Session, channel: Channel, now: datetime) -> Letter | None:
    """Take the next message that is due, and put off its next try as if this one had failed.

    Messages of people who may not be told any more are dropped on the way.
    """
    query = (
        select(AlertMessage)
        .join(AlertMessage.subscription)
        .where(
            AlertMessage.state == MessageState.WAITING,
            AlertMessage.next_try_at <= now,
            AlertSubscription.channel == channel,
        )
        .options(
            joinedload(AlertMessage.subscription).joinedload(AlertSubscription.user),
        )
        .order_by(AlertMessage.next_try_at, AlertMessage.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=AlertMessage)
    )
    while (message := session.scalar(query)) is not None:
        if not is_entitled(message.subscription):
            message.state, message.finished_at = MessageState.DROPPED, now
            message.failure = NOT_ENTITLED
            session.flush()
            continue
        message.tries += 1
        message.next_try_at = now + pause_after(message.tries)
        return _letter(message)
    return None


def pause_after(tries: int) -> timedelta:
    """Return how long to wait after so many tries: 1, 2, 5, 15, 30, 60 minutes and so on."""
    return PAUSES[min(tries, len(PAUSES)) - 1]


def _send_all(
    sessions: sessionmaker[Session],
    channel: Channel,
    send: Callable[[Letter], None],
    ends_at: float,
) -> int:
    """Send one message after the other; a server that fails as a whole ends it."""
    sent = 0
    while time.monotonic() < ends_at:
        with sessions.begin() as session:
            letter = claim_next(session, channel, utc_now())
        if letter is None:
            break
        failure: SendError | None = None
        try:
            send(letter)
        except SendError as error:
            failure = error
        with sessions.begin() as session:
            _note(session, letter, failure, utc_now())
        if failure is None:
            sent += 1
        elif failure.is_of_server:
            break
    return sent


def _note(session: Session, letter: Letter, failure: SendError | None, now: datetime) -> None:
    """Write down what came of a try."""
    values: dict[str, object] = {"failure": ""}
    if failure is None:
        values |= {"state": MessageState.SENT, "finished_at": now}
    else:
        values["failure"] = failure.message[:LONGEST_FAILURE]
        limit = TEST_GIVEN_UP_AFTER if letter.is_test else GIVEN_UP_AFTER
        is_last = now + pause_after(letter.tries) - letter.created_at > limit
        if failure.permanent or is_last:
            values |= {"state": MessageState.FAILED, "finished_at": now}
        log.warning("alert not sent", message=letter.number, why=failure.message)
    session.execute(
        update(AlertMessage)
        .where(AlertMessage.id == letter.message_id, AlertMessage.state == MessageState.WAITING)
        .values(**values)
    )
    if letter.channel is Channel.EMAIL:
        _note_mail_server(session, failure, now)


def _note_mail_server(session: Session, failure: SendError | None, now: datetime) -> None:
    """Keep how the mail server is; an answer that refuses one mailbox is an answer."""
    state = find_or_make_state(session, now)
    if failure is not None and failure.is_of_server:
        state.mail_failed_at = now
        state.mail_failure = failure.message[:LONGEST_FAILURE]
    else:
        state.mail_taken_at = now


def _is_mail_paused(sessions: sessionmaker[Session], now: datetime) -> bool:
    with sessions() as session:
        state = session.get(AlertState, 1)
        if state is None or state.mail_failed_at is None:
            return False
        is_mended = state.mail_taken_at is not None and state.mail_taken_at > state.mail_failed_at
        return not is_mended and now - state.mail_failed_at < MAIL_PAUSE


def _refuse_mail(letter: Letter) -> None:
    """Say of each mail that no server is set; it is sent when there is one within a day."""
    del letter
    raise SendError(NO_SERVER, is_of_server=True)


def _letter(message: AlertMessage) -> Letter:
    wants = message.subscription
    return Letter(
        message_id=message.id,
        number=message.number,
        channel=wants.channel,
        tries=message.tries,
        created_at=message.created_at,
        subject=message.subject,
        body=message.body,
        items=message.items,
        is_test=message.is_test,
        email=wants.user.email,
        webhook_url=wants.webhook_url or "",
        webhook_secret=wants.webhook_secret or "",
        allows_private=wants.user.role == Role.PROVIDER,
        unsubscribe_token=sign_link(wants.id, wants.link_key),
    )
