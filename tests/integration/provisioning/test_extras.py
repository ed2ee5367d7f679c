"""Extra parameters as simulated phones take them: told, changed, taken back."""

import pytest

from phoneprov.fleet.extra_parameters import Level, remove_parameter, set_parameter
from phoneprov.provisioning.answer import Answering
from tests.integration.provisioning.office import FIRST, PHONES, Office
from tests.integration.provisioning.test_answer import write_notes
from tests.integration.rows import ALICE, NOON, World

NAMES = {
    "yealink-t46u": "features.dnd.enable",
    "grandstream-gxp2170": "P1362",
    "cisco-spa504g": "Back_Light_Timer",
    "polycom-vvx-450": "up.oneTouchVoiceMail",
}


@pytest.fixture(params=PHONES)
def office(world: World, answering: Answering, request: pytest.FixtureRequest) -> Office:
    made = Office(world, answering, request.param)
    made.check(FIRST)
    made.check()
    return made


def level(office: Office, *, is_own: bool) -> Level:
    world = office.world
    vendor = world.catalog.get_model(office.phone.model_slug).vendor
    return Level(tenant=world.tenant, vendor=vendor, phone=office.phone if is_own else None)


def put(office: Office, value: str, *, is_own: bool) -> None:
    world, name = office.world, NAMES[office.phone.model_slug]
    whose = level(office, is_own=is_own)
    set_parameter(world.session, world.catalog, whose, name, value, actor=ALICE, now=NOON)


def take(office: Office, *, is_own: bool) -> None:
    world, name = office.world, NAMES[office.phone.model_slug]
    whose = level(office, is_own=is_own)
    remove_parameter(world.session, world.catalog, whose, name, actor=ALICE, now=NOON)


def has(office: Office) -> str:
    """Let the phone take its config; return what it has in its memory then, empty for nothing."""
    office.check()
    write_notes(office.world, office.answering)
    office.world.session.expire_all()
    return office.firmware.values.get(NAMES[office.phone.model_slug], "")


def test_it_takes_the_tenants_then_its_own(office: Office) -> None:
    """And the tenant's again when its own is taken back."""
    assert has(office) == ""
    put(office, "1", is_own=False)
    assert has(office) == "1"
    put(office, "0", is_own=True)
    assert has(office) == "0"
    take(office, is_own=True)
    assert has(office) == "1"


@pytest.mark.parametrize("is_own", [True, False])
def test_what_was_removed_is_gone_from_the_phone(office: Office, *, is_own: bool) -> None:
    """A phone keeps what is left unsaid; so it is not left unsaid."""
    put(office, "1", is_own=is_own)
    assert has(office) == "1"
    take(office, is_own=is_own)
    assert has(office) == ""
    assert office.users == ["201"]
