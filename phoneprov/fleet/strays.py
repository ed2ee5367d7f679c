"""Finds the phones of contacts that were nobody's: a phone may be added, or move in, afterwards."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from phoneprov.fleet.matching import list_candidates, match_contact
from phoneprov.fleet.models import Registration
from phoneprov.fleet.refresh import refresh_statuses
from phoneprov.pbx.link import ContactState

BATCH = 500


def match_strays(session: Session, now: datetime) -> int:
    """Ask anew whose the live contacts without a phone are; return how many have one now.

    A PBX that tells only what changes says nothing when the change is on our side.
    """
    strays = session.scalars(
        select(Registration)
        .where(Registration.phone_id.is_(None), Registration.gone_at.is_(None))
        .order_by(Registration.pbx_id, Registration.id)
    ).all()
    touched: set[int] = set()
    for start in range(0, len(strays), BATCH):
        batch = strays[start : start + BATCH]
        for pbx_id in {row.pbx_id for row in batch}:
            touched |= _match(session, pbx_id, [row for row in batch if row.pbx_id == pbx_id])
    refresh_statuses(session, touched, now)
    return len(touched)


def _match(session: Session, pbx_id: int, rows: Sequence[Registration]) -> set[int]:
    states = [
        ContactState(aor=row.aor, uri=row.uri, user_agent=row.user_agent, source=row.source)
        for row in rows
    ]
    candidates = list_candidates(session, pbx_id, states)
    touched: set[int] = set()
    for row, state in zip(rows, states, strict=True):
        match = match_contact(state, candidates[state.aor])
        if match.note != row.match_note or match.phone_id is not None:
            row.phone_id, row.match_note = match.phone_id, match.note
        if match.phone_id is not None:
            touched.add(match.phone_id)
    return touched
