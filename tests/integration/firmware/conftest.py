"""A small world with a library: images that simulated phones take."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from phoneprov.core.settings import Settings, load_settings
from phoneprov.firmware.library import FirmwareDraft, save_firmware
from phoneprov.firmware.models import Firmware
from phoneprov.firmware.store import FirmwareStore
from phoneprov.firmware.uploads import Announced, receive_file
from phoneprov.provisioning.answer import Answering
from phoneprov.simulator.images import make_image
from tests.integration.rows import ALICE, NOON, World, small_world

SIZE = 300_000
LARGEST = 500_000_000


@dataclass
class Shelf:
    """A library and what fills it."""

    world: World
    store: FirmwareStore

    def upload(self, name: str, content: bytes, **fields: str) -> Firmware:
        """Bring a file in; it waits to be confirmed."""
        return receive_file(
            self.world.session,
            self.store,
            self.world.catalog,
            Announced(file_name=name, size_bytes=len(content)),
            io.BytesIO(content).read,
            largest_bytes=LARGEST,
            actor=ALICE,
            now=NOON,
            **fields,
        )

    def confirm(self, firmware: Firmware, version: str = "", **fields: object) -> Firmware:
        """Say what an image is, as read where nothing else is said."""
        draft = FirmwareDraft(
            vendor=firmware.vendor,
            version=version or firmware.version,
            **({"model_slugs": firmware.model_slugs, "hardware": firmware.hardware} | fields),  # type: ignore[arg-type]
        )
        save_firmware(
            self.world.session, self.world.catalog, firmware, draft, actor=ALICE, now=NOON
        )
        return firmware

    def add(self, name: str, version: str, size: int = SIZE, **fields: object) -> Firmware:
        """Add an image that phones may be told of."""
        return self.confirm(self.upload(name, make_image(version, size)), version, **fields)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with small_world(tmp_path) as made:
        yield made


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(
        data_dir=tmp_path, public_url="http://phones.example.net", firmware_downloads=3
    )


@pytest.fixture
def shelf(world: World, settings: Settings) -> Shelf:
    return Shelf(world, FirmwareStore(settings.data_dir))


@pytest.fixture
def answering(world: World, settings: Settings) -> Iterator[Answering]:
    made = Answering(
        catalog=world.catalog, settings=settings, sessions=world.sessions, clock=lambda: NOON
    )
    yield made
    made.close()
