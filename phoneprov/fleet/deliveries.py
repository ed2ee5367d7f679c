"""How far a change has got: which phones have fetched their newest config."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session, defer, joinedload

from phoneprov.fleet.models import Phone
from phoneprov.tenancy.models import Extension, for_tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How many phones something reaches, and how many of them have their current config."""

    phones: int
    have_it: int

    @property
    def is_complete(self) -> bool:
        """Whether there is nobody left to wait for."""
        return self.have_it == self.phones


def follows_profile(profile_id: int) -> ColumnElement[bool]:
    """Return the condition of a phone that follows a profile."""
    return Phone.profile_id == profile_id


def lacks_newest() -> ColumnElement[bool]:
    """Return the condition of a phone that has not fetched its newest config."""
    return or_(Phone.fetched_revision.is_(None), Phone.fetched_revision != Phone.config_revision)


def count_delivered(session: Session, tenant_id: int, which: ColumnElement[bool]) -> Delivery:
    """Return how far it has got with these phones of a tenant, in one query."""
    phones, have_it = session.execute(
        select(func.count(), func.sum(_has_it())).where(Phone.tenant_id == tenant_id, which)
    ).one()
    return Delivery(phones=phones, have_it=have_it or 0)


def count_delivered_by_profile(session: Session, tenant_id: int) -> Mapping[int, Delivery]:
    """Return how far each profile of a tenant has got that phones follow, in one query."""
    rows = session.execute(
        select(Phone.profile_id, func.count(), func.sum(_has_it()))
        .where(Phone.tenant_id == tenant_id, Phone.profile_id.is_not(None))
        .group_by(Phone.profile_id)
    )
    return {
        profile_id: Delivery(phones=phones, have_it=have_it or 0)
        for profile_id, phones, have_it in rows
        if profile_id is not None
    }


def list_reached(session: Session, tenant_id: int, which: ColumnElement[bool]) -> Sequence[Phone]:
    """Return these phones of a tenant, with extension, tenant and profile, without secrets."""
    query = (
        for_tenant(tenant_id, Phone)
        .where(which)
        .order_by(Phone.display_name, Phone.mac)
        .options(
            joinedload(Phone.extension).defer(Extension.sip_password, raiseload=True),
            joinedload(Phone.tenant),
            joinedload(Phone.profile),
            defer(Phone.token, raiseload=True),
            defer(Phone.admin_password, raiseload=True),
        )
    )
    return session.scalars(query).all()


def _has_it() -> ColumnElement[int]:
    return case((Phone.fetched_revision == Phone.config_revision, 1), else_=0)
