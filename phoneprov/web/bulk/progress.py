"""What the page of a bulk operation shows while it runs, and until every order is settled."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from phoneprov.fleet.queries import last_page
from phoneprov.operations.bulk.outcomes import Outcome, Result, Tally, count_outcomes, list_results
from phoneprov.operations.models import BulkOperation

PAGE_SIZE = 200
MARK_CHARS = 16
RUNNING_S, OPEN_S = 2, 4
"""Seconds between two questions: while the job goes through the phones, and after that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an operation is, with one page of its phones."""

    tally: Tally
    results: Sequence[Result]
    only: Outcome | None
    """Only phones with this outcome are shown."""
    page: int
    """Counts from 1."""
    last: int

    @property
    def every_s(self) -> int:
        """Seconds until the page asks again."""
        return RUNNING_S if self.tally.is_running else OPEN_S

    @property
    def mark(self) -> str:
        """The same as long as the page would look the same."""
        shown = repr((self.tally.shown, self.tally.is_open, self.results))
        return hashlib.blake2s(shown.encode()).hexdigest()[:MARK_CHARS]


def read_progress(
    session: Session, operation: BulkOperation, args: MultiDict[str, str]
) -> Progress:
    """Return what the address asks for; what makes no sense counts as not asked."""
    tally = count_outcomes(session, [operation])[operation.id]
    word = args.get("outcome", "")
    only = Outcome(word) if word in set(Outcome) else None
    total = tally.counts.get(only, 0) if only else tally.total
    last = last_page(total, PAGE_SIZE)
    page = min(max(args.get("page", 1, type=int), 1), last)
    return Progress(
        tally=tally,
        results=list_results(session, operation, page=page, size=PAGE_SIZE, only=only),
        only=only,
        page=page,
        last=last,
    )
