"""Reads of the library and of what fleets run, for screens."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from phoneprov.catalog.catalog import Catalog
from phoneprov.catalog.model import PhoneModel, Vendor
from phoneprov.firmware.models import Firmware, FirmwareFit, FirmwareTurn
from phoneprov.firmware.offers import Library, Offer, load_library
from phoneprov.firmware.versions import sort_key
from phoneprov.fleet.behind import Running, RunningCount, count_running
from phoneprov.fleet.models import Phone


class Shelf(StrEnum):
    """Which images of the library a person wants to see."""

    OFFERED = "offered"
    WAITING = "waiting"
    RETIRED = "retired"

    @property
    def label(self) -> str:
        """The words of the filter."""
        return {
            "offered": "Offered to phones",
            "waiting": "To be confirmed",
            "retired": "Retired",
        }[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryFilters:
    """What is looked for; all of it narrows."""

    vendor: Vendor | None = None
    model_slug: str = ""
    search: str = ""
    """A part of a version or of a file's name."""
    shelf: Shelf | None = None

    @property
    def is_narrow(self) -> bool:
        """Whether anything is asked for."""
        return bool(self.vendor or self.model_slug or self.search or self.shelf)


class Standing(StrEnum):
    """How what phones run stands against the library."""

    CURRENT = "current"
    BEHIND = "behind"
    UNKNOWN = "unknown"
    """They have not told yet what they run, or the library has nothing for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionInUse:
    """A version that phones of a model run."""

    running: Running
    phones: int
    standing: Standing
    offer: Offer | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInUse:
    """A model with all that its phones run, the newest first."""

    slug: str
    name: str
    versions: tuple[VersionInUse, ...]

    @property
    def phones(self) -> int:
        """How many there are."""
        return sum(one.phones for one in self.versions)

    def count(self, standing: Standing) -> int:
        """Return how many stand like that."""
        return sum(one.phones for one in self.versions if one.standing is standing)


def list_firmware(session: Session, filters: LibraryFilters) -> Sequence[Firmware]:
    """Return the images that match: by vendor, the newest version first."""
    query = select(Firmware).options(selectinload(Firmware.fits))
    if filters.vendor is not None:
        query = query.where(Firmware.vendor == filters.vendor)
    if filters.model_slug:
        query = query.where(
            Firmware.id.in_(
                select(FirmwareFit.firmware_id).where(FirmwareFit.model_slug == filters.model_slug)
            )
        )
    if filters.search:
        query = query.where(
            Firmware.version.icontains(filters.search, autoescape=True)
            | Firmware.file_name.icontains(filters.search, autoescape=True)
        )
    if filters.shelf is Shelf.WAITING:
        query = query.where(Firmware.confirmed_at.is_(None))
    elif filters.shelf is Shelf.RETIRED:
        query = query.where(Firmware.retired_at.is_not(None))
    elif filters.shelf is Shelf.OFFERED:
        query = query.where(Firmware.confirmed_at.is_not(None), Firmware.retired_at.is_(None))
    found = session.scalars(query).all()
    newest_first = sorted(
        found, key=lambda one: (sort_key(one.vendor, one.version), one.id), reverse=True
    )
    return sorted(newest_first, key=lambda one: one.vendor.value)


def list_models_in_library(session: Session, catalog: Catalog) -> list[PhoneModel]:
    """Return the models that the library has anything for."""
    slugs = session.scalars(select(FirmwareFit.model_slug).distinct())
    models = [catalog.find_model(slug) for slug in slugs]
    return sorted((one for one in models if one), key=lambda one: one.full_name)


def count_open_turns(session: Session) -> Mapping[int, int]:
    """Return how many phones have their turn to take an image, by its id."""
    rows = session.execute(
        select(FirmwareTurn.firmware_id, func.count())
        .where(FirmwareTurn.closed_at.is_(None), FirmwareTurn.firmware_id.is_not(None))
        .group_by(FirmwareTurn.firmware_id)
    )
    return {firmware_id: count for firmware_id, count in rows if firmware_id is not None}


def list_models_in_use(
    session: Session, catalog: Catalog, tenant_id: int | None = None
) -> list[ModelInUse]:
    """Return what the phones of a tenant, or all phones, run, in three queries."""
    library = load_library(session, catalog)
    return arrange_models(catalog, library, count_running(session, tenant_id))


def arrange_models(
    catalog: Catalog, library: Library, counts: Iterable[RunningCount]
) -> list[ModelInUse]:
    """Return what runs by model, those with most phones first."""
    by_model: dict[str, list[VersionInUse]] = defaultdict(list)
    for count in counts:
        by_model[count.running.model_slug].append(_judge(library, count))
    models = [_arrange(catalog, slug, found) for slug, found in by_model.items()]
    return sorted(models, key=lambda one: (-one.phones, one.name))


def list_for_tenant(session: Session, tenant_id: int) -> Sequence[Firmware]:
    """Return the offered images that are for models a tenant has phones of."""
    slugs = select(Phone.model_slug).where(Phone.tenant_id == tenant_id)
    found = session.scalars(
        select(Firmware)
        .where(
            Firmware.confirmed_at.is_not(None),
            Firmware.retired_at.is_(None),
            Firmware.id.in_(
                select(FirmwareFit.firmware_id).where(FirmwareFit.model_slug.in_(slugs))
            ),
        )
        .options(selectinload(Firmware.fits))
    ).all()
    newest_first = sorted(found, key=lambda one: sort_key(one.vendor, one.version), reverse=True)
    return sorted(newest_first, key=lambda one: one.vendor.value)


def list_model_slugs(session: Session, tenant_id: int) -> frozenset[str]:
    """Return the models that a tenant has phones of."""
    return frozenset(
        session.scalars(select(Phone.model_slug).where(Phone.tenant_id == tenant_id).distinct())
    )


def list_behind(
    session: Session, catalog: Catalog, tenant_id: int
) -> tuple[Library, tuple[Running, ...]]:
    """Return the library, and what of a tenant's fleet it has something newer for."""
    library = load_library(session, catalog)
    counts = count_running(session, tenant_id)
    return library, library.list_behind(count.running for count in counts)


def _judge(library: Library, count: RunningCount) -> VersionInUse:
    running = count.running
    offer = library.find_offer(running)
    standing = Standing.CURRENT
    if offer is not None:
        standing = Standing.BEHIND
    elif not running.version or not library.list_for(running):
        standing = Standing.UNKNOWN
    return VersionInUse(running=running, phones=count.phones, standing=standing, offer=offer)


def _arrange(catalog: Catalog, slug: str, found: list[VersionInUse]) -> ModelInUse:
    model = catalog.find_model(slug)
    vendor = model.vendor if model else Vendor.YEALINK
    ordered = sorted(found, key=lambda one: sort_key(vendor, one.running.version), reverse=True)
    return ModelInUse(slug=slug, name=model.full_name if model else slug, versions=tuple(ordered))
