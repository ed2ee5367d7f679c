"""What the phones of a tenant have, with how many have it: the choices of the list's filters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from phoneprov.fleet.layout_uses import count_uses
from phoneprov.fleet.models import Phone, PhoneModule
from phoneprov.fleet.profile_models import Profile
from phoneprov.layouts.models import ButtonLayout


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A layout or profile with how many phones have it."""

    id: int
    name: str
    count: int
    is_for_module: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """What can be filtered by beside status, flag and model."""

    layouts: Sequence[Named]
    profiles: Sequence[Named]
    firmwares: Mapping[str, int]
    """Version to how many phones have it."""
    modules: Mapping[str, int]
    """Slug of a module model to how many phones have one."""


def read_facets(session: Session, tenant_id: int) -> Facets:
    """Return the choices of a tenant, in a fixed number of queries."""
    uses = count_uses(session, tenant_id)
    layouts = session.execute(
        select(ButtonLayout.id, ButtonLayout.name, ButtonLayout.is_for_module)
        .where(ButtonLayout.tenant_id == tenant_id)
        .order_by(func.lower(ButtonLayout.name))
    ).all()
    profiles = session.execute(
        select(Profile.id, Profile.name, func.count(Phone.id))
        .outerjoin(Phone, Phone.profile_id == Profile.id)
        .where(Profile.tenant_id == tenant_id)
        .group_by(Profile.id, Profile.name)
        .order_by(func.lower(Profile.name))
    ).all()
    firmwares = session.execute(
        select(Phone.firmware, func.count())
        .where(Phone.tenant_id == tenant_id, Phone.firmware != "")
        .group_by(Phone.firmware)
        .order_by(Phone.firmware)
    ).all()
    modules = session.execute(
        select(PhoneModule.module_slug, func.count(PhoneModule.phone_id.distinct()))
        .join(Phone, Phone.id == PhoneModule.phone_id)
        .where(Phone.tenant_id == tenant_id)
        .group_by(PhoneModule.module_slug)
        .order_by(PhoneModule.module_slug)
    ).all()
    return Facets(
        layouts=[
            Named(id=one, name=name, count=uses.get(one, 0), is_for_module=is_for_module)
            for one, name, is_for_module in layouts
        ],
        profiles=[Named(id=one, name=name, count=count) for one, name, count in profiles],
        firmwares={version: count for version, count in firmwares},  # noqa: C416 - dict() of rows loses the types
        modules={slug: count for slug, count in modules},  # noqa: C416 - as above
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyNames:
    """Names of what hangs on the phones of one page, by id."""

    layouts: Mapping[int, str]
    profiles: Mapping[int, str]
    modules: Mapping[int, Sequence[str]]
    """Slugs of a phone's modules, by phone, in their order."""

    def layout_of(self, phone: Phone) -> str:
        """Return the name of a phone's button layout, or nothing."""
        return self.layouts.get(phone.button_layout_id or 0, "")

    def profile_of(self, phone: Phone) -> str:
        """Return the name of a phone's profile, or nothing."""
        return self.profiles.get(phone.profile_id or 0, "")

    def modules_of(self, phone: Phone) -> Sequence[str]:
        """Return the slugs of a phone's modules."""
        return self.modules.get(phone.id, ())


NO_NAMES = KeyNames(layouts={}, profiles={}, modules={})


def read_key_names(session: Session, phones: Sequence[Phone]) -> KeyNames:
    """Return the names of layouts, profiles and modules of these phones, in three queries."""
    layout_ids = {one.button_layout_id for one in phones if one.button_layout_id}
    profile_ids = {one.profile_id for one in phones if one.profile_id}
    modules: dict[int, list[str]] = {}
    rows = session.execute(
        select(PhoneModule.phone_id, PhoneModule.module_slug)
        .where(PhoneModule.phone_id.in_([one.id for one in phones]))
        .order_by(PhoneModule.phone_id, PhoneModule.number)
    )
    for phone_id, slug in rows:
        modules.setdefault(phone_id, []).append(slug)
    layouts = session.execute(
        select(ButtonLayout.id, ButtonLayout.name).where(ButtonLayout.id.in_(layout_ids))
    )
    profiles = session.execute(select(Profile.id, Profile.name).where(Profile.id.in_(profile_ids)))
    return KeyNames(
        layouts={one: name for one, name in layouts},  # noqa: C416 - dict() of rows loses the types
        profiles={one: name for one, name in profiles},  # noqa: C416 - as above
        modules=modules,
    )
