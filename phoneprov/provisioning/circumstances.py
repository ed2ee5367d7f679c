"""Reads what a diagnosis looks at: the phone's last requests, its keys, who else asked."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from phoneprov.catalog.catalog import Catalog
from phoneprov.fleet.diagnosis.circumstances import (
    Circumstances,
    MissingFile,
    NearMac,
    Neighbours,
    Request,
)
from phoneprov.fleet.diagnosis.limits import is_silent
from phoneprov.fleet.models import CheckIn, Phone, UnknownMac
from phoneprov.fleet.queries import PhoneDetails
from phoneprov.fleet.status import PhoneStatus
from phoneprov.provisioning.admission import Reason
from phoneprov.provisioning.lamp_faults import find_lamp_faults
from phoneprov.provisioning.transcript import expected_steps, newest_boot

LATEST = 60
"""Requests looked at; a boot is a dozen."""
MOST_DIGITS_OFF = 2
MOST_NEAR = 3
DAY = timedelta(hours=24)
ADMITTED = frozenset(reason.value for reason in Reason if reason.is_admitted)
NOT_THERE = frozenset({PhoneStatus.PENDING, PhoneStatus.PROVISIONING, PhoneStatus.OFFLINE})


def read_circumstances(
    session: Session, catalog: Catalog, details: PhoneDetails, *, address: str, now: datetime
) -> Circumstances:
    """Return what is known of a phone and around it, in six queries at most.

    What matters only to a phone that isn't there is read only for such a one. `address` is where
    phones ask, with a slash at its end.
    """
    phone = details.phone
    model, told = catalog.find_model(phone.model_slug), catalog.find_model(phone.told_model)
    is_away = phone.status in NOT_THERE or phone.refused_at is not None or details.is_late
    rows = _list_requests(session, phone) if is_away else ()
    is_waited_for = is_silent(phone, now)
    return Circumstances(
        details=details,
        now=now,
        address=address,
        model=model,
        told_model_name=told.full_name if told else phone.told_model,
        vendor=catalog.vendors[model.vendor] if model else None,
        last_request=next((_request(row) for row in rows if row.admitted_by in ADMITTED), None),
        refusal=_find_refusal(phone, rows),
        missing=_find_missing(catalog, phone, rows),
        near=_list_near(session, phone) if is_waited_for else (),
        neighbours=_count_neighbours(session, phone, now)
        if is_waited_for
        else Neighbours(count=0, last_at=None),
        lamp_faults=find_lamp_faults(session, details),
    )


def count_digits_off(first: str, second: str) -> int:
    """Return in how many hexadecimal digits two MAC addresses differ."""
    return sum(one != other for one, other in zip(first, second, strict=True))


def _list_requests(session: Session, phone: Phone) -> Sequence[CheckIn]:
    return session.scalars(
        select(CheckIn)
        .where(CheckIn.phone_id == phone.id)
        .order_by(CheckIn.at.desc(), CheckIn.id.desc())
        .limit(LATEST)
    ).all()


def _request(row: CheckIn) -> Request:
    return Request(
        at=row.at,
        file_name=row.file_name,
        answer=row.answer,
        address=row.address,
        is_tls=row.is_tls,
        admitted_by=row.admitted_by,
        user_agent=row.user_agent,
    )


def _find_refusal(phone: Phone, rows: Sequence[CheckIn]) -> Request | None:
    """Return the phone's last refused request; its transcript may be forgotten meanwhile."""
    if phone.refused_at is None:
        return None
    found = next((row for row in rows if row.at == phone.refused_at), None)
    if found is not None:
        return _request(found)
    return Request(
        at=phone.refused_at,
        file_name="a file",
        answer=404,
        address="an address no longer known",
        is_tls=None,
        admitted_by=phone.refused_by,
    )


def _find_missing(catalog: Catalog, phone: Phone, rows: Sequence[CheckIn]) -> MissingFile | None:
    admitted = [row for row in rows if row.admitted_by in ADMITTED]
    steps = expected_steps(catalog, phone, newest_boot(admitted))
    gap = next((step for step in steps if step.is_first_gap), None)
    return MissingFile(name=gap.name, was_asked_for=gap.answer is not None) if gap else None


def _list_near(session: Session, phone: Phone) -> Sequence[NearMac]:
    """Return who asked since the phone was added with nearly its MAC address, the nearest first."""
    rows = session.scalars(select(UnknownMac).where(UnknownMac.last_seen_at >= phone.added_at))
    near = [(count_digits_off(row.mac, phone.mac), row.mac, row) for row in rows]
    found = sorted(one for one in near if one[0] <= MOST_DIGITS_OFF)[:MOST_NEAR]
    return [
        NearMac(mac=row.mac, at=row.last_seen_at, address=row.address, user_agent=row.user_agent)
        for _, _, row in found
    ]


def _count_neighbours(session: Session, phone: Phone, now: datetime) -> Neighbours:
    count, last_at = session.execute(
        select(func.count(), func.max(Phone.last_check_in_at)).where(
            Phone.tenant_id == phone.tenant_id,
            Phone.id != phone.id,
            Phone.last_check_in_at >= now - DAY,
        )
    ).one()
    return Neighbours(count=count, last_at=last_at)
