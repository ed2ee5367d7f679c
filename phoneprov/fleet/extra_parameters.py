"""Extra parameters: set, remove, list; of a tenant's phones of a vendor, a profile's, one phone's.

What a phone keeps of a parameter that is removed must be taken back: the row stays without a
value once a phone may have been told, and the writer then writes the vendor's word for nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from phoneprov.catalog.catalog import Catalog
from phoneprov.catalog.model import Vendor
from phoneprov.core.errors import InvalidValueError, NotFoundError
from phoneprov.core.mac import format_mac
from phoneprov.fleet.events import write_event
from phoneprov.fleet.extra_models import ExtraParameter
from phoneprov.fleet.models import Phone
from phoneprov.fleet.profile_models import Profile
from phoneprov.fleet.revisions import touch_phones
from phoneprov.tenancy.audit import Actor, write_audit
from phoneprov.tenancy.models import Tenant, for_tenant
from phoneprov.vendors.vocabulary import check_name, check_value

MASK = "•••"
MOST_PARAMETERS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """Whose parameters they are: a tenant's for one vendor, a profile's, or one phone's of it."""

    tenant: Tenant
    vendor: Vendor
    phone: Phone | None = None
    profile: Profile | None = None

    def __post_init__(self) -> None:
        """Raise NotFoundError for a phone or profile of another tenant."""
        for owner in (self.phone, self.profile):
            if owner is not None and owner.tenant_id != self.tenant.id:
                raise NotFoundError("no such phone or profile")

    @property
    def condition(self) -> ColumnElement[bool]:
        """The condition of the rows of this level."""
        return _is_of(
            phone_id=self.phone.id if self.phone else None,
            profile_id=self.profile.id if self.profile else None,
        )

    @property
    def subject(self) -> str:
        """What the audit trail calls it."""
        if self.profile is not None:
            return f"{self.profile.name}, {self.vendor.label}"
        if self.phone is None:
            return f"{self.tenant.name}, {self.vendor.label}"
        return f"{format_mac(self.phone.mac)} {self.phone.display_name}".strip()


def list_parameters(session: Session, level: Level) -> Sequence[ExtraParameter]:
    """Return the parameters of this level by name, those that were taken back among them."""
    query = for_tenant(level.tenant.id, ExtraParameter).where(
        ExtraParameter.vendor == level.vendor, level.condition
    )
    return session.scalars(query.order_by(ExtraParameter.name)).all()


def list_for_phone(session: Session, phone: Phone, vendor: Vendor) -> Sequence[ExtraParameter]:
    """Return what counts for a phone: the tenant's, its profile's, its own; the last wins."""
    query = for_tenant(phone.tenant_id, ExtraParameter).where(
        ExtraParameter.vendor == vendor,
        or_(
            _is_of(),
            _is_of(profile_id=phone.profile_id),
            _is_of(phone_id=phone.id),
        ),
    )
    order = (
        ExtraParameter.phone_id.is_not(None),
        ExtraParameter.profile_id.is_not(None),
        ExtraParameter.name,
    )
    return session.scalars(query.order_by(*order)).all()


def set_parameter(  # noqa: PLR0913 - a verb with its actor and time
    session: Session,
    catalog: Catalog,
    level: Level,
    name: str,
    value: str,
    *,
    actor: Actor,
    now: datetime,
) -> int:
    """Set one parameter, the others stay; return how many phones are told.

    Raises InvalidValueError for the field `parameters`.
    """
    wanted = {**_live(list_parameters(session, level)), name: value}
    return save_parameters(session, catalog, level, wanted, actor=actor, now=now)


def remove_parameter(  # noqa: PLR0913 - a verb with its actor and time
    session: Session, catalog: Catalog, level: Level, name: str, *, actor: Actor, now: datetime
) -> int:
    """Take one parameter back, the others stay; return how many phones are told."""
    wanted = _live(list_parameters(session, level))
    wanted.pop(name, None)
    return save_parameters(session, catalog, level, wanted, actor=actor, now=now)


def save_parameters(  # noqa: PLR0913 - a verb with its actor and time
    session: Session,
    catalog: Catalog,
    level: Level,
    wanted: Mapping[str, str],
    *,
    actor: Actor,
    now: datetime,
) -> int:
    """Make `wanted` all the parameters of this level; return how many phones are told.

    Raises InvalidValueError for the field `parameters`; nothing is changed then.
    """
    checked = check_parameters(level.vendor, wanted)
    rows = {row.name: row for row in list_parameters(session, level)}
    before = _live(rows.values())
    changed = sorted(
        name for name in before.keys() | checked.keys() if before.get(name) != checked.get(name)
    )
    if not changed:
        return 0
    told = _list_told(session, catalog, level, changed)
    taken_at = session.scalar(select(func.max(Phone.fetched_at)).where(Phone.id.in_(told)))
    for name in changed:
        row = rows.get(name) or _add(session, level, name, now)
        row.value = checked.get(name)
        if row.value is None and (taken_at is None or taken_at < row.set_at):
            session.delete(row)  # nobody was told, so there is nothing to take back
    session.flush()
    touch_phones(session, told, now)
    changes = {name: [_masked(before.get(name)), _masked(checked.get(name))] for name in changed}
    _record(session, level, changes, actor=actor, now=now)
    return len(told)


def check_parameters(vendor: Vendor, wanted: Mapping[str, str]) -> dict[str, str]:
    """Return names and values as they are kept.

    Raises InvalidValueError for the field `parameters`.
    """
    if len(wanted) > MOST_PARAMETERS:
        message = f"At most {MOST_PARAMETERS} parameters; these are {len(wanted)}."
        raise InvalidValueError(message, field="parameters")
    checked = {}
    for typed, value in wanted.items():
        name = check_name(vendor, typed)
        checked[name] = check_value(vendor, name, value)
    return checked


def _is_of(phone_id: int | None = None, profile_id: int | None = None) -> ColumnElement[bool]:
    """Return the condition of a level's rows; neither of the two: the tenant's."""
    return and_(ExtraParameter.phone_id == phone_id, ExtraParameter.profile_id == profile_id)


def _live(rows: Iterable[ExtraParameter]) -> dict[str, str]:
    """Return names and values of those that were not taken back."""
    return {row.name: row.value for row in rows if row.value is not None}


def _list_told(
    session: Session, catalog: Catalog, level: Level, names: Sequence[str]
) -> Sequence[int]:
    """Return the ids of the phones whose config changes with these names.

    Of a tenant's or a profile's: those of the vendor, without the ones that have a value of
    their own for each.
    """
    if level.phone is not None:
        return [level.phone.id]
    slugs = [one.slug for one in catalog.phone_models.values() if one.vendor is level.vendor]
    own = (
        select(ExtraParameter.phone_id)
        .where(
            ExtraParameter.tenant_id == level.tenant.id,
            ExtraParameter.phone_id.is_not(None),
            ExtraParameter.vendor == level.vendor,
            ExtraParameter.name.in_(names),
            ExtraParameter.value.is_not(None),
        )
        .group_by(ExtraParameter.phone_id)
        .having(func.count() == len(names))
    )
    query = select(Phone.id).where(
        Phone.tenant_id == level.tenant.id,
        Phone.model_slug.in_(slugs),
        Phone.id.not_in(own),
    )
    if level.profile is not None:
        query = query.where(Phone.profile_id == level.profile.id)
    return session.scalars(query).all()


def _add(session: Session, level: Level, name: str, now: datetime) -> ExtraParameter:
    row = ExtraParameter(
        tenant_id=level.tenant.id,
        phone_id=level.phone.id if level.phone else None,
        profile_id=level.profile.id if level.profile else None,
        vendor=level.vendor,
        name=name,
        set_at=now,
    )
    session.add(row)
    return row


def _record(
    session: Session,
    level: Level,
    changes: dict[str, list[str | None]],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    action = "profile.parameters" if level.profile else "tenant.parameters"
    if level.phone is not None:
        action = "phone.parameters"
        text = f"Extra parameters changed: {', '.join(changes)}."
        write_event(session, level.phone.id, "config", text, at=now)
    write_audit(
        session,
        actor,
        action,
        level.subject,
        at=now,
        tenant_id=level.tenant.id,
        changes=dict(changes),
    )


def _masked(value: str | None) -> str | None:
    """Return what the audit trail shows of a value: that there is one."""
    return None if value is None else MASK
