"""At the turn of a year: who needs a new config because of its time zone."""

from datetime import UTC, datetime

import pytest

from phoneprov.fleet.models import Phone
from phoneprov.provisioning.zones import renew_zone_rules
from tests.integration.rows import World

NEW_YEAR = datetime(2027, 1, 1, 3, 0, tzinfo=UTC)


def phone(world: World, zone: str | None, year: int = 2026) -> Phone:
    made = world.phone(time_zone=zone, now=datetime(year, 6, 1, tzinfo=UTC))
    world.session.commit()
    return made


@pytest.mark.parametrize(
    ("zone", "bumped"),
    [("Asia/Tokyo", 0), ("Asia/Kolkata", 0), ("Africa/Casablanca", 1)],
)
def test_only_those_whose_dates_move(world: World, zone: str, bumped: int) -> None:
    """R15: a zone without weekday rules, as one that follows Ramadan, has other dates each year."""
    made = phone(world, zone)
    revision = made.config_revision
    assert renew_zone_rules(world.session, NEW_YEAR) == bumped
    world.session.refresh(made)
    assert made.config_revision == revision + bumped


def test_the_tenants_zone_counts_where_the_phone_has_none(world: World) -> None:
    world.tenant.time_zone = "Africa/Casablanca"
    phone(world, None)
    assert renew_zone_rules(world.session, NEW_YEAR) == 1


def test_it_is_done_once(world: World) -> None:
    phone(world, "Africa/Casablanca")
    assert renew_zone_rules(world.session, NEW_YEAR) == 1
    world.session.commit()
    assert renew_zone_rules(world.session, NEW_YEAR) == 0
