"""What an import has to know of a tenant, read in a fixed number of queries."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, defer, joinedload

from phoneprov.catalog.catalog import Catalog, plain_name
from phoneprov.catalog.model import ModuleModel, PhoneModel
from phoneprov.fleet.models import Phone, PhoneModule
from phoneprov.fleet.profile_models import Profile
from phoneprov.fleet.profiles import list_profiles
from phoneprov.layouts.models import ButtonLayout
from phoneprov.tenancy.models import Extension, for_tenant

AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The tenant's phones and all that the cells of a list can name."""

    catalog: Catalog
    phones: Mapping[str, Phone]
    """By MAC address, with extension, tenant and profile."""
    modules: Mapping[int, Sequence[PhoneModule]]
    """By id of the phone, in their order."""
    taken: Collection[str]
    """MAC addresses of other tenants' phones, of those that were asked about."""
    extensions: Mapping[str, Extension]
    """By number, without their secrets."""
    layouts: Mapping[tuple[str, bool, str], ButtonLayout]
    """By model, whether it is for a module, and name in lower case."""
    profiles: Mapping[str, Profile]
    """By name in lower case."""
    models: Mapping[str, PhoneModel]
    """By each spelling of a model's name."""
    module_models: Mapping[str, ModuleModel]

    @property
    def layout_names(self) -> dict[int, str]:
        """The names of the layouts by id."""
        return {row.id: row.name for row in self.layouts.values()}

    def find_layout(self, slug: str, name: str, *, is_for_module: bool) -> ButtonLayout | None:
        """Return the layout of this name for this model."""
        return self.layouts.get((slug, is_for_module, name.casefold()))


def read_known(
    session: Session, catalog: Catalog, tenant_id: int, macs: Collection[str] = ()
) -> Known:
    """Return what is there; `macs` are those that the list is about."""
    phones = _read_phones(session, tenant_id)
    return Known(
        catalog=catalog,
        phones={phone.mac: phone for phone in phones},
        modules=_read_modules(session, tenant_id),
        taken=_read_taken(session, tenant_id, macs),
        extensions={row.number: row for row in _read_extensions(session, tenant_id)},
        layouts={
            (row.model_slug, row.is_for_module, row.name.casefold()): row
            for row in session.scalars(for_tenant(tenant_id, ButtonLayout))
        },
        profiles={row.name.casefold(): row for row in list_profiles(session, tenant_id)},
        models={
            plain_name(name): model
            for model in catalog.phone_models.values()
            for name in (*model.aliases, model.slug, model.full_name, model.name)
        },
        module_models={
            plain_name(name): module
            for module in catalog.module_models.values()
            for name in (*module.aliases, module.slug, module.name)
        },
    )


def _read_phones(session: Session, tenant_id: int) -> Sequence[Phone]:
    query = for_tenant(tenant_id, Phone).order_by(Phone.id)
    return session.scalars(
        query.options(
            defer(Phone.token, raiseload=True),
            joinedload(Phone.extension).defer(Extension.sip_password, raiseload=True),
            joinedload(Phone.profile),
            joinedload(Phone.tenant),
        )
    ).all()


def _read_modules(session: Session, tenant_id: int) -> dict[int, list[PhoneModule]]:
    query = (
        select(PhoneModule)
        .join(Phone, Phone.id == PhoneModule.phone_id)
        .where(Phone.tenant_id == tenant_id)
        .order_by(PhoneModule.number)
    )
    found: dict[int, list[PhoneModule]] = {}
    for row in session.scalars(query):
        found.setdefault(row.phone_id, []).append(row)
    return found


def _read_taken(session: Session, tenant_id: int, macs: Collection[str]) -> set[str]:
    taken: set[str] = set()
    wanted = sorted(macs)
    for start in range(0, len(wanted), AT_ONCE):
        batch = wanted[start : start + AT_ONCE]
        query = select(Phone.mac).where(Phone.tenant_id != tenant_id, Phone.mac.in_(batch))
        taken.update(session.scalars(query))
    return taken


def _read_extensions(session: Session, tenant_id: int) -> Sequence[Extension]:
    query = for_tenant(tenant_id, Extension).options(defer(Extension.sip_password, raiseload=True))
    return session.scalars(query).all()
