"""The job that carries roll-outs on: judge, move, open. All it knows is in the tables.

Each roll-out is a transaction of its own: after a crash either a turn is open and its phone is
noted as updating, or neither, so nothing is done twice and nothing is forgotten.
"""

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import or_, select
from sqlalchemy.orm import Session, sessionmaker

from phoneprov.catalog.catalog import Catalog
from phoneprov.firmware.rollout_models import OPEN_ROLLOUTS, PartState, Rollout, RolloutPhone
from phoneprov.operations.rollouts.carry import carry_on
from phoneprov.operations.rollouts.clock import watch_clock
from phoneprov.operations.rollouts.judging import judge_open_turns
from phoneprov.operations.rollouts.openings import Openings

MOST_DOWNLOADS = 20

log = structlog.get_logger(__name__)


def advance_rollouts(
    sessions: sessionmaker[Session],
    catalog: Catalog,
    now: datetime,
    *,
    most_downloads: int = MOST_DOWNLOADS,
) -> int:
    """Carry every roll-out on by a step; return how many turns were opened.

    `most_downloads`: so many phones download at once at most, of all roll-outs together.
    """
    with sessions.begin() as session:
        if not _has_work(session):
            return 0
        watch_clock(session, now)
        judge_open_turns(session, catalog, Openings(session, now), now)
        running = _list_open(session)
    opened = 0
    for number in running:
        try:
            with sessions.begin() as session:
                clock = watch_clock(session, now)
                opened += carry_on(session, catalog, number, clock, most_downloads=most_downloads)
        except Exception:  # one roll-out must not keep all others from their turn
            log.exception("roll-out not carried on", rollout=number)
    return opened


def _has_work(session: Session) -> bool:
    """Tell whether there is anything to look at, without writing that somebody looked."""
    is_open = select(Rollout.id).where(Rollout.state.in_(OPEN_ROLLOUTS)).exists()
    is_updating = select(RolloutPhone.id).where(RolloutPhone.state == PartState.UPDATING).exists()
    return bool(session.scalar(select(or_(is_open, is_updating))))


def _list_open(session: Session) -> Sequence[int]:
    """Return the roll-outs that aren't over, the oldest first: it has the right of way."""
    query = select(Rollout.id).where(Rollout.state.in_(OPEN_ROLLOUTS)).order_by(Rollout.id)
    return session.scalars(query).all()
