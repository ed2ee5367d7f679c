"""What is wrong, as rows: opened, followed, ended. Also the way in for what happens elsewhere."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from phoneprov.alerts.following import COLUMNS, Course
from phoneprov.alerts.kinds import AlertKind, MessageState
from phoneprov.alerts.models import AlertIncident, AlertMessage

LONGEST_SUBJECT, LONGEST_KEY, LONGEST_SITE = 200, 120, 120
HAPPENINGS = frozenset({AlertKind.UNKNOWN_MAC, AlertKind.FIRMWARE_FAILED})
"""Kinds that happen and are told once; nothing watches whether they are over."""
HAPPENING_OPEN_FOR = {
    AlertKind.UNKNOWN_MAC: timedelta(hours=1),
    AlertKind.FIRMWARE_FAILED: timedelta(days=1),
}
"""So long the same again is the same incident, and not told once more."""
KEPT_FOR = timedelta(days=30)


def raise_alert(  # noqa: PLR0913 - one row has these columns
    session: Session,
    kind: AlertKind,
    subject: str,
    *,
    key: str,
    at: datetime,
    tenant_id: int | None = None,
    phone_id: int | None = None,
    detail: Mapping[str, Any] | None = None,
) -> AlertIncident:
    """Note that something has happened that people may want to be told of; return its incident.

    `kind` is FIRMWARE_FAILED or another of HAPPENINGS, `key` names what it is about, such as
    `firmware:7:phone:12`: while an incident of that key is open, the same again only counts up.
    `detail` holds no secret. Whoever is told, and when, is decided by the jobs. Call it in the
    transaction of what it tells of; what rooms below hold is looked at, as alerts.watch_firmware
    does.
    """
    found = session.scalar(
        select(AlertIncident)
        .where(AlertIncident.key == key[:LONGEST_KEY], AlertIncident.ended_at.is_(None))
        .limit(1)
    )
    if found is not None:
        found.falls += 1
        found.down_at = at
        found.detail = {**found.detail, **(detail or {})}
        return found
    incident = AlertIncident(
        kind=kind,
        key=key[:LONGEST_KEY],
        tenant_id=tenant_id,
        phone_id=phone_id,
        subject=subject[:LONGEST_SUBJECT],
        detail=dict(detail or {}),
        began_at=at,
        down_at=at,
    )
    session.add(incident)
    session.flush()
    return incident


def settle_alert(session: Session, key: str, *, at: datetime) -> int:
    """End what was raised under a key: who was told of it is told that it is well again.

    Returns how many incidents ended: 0 where none was open.
    """
    open_ones = session.scalars(
        select(AlertIncident).where(
            AlertIncident.key == key[:LONGEST_KEY], AlertIncident.ended_at.is_(None)
        )
    ).all()
    for incident in open_ones:
        incident.back_at = incident.ended_at = at
    return len(open_ones)


def open_incidents(session: Session, rows: Sequence[Mapping[str, Any]]) -> Sequence[int]:
    """Write new incidents, each of another key, in one go; return their ids in that order."""
    if not rows:
        return ()
    query = insert(AlertIncident).returning(AlertIncident.key, AlertIncident.id)
    written = session.execute(query, [dict(row) for row in rows]).all()
    ids = {row.key: row.id for row in written}  # they come back in any order
    return [ids[row["key"]] for row in rows]


def course_of(incident: AlertIncident) -> Course:
    """Return how an incident has gone so far."""
    return Course(**{name: getattr(incident, name) for name in COLUMNS})


def write_courses(session: Session, courses: Iterable[tuple[int, Course]]) -> None:
    """Write how incidents went on, by their ids, in one go."""
    rows = [
        {"id": number, **{name: getattr(course, name) for name in COLUMNS}}
        for number, course in courses
    ]
    if rows:
        session.execute(update(AlertIncident), rows)


def forget_old_alerts(session: Session, now: datetime) -> None:
    """End happenings that nobody settles; delete what is over for a month, and its messages."""
    for kind, span in HAPPENING_OPEN_FOR.items():
        session.execute(
            update(AlertIncident)
            .where(
                AlertIncident.kind == kind,
                AlertIncident.ended_at.is_(None),
                AlertIncident.down_at < now - span,
            )
            .values(ended_at=now, is_moot=True)
        )
    session.execute(delete(AlertIncident).where(AlertIncident.ended_at < now - KEPT_FOR))
    session.execute(
        delete(AlertMessage).where(
            AlertMessage.created_at < now - KEPT_FOR,
            AlertMessage.state != MessageState.WAITING,
        )
    )
