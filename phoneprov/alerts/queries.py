"""Reads of subscriptions and messages, each from what its reader may see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session, joinedload

from phoneprov.alerts.kinds import MessageState
from phoneprov.alerts.models import AlertMessage, AlertState, AlertSubscription
from phoneprov.tenancy.models import Role, Tenant, User

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Last:
    """How it went for a subscription lately."""

    sent_at: datetime | None
    waiting: int
    failure: str
    """Of what waits or failed last; empty when the newest message was taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePage:
    """One page of a subscription's messages, the newest first."""

    messages: Sequence[AlertMessage]
    number: int
    last: int

    @property
    def is_moving(self) -> bool:
        """Whether something on it may change by itself within seconds."""
        return any(one.state is MessageState.WAITING and one.tries <= 1 for one in self.messages)


def visible(reader: User, tenant_id: int | None) -> Select[AlertSubscription]:
    """Return the select of what a reader may see and change.

    On a tenant's page that is what the tenant's people have subscribed to, for provider staff also
    what they themselves have of this tenant; on the provider's own page everything.
    """
    query = select(AlertSubscription).join(AlertSubscription.user)
    if tenant_id is not None:
        query = query.where(AlertSubscription.tenant_id == tenant_id)
    if reader.role != Role.PROVIDER:
        query = query.where(
            AlertSubscription.tenant_id == reader.tenant_id, User.tenant_id == reader.tenant_id
        )
    return query.options(joinedload(AlertSubscription.user), joinedload(AlertSubscription.tenant))


def list_subscriptions(
    session: Session, reader: User, tenant_id: int | None
) -> Sequence[AlertSubscription]:
    """Return the subscriptions that a reader may see, by person and tenant."""
    query = (
        visible(reader, tenant_id)
        .outerjoin(Tenant, Tenant.id == AlertSubscription.tenant_id)
        .order_by(func.lower(User.name), User.id, func.lower(Tenant.name), AlertSubscription.id)
    )
    return session.scalars(query).all()


def find_subscription(
    session: Session, reader: User, tenant_id: int | None, subscription_id: int
) -> AlertSubscription | None:
    """Return one subscription that a reader may see."""
    query = visible(reader, tenant_id).where(AlertSubscription.id == subscription_id)
    return session.scalar(query)


def read_last(session: Session, ids: Sequence[int]) -> Mapping[int, Last]:
    """Return how it went lately for each of these subscriptions, in two queries."""
    counted = (
        select(
            AlertMessage.subscription_id,
            func.max(case((AlertMessage.state == MessageState.SENT, AlertMessage.finished_at))),
            func.count(case((AlertMessage.state == MessageState.WAITING, 1))),
        )
        .where(AlertMessage.subscription_id.in_(ids))
        .group_by(AlertMessage.subscription_id)
    )
    found = {number: (sent_at, waiting) for number, sent_at, waiting in session.execute(counted)}
    newest = (
        select(func.max(AlertMessage.id))
        .where(AlertMessage.subscription_id.in_(ids))
        .group_by(AlertMessage.subscription_id)
    )
    failures = {
        row.subscription_id: row.failure
        for row in session.execute(
            select(AlertMessage.subscription_id, AlertMessage.failure).where(
                AlertMessage.id.in_(newest)
            )
        )
    }
    nothing: tuple[datetime | None, int] = (None, 0)
    return {
        one: Last(
            sent_at=found.get(one, nothing)[0],
            waiting=found.get(one, nothing)[1],
            failure=failures.get(one, ""),
        )
        for one in ids
    }


def find_messages(session: Session, row: AlertSubscription, *, number: int = 1) -> MessagePage:
    """Return a page of what a subscription was sent; one beyond the last is the last."""
    own = AlertMessage.subscription_id == row.id
    total = session.scalar(select(func.count()).select_from(AlertMessage).where(own)) or 0
    last = max(1, -(-total // PAGE_SIZE))
    page = min(max(number, 1), last)
    messages = session.scalars(
        select(AlertMessage)
        .where(own)
        .order_by(AlertMessage.id.desc())
        .offset((page - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE)
    ).all()
    return MessagePage(messages=messages, number=page, last=last)


def find_mail_health(session: Session) -> AlertState | None:
    """Return how the mail server is, None where nothing was ever sent or watched."""
    return session.get(AlertState, 1)
