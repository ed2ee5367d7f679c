"""Tells removed phones to read their farewell, over the contact they had."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from phoneprov.catalog.catalog import Catalog
from phoneprov.core.errors import PbxError
from phoneprov.fleet.models import Farewell
from phoneprov.operations.delivery import Sender
from phoneprov.operations.pace import PER_SECOND
from phoneprov.pbx.link import LinkStatus, Notify
from phoneprov.pbx.models import Pbx
from phoneprov.vendors.registry import WRITERS
from phoneprov.vendors.writer import NotifyMessage, Order

NO_WAY = "no way to tell the phone"
LEAVING = "sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Goodbye:
    """One farewell on its way; `notify` is None where the model takes no resync."""

    farewell_id: int
    pbx_id: int
    notify: Notify | None


def send_farewells(sessions: sessionmaker[Session], catalog: Catalog, sender: Sender) -> int:
    """Tell removed phones that were registered to read their farewell; return how many.

    One whose link is down waits for it. Each is marked before it leaves and no transaction is
    open meanwhile: a phone that stays silent must not hold the database.
    """
    with sessions.begin() as session:
        goodbyes = [_pack(catalog, farewell) for farewell in _claim(session)]
    if not goodbyes:
        return 0
    with ThreadPoolExecutor(max_workers=PER_SECOND) as pool:
        notes = list(pool.map(lambda goodbye: _send(sender, goodbye), goodbyes))
    with sessions.begin() as session:
        for goodbye, note in zip(goodbyes, notes, strict=True):
            farewell = session.get(Farewell, goodbye.farewell_id)
            if farewell is not None:
                farewell.resync_note = note[:200]
    return len(goodbyes)


def _claim(session: Session) -> list[Farewell]:
    waiting = session.scalars(
        select(Farewell)
        .join(Pbx, Pbx.id == Farewell.pbx_id)
        .where(
            Farewell.resync_note == "",
            Farewell.contact_uri != "",
            Farewell.fetched_at.is_(None),
            Pbx.link_status == LinkStatus.UP,
        )
        .order_by(Farewell.id)
        .limit(PER_SECOND)
    ).all()
    for farewell in waiting:
        farewell.resync_note = LEAVING
    return list(waiting)


def _pack(catalog: Catalog, farewell: Farewell) -> Goodbye:
    model = catalog.find_model(farewell.model_slug)
    message = WRITERS[model.vendor].notify_for(Order.RESYNC, model) if model else None
    notify = None
    if isinstance(message, NotifyMessage):
        notify = Notify(
            aor=farewell.aor,
            uri=farewell.contact_uri,
            event=message.event,
            content_type=message.content_type,
            body=message.body,
            send_via=farewell.send_via,
        )
    return Goodbye(farewell_id=farewell.id, pbx_id=farewell.pbx_id or 0, notify=notify)


def _send(sender: Sender, goodbye: Goodbye) -> str:
    if goodbye.notify is None:
        return NO_WAY
    try:
        return sender.send_notify(goodbye.pbx_id, goodbye.notify).evidence
    except PbxError as error:
        return error.message
