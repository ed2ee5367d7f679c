"""Carries queued orders to phones, at a pace that floods neither a PBX nor a site."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import String, case, cast, func, select, update
from sqlalchemy.orm import Session, joinedload, sessionmaker

from phoneprov.catalog.catalog import Catalog
from phoneprov.core.clock import utc_now
from phoneprov.core.errors import PbxError
from phoneprov.core.text import as_sentence
from phoneprov.fleet.contacts import find_contact
from phoneprov.fleet.first_contact import open_window
from phoneprov.fleet.models import Phone
from phoneprov.fleet.revisions import forget_cached, renew_edition, touch_phones
from phoneprov.operations.commands import Way, finish, give_up
from phoneprov.operations.models import Command, CommandKind, CommandState
from phoneprov.operations.pace import Pace
from phoneprov.pbx.link import Notify, NotifyOutcome, NotifyResult
from phoneprov.pbx.models import Pbx
from phoneprov.tenancy.models import Extension
from phoneprov.vendors.registry import WRITERS
from phoneprov.vendors.writer import NotPossible, Order

MOST_AT_ONCE = 20
"""So many are on their way at the same time at most."""
MOST_LOOKED_AT = 500
NEXT_OF_PLACE = 10
"""So many orders of one place are looked at in a run; the first of them may have no way to go."""
TRY_AGAIN = timedelta(seconds=10)
NO_REACTION = timedelta(minutes=10)


class Sender(Protocol):
    """Whoever can send a NOTIFY through a PBX's link."""

    def send_notify(self, pbx_id: int, notify: Notify) -> NotifyResult:
        """Send, and return what is known of it; raises PbxError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One order on its way: everything needed to send it without the database."""

    command_id: int
    pbx_id: int
    notify: Notify


def deliver_commands(
    sessions: sessionmaker[Session],
    catalog: Catalog,
    sender: Sender,
    now: datetime,
    *,
    pace: Pace | None = None,
) -> int:
    """Send the orders whose turn it is; return how many left.

    An order is marked as sent before it leaves, so that a crash in between can't send it twice.
    `pace` remembers from run to run what left; without it each run stands for itself.
    """
    with sessions.begin() as session:
        parcels = _claim(session, catalog, pace or Pace(), now)
    if not parcels:
        return 0
    with ThreadPoolExecutor(max_workers=min(MOST_AT_ONCE, len(parcels))) as pool:
        results = list(pool.map(lambda parcel: _send(sender, parcel), parcels))
    with sessions.begin() as session:
        for parcel, result in zip(parcels, results, strict=True):
            _record(session, parcel, result, utc_now())
    return len(parcels)


def close_overdue_commands(session: Session, now: datetime) -> int:
    """Expire what waited too long and fail what nothing followed; return how many."""
    closed = 0
    overdue = session.scalars(
        select(Command).where(Command.state == CommandState.QUEUED, Command.expires_at <= now)
    )
    for command in overdue:
        give_up(session, command, CommandState.EXPIRED, "There was no way to the phone.", now)
        closed += 1
    silent = session.scalars(
        select(Command).where(
            Command.state == CommandState.SENT, Command.sent_at <= now - NO_REACTION
        )
    )
    for command in silent:
        minutes = int(NO_REACTION.total_seconds() // 60)
        text = f"{command.evidence} Nothing followed within {minutes} minutes."
        give_up(session, command, CommandState.FAILED, text, now)
        closed += 1
    return closed


def _claim(session: Session, catalog: Catalog, pace: Pace, now: datetime) -> Sequence[Parcel]:
    """Mark the orders whose turn it is as sent and return what is to be sent."""
    room = pace.room(now)
    due = _list_due(session, now) if room else []
    parcels: list[Parcel] = []
    for at in pace.in_turn([place for _, _, place in due]):
        command, phone, place = due[at]
        if len(parcels) >= room:
            break
        if not pace.is_free(place):
            continue
        parcel = _pack(session, catalog, command, phone, now)
        if parcel is not None and _take(session, command, now):
            pace.note(place, now)
            parcels.append(parcel)
    return parcels


def _list_due(session: Session, now: datetime) -> Sequence[tuple[Command, Phone, str]]:
    """Return the orders that may leave, the first few of each place, each with its place.

    Many orders for one site must not hide those for all the others behind them.
    """
    place = case((Phone.ip_address == "", cast(Phone.id, String)), else_=Phone.ip_address)
    number = func.row_number().over(partition_by=place, order_by=(Command.next_try_at, Command.id))
    waiting = (
        select(Command.id.label("command_id"), place.label("place"), number.label("number"))
        .join(Phone, Phone.id == Command.phone_id)
        .where(Command.state == CommandState.QUEUED, Command.next_try_at <= now)
        .subquery()
    )
    rows = session.execute(
        select(Command, Phone, waiting.c.place)
        .join(waiting, waiting.c.command_id == Command.id)
        .join(Phone, Phone.id == Command.phone_id)
        .options(joinedload(Phone.tenant))
        .where(waiting.c.number <= NEXT_OF_PLACE)
        .order_by(waiting.c.number, Command.next_try_at, Command.id)
        .limit(MOST_LOOKED_AT)
    ).all()
    return [(command, phone, place) for command, phone, place in rows]


def _pack(
    session: Session, catalog: Catalog, command: Command, phone: Phone, now: datetime
) -> Parcel | None:
    """Return the order ready to send, or note on it what it waits for."""
    way = _find_way(session, command, phone)
    if way is None:
        command.next_try_at = now + TRY_AGAIN
        command.evidence = "Waits until the phone is registered again."
        return None
    if _waits_for_call(session, command, phone):
        command.next_try_at = now + TRY_AGAIN
        command.evidence = "Waits until the call on the phone has ended."
        return None
    model = catalog.get_model(phone.model_slug)
    message = WRITERS[model.vendor].notify_for(Order(command.kind), model)
    if isinstance(message, NotPossible):
        finish(session, command, CommandState.FAILED, message.reason, now)
        return None
    if command.kind == CommandKind.RESET:
        open_window(phone, phone.tenant, now)
        forget_cached(session, [phone.id])
    is_first_of_two = message.needs_armed_config and command.tries == 0
    if message.needs_armed_config:
        _arm(session, phone, now, is_first=is_first_of_two)
    if command.kind == CommandKind.REBOOT and not is_first_of_two:
        renew_edition(session, phone.id, now)
    line = session.get(Extension, way.line_id) if way.line_id else None
    notify = Notify(
        aor=way.aor,
        uri=way.uri,
        event=message.event,
        content_type=message.content_type,
        body=message.body,
        send_via=way.send_via,
        auth_user=(line.auth_user or line.sip_user) if line else "",
        auth_password=line.sip_password if line else "",
    )
    return Parcel(command_id=command.id, pbx_id=way.pbx_id, notify=notify)


def _find_way(session: Session, command: Command, phone: Phone) -> Way | None:
    """Return the phone's live contact, or the one that a follow-up was told of."""
    contact = find_contact(session, phone.id)
    if contact is not None:
        return Way(
            pbx_id=contact.pbx_id,
            aor=contact.aor,
            uri=contact.uri,
            send_via=contact.send_via,
            line_id=phone.extension_id,
        )
    if command.pbx_id is None or session.get(Pbx, command.pbx_id) is None:
        return None
    return Way(
        pbx_id=command.pbx_id,
        aor=command.aor,
        uri=command.contact_uri,
        send_via=command.send_via,
        line_id=command.extension_id,
    )


def _waits_for_call(session: Session, command: Command, phone: Phone) -> bool:
    """Tell whether the order would end a call that the PBX knows of."""
    if command.kind == CommandKind.RESYNC:
        return False
    contact = find_contact(session, phone.id)
    return contact is not None and contact.is_in_call is True


def _arm(session: Session, phone: Phone, now: datetime, *, is_first: bool) -> None:
    """Let the phone fetch a config that makes the second NOTIFY restart it, then take it back.

    What it boots with must be the ordinary config again, or every later resync would restart it.
    """
    phone.is_reboot_armed = is_first
    session.flush()
    touch_phones(session, [phone.id], now)


def _take(session: Session, command: Command, now: datetime) -> bool:
    """Claim an order by compare-and-set; False when another process was faster."""
    session.flush()
    result = session.execute(
        update(Command)
        .where(Command.id == command.id, Command.state == CommandState.QUEUED)
        .values(state=CommandState.SENT, sent_at=now, tries=Command.tries + 1, evidence="Sent.")
    )
    return bool(result.rowcount)  # type: ignore[attr-defined]


def _send(sender: Sender, parcel: Parcel) -> NotifyResult | PbxError:
    try:
        return sender.send_notify(parcel.pbx_id, parcel.notify)
    except PbxError as error:
        return error


def _record(
    session: Session, parcel: Parcel, result: NotifyResult | PbxError, now: datetime
) -> None:
    command = session.get(Command, parcel.command_id)
    if command is None or command.state != CommandState.SENT:
        return
    if isinstance(result, PbxError):
        if result.permanent:
            give_up(session, command, CommandState.FAILED, as_sentence(result.message), now)
        else:
            command.state = CommandState.QUEUED
            command.tries -= 1
            command.next_try_at = now + TRY_AGAIN
            command.evidence = f"Waits: {result.message}"[:300]
        return
    if result.outcome is NotifyOutcome.REFUSED:
        text = f"The phone refused: {result.evidence}."
        give_up(session, command, CommandState.FAILED, text, now)
        return
    command.evidence = f"{result.evidence[:1].upper()}{result.evidence[1:]}."
