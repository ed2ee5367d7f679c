"""What the library has for a phone: the newest image for its hardware, and the way there."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from phoneprov.catalog.catalog import Catalog
from phoneprov.catalog.model import Vendor
from phoneprov.firmware.models import Firmware
from phoneprov.firmware.versions import is_at_least, is_newer, sort_key, told_hardware
from phoneprov.fleet.behind import Running, running_of
from phoneprov.fleet.models import Phone


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """That there is something newer for a phone."""

    firmware: Firmware
    """The newest for it."""
    step: Firmware | None
    """What it has to take next on the way there: that one, or an intermediate one first; None
    where the intermediate one that it needs is missing in the library."""
    from_version: str
    releases_behind: int
    """How many versions of the library are newer than what it runs."""

    @property
    def to_version(self) -> str:
        """The version at the end."""
        return self.firmware.version

    @property
    def is_direct(self) -> bool:
        """Whether it takes the newest one in one step."""
        return self.step is self.firmware


class Library:
    """The images that are offered, by model, at one moment."""

    def __init__(self, catalog: Catalog, images: Iterable[Firmware]) -> None:
        self._catalog = catalog
        by_model: dict[str, list[Firmware]] = defaultdict(list)
        for firmware in images:
            for slug in firmware.model_slugs:
                by_model[slug].append(firmware)
        self._by_model: Mapping[str, list[Firmware]] = {
            slug: sorted(found, key=lambda one: sort_key(one.vendor, one.version), reverse=True)
            for slug, found in by_model.items()
        }

    def list_for(self, running: Running) -> Sequence[Firmware]:
        """Return the images for this model and hardware, the newest first."""
        vendor = self._vendor(running)
        if vendor is None:
            return ()
        return [one for one in self._by_model.get(running.model_slug, ()) if fits(one, running)]

    def find_offer(self, running: Running) -> Offer | None:
        """Return what is newer than what runs; None too where it isn't known what runs."""
        found = self.list_for(running)
        newer = [one for one in found if is_newer(one.vendor, one.version, running.version)]
        if not newer:
            return None
        return Offer(
            firmware=newer[0],
            step=find_step(newer[0], running.version, found),
            from_version=running.version,
            releases_behind=len({one.version for one in newer}),
        )

    def offer_for(self, phone: Phone) -> Offer | None:
        """Return what is newer than what a phone runs; None where it told another model."""
        return None if phone.told_model else self.find_offer(running_of(phone))

    def list_behind(self, runnings: Iterable[Running]) -> tuple[Running, ...]:
        """Return what there is something newer for."""
        return tuple(one for one in runnings if self.find_offer(one) is not None)

    def _vendor(self, running: Running) -> Vendor | None:
        model = self._catalog.find_model(running.model_slug)
        return model.vendor if model else None


def load_library(session: Session, catalog: Catalog) -> Library:
    """Return what is offered now, in two queries."""
    images = session.scalars(
        select(Firmware)
        .where(Firmware.confirmed_at.is_not(None), Firmware.retired_at.is_(None))
        .options(selectinload(Firmware.fits))
    )
    return Library(catalog, images.all())


def fits(firmware: Firmware, running: Running) -> bool:
    """Tell whether a phone of this hardware can take an image that is for its model.

    What the phone has told of its hardware wins over what a person picked.
    """
    told = told_hardware(firmware.vendor, running.version, running.hardware)
    return not told or not firmware.revisions or told in firmware.revisions


def find_step(
    goal: Firmware, version: str, found: Sequence[Firmware], depth: int = 8
) -> Firmware | None:
    """Return what a phone that runs `version` has to take next to come to `goal`.

    `found` are the images that it can take at all, the newest first.
    """
    needed = goal.required_version
    if not needed or is_at_least(goal.vendor, version, needed):
        return goal
    before = [
        one
        for one in found
        if is_at_least(one.vendor, one.version, needed)
        and is_newer(goal.vendor, goal.version, one.version)
    ]
    if not before or depth == 0:
        return None
    # The oldest that will do: it is the one that the makers name, and the least of a jump.
    return find_step(before[-1], version, found, depth - 1)
