"""Puts phones that went together into one outage, and says when a place is back."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from phoneprov.alerts.following import Sight, follow
from phoneprov.alerts.incidents import LONGEST_KEY, course_of, open_incidents, write_courses
from phoneprov.alerts.kinds import AlertKind
from phoneprov.alerts.models import AlertIncident
from phoneprov.alerts.outages import FEWEST, SPAN, Census, Fall, Outage, find_outages, site_of
from phoneprov.alerts.watch_phones import PhoneIncident
from phoneprov.fleet.models import Phone

MOST_NAMES = 10
FEW_LEFT = 2
SHARE_LEFT = 0.1
NOTICED_AFTER = timedelta(minutes=2)
"""How much later than the others a phone's fall may be noticed."""


def watch_outages(session: Session, open_ones: Sequence[PhoneIncident], now: datetime) -> None:
    """Begin, widen and end outages, by the incidents of phones that are open."""
    known = session.scalars(
        select(AlertIncident).where(
            AlertIncident.kind == AlertKind.MANY_OFFLINE, AlertIncident.ended_at.is_(None)
        )
    ).all()
    loose = [one for one in open_ones if _is_loose(one, now)]
    for outage in known:
        loose = _widen(session, outage, open_ones, loose)
    if len(loose) >= FEWEST:
        _begin(session, loose)
    for outage in known:
        members = [one for one in open_ones if one.outage_id == outage.id]
        _follow_outage(session, outage, members, now)


def _is_loose(one: PhoneIncident, now: datetime) -> bool:
    """Tell whether a phone fell a moment ago and belongs to no outage."""
    is_recent = now - one.course.down_at <= SPAN + NOTICED_AFTER
    return one.is_down and one.outage_id is None and is_recent


def _widen(
    session: Session,
    outage: AlertIncident,
    open_ones: Sequence[PhoneIncident],
    loose: Sequence[PhoneIncident],
) -> list[PhoneIncident]:
    """Let phones that fall at the place of an open outage join it; return the others."""
    joining = [
        one for one in loose if one.tenant_id == outage.tenant_id and outage.site in {"", one.site}
    ]
    if not joining:
        return list(loose)
    members = [one for one in open_ones if one.outage_id == outage.id]
    _join(session, outage.id, [one.number for one in joining])
    count = outage.detail["count"] + len(joining)
    outage.detail = {
        **outage.detail,
        **_told_of([*members, *joining]),
        "count": count,
        "there": max(outage.detail["there"], count),
    }
    return [one for one in loose if one not in joining]


def _begin(session: Session, loose: Sequence[PhoneIncident]) -> None:
    falls = [
        Fall(
            incident_id=one.number,
            tenant_id=one.tenant_id,
            site=one.site,
            down_at=one.course.down_at,
        )
        for one in loose
    ]
    by_number = {one.number: one for one in loose}
    found = find_outages(falls, _count(session, {one.tenant_id for one in loose}))
    rows = [_new_row(one, [by_number[number] for number in one.incident_ids]) for one in found]
    for number, outage in zip(open_incidents(session, rows), found, strict=True):
        _join(session, number, outage.incident_ids)


def _new_row(outage: Outage, members: Sequence[PhoneIncident]) -> dict[str, Any]:
    where = f"at {outage.site}" if outage.site else "at several places"
    return {
        "kind": AlertKind.MANY_OFFLINE,
        "key": f"site:{outage.tenant_id}:{outage.incident_ids[0]}:{outage.site}"[:LONGEST_KEY],
        "tenant_id": outage.tenant_id,
        "site": outage.site,
        "subject": f"phones {where}",
        "detail": {
            "count": len(members),
            "there": outage.phones_there,
            **_told_of(members),
        },
        "began_at": outage.began_at,
        "down_at": outage.began_at,
    }


def _told_of(members: Sequence[PhoneIncident]) -> dict[str, Any]:
    """Return the phones that a message names, those that fell first."""
    ordered = sorted(members, key=lambda one: (one.course.down_at, one.number))
    return {"names": [one.subject for one in ordered[:MOST_NAMES]]}


def _join(session: Session, outage_id: int, numbers: Collection[int]) -> None:
    session.execute(
        update(AlertIncident)
        .where(AlertIncident.id.in_(numbers))
        .values(outage_id=outage_id, is_told_alone=False)
        .execution_options(synchronize_session=False)
    )


def _count(session: Session, tenant_ids: Collection[int]) -> Census:
    """Return how many phones that could fall these tenants have, in all and by place."""
    by_tenant: dict[int, int] = {}
    by_site: dict[tuple[int, str], int] = {}
    query = (
        select(Phone.tenant_id, Phone.ip_address, Phone.place, func.count())
        .where(
            Phone.tenant_id.in_(tenant_ids),
            Phone.disabled_at.is_(None),
            Phone.extension_id.is_not(None),
            or_(Phone.last_registered_at.is_not(None), Phone.first_check_in_at.is_not(None)),
        )
        .group_by(Phone.tenant_id, Phone.ip_address, Phone.place)
    )
    for tenant_id, address, place, count in session.execute(query):
        site = (tenant_id, site_of(address, place))
        by_tenant[tenant_id] = by_tenant.get(tenant_id, 0) + count
        by_site[site] = by_site.get(site, 0) + count
    return Census(by_tenant=by_tenant, by_site=by_site)


def _follow_outage(
    session: Session, outage: AlertIncident, members: Sequence[PhoneIncident], now: datetime
) -> None:
    """End an outage when nearly all are back for good; the few that are left stand alone then."""
    down = [one for one in members if one.is_down]
    count = outage.detail["count"]
    is_out = len(down) > max(FEW_LEFT, SHARE_LEFT * count) or len(down) == count
    before = course_of(outage)
    after = follow(before, Sight(is_down=is_out, since_at=_back_since(members, now)), now)
    if after == before:
        return
    write_courses(session, [(outage.id, after)])
    if after.ended_at is None:
        return
    outage.detail = {**outage.detail, **_told_of(down), "left": len(down)}
    _let_go(session, [one for one in members if one not in down], now)
    session.execute(
        update(AlertIncident)
        .where(AlertIncident.id.in_([one.number for one in down]))
        .values(is_told_alone=True)
        .execution_options(synchronize_session=False)
    )


def _back_since(members: Sequence[PhoneIncident], now: datetime) -> datetime:
    """Return when the last of those that are back came back."""
    return max((one.course.back_at for one in members if one.course.back_at), default=now)


def _let_go(session: Session, back: Sequence[PhoneIncident], now: datetime) -> None:
    """End the incidents of phones that came back with their place: its end says it for all."""
    ended = [
        (one.number, replace(one.course, ended_at=now))
        for one in back
        if one.course.ended_at is None
    ]
    write_courses(session, ended)
