"""Where a person can go from here: the bar of every page."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from flask import current_app, g, request, url_for
from sqlalchemy import func, select

from phoneprov.pbx.link import LinkStatus
from phoneprov.pbx.models import Pbx
from phoneprov.tenancy.models import Role, Tenant, User
from phoneprov.tenancy.queries import find_tenant_for
from phoneprov.web.auth.sessions import find_signed_in
from phoneprov.web.database import session


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One entry of the bar; `places` are those folded below it."""

    title: str
    href: str = ""
    is_current: bool = False
    places: tuple["Place", ...] = field(default=())
    keys: str = ""
    """Keys that lead there, as app.js knows them: `g p`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantName:
    """A tenant as the switcher lists it."""

    slug: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Navigation:
    """What the bar of one page shows."""

    tenant: Tenant | None
    tenants: Sequence[TenantName]
    places: Sequence[Place]
    provider_places: Sequence[Place]
    lost_links: Sequence[Pbx]
    search_address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """The user as the bar names them."""

    name: str
    email: str
    role_label: str


_PHONES = ("Phones", "phones.index")
_ALERTS = ("Alerts", "alerts.index")
_UNKNOWN = ("Unknown phones", "unknown.index")
_PROVISIONING = (
    _PHONES,
    ("Button Layouts", "layouts.index"),
    ("Expansion Module Layouts", "module_layouts.index"),
    ("Profiles", "profiles.index"),
    ("Bulk operations", "bulk.index"),
    ("Firmware", "firmware.of_tenant"),
    ("Roll-outs", "rollouts.index"),
    ("Maintenance windows", "windows.index"),
    ("Removed phones", "unknown.removed"),
    ("How phones find us", "system.how_phones_find_us"),
)
_FOLDED_KEYS = {"Button Layouts": "g l"}
_PROVIDER = (
    ("Tenants", "tenants.index"),
    ("Firmware", "firmware.index"),
    ("PBXs", "pbxs.index"),
    ("Users", "users.index"),
    ("System", "system.status"),
)
_OWN_PAGE_ONLY = frozenset({"unknown", "system", "activity"})
"""Screens whose pages are entries of their own."""


def page_context() -> dict[str, object]:
    """Return what the frame of a page shows: who, where, and where to."""
    account = _account()
    tenant = g.get("tenant")
    if account is None:
        return {"tenant": tenant, "user": None, "nav": None}
    reader = Reader(name=account.name, email=account.email, role_label=account.role_label)
    return {"tenant": tenant, "user": reader, "nav": _navigation(account, tenant)}


def _navigation(account: User, tenant: Tenant | None) -> Navigation:
    tenants = _tenant_names(account)
    here = tenant
    if here is None and len(tenants) == 1:
        here = find_tenant_for(session(), account, tenants[0].slug)
    search = (
        url_for("system.search", tenant_slug=here.slug) if here else url_for("system.search_all")
    )
    return Navigation(
        tenant=here,
        tenants=tenants,
        places=_tenant_places(here, account) if here else (),
        provider_places=_provider_places(here) if account.role == Role.PROVIDER else (),
        lost_links=_lost_links(account, here),
        search_address=search,
    )


def _tenant_names(account: User) -> Sequence[TenantName]:
    """Return the tenants that the user may see, without reading their secrets."""
    query = select(Tenant.slug, Tenant.name).order_by(func.lower(Tenant.name))
    if account.role != Role.PROVIDER:
        query = query.where(Tenant.id == account.tenant_id)
    return [TenantName(slug=slug, name=name) for slug, name in session().execute(query)]


def _account() -> User | None:
    signed_in = find_signed_in()
    return signed_in.account if signed_in else None


def _tenant_places(tenant: Tenant, account: User) -> tuple[Place, ...]:
    slug = tenant.slug
    folded = tuple(
        replace(place, keys=_FOLDED_KEYS.get(place.title, ""))
        for place in _places(_PROVISIONING, slug)
    )
    if account.role == Role.PROVIDER:
        folded = (*folded, *_places((_UNKNOWN,)))
    places = [
        *_places((_PHONES,), slug, keys="g p"),
        Place(
            title="Provisioning",
            places=folded,
            is_current=any(place.is_current for place in folded[1:]),
        ),
        *_places((("Extensions", "extensions.index"),), slug, keys="g e"),
        *_places((("Activity", "activity.index"),), slug, keys="g a"),
    ]
    return tuple(place for place in places if place.href or place.places)


def _provider_places(tenant: Tenant | None) -> tuple[Place, ...]:
    """Return what only provider staff sees; without a tenant also what its bar would hold."""
    places = _places(_PROVIDER)
    if tenant is not None:
        return places
    return (
        *places[:-1],
        *_places((("Activity", "activity.everywhere"), _ALERTS, _UNKNOWN)),
        places[-1],
    )


def _places(
    table: Sequence[tuple[str, str]], slug: str | None = None, keys: str = ""
) -> tuple[Place, ...]:
    """Return the entries whose page exists."""
    return tuple(
        Place(
            title=title,
            href=url_for(endpoint, tenant_slug=slug) if slug else url_for(endpoint),
            is_current=_is_here(endpoint, slug),
            keys=keys,
        )
        for title, endpoint in table
        if endpoint in current_app.view_functions
    )


def _is_here(endpoint: str, slug: str | None) -> bool:
    """Tell whether this page is the entry's, or one below it."""
    if (slug is None) != (g.get("tenant") is None):
        return False
    here = request.endpoint or ""
    screen = endpoint.partition(".")[0]
    if screen in _OWN_PAGE_ONLY:
        return here == endpoint
    return here.partition(".")[0] == screen


def _lost_links(user: User, tenant: Tenant | None) -> Sequence[Pbx]:
    """Return the PBXs whose link is down, for those who can act on it."""
    if user.role == Role.VIEWER:
        return ()
    query = select(Pbx).where(Pbx.is_active, Pbx.link_status == LinkStatus.DOWN)
    if tenant is not None:
        query = query.where(Pbx.id == tenant.pbx_id)
    elif user.role != Role.PROVIDER:
        return ()
    return session().scalars(query.order_by(Pbx.name)).all()
