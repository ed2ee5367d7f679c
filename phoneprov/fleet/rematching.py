"""Asks anew whose each contact of a PBX is, when the rule for it has changed."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from phoneprov.fleet.matching import DIRECT_PREFIX, list_candidates, match_contact
from phoneprov.fleet.models import Registration
from phoneprov.fleet.refresh import refresh_statuses
from phoneprov.pbx.link import ContactState


def rematch_contacts(session: Session, pbx_id: int, now: datetime) -> int:
    """Match all contacts of a PBX that are left; return how many are another phone's now."""
    rows = session.scalars(
        select(Registration).where(
            Registration.pbx_id == pbx_id,
            Registration.gone_at.is_(None),
            ~Registration.aor.startswith(DIRECT_PREFIX),
        )
    ).all()
    states = [_state(row) for row in rows]
    candidates = list_candidates(session, pbx_id, states)
    touched: set[int | None] = set()
    moved = 0
    for row, state in zip(rows, states, strict=True):
        found = candidates[state.aor]
        match = match_contact(state, found)
        if match.phone_id is None and row.phone_id in {one.phone_id for one in found.phones}:
            continue  # something told it that is not kept, such as the instance
        if row.phone_id != match.phone_id:
            touched |= {row.phone_id, match.phone_id}
            row.phone_id, moved = match.phone_id, moved + 1
        row.match_note = match.note
    refresh_statuses(session, [one for one in touched if one is not None], now)
    return moved


def _state(row: Registration) -> ContactState:
    return ContactState(aor=row.aor, uri=row.uri, user_agent=row.user_agent, source=row.source)
