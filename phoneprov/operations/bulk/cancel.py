"""Leaves alone what a bulk operation has not begun with: phones that wait, orders not sent yet."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from phoneprov.fleet.models import PhoneEvent
from phoneprov.operations.models import (
    BulkItem,
    BulkOperation,
    BulkState,
    Command,
    CommandState,
    ItemState,
)
from phoneprov.tenancy.audit import Actor, write_audit

WAITED = "Cancelled before its turn."
UNSENT = "Cancelled before it was sent."


def cancel_bulk(session: Session, operation: BulkOperation, *, actor: Actor, now: datetime) -> bool:
    """Leave what is not begun with as it is; tell whether there was anything left."""
    was_running = operation.state is BulkState.RUNNING
    dropped = _drop_orders(session, operation, now)
    if not was_running and not dropped:
        return False
    operation.state, operation.finished_at = BulkState.CANCELLED, now
    items = update(BulkItem).where(BulkItem.operation_id == operation.id)
    waiting = items.where(BulkItem.state == ItemState.WAITING)
    unsent = items.where(BulkItem.command_id.in_(dropped))
    for change, note in ((waiting, WAITED), (unsent, UNSENT)):
        session.execute(
            change.values(state=ItemState.CANCELLED, note=note),
            execution_options={"synchronize_session": False},
        )
    write_audit(
        session, actor, "phones.bulk_cancel", operation.words, at=now, tenant_id=operation.tenant_id
    )
    return True


def _drop_orders(session: Session, operation: BulkOperation, now: datetime) -> Sequence[int]:
    """Close the orders that this operation gave and that never left; return which.

    One that is half done, like the first of the two NOTIFYs that restart a Polycom, goes on: the
    phone would be left with a config that restarts it at its next check.
    """
    mine = select(BulkItem.command_id).where(
        BulkItem.operation_id == operation.id, BulkItem.command_id.is_not(None)
    )
    rows = session.execute(
        update(Command)
        .where(
            Command.id.in_(mine),
            Command.state == CommandState.QUEUED,
            Command.tries == 0,
            Command.queued_at >= operation.ordered_at,
        )
        .values(state=CommandState.EXPIRED, finished_at=now, evidence=UNSENT)
        .returning(Command.id, Command.phone_id),
        execution_options={"synchronize_session": False},
    ).all()
    if rows:
        text = f"{operation.words}: {UNSENT.lower()}"[:300]
        events = [
            {"phone_id": phone_id, "at": now, "kind": "command", "text": text, "detail": {}}
            for _, phone_id in rows
        ]
        session.execute(insert(PhoneEvent), events)
    return [command_id for command_id, _ in rows]
