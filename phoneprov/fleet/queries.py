"""Reads of phones for screens: a fixed number of queries however many rows there are."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session, contains_eager, defer, joinedload

from phoneprov.catalog.catalog import Catalog
from phoneprov.core.mac import Mac, format_mac
from phoneprov.fleet.behind import Running
from phoneprov.fleet.contacts import list_strays
from phoneprov.fleet.filters import (
    Flag,
    PhoneFilters,
    conditions,
    flag_condition,
)
from phoneprov.fleet.inherited import poll_minutes_of
from phoneprov.fleet.late import LateLimits, late_limit, read_late_limits
from phoneprov.fleet.models import CheckIn, Phone, PhoneEvent, PhoneUpload, Registration
from phoneprov.fleet.ordering import order_columns
from phoneprov.fleet.status import PhoneStatus
from phoneprov.pbx.models import Pbx
from phoneprov.tenancy.models import Extension, Tenant, for_tenant

LATEST_EVENTS = 200
IDS_AT_ONCE = 1000
ADMITTED_BY_WINDOW = "window"
"""The mark of a request that first contact let in (a value of provisioning.admission.Reason)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetCounts:
    """A tenant's phones in numbers, filters or not."""

    total: int = 0
    by_status: Mapping[PhoneStatus, int] = field(default_factory=dict)
    by_flag: Mapping[Flag, int] = field(default_factory=dict)
    by_model: Mapping[str, int] = field(default_factory=dict)
    """Model slug to how many there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhonePage:
    """One page of a tenant's phones; each has its extension loaded, and no secret."""

    phones: Sequence[Phone]
    counts: FleetCounts
    total: int
    """Phones that match the filters."""
    number: int
    """Counts from 1."""
    size: int
    limits: LateLimits

    @property
    def last(self) -> int:
        """The number of the last page."""
        return last_page(self.total, self.size)

    def is_late(self, phone: Phone) -> bool:
        """Tell whether the phone has missed its check."""
        return self.limits.is_late(phone)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneDetails:
    """A phone with all that its page says of it beside the tabs."""

    phone: Phone
    contacts: Sequence[Registration]
    """As the registrar knows them, those that hold first."""
    strays: Sequence[Registration]
    """Live contacts of its extension that no phone could be named for."""
    pbx: Pbx | None
    is_late: bool


def title_phone(phone: Phone) -> str:
    """Return what people call a phone: its name, or its line's, or its place, or its MAC.

    The extension has to be loaded.
    """
    line = phone.extension.name if phone.extension else ""
    return phone.display_name or line or phone.place or format_mac(phone.mac)


def last_page(total: int, size: int) -> int:
    """Return the number of the last page of `total` rows."""
    return max(1, -(-total // size))


def list_phones(  # noqa: PLR0913 - the list's own question
    session: Session,
    catalog: Catalog,
    tenant: Tenant,
    filters: PhoneFilters,
    *,
    now: datetime,
    behind: Collection[Running] = (),
) -> PhonePage:
    """Return a page of the phones that match, in four queries. A page beyond the last is the last.

    `behind` is what the firmware library has something newer for.

    Secrets are not even read: decrypting them would cost more than all the rest.
    """
    limits = read_late_limits(session, tenant, now)
    counts = count_by_status(session, tenant, limits, behind)
    query = (
        for_tenant(tenant.id, Phone)
        .outerjoin(Phone.extension)
        .where(*conditions(filters, catalog, limits, behind))
    )
    total = _count(session, query)
    page = min(max(filters.page, 1), last_page(total, filters.page_size))
    phones = session.scalars(
        query.order_by(*order_columns(filters.sort, is_descending=filters.is_descending))
        .offset((page - 1) * filters.page_size)
        .limit(filters.page_size)
        .options(
            defer(Phone.token, raiseload=True),
            defer(Phone.admin_password, raiseload=True),
            contains_eager(Phone.extension).defer(Extension.sip_password, raiseload=True),
        )
    ).all()
    return PhonePage(
        phones=phones,
        counts=counts,
        total=total,
        number=page,
        size=filters.page_size,
        limits=limits,
    )


def list_matching_ids(  # noqa: PLR0913 - the list's own question, and how many
    session: Session,
    catalog: Catalog,
    tenant: Tenant,
    filters: PhoneFilters,
    *,
    now: datetime,
    limit: int,
    behind: Collection[Running] = (),
) -> Sequence[int]:
    """Return the ids of all phones that match, whatever their page."""
    limits = read_late_limits(session, tenant, now)
    query = (
        select(Phone.id)
        .outerjoin(Phone.extension)
        .where(Phone.tenant_id == tenant.id, *conditions(filters, catalog, limits, behind))
    )
    return session.scalars(query.order_by(Phone.id).limit(limit)).all()


def keep_own_ids(session: Session, tenant_id: int, phone_ids: Collection[int]) -> Sequence[int]:
    """Return those of the ids that are phones of the tenant, in order."""
    found: list[int] = []
    wanted = sorted(phone_ids)
    for start in range(0, len(wanted), IDS_AT_ONCE):
        some = wanted[start : start + IDS_AT_ONCE]
        query = select(Phone.id).where(Phone.tenant_id == tenant_id, Phone.id.in_(some))
        found += session.scalars(query.order_by(Phone.id))
    return found


def count_by_status(
    session: Session, tenant: Tenant, limits: LateLimits, behind: Collection[Running] = ()
) -> FleetCounts:
    """Return how many phones of a tenant have each status, flag and model, in one query."""
    flags = tuple(Flag)
    sums = [func.sum(case((flag_condition(flag, limits, behind), 1), else_=0)) for flag in flags]
    rows = session.execute(
        select(Phone.status, Phone.model_slug, func.count(), *sums)
        .where(Phone.tenant_id == tenant.id)
        .group_by(Phone.status, Phone.model_slug)
    ).all()
    by_status = dict.fromkeys(PhoneStatus, 0)
    by_flag = dict.fromkeys(flags, 0)
    by_model: dict[str, int] = {}
    for status, slug, count, *flagged in rows:
        by_status[PhoneStatus(status)] += count
        by_model[slug] = by_model.get(slug, 0) + count
        for flag, number in zip(flags, flagged, strict=True):
            by_flag[flag] += number
    return FleetCounts(
        total=sum(by_status.values()), by_status=by_status, by_flag=by_flag, by_model=by_model
    )


def find_phone_details(
    session: Session, tenant_id: int, phone_id: int, *, now: datetime
) -> PhoneDetails | None:
    """Return one phone of a tenant with its line, its PBX and its contacts."""
    phone = session.scalar(
        for_tenant(tenant_id, Phone)
        .where(Phone.id == phone_id)
        .options(
            joinedload(Phone.extension).defer(Extension.sip_password, raiseload=True),
            joinedload(Phone.tenant),
            joinedload(Phone.profile),
            defer(Phone.token, raiseload=True),
        )
    )
    if phone is None:
        return None
    contacts = session.scalars(
        select(Registration)
        .where(Registration.phone_id == phone_id)
        .order_by(Registration.gone_at.is_not(None), Registration.keepalive_at.desc())
        .limit(10)
    ).all()
    pbx = session.get(Pbx, phone.tenant.pbx_id) if phone.tenant.pbx_id else None
    limits = LateLimits(now=now, of_tenant=late_limit(poll_minutes_of(phone).value, now))
    return PhoneDetails(
        phone=phone,
        contacts=contacts,
        strays=list_strays(session, phone, pbx),
        pbx=pbx,
        is_late=limits.is_late(phone),
    )


def find_own_phone_by_mac(session: Session, tenant_id: int, mac: Mac) -> Phone | None:
    """Return the tenant's own phone with this MAC address."""
    query = for_tenant(tenant_id, Phone).where(Phone.mac == mac)
    return session.scalar(query.options(joinedload(Phone.extension)))


def list_events(
    session: Session, phone_id: int, *, limit: int = LATEST_EVENTS
) -> Sequence[PhoneEvent]:
    """Return the newest lines of a phone's timeline, newest first."""
    return session.scalars(
        select(PhoneEvent)
        .where(PhoneEvent.phone_id == phone_id)
        .order_by(PhoneEvent.at.desc(), PhoneEvent.id.desc())
        .limit(limit)
    ).all()


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowVisitor:
    """Who took the phone's files inside its first-contact window."""

    address: str
    first_at: datetime
    last_at: datetime
    requests: int


def list_window_visitors(session: Session, phone: Phone) -> Sequence[WindowVisitor]:
    """Return from where the phone's files were taken in the window that was opened last."""
    if phone.window_started_at is None:
        return ()
    rows = session.execute(
        select(CheckIn.address, func.min(CheckIn.at), func.max(CheckIn.at), func.count())
        .where(
            CheckIn.phone_id == phone.id,
            CheckIn.admitted_by == ADMITTED_BY_WINDOW,
            CheckIn.at >= phone.window_started_at,
        )
        .group_by(CheckIn.address)
        .order_by(func.min(CheckIn.at))
    )
    return [
        WindowVisitor(address=address, first_at=first_at, last_at=last_at, requests=count)
        for address, first_at, last_at, count in rows
    ]


def list_uploads(session: Session, phone_id: int) -> Sequence[PhoneUpload]:
    """Return what a phone has uploaded, without the contents, newest first."""
    return session.scalars(
        select(PhoneUpload)
        .where(PhoneUpload.phone_id == phone_id)
        .order_by(PhoneUpload.received_at.desc(), PhoneUpload.file_name)
        .options(defer(PhoneUpload.body, raiseload=True))
    ).all()


def find_upload(session: Session, phone_id: int, upload_id: int) -> PhoneUpload | None:
    """Return one upload of a phone with its content."""
    return session.scalar(
        select(PhoneUpload).where(PhoneUpload.phone_id == phone_id, PhoneUpload.id == upload_id)
    )


def _count(session: Session, query: Select[Phone]) -> int:
    counted = query.with_only_columns(func.count(Phone.id))
    return session.scalar(counted) or 0
