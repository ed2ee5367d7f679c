"""The hourly check: who is late, and who runs an older config than it should."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from phoneprov.fleet.models import Phone, PhoneEvent
from phoneprov.fleet.polls import check_polls, late_since
from tests.factories import set_config_revision
from tests.integration.rows import NOON, World


def asked(
    world: World, minutes_ago: int, mac: str = "805ec01a2b3c", revision: int = 1, **fields: object
) -> Phone:
    """Add a phone that asked so long before noon."""
    phone = world.phone(mac)
    set_config_revision(phone, revision)
    phone.first_check_in_at = phone.last_check_in_at = NOON - timedelta(minutes=minutes_ago)
    for name, value in fields.items():
        setattr(phone, name, value)
    world.session.commit()
    return phone


def warnings(world: World) -> list[str]:
    found = world.session.scalars(select(PhoneEvent).where(PhoneEvent.kind == "warning"))
    return [event.text for event in found]


def test_without_tenants_there_is_nothing_to_check(world: World) -> None:
    world.session.delete(world.tenant)
    world.session.commit()
    report = check_polls(world.session, NOON)
    assert (report.outdated, report.newly_late) == (0, 0)


@pytest.mark.parametrize(("minutes_ago", "late"), [(59, 0), (89, 0), (91, 1), (600, 1)])
def test_a_phone_is_late_by_more_than_half_an_interval(
    world: World, minutes_ago: int, late: int
) -> None:
    """R111: an hourly poll is missed after 90 minutes, not after 61."""
    phone = asked(world, minutes_ago)
    assert check_polls(world.session, NOON).newly_late == late
    assert (phone.poll_missed_at == NOON) is bool(late)
    assert len(warnings(world)) == late


def test_it_says_so_once(world: World) -> None:
    asked(world, 120)
    assert check_polls(world.session, NOON).newly_late == 1
    assert check_polls(world.session, NOON + timedelta(hours=1)).newly_late == 0
    assert len(warnings(world)) == 1


def test_each_tenant_has_its_own_interval(world: World) -> None:
    """One with a short interval doesn't make the phones of the others late."""
    world.other_tenant(poll_minutes=10)
    asked(world, 70)
    assert check_polls(world.session, NOON).newly_late == 0


def test_neither_a_disabled_nor_a_new_phone_is_late(world: World) -> None:
    asked(world, 500, disabled_at=NOON)
    never = world.phone("805ec0000002")
    assert check_polls(world.session, NOON).newly_late == 0
    assert late_since(never) is None


def test_it_counts_the_phones_with_an_older_config(world: World) -> None:
    """R67, R111: one that never took a config has none that could be old."""
    asked(world, 5, fetched_revision=1, revision=2)
    asked(world, 5, mac="805ec0000002", fetched_revision=2, revision=2)
    asked(world, 5, mac="805ec0000003")
    assert check_polls(world.session, NOON).outdated == 1
