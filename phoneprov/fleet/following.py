"""Phones that follow a profile: join it, leave it, take the layouts that it gives."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Update, insert, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from phoneprov.catalog.catalog import Catalog
from phoneprov.fleet.extra_models import ExtraParameter
from phoneprov.fleet.models import LayoutSource, Phone
from phoneprov.fleet.profile_models import Profile, ProfileLayout
from phoneprov.layouts.queries import find_default

OWN_VALUES: Mapping[str, None] = {
    "time_zone": None,
    "admin_password": None,
    "local_sip_port": None,
}
"""What a phone can have of its own beside its layout, as it is without."""


def follow_profile(  # noqa: PLR0913 - what a batch of phones and their change are
    session: Session,
    catalog: Catalog,
    phones: Sequence[Phone],
    profile: Profile | None,
    *,
    drops_own: bool = False,
    now: datetime,
) -> None:
    """Let phones of one tenant follow a profile, or none. Whoever calls this touches them.

    What a phone has of its own stays, unless `drops_own`. What only the old profile told a phone
    is taken back, because phones keep what is left unsaid.
    """
    if not phones:
        return
    session.flush()
    profile_id = profile.id if profile else None
    _take_back_parameters(session, catalog, phones, profile_id, now)
    ids = [phone.id for phone in phones]
    values: dict[str, object] = {"profile_id": profile_id}
    if drops_own:  # its own layout then counts as one that it has lost
        values |= {**OWN_VALUES, "layout_source": LayoutSource.PROFILE}
    session.execute(_silently(update(Phone).where(Phone.id.in_(ids)).values(**values)))
    slugs = {phone.model_slug for phone in phones}
    take_layouts(session, phones[0].tenant_id, Phone.id.in_(ids), slugs, profile)
    for phone in phones:
        session.expire(phone, [*values, "button_layout_id", "layout_source"])
        set_committed_value(phone, "profile", profile)


def move_to_profile(
    session: Session, catalog: Catalog, phone: Phone, profile: Profile | None, *, now: datetime
) -> dict[str, list[object]]:
    """Let one phone follow a profile, or none; return what changed, old and new."""
    before, after = phone.profile_id, profile.id if profile else None
    if before == after:
        return {}
    follow_profile(session, catalog, [phone], profile, now=now)
    return {"profile_id": [before, after]}


def take_layouts(
    session: Session,
    tenant_id: int,
    which: ColumnElement[bool],
    slugs: Iterable[str],
    profile: Profile | None,
) -> None:
    """Give those of the phones that nobody chose a layout for the one of the profile.

    Where it has none for their model, what an earlier profile gave gives way to the default.
    """
    for slug in slugs:
        layout_id, source = find_layout_for(session, tenant_id, slug, profile)
        takes = (
            Phone.layout_source != LayoutSource.PHONE
            if source is LayoutSource.PROFILE
            else Phone.layout_source == LayoutSource.PROFILE
        )
        session.execute(
            _silently(
                update(Phone)
                .where(which, Phone.model_slug == slug, takes)
                .values(button_layout_id=layout_id, layout_source=source)
            )
        )


def find_layout_for(
    session: Session, tenant_id: int, model_slug: str, profile: Profile | None
) -> tuple[int | None, LayoutSource]:
    """Return the layout that a phone nobody chose one for has: its profile's, else the default."""
    row = session.get(ProfileLayout, (profile.id, model_slug)) if profile else None
    if row is not None:
        return row.layout_id, LayoutSource.PROFILE
    return find_default(session, tenant_id, model_slug), LayoutSource.DEFAULT


def _take_back_parameters(
    session: Session,
    catalog: Catalog,
    phones: Collection[Phone],
    profile_id: int | None,
    now: datetime,
) -> None:
    """Leave a word on each phone for what only its old profile told it."""
    left = {phone.profile_id for phone in phones} - {None, profile_id}
    if not left:
        return
    told = session.scalars(select(ExtraParameter).where(ExtraParameter.profile_id.in_(left))).all()
    ids = [phone.id for phone in phones]
    columns = (ExtraParameter.phone_id, ExtraParameter.vendor, ExtraParameter.name)
    own = set(session.execute(select(*columns).where(ExtraParameter.phone_id.in_(ids))).all())
    rows = [
        {
            "tenant_id": phone.tenant_id,
            "phone_id": phone.id,
            "vendor": one.vendor,
            "name": one.name,
            "value": None,
            "set_at": now,
        }
        for phone in phones
        for one in _heard(catalog, phone, told)
        if (phone.id, one.vendor, one.name) not in own
    ]
    if rows:
        session.execute(insert(ExtraParameter), rows)


def _heard(
    catalog: Catalog, phone: Phone, told: Iterable[ExtraParameter]
) -> Iterator[ExtraParameter]:
    """Yield what the phone may have taken of the parameters of its profile."""
    model = catalog.find_model(phone.model_slug)
    for one in told:
        is_its = one.profile_id == phone.profile_id and model and one.vendor is model.vendor
        if is_its and phone.fetched_at is not None and phone.fetched_at >= one.set_at:
            yield one


def _silently(statement: Update) -> Update:
    """Leave the phones at hand as they are; the caller lets them be read again."""
    return statement.execution_options(synchronize_session=False)
