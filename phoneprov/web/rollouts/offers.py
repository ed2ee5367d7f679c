"""Which firmware can be chosen for some phones, and for how many of them it is what."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from phoneprov.catalog.catalog import Catalog
from phoneprov.firmware.models import Firmware
from phoneprov.firmware.offers import load_library
from phoneprov.firmware.versions import Comparison, Rank, compare_versions, sort_key
from phoneprov.fleet.behind import Running
from phoneprov.fleet.models import Phone

AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageOffer:
    """An image that is for some of the phones."""

    firmware: Firmware
    slugs: tuple[str, ...]
    """Those of their models that it is for."""
    newer: int
    """For how many of the phones it is newer than what they run, and so on."""
    same: int
    older: int
    unknown: int

    @property
    def phones(self) -> int:
        """How many it is for, whatever they run."""
        return self.newer + self.same + self.older + self.unknown


def list_images(
    session: Session, catalog: Catalog, tenant_id: int, phone_ids: Collection[int]
) -> list[ImageOffer]:
    """Return the images for these phones: first what is newer for most of them.

    Reads a few combinations of model, hardware and version, however many phones there are.
    """
    library = load_library(session, catalog)
    found: dict[int, tuple[Firmware, Counter[Comparison], set[str]]] = {}
    for running, count in _count_running(session, tenant_id, phone_ids).items():
        for firmware in library.list_for(running):
            _, counts, slugs = found.setdefault(firmware.id, (firmware, Counter(), set()))
            compared = compare_versions(firmware.vendor, firmware.version, running.version)
            counts[compared] += count
            slugs.add(running.model_slug)
    offers = sorted((_offer(*one) for one in found.values()), key=_version, reverse=True)
    return sorted(offers, key=lambda one: -one.newer)


def _version(offer: ImageOffer) -> tuple[str, tuple[bool, Rank]]:
    firmware = offer.firmware
    return firmware.vendor.value, sort_key(firmware.vendor, firmware.version)


def _offer(firmware: Firmware, counts: Counter[Comparison], slugs: set[str]) -> ImageOffer:
    return ImageOffer(
        firmware=firmware,
        slugs=tuple(sorted(slugs)),
        newer=counts[Comparison.NEWER],
        same=counts[Comparison.SAME],
        older=counts[Comparison.OLDER],
        unknown=counts[Comparison.UNKNOWN],
    )


def _count_running(
    session: Session, tenant_id: int, phone_ids: Collection[int]
) -> Counter[Running]:
    counts: Counter[Running] = Counter()
    for ids in _batches(phone_ids):
        rows = session.execute(
            select(Phone.model_slug, Phone.hardware_revision, Phone.firmware, func.count())
            .where(Phone.tenant_id == tenant_id, Phone.id.in_(ids))
            .group_by(Phone.model_slug, Phone.hardware_revision, Phone.firmware)
        )
        for slug, hardware, version, count in rows:
            running = Running(model_slug=slug, hardware=hardware, version=version)
            counts[running] += count
    return counts


def _batches(ids: Collection[int]) -> Iterator[Sequence[int]]:
    ordered = sorted(set(ids))
    for start in range(0, len(ordered), AT_ONCE):
        yield ordered[start : start + AT_ONCE]
