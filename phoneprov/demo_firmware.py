"""Firmware for the demonstration: one image newer than what a phone runs, one that nobody needs."""

import io
from dataclasses import dataclass

from sqlalchemy.orm import Session

from phoneprov.catalog.catalog import Catalog
from phoneprov.catalog.model import Vendor
from phoneprov.core.clock import utc_now
from phoneprov.firmware.library import FirmwareDraft, save_firmware
from phoneprov.firmware.store import FirmwareStore
from phoneprov.firmware.uploads import Announced, receive_file
from phoneprov.simulator.images import make_image
from phoneprov.tenancy.audit import SYSTEM

IMAGE_BYTES = 20_000_000
"""The demonstration's phones take ten seconds for that, so that it can be watched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoImage:
    """An image of the demonstration's library."""

    file_name: str
    vendor: Vendor
    version: str
    model_slugs: tuple[str, ...]
    notes: str
    hardware: str = ""


DEMO_IMAGES = (
    DemoImage(
        file_name="grp2610fw.bin",
        vendor=Vendor.GRANDSTREAM,
        version="1.0.13.83",
        model_slugs=("grandstream-grp2614",),
        notes="A simulated image. Carla Costa's phone is behind: update it from its page.",
    ),
    DemoImage(
        file_name="T54W(T57W,T53W,T53,T53C,T54,T57)-96.86.0.100.rom",
        vendor=Vendor.YEALINK,
        version="96.86.0.100",
        model_slugs=("yealink-t54w",),
        hardware="96",
        notes="A simulated image: the version that Alice Adams's phone runs already.",
    ),
)


def fill_library(session: Session, store: FirmwareStore, catalog: Catalog) -> None:
    """Put the images into the library, confirmed as a person would."""
    for image in DEMO_IMAGES:
        content = make_image(image.version, IMAGE_BYTES)
        added = receive_file(
            session,
            store,
            catalog,
            Announced(file_name=image.file_name, size_bytes=len(content), mark="demo"),
            io.BytesIO(content).read,
            largest_bytes=IMAGE_BYTES,
            actor=SYSTEM,
            now=utc_now(),
        )
        draft = FirmwareDraft(
            vendor=image.vendor,
            version=image.version,
            model_slugs=image.model_slugs,
            hardware=image.hardware,
            notes=image.notes,
        )
        save_firmware(session, catalog, added, draft, actor=SYSTEM, now=utc_now())
