"""The world these tests live in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from phoneprov.core.settings import load_settings
from phoneprov.provisioning.answer import Answering
from tests.integration.rows import NOON, World, small_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Yield one PBX with one tenant in a database of its own."""
    with small_world(tmp_path) as made:
        yield made


@pytest.fixture
def answering(world: World) -> Iterator[Answering]:
    settings = load_settings(public_url="http://phones.example.net")
    made = Answering(
        catalog=world.catalog, settings=settings, sessions=world.sessions, clock=lambda: NOON
    )
    yield made
    made.close()
