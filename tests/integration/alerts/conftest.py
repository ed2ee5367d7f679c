"""The world of the alerts: acme with phones on a PBX whose link is up, and people who are told."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from phoneprov.pbx.link import LinkStatus
from tests.integration.alerts.town import Town
from tests.integration.rows import small_world


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """Yield a world at noon in which nothing is wrong."""
    with small_world(tmp_path) as world:
        world.pbx.link_status = LinkStatus.UP
        made = Town(world)
        made.run()
        yield made
