"""What a person can do with alerts: subscribe, change it, try it, end it."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from phoneprov.alerts.hours import find_zone
from phoneprov.alerts.kinds import AlertKind, Channel, Pace
from phoneprov.alerts.models import (
    DEFAULT_COLLECT_MINUTES,
    DEFAULT_MOST_PER_HOUR,
    DEFAULT_OFFLINE_MINUTES,
    AlertMessage,
    AlertSubscription,
)
from phoneprov.alerts.reach import find_refusal_of_host
from phoneprov.alerts.tell import count_last_hour, new_message
from phoneprov.alerts.words import Setting, write_test
from phoneprov.core.errors import InvalidValueError, NotAllowedError
from phoneprov.core.zones import ZONE_NAMES
from phoneprov.pbx.addresses import check_http_url
from phoneprov.tenancy.audit import Actor, write_audit
from phoneprov.tenancy.models import Role, Tenant, User

OFFLINE_MINUTES = (1, 1440)
COLLECT_MINUTES = (5, 720)
MOST_PER_HOUR = (1, 60)
LONGEST_URL = 1000
SECRET_BYTES = 32
MOST_OF_ONE_PERSON = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertDraft:
    """What was typed about a subscription."""

    channel: Channel
    kinds: Sequence[AlertKind]
    time_zone: str
    webhook_url: str = ""
    """Empty: as it is."""
    offline_minutes: int = DEFAULT_OFFLINE_MINUTES
    tells_recovery: bool = True
    pace: Pace = Pace.AT_ONCE
    collect_minutes: int = DEFAULT_COLLECT_MINUTES
    daily_at: int | None = 8 * 60
    quiet_from: int | None = None
    quiet_until: int | None = None
    most_per_hour: int = DEFAULT_MOST_PER_HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """What of the settings decides what can be subscribed to."""

    has_mail: bool
    webhook_allow: frozenset[str] = frozenset()


def add_subscription(  # noqa: PLR0913 - a verb with its actor and time
    session: Session,
    draft: AlertDraft,
    *,
    user: User,
    tenant: Tenant | None,
    mailing: Mailing,
    actor: Actor,
    now: datetime,
) -> AlertSubscription:
    """Let a person be told of a tenant, or of all where `tenant` is None.

    Raises InvalidValueError with the field that is wrong, NotAllowedError for a viewer, for all
    tenants where the person is a tenant's, and for more than twenty of one person.
    """
    _check_person(session, user, tenant)
    check_draft(draft, user=user, mailing=mailing, has_webhook=False)
    row = AlertSubscription(
        user_id=user.id,
        tenant_id=tenant.id if tenant else None,
        link_key=secrets.token_urlsafe(SECRET_BYTES),
        created_at=now,
        kinds=[],
        channel=draft.channel,
        time_zone=draft.time_zone,
    )
    _write(row, draft)
    session.add(row)
    session.flush()
    _audit(session, actor, "alert.add", row, email=user.email, at=now)
    return row


def change_subscription(  # noqa: PLR0913 - a verb with its actor and time
    session: Session,
    row: AlertSubscription,
    draft: AlertDraft,
    *,
    mailing: Mailing,
    actor: Actor,
    now: datetime,
) -> None:
    """Change what a person is told, and when; one that had ended begins again.

    Its user has to be loaded. Raises InvalidValueError with the field that is wrong.
    """
    check_draft(draft, user=row.user, mailing=mailing, has_webhook=bool(row.webhook_url))
    if row.ended_at is not None:
        row.ended_at, row.created_at = None, now
    _write(row, draft)
    session.flush()
    _audit(session, actor, "alert.change", row, email=row.user.email, at=now)


def delete_subscription(
    session: Session, row: AlertSubscription, *, actor: Actor, now: datetime
) -> None:
    """Delete a subscription with what waits to be sent and what was sent."""
    _audit(session, actor, "alert.delete", row, email=row.user.email, at=now)
    session.delete(row)
    session.flush()


def renew_secret(session: Session, row: AlertSubscription, *, actor: Actor, now: datetime) -> str:
    """Give a webhook another secret and return it; the one before signs nothing any more."""
    row.webhook_secret = secrets.token_urlsafe(SECRET_BYTES)
    session.flush()
    _audit(session, actor, "alert.renew_secret", row, email=row.user.email, at=now)
    return row.webhook_secret


def send_test(
    session: Session, row: AlertSubscription, *, address: str, now: datetime
) -> AlertMessage:
    """Put a message into the outbox that only shows whether messages arrive.

    It goes out in quiet hours too. Raises NotAllowedError when so many went out within an hour
    as the subscription allows, or when it has ended.
    """
    if row.ended_at is not None:
        raise NotAllowedError("This subscription was ended by its link. Save it to begin again.")
    sent = count_last_hour(session, [row.id], now).get(row.id, 0)
    if sent >= row.most_per_hour:
        message = f"{sent} messages went out within an hour; more are not allowed. Try later."
        raise NotAllowedError(message)
    zone = find_zone(row.time_zone)
    setting = Setting(address=address, zone=zone, tenants={}, now=now)
    text = write_test(row.tenant.name if row.tenant else "all tenants", setting)
    test = new_message(row.id, text, now, is_test=True)
    session.add(test)
    session.flush()
    return test


def check_draft(draft: AlertDraft, *, user: User, mailing: Mailing, has_webhook: bool) -> None:
    """Raise InvalidValueError for the first thing in a draft that can't be."""
    _check_kinds(draft, user)
    if draft.channel is Channel.WEBHOOK:
        _check_webhook(draft.webhook_url, user, mailing, has_webhook=has_webhook)
    elif not mailing.has_mail:
        message = "This server sends no mail yet: the provider has to name a mail server first."
        raise InvalidValueError(message, field="channel")
    _check_range(draft.offline_minutes, OFFLINE_MINUTES, "offline_minutes", "minutes")
    _check_range(draft.most_per_hour, MOST_PER_HOUR, "most_per_hour", "messages")
    if draft.pace is Pace.COLLECTED:
        _check_range(draft.collect_minutes, COLLECT_MINUTES, "collect_minutes", "minutes")
    if draft.pace is Pace.DAILY and draft.daily_at is None:
        raise InvalidValueError("Enter a time of day such as 08:00.", field="daily_at")
    _check_quiet(draft)
    if draft.time_zone not in ZONE_NAMES:
        raise InvalidValueError("Choose one of the zones in the list.", field="time_zone")


def host_of(url: str) -> str:
    """Return what of a webhook's address may be shown: the rest of it is often a password."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/…"


def _check_person(session: Session, user: User, tenant: Tenant | None) -> None:
    is_own = tenant is not None and tenant.id == user.tenant_id
    if user.role == Role.VIEWER or not (user.role == Role.PROVIDER or is_own):
        raise NotAllowedError("Alerts are for the admins of a tenant and the provider's staff.")
    query = select(func.count()).where(AlertSubscription.user_id == user.id)
    own = session.scalar(query) or 0
    if own >= MOST_OF_ONE_PERSON:
        raise NotAllowedError(f"You have {own} subscriptions already; delete one first.")


def _check_kinds(draft: AlertDraft, user: User) -> None:
    if not draft.kinds:
        raise InvalidValueError("Tick what you want to be told of.", field="kinds")
    if user.role != Role.PROVIDER and any(kind.is_for_provider for kind in draft.kinds):
        raise InvalidValueError("Tick only what is in the list.", field="kinds")


def _check_webhook(url: str, user: User, mailing: Mailing, *, has_webhook: bool) -> None:
    field = "webhook_url"
    if not url and has_webhook:
        return
    if len(url) > LONGEST_URL:
        raise InvalidValueError(f"At most {LONGEST_URL} characters.", field=field)
    base, _, query = url.partition("?")
    checked = check_http_url(base, field=field)
    if not (query.isascii() and query.isprintable()) or set(query) & set(" <>\"'\\{}|^`#"):
        raise InvalidValueError("Take out the blanks and quotes after the ?.", field=field)
    parts = urlsplit(checked)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    if f"{host}:{port}" in mailing.webhook_allow:
        return
    is_provider = user.role == Role.PROVIDER
    refusal = find_refusal_of_host(host, allows_private=is_provider)
    if refusal:
        raise InvalidValueError(f"Nothing is posted there: {refusal}.", field=field)


def _check_quiet(draft: AlertDraft) -> None:
    if (draft.quiet_from is None) != (draft.quiet_until is None):
        field = "quiet_from" if draft.quiet_from is None else "quiet_until"
        raise InvalidValueError("Enter both ends, or none of them.", field=field)
    if draft.quiet_from is not None and draft.quiet_from == draft.quiet_until:
        message = "From and until are the same: that would be no quiet hours, or nothing else."
        raise InvalidValueError(message, field="quiet_until")


def _check_range(number: int, limits: tuple[int, int], field: str, unit: str) -> None:
    if not limits[0] <= number <= limits[1]:
        raise InvalidValueError(f"{limits[0]} to {limits[1]} {unit}.", field=field)


def _write(row: AlertSubscription, draft: AlertDraft) -> None:
    row.channel = draft.channel
    row.kinds = [kind.value for kind in draft.kinds]
    row.offline_minutes = draft.offline_minutes
    row.tells_recovery = draft.tells_recovery
    row.pace = draft.pace
    row.collect_minutes = draft.collect_minutes
    row.daily_at = 8 * 60 if draft.daily_at is None else draft.daily_at
    row.quiet_from, row.quiet_until = draft.quiet_from, draft.quiet_until
    row.time_zone = draft.time_zone
    row.most_per_hour = draft.most_per_hour
    if draft.channel is Channel.EMAIL:
        row.webhook_url = row.webhook_secret = None
    elif draft.webhook_url:
        row.webhook_url = draft.webhook_url
    if draft.channel is Channel.WEBHOOK and not row.webhook_secret:
        row.webhook_secret = secrets.token_urlsafe(SECRET_BYTES)


def _audit(  # noqa: PLR0913 - one row has these columns
    session: Session, actor: Actor, action: str, row: AlertSubscription, *, email: str, at: datetime
) -> None:
    subject = f"{row.channel.label} for {email}"
    write_audit(session, actor, action, subject[:200], at=at, tenant_id=row.tenant_id)
