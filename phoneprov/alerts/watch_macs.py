"""Looks at unknown phones that ask: one incident per address they come from, not per phone.

Who scans with ten thousand MAC addresses must not be able to send ten thousand mails.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from phoneprov.alerts.incidents import HAPPENING_OPEN_FOR, open_incidents
from phoneprov.alerts.kinds import AlertKind
from phoneprov.alerts.models import AlertIncident
from phoneprov.alerts.state import find_or_make_state
from phoneprov.core.mac import format_mac
from phoneprov.fleet.models import UnknownMac

LATE = timedelta(seconds=15)
"""Requests are written in batches, and by several processes: a row may come a little late."""
MOST_ADDRESSES = 50
"""Of one look; what a scan from everywhere adds beyond that is counted, not listed."""


def watch_macs(session: Session, now: datetime) -> None:
    """Begin an incident for each address from which phones nobody knows asked first."""
    until = now - LATE
    state = find_or_make_state(session, now)
    rows = session.execute(_new_ones(state.macs_seen_until, until)).all()
    if not rows:
        return
    state.macs_seen_until = until
    known = set(
        session.scalars(
            select(AlertIncident.key).where(
                AlertIncident.kind == AlertKind.UNKNOWN_MAC,
                AlertIncident.ended_at.is_(None),
                AlertIncident.down_at > now - HAPPENING_OPEN_FOR[AlertKind.UNKNOWN_MAC],
            )
        )
    )
    new = [_new_row(row) for row in rows]
    open_incidents(session, [row for row in new if row["key"] not in known])


def _new_ones(since: datetime, until: datetime) -> Select[*tuple[Any, ...]]:
    """Return the query for what asked first in between, an address a row."""
    return (
        select(
            UnknownMac.address,
            func.count().label("phones"),
            func.min(UnknownMac.mac).label("mac"),
            func.max(UnknownMac.user_agent).label("agent"),
            func.min(UnknownMac.first_seen_at).label("at"),
        )
        .where(UnknownMac.first_seen_at > since, UnknownMac.first_seen_at <= until)
        .group_by(UnknownMac.address)
        .order_by(func.count().desc(), UnknownMac.address)
        .limit(MOST_ADDRESSES)
    )


def _new_row(row: Row[*tuple[Any, ...]]) -> dict[str, Any]:
    return {
        "kind": AlertKind.UNKNOWN_MAC,
        "key": f"address:{row.address}",
        "subject": row.address or "an unknown address",
        "detail": {"mac": format_mac(row.mac), "agent": row.agent, "count": row.phones},
        "began_at": row.at,
        "down_at": row.at,
    }
