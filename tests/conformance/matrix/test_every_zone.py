"""R15: every zone that is offered shows the right time on every vendor's phone, all year."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from phoneprov.catalog.loader import load_catalog
from phoneprov.core.zones import ZONE_NAMES
from phoneprov.vendors.zone_rules import zone_rules
from tests.conformance import intents
from tests.conformance.matrix.desks import config_for, desk_for

INSTANTS = 24
CATALOG = load_catalog()
NOTATIONS: dict[str, set[str]] = {
    "yealink-t46u": set(),
    "grandstream-gxp2170": set(),
    "grandstream-gxv3370": set(),
    "cisco-spa504g": set(),
    # Its summer time is always one hour; theirs is half an hour, or two.
    "polycom-vvx-411": {"Antarctica/Troll", "Australia/LHI", "Australia/Lord_Howe"},
}
"""A model of each way to write a zone, with the zones that it can't say."""


def wrong_zones(slug: str, year: int) -> dict[str, str]:
    """Return each zone whose time is wrong at one of the instants, with the first such."""
    model = CATALOG.get_model(slug)
    wrong: dict[str, str] = {}
    start = datetime(year, 1, 8, 12, tzinfo=UTC)
    for name in ZONE_NAMES:
        desk = desk_for(model)
        desk.take(config_for(model, zone=zone_rules(name, year)))
        shown = desk.clock(year)
        zone = ZoneInfo(name)
        for step in range(INSTANTS):
            moment = start + timedelta(days=15 * step)
            right = moment.astimezone(zone).replace(tzinfo=None)
            if shown(moment) != right:
                wrong[name] = f"{moment}: {shown(moment)} for {right}"
                break
    return wrong


@pytest.mark.parametrize("year", [intents.YEAR, intents.YEAR + 1])
@pytest.mark.parametrize("slug", NOTATIONS)
def test_it_shows_the_right_time_in_every_zone(slug: str, year: int) -> None:
    """Twice a month through this year and the next."""
    wrong = wrong_zones(slug, year)
    assert set(wrong) == NOTATIONS[slug], wrong
