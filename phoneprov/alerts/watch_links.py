"""Looks at the links to PBXs: one that stays lost is one incident, whatever hangs on it."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from phoneprov.alerts.following import Course, Sight, follow
from phoneprov.alerts.incidents import course_of, open_incidents, write_courses
from phoneprov.alerts.kinds import AlertKind
from phoneprov.alerts.models import AlertIncident
from phoneprov.pbx.link import LinkStatus
from phoneprov.pbx.models import Pbx

GRACE = timedelta(seconds=60)
"""A link that is made anew, by a restart of either side, is back within this time."""


def watch_links(session: Session, now: datetime) -> None:
    """Begin with links that have been lost for a minute, follow those that were."""
    pbxs = {
        row.id: row
        for row in session.execute(
            select(
                Pbx.id,
                Pbx.name,
                Pbx.is_active,
                Pbx.link_status,
                Pbx.link_status_at,
                Pbx.link_lost_at,
                Pbx.link_reason,
            )
        )
    }
    known = session.scalars(
        select(AlertIncident).where(
            AlertIncident.kind == AlertKind.LINK_LOST, AlertIncident.ended_at.is_(None)
        )
    ).all()
    changed: list[tuple[int, Course]] = []
    for incident in known:
        pbx = pbxs.pop(incident.pbx_id or 0, None)
        if pbx is None or not pbx.is_active:
            sight = Sight(is_nobodys=True)
        else:
            is_down = pbx.link_lost_at is not None
            is_trying = is_down and pbx.link_status is LinkStatus.CONNECTING
            sight = Sight(
                is_down=is_down,
                since_at=pbx.link_lost_at or pbx.link_status_at,
                is_held=is_trying,
            )
        course = course_of(incident)
        after = follow(course, sight, now)
        if after != course:
            changed.append((incident.id, after))
    write_courses(session, changed)
    rows = [
        {
            "kind": AlertKind.LINK_LOST,
            "key": f"pbx:{pbx.id}",
            "pbx_id": pbx.id,
            "subject": pbx.name,
            "detail": {"reason": pbx.link_reason},
            "began_at": pbx.link_lost_at,
            "down_at": pbx.link_lost_at,
        }
        for pbx in pbxs.values()
        if pbx.is_active and pbx.link_lost_at is not None and now - pbx.link_lost_at >= GRACE
    ]
    open_incidents(session, rows)
