"""What holds for all alerts, made at the first look: what was before is no news."""

from datetime import datetime

from sqlalchemy.orm import Session

from phoneprov.alerts.models import AlertState


def find_or_make_state(session: Session, now: datetime) -> AlertState:
    """Return the one row; a new one has seen every unknown phone that there is."""
    state = session.get(AlertState, 1)
    if state is None:
        state = AlertState(id=1, macs_seen_until=now)
        session.add(state)
        session.flush()
    return state
