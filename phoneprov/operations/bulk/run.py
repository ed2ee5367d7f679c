"""The job that does bulk operations, batch by batch, each exactly once.

A batch and the note that it is done are one transaction: after a crash either both are there or
neither.
"""

import time
from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session, defer, joinedload, sessionmaker

from phoneprov.catalog.catalog import Catalog
from phoneprov.core.clock import utc_now
from phoneprov.core.errors import PhoneprovError
from phoneprov.fleet.models import Phone
from phoneprov.operations.bulk import actions
from phoneprov.operations.bulk.actions import find_obstacle
from phoneprov.operations.bulk.tasks import Task, read_task
from phoneprov.operations.models import BulkAction, BulkItem, BulkOperation, BulkState, ItemState
from phoneprov.tenancy.audit import Actor
from phoneprov.tenancy.models import Extension, for_tenant

BATCH = 100
SECRETS = (Phone.token, Phone.admin_password)
READS_SECRETS = frozenset({BulkAction.DELETE})
"""What a deleted phone gets at its own address is made of them."""
TURN_S = 0.8
"""A turn of the job is so long at most, so that others have theirs."""

log = structlog.get_logger(__name__)


def run_bulks(sessions: sessionmaker[Session], catalog: Catalog) -> int:
    """Do what waits, for a turn; return how many phones were done."""
    started, done = time.monotonic(), 0
    while time.monotonic() - started < TURN_S:
        count = _do_next_batch(sessions, catalog, utc_now())
        if not count:
            break
        done += count
    return done


def _do_next_batch(sessions: sessionmaker[Session], catalog: Catalog, now: datetime) -> int:
    ids: Sequence[int] = ()
    try:
        with sessions.begin() as session:
            operation = _find_running(session)
            if operation is None:
                return 0
            items = _list_waiting(session, operation)
            ids = [item.id for item in items]
            if items:
                _do(session, catalog, operation, items, now)
            else:
                operation.state, operation.finished_at = BulkState.DONE, now
    except PhoneprovError as error:
        _fail(sessions, ids, str(error))
    except Exception:  # one batch must not keep all that follow from their turn
        log.exception("batch of a bulk operation failed")
        _fail(sessions, ids, "It could not be done; the log says why.")
    return len(ids)


def _find_running(session: Session) -> BulkOperation | None:
    return session.scalar(
        select(BulkOperation)
        .where(BulkOperation.state == BulkState.RUNNING)
        .order_by(BulkOperation.id)
        .limit(1)
    )


def _list_waiting(session: Session, operation: BulkOperation) -> Sequence[BulkItem]:
    return session.scalars(
        select(BulkItem)
        .where(BulkItem.operation_id == operation.id, BulkItem.state == ItemState.WAITING)
        .order_by(BulkItem.id)
        .limit(BATCH)
    ).all()


def _do(
    session: Session,
    catalog: Catalog,
    operation: BulkOperation,
    items: Sequence[BulkItem],
    now: datetime,
) -> None:
    task = read_task(session, catalog, operation.tenant_id, operation.action, operation.value)
    query = for_tenant(operation.tenant_id, Phone).options(
        joinedload(Phone.extension).defer(Extension.sip_password, raiseload=True),
        joinedload(Phone.tenant),
        joinedload(Phone.profile),
    )
    if task.action not in READS_SECRETS:
        # Each would be decrypted for nothing.
        query = query.options(*(defer(one, raiseload=True) for one in SECRETS))
    wanted = [item.phone_id for item in items if item.phone_id is not None]
    phones = {one.id: one for one in session.scalars(query.where(Phone.id.in_(wanted)))}
    doable = [item for item in items if _settle_without(task, item, phones.get(item.phone_id or 0))]
    if not doable:
        return
    actor = Actor(name=operation.ordered_by)
    batch = [phones[item.phone_id] for item in doable if item.phone_id is not None]
    note = actions.do_batch(session, task, batch, actor=actor, now=now)
    orders = actions.find_orders(session, task, [phone.id for phone in batch])
    for item in doable:
        item.state, item.note = ItemState.DONE, note
        item.command_id = orders.get(item.phone_id or 0)


def _settle_without(task: Task, item: BulkItem, phone: Phone | None) -> bool:
    """Settle an item that nothing can be done for now; tell whether something can."""
    if phone is None:
        item.state, item.note = ItemState.FAILED, "The phone was deleted meanwhile."
        return False
    reason = find_obstacle(task, phone)
    if reason is not None:
        item.state, item.note = ItemState.SKIPPED, reason[:200]
    return reason is None


def _fail(sessions: sessionmaker[Session], ids: Sequence[int], reason: str) -> None:
    with sessions.begin() as session:
        session.execute(
            update(BulkItem)
            .where(BulkItem.id.in_(ids), BulkItem.state == ItemState.WAITING)
            .values(state=ItemState.FAILED, note=reason[:200])
            .execution_options(synchronize_session=False)
        )
