"""Looks at the phones: who fell, who came back, and who went together.

The status of a phone is the truth; this only follows it. Where nothing is confirmed, because the
link to the PBX is lost or we ourselves were away, nothing begins and nothing ends.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, false, func, or_, select
from sqlalchemy.orm import Session

from phoneprov.alerts.excused import is_excused
from phoneprov.alerts.following import Course, Sight, follow
from phoneprov.alerts.incidents import (
    LONGEST_SITE,
    LONGEST_SUBJECT,
    course_of,
    open_incidents,
    write_courses,
)
from phoneprov.alerts.kinds import AlertKind
from phoneprov.alerts.models import AlertIncident
from phoneprov.alerts.outages import site_of
from phoneprov.alerts.steadiness import SAME_TROUBLE
from phoneprov.core.mac import format_mac
from phoneprov.fleet.models import Phone
from phoneprov.fleet.status import PhoneStatus
from phoneprov.pbx.models import Pbx
from phoneprov.tenancy.models import Extension, Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneIncident:
    """An open incident of a phone as it is now."""

    number: int
    tenant_id: int
    site: str
    subject: str
    course: Course
    outage_id: int | None
    is_told_alone: bool

    @property
    def is_down(self) -> bool:
        """Whether the phone is offline at this moment."""
        return self.course.back_at is None and self.course.ended_at is None


def watch_phones(session: Session, now: datetime) -> Sequence[PhoneIncident]:
    """Follow the phones that were offline, begin with those that are; return what is open."""
    followed = _follow_known(session, now)
    return [*followed, *_begin_new(session, now)]


def _is_confirmed() -> ColumnElement[bool]:
    """Return the condition of a phone whose status is known at this moment."""
    return and_(
        Pbx.id.is_not(None),
        Pbx.is_active,
        Pbx.link_lost_at.is_(None),
        Phone.unconfirmed_since_at.is_(None),
    )


def _follow_known(session: Session, now: datetime) -> list[PhoneIncident]:
    query = (
        select(
            AlertIncident,
            Phone.id.label("phone"),
            Phone.tenant_id.label("owner"),
            Phone.status,
            Phone.status_since_at,
            or_(Phone.disabled_at.is_not(None), Phone.extension_id.is_(None)).label("is_off"),
            or_(~_is_confirmed(), is_excused(now)).label("is_held"),
        )
        .outerjoin(Phone, Phone.id == AlertIncident.phone_id)
        .outerjoin(Tenant, Tenant.id == Phone.tenant_id)
        .outerjoin(Pbx, Pbx.id == Tenant.pbx_id)
        .where(AlertIncident.kind == AlertKind.PHONE_OFFLINE, AlertIncident.ended_at.is_(None))
        .order_by(AlertIncident.id)
    )
    followed: list[PhoneIncident] = []
    changed: list[tuple[int, Course]] = []
    for row in session.execute(query).all():
        incident: AlertIncident = row.AlertIncident
        before = course_of(incident)
        after = follow(before, _sight(row), now)
        if after != before:
            changed.append((incident.id, after))
        followed.append(_incident(incident, after))
    write_courses(session, changed)
    return followed


def _sight(row: Row[*tuple[Any, ...]]) -> Sight:
    incident: AlertIncident = row.AlertIncident
    is_gone = row.phone is None or row.owner != incident.tenant_id
    return Sight(
        is_down=row.status is PhoneStatus.OFFLINE,
        since_at=row.status_since_at,
        is_held=bool(row.is_held),
        is_nobodys=is_gone or bool(row.is_off),
    )


def _begin_new(session: Session, now: datetime) -> list[PhoneIncident]:
    fallen = session.execute(_fallen(now)).all()
    if not fallen:
        return []
    recent = {
        row.phone_id: row.falls
        for row in session.execute(
            select(AlertIncident.phone_id, AlertIncident.falls)
            .where(
                AlertIncident.kind == AlertKind.PHONE_OFFLINE,
                AlertIncident.ended_at >= now - SAME_TROUBLE,
                AlertIncident.is_moot == false(),
            )
            .order_by(AlertIncident.ended_at)
        )
    }
    rows = [_new_row(row, recent.get(row.id, 0) + 1) for row in fallen]
    return [
        PhoneIncident(
            number=number,
            tenant_id=row["tenant_id"],
            site=row["site"],
            subject=row["subject"],
            course=Course(down_at=row["down_at"], falls=row["falls"]),
            outage_id=None,
            is_told_alone=True,
        )
        for number, row in zip(open_incidents(session, rows), rows, strict=True)
    ]


def _fallen(now: datetime) -> Select[*tuple[Any, ...]]:
    """Return the query for phones that are offline and have no open incident."""
    has_incident = (
        select(AlertIncident.id)
        .where(
            AlertIncident.phone_id == Phone.id,
            AlertIncident.kind == AlertKind.PHONE_OFFLINE,
            AlertIncident.ended_at.is_(None),
        )
        .exists()
    )
    return (
        select(
            Phone.id,
            Phone.tenant_id,
            Phone.mac,
            Phone.model_slug,
            Phone.display_name,
            Phone.place,
            Phone.ip_address,
            Phone.status_since_at,
            func.coalesce(Extension.number, "").label("number"),
            func.coalesce(Extension.name, "").label("name"),
        )
        .join(Extension, Extension.id == Phone.extension_id)
        .join(Tenant, Tenant.id == Phone.tenant_id)
        .join(Pbx, Pbx.id == Tenant.pbx_id)
        .where(
            Phone.status == PhoneStatus.OFFLINE,
            Phone.disabled_at.is_(None),
            _is_confirmed(),
            ~is_excused(now),
            ~has_incident,
        )
        .order_by(Phone.id)
    )


def _new_row(row: Row[*tuple[Any, ...]], falls: int) -> dict[str, Any]:
    """Return the columns of a new incident, for a row of `_fallen`."""
    mac = format_mac(row.mac)
    title = row.display_name or row.name or row.place or mac
    subject = f"{title} ({row.number})" if row.number else title
    return {
        "kind": AlertKind.PHONE_OFFLINE,
        "key": f"phone:{row.id}",
        "tenant_id": row.tenant_id,
        "phone_id": row.id,
        "site": site_of(row.ip_address, row.place)[:LONGEST_SITE],
        "subject": subject[:LONGEST_SUBJECT],
        "detail": {"mac": mac, "model": row.model_slug, "place": row.place},
        "began_at": row.status_since_at,
        "down_at": row.status_since_at,
        "falls": falls,
    }


def _incident(incident: AlertIncident, course: Course) -> PhoneIncident:
    return PhoneIncident(
        number=incident.id,
        tenant_id=incident.tenant_id or 0,
        site=incident.site,
        subject=incident.subject,
        course=course,
        outage_id=incident.outage_id,
        is_told_alone=incident.is_told_alone,
    )
