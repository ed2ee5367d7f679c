"""What became of each phone of a bulk operation: an order that is only written down is none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, String, case, func, select, type_coerce
from sqlalchemy.orm import Session

from phoneprov.operations.models import BulkItem, BulkOperation, BulkState, Command, ItemState


class Outcome(StrEnum):
    """How far one phone of a bulk operation is; those that need a person stand first."""

    FAILED = "failed"
    EXPIRED = "expired"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    WAITING = "waiting"
    QUEUED = "queued"
    SENT = "sent"
    CONFIRMED = "confirmed"
    DONE = "done"

    @property
    def is_settled(self) -> bool:
        """Whether nothing more will come of it."""
        return self not in {Outcome.WAITING, Outcome.QUEUED, Outcome.SENT}

    @property
    def is_done(self) -> bool:
        """Whether the phone has what was wanted for it."""
        return self in {Outcome.CONFIRMED, Outcome.DONE}


NOT_DONE = tuple(one for one in Outcome if one.is_settled and not one.is_done)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One phone with what became of it, and how that is known."""

    item_id: int
    phone_id: int | None
    """None when the phone is gone."""
    name: str
    outcome: Outcome
    evidence: str
    at: datetime | None
    """When its order was sent or settled; None where nothing was ordered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many phones of an operation have which outcome."""

    counts: Mapping[Outcome, int]
    is_running: bool
    """Whether the job still goes through the phones."""

    @property
    def total(self) -> int:
        """All phones of the operation."""
        return sum(self.counts.values())

    @property
    def settled(self) -> int:
        """Those that nothing more will come of."""
        return sum(count for one, count in self.counts.items() if one.is_settled)

    @property
    def not_done(self) -> int:
        """Those that are settled without having got it."""
        return sum(self.counts.get(one, 0) for one in NOT_DONE)

    @property
    def is_open(self) -> bool:
        """Whether something may still change by itself."""
        return self.is_running or self.settled < self.total

    @property
    def can_cancel(self) -> bool:
        """Whether some have not been begun with."""
        return self.is_running or bool(self.counts.get(Outcome.QUEUED))

    @property
    def shown(self) -> list[tuple[Outcome, int]]:
        """The outcomes that there are, with their numbers."""
        return [(one, self.counts[one]) for one in Outcome if self.counts.get(one)]


def count_outcomes(session: Session, operations: Sequence[BulkOperation]) -> Mapping[int, Tally]:
    """Return how far each operation is, in one query."""
    counts: dict[int, dict[Outcome, int]] = {one.id: {} for one in operations}
    outcome = _outcome()
    rows = session.execute(
        select(BulkItem.operation_id, outcome, func.count())
        .outerjoin(Command, Command.id == BulkItem.command_id)
        .where(BulkItem.operation_id.in_(list(counts)))
        .group_by(BulkItem.operation_id, outcome)
    )
    for operation_id, word, count in rows:
        counts[operation_id][Outcome(word)] = count
    return {
        one.id: Tally(counts=counts[one.id], is_running=one.state is BulkState.RUNNING)
        for one in operations
    }


def list_results(
    session: Session,
    operation: BulkOperation,
    *,
    page: int,
    size: int,
    only: Outcome | None = None,
) -> Sequence[Result]:
    """Return the phones of an operation, those that need a person first. `page` counts from 1."""
    outcome = _outcome()
    rank = case({one.value: number for number, one in enumerate(Outcome)}, value=outcome)
    query = (
        select(BulkItem, Command, outcome)
        .outerjoin(Command, Command.id == BulkItem.command_id)
        .where(BulkItem.operation_id == operation.id)
    )
    if only is not None:
        query = query.where(outcome == only.value)
    rows = session.execute(
        query.order_by(rank, BulkItem.id).offset((page - 1) * size).limit(size)
    ).all()
    return [_result(item, command, Outcome(word)) for item, command, word in rows]


def list_not_done(session: Session, operation: BulkOperation) -> Sequence[int]:
    """Return the phones that a repetition is for; those that are gone are none."""
    query = (
        select(BulkItem.phone_id)
        .outerjoin(Command, Command.id == BulkItem.command_id)
        .where(
            BulkItem.operation_id == operation.id,
            _outcome().in_([one.value for one in NOT_DONE]),
            BulkItem.phone_id.is_not(None),
        )
    )
    return [one for one in session.scalars(query.order_by(BulkItem.id)) if one is not None]


def _outcome() -> ColumnElement[str]:
    """Return the order's state where there is one, else the item's."""
    ordered = (BulkItem.state == ItemState.DONE) & Command.id.is_not(None)
    of_order, of_item = type_coerce(Command.state, String), type_coerce(BulkItem.state, String)
    return case((ordered, of_order), else_=of_item)


def _result(item: BulkItem, command: Command | None, outcome: Outcome) -> Result:
    ordered = command if item.state is ItemState.DONE else None
    return Result(
        item_id=item.id,
        phone_id=item.phone_id,
        name=item.phone_name,
        outcome=outcome,
        evidence=ordered.evidence if ordered else item.note,
        at=(ordered.finished_at or ordered.sent_at) if ordered else None,
    )
