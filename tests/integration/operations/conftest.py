"""The world these tests live in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.rows import World, small_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Yield one PBX with one tenant in a database of its own."""
    with small_world(tmp_path) as made:
        yield made
