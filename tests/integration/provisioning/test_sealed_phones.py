"""Simulated phones of a tenant that encrypts: from the box, through changes and a reset."""

import pytest

from phoneprov.fleet.first_contact import allow_first_contact_again
from phoneprov.fleet.phones import disable_phone
from phoneprov.provisioning.answer import Answering
from phoneprov.simulator.vendors.base import Outcome
from tests.integration.provisioning.office import FIRST, Office
from tests.integration.rows import ALICE, NOON, World


@pytest.fixture(params=["grandstream-gxp2170", "cisco-spa504g"])
def office(world: World, answering: Answering, request: pytest.FixtureRequest) -> Office:
    world.tenant.encrypts_configs = True
    made = Office(world, answering, request.param)
    outcome = made.check(FIRST)
    if not made.users:  # a Cisco's first file is only the rule that leads to its own
        outcome = made.check()
    assert outcome is Outcome.APPLIED
    assert made.users == ["201"]
    assert not made.is_sealed
    return made


def test_after_first_contact_it_reads_only_encrypted_configs(office: Office) -> None:
    """And goes on understanding them."""
    for _ in range(2):
        assert office.check() in {Outcome.APPLIED, Outcome.UNCHANGED}
        assert office.is_sealed
        assert office.users == ["201"]


def test_a_change_reaches_it_encrypted(office: Office) -> None:
    """Here: that it is switched off."""
    office.check()
    disable_phone(office.world.session, office.phone, actor=ALICE, now=NOON)
    assert office.check() is Outcome.APPLIED
    assert office.is_sealed
    assert office.users == []


def test_after_a_factory_reset_it_needs_a_new_first_contact(office: Office) -> None:
    """Till somebody allows it, it is an unknown phone."""
    office.check()
    office.firmware.forget()
    office.check(FIRST)
    office.check()
    assert office.users == []
    allow_first_contact_again(office.world.session, office.phone, actor=ALICE, now=NOON)
    office.check(FIRST)
    office.check()
    assert office.users == ["201"]
    office.check()
    assert office.is_sealed


def test_a_file_that_its_key_does_not_open_changes_nothing(office: Office) -> None:
    """It keeps what it has, as with any file that is none."""
    office.check()
    office.phone.config_key = "k-of-another-phone"
    disable_phone(office.world.session, office.phone, actor=ALICE, now=NOON)
    assert office.check() is Outcome.NOTHING
    assert office.users == ["201"]
