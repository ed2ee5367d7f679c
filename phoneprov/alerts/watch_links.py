"""Looks at the links to PBXs: one that stays lost is one incident, whatever hangs on it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from phoneprov.alerts.following import Course, Sight, follow
from phoneprov.alerts.incidents import course_of, open_incidents, write_courses
from phoneprov.alerts.kinds import AlertKind
from phoneprov.alerts.models import AlertIncident
from phoneprov.alerts.steadiness import LINK_GRACE
from phoneprov.pbx.link import LinkStatus
from phoneprov.pbx.models import Pbx


def watch_links(session: Session, now: datetime) -> None:
    """Begin with links that have been lost for a minute, follow those that were."""
    pbxs = {row.id: row for row in session.execute(_links())}
    known = session.scalars(
        select(AlertIncident).where(
            AlertIncident.kind == AlertKind.LINK_LOST, AlertIncident.ended_at.is_(None)
        )
    ).all()
    changed: list[tuple[int, Course]] = []
    for incident in known:
        before = course_of(incident)
        after = follow(before, _sight(pbxs.pop(incident.pbx_id or 0, None)), now)
        if after != before:
            changed.append((incident.id, after))
    write_courses(session, changed)
    lost = [pbx for pbx in pbxs.values() if pbx.is_active and pbx.link_lost_at is not None]
    open_incidents(
        session,
        [
            {
                "kind": AlertKind.LINK_LOST,
                "key": f"pbx:{pbx.id}",
                "pbx_id": pbx.id,
                "subject": pbx.name,
                "detail": {"reason": pbx.link_reason},
                "began_at": pbx.link_lost_at,
                "down_at": pbx.link_lost_at,
            }
            for pbx in lost
            if now - pbx.link_lost_at >= LINK_GRACE
        ],
    )


def _links() -> Select[*tuple[Any, ...]]:
    return select(
        Pbx.id,
        Pbx.name,
        Pbx.is_active,
        Pbx.link_status,
        Pbx.link_status_at,
        Pbx.link_lost_at,
        Pbx.link_reason,
    )


def _sight(pbx: Row[*tuple[Any, ...]] | None) -> Sight:
    """Return what is seen of a link; one that is being tried again is neither lost nor back."""
    if pbx is None or not pbx.is_active:
        return Sight(is_nobodys=True)
    is_lost = pbx.link_lost_at is not None
    return Sight(
        is_down=is_lost,
        since_at=pbx.link_lost_at or pbx.link_status_at,
        is_held=is_lost and pbx.link_status is LinkStatus.CONNECTING,
    )
