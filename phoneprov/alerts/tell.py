"""Writes the messages that are due into the outbox: a handful of queries, however much is wrong."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session, joinedload

from phoneprov.alerts.hours import find_zone
from phoneprov.alerts.models import AlertIncident, AlertMessage, AlertNotice, AlertSubscription
from phoneprov.alerts.plan import (
    TOO_OLD,
    Item,
    Notices,
    Turn,
    is_entitled,
    may_speak,
    plan_items,
)
from phoneprov.alerts.watch_firmware import watch_firmware
from phoneprov.alerts.watch_links import watch_links
from phoneprov.alerts.watch_macs import watch_macs
from phoneprov.alerts.watch_outages import watch_outages
from phoneprov.alerts.watch_phones import watch_phones
from phoneprov.alerts.words import Setting, TenantName, Text, write_message
from phoneprov.core.secrets import new_token
from phoneprov.tenancy.models import Tenant

LAST_HOUR = timedelta(hours=1)
_OVER = frozenset({Turn.BACK, Turn.WAS})


def watch_and_tell(session: Session, address: str, now: datetime) -> int:
    """Look at everything that may be wrong, and write who has to be told what.

    `address` is that of this server, for links. Returns how many messages were written; sending
    them is another job's, in transactions of its own.
    """
    watch_links(session, now)
    watch_macs(session, now)
    watch_firmware(session, now)
    watch_outages(session, watch_phones(session, now), now)
    return tell(session, address, now)


def tell(session: Session, address: str, now: datetime) -> int:
    """Write one message for each subscription that has something due and may speak now."""
    wanting = [one for one in _read_subscriptions(session) if is_entitled(one)]
    if not wanting:
        return 0
    incidents = _read_incidents(session, now)
    if not incidents:
        return 0
    notices = _read_notices(session, [one.id for one in wanting])
    counts = count_last_hour(session, [one.id for one in wanting], now)
    tenants = _read_tenants(session, incidents)
    written: list[tuple[AlertSubscription, Sequence[Item]]] = []
    for wants in wanting:
        items = plan_items(wants, incidents, notices, now)
        if not may_speak(wants, items, sent_last_hour=counts.get(wants.id, 0), now=now):
            continue
        zone = find_zone(wants.time_zone)
        setting = Setting(address=address, zone=zone, tenants=tenants, now=now)
        session.add(new_message(wants.id, write_message(items, setting), now))
        written.append((wants, items))
    _note(session, written, notices, now)
    session.flush()
    return len(written)


def new_message(
    subscription_id: int, text: Text, now: datetime, *, is_test: bool = False
) -> AlertMessage:
    """Return a message for the outbox."""
    return AlertMessage(
        subscription_id=subscription_id,
        number=new_token(),
        subject=text.subject,
        body=text.body,
        items=text.items,
        is_test=is_test,
        created_at=now,
        next_try_at=now,
    )


def count_last_hour(session: Session, ids: Collection[int], now: datetime) -> Mapping[int, int]:
    """Return how many messages each of these subscriptions was written within an hour."""
    query = (
        select(AlertMessage.subscription_id, func.count().label("messages"))
        .where(AlertMessage.subscription_id.in_(ids), AlertMessage.created_at > now - LAST_HOUR)
        .group_by(AlertMessage.subscription_id)
    )
    return {row.subscription_id: row.messages for row in session.execute(query)}


def _read_subscriptions(session: Session) -> Sequence[AlertSubscription]:
    return session.scalars(
        select(AlertSubscription)
        .where(AlertSubscription.ended_at.is_(None))
        .options(joinedload(AlertSubscription.user), joinedload(AlertSubscription.tenant))
        .order_by(AlertSubscription.id)
    ).all()


def _read_incidents(session: Session, now: datetime) -> Sequence[AlertIncident]:
    """Return what may have to be told: what is open, and what ended a short while ago."""
    return session.scalars(
        select(AlertIncident)
        .where(
            AlertIncident.is_told_alone,
            or_(AlertIncident.ended_at.is_(None), AlertIncident.ended_at > now - TOO_OLD),
        )
        .order_by(AlertIncident.id)
        .execution_options(populate_existing=True)
    ).all()


def _read_notices(session: Session, ids: Collection[int]) -> Notices:
    rows = session.scalars(select(AlertNotice).where(AlertNotice.subscription_id.in_(ids)))
    return {(row.subscription_id, row.incident_id): row for row in rows}


def _read_tenants(session: Session, incidents: Iterable[AlertIncident]) -> Mapping[int, TenantName]:
    """Return the names of the tenants concerned, without reading their secrets."""
    ids = {one.tenant_id for one in incidents if one.tenant_id is not None}
    query = select(Tenant.id, Tenant.slug, Tenant.name).where(Tenant.id.in_(ids))
    return {row.id: TenantName(slug=row.slug, name=row.name) for row in session.execute(query)}


def _note(
    session: Session,
    written: Sequence[tuple[AlertSubscription, Sequence[Item]]],
    notices: Notices,
    now: datetime,
) -> None:
    """Keep who was told what, in the same transaction as the message."""
    ended: list[dict[str, object]] = []
    for wants, items in written:
        for item in items:
            key = (wants.id, item.incident.id)
            is_over = item.turn in _OVER
            if key in notices:
                ended.append(
                    {"subscription_id": key[0], "incident_id": key[1], "is_end_told": is_over}
                )
                continue
            session.add(
                AlertNotice(
                    subscription_id=key[0], incident_id=key[1], told_at=now, is_end_told=is_over
                )
            )
    if ended:
        session.execute(update(AlertNotice), ended)
