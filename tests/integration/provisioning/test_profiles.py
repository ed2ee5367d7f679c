"""Profiles as simulated phones of all four vendors take them (R49, R111, R124)."""

import pytest

from phoneprov.fleet.drafts import PhoneDraft
from phoneprov.fleet.extra_parameters import Level, set_parameter
from phoneprov.fleet.phones import change_phone
from phoneprov.fleet.profile_drafts import ProfileDraft
from phoneprov.fleet.profile_models import Profile
from phoneprov.fleet.profiles import add_profile, change_profile
from phoneprov.provisioning.answer import Answering
from phoneprov.provisioning.preview import explain_file, load_told
from tests.integration.provisioning.office import FIRST, PHONES, Office
from tests.integration.provisioning.test_answer import write_notes
from tests.integration.provisioning.test_extras import NAMES
from tests.integration.rows import ALICE, NOON, World

OFFICE = ProfileDraft(
    name="Office", time_zone="Asia/Tokyo", admin_password="Office-1pw", local_sip_port=5070
)


@pytest.fixture(params=PHONES)
def office(world: World, answering: Answering, request: pytest.FixtureRequest) -> Office:
    made = Office(world, answering, request.param)
    made.check(FIRST)
    made.check()
    return made


@pytest.fixture
def profile(office: Office) -> Profile:
    world = office.world
    return add_profile(world.session, world.catalog, world.tenant, OFFICE, actor=ALICE, now=NOON)


def follow(office: Office, profile_id: int | None) -> None:
    world, phone = office.world, office.phone
    draft = PhoneDraft(
        mac=phone.mac,
        model_slug=phone.model_slug,
        extension_id=phone.extension_id,
        profile_id=profile_id,
    )
    change_phone(
        world.session, world.catalog, phone, draft, keep_password=True, actor=ALICE, now=NOON
    )


def take(office: Office) -> tuple[str | None, int, object]:
    """Let the phone take its config; return password, port and clock as it has them then."""
    office.check()
    write_notes(office.world, office.answering)
    office.world.session.expire_all()
    state = office.firmware.state()
    return state.admin_password, state.accounts[0].local_port, dict(state.time)


def test_the_phone_takes_what_the_profile_gives_and_its_changes(
    office: Office, profile: Profile
) -> None:
    """And its own address, account and lines stay."""
    _, plain_port, plain_clock = take(office)
    follow(office, profile.id)
    password, port, clock = take(office)
    assert (password, port) == ("Office-1pw", 5070)
    assert clock != plain_clock
    world = office.world
    later = ProfileDraft(name="Office", admin_password="Later-1pw2", local_sip_port=5072)
    change_profile(world.session, world.catalog, profile, later, actor=ALICE, now=NOON)
    assert take(office) == ("Later-1pw2", 5072, plain_clock)
    follow(office, None)
    assert take(office)[1:] == (plain_port, plain_clock)
    assert office.users == ["201"]


def test_its_extra_parameters_come_and_are_taken_back(office: Office, profile: Profile) -> None:
    """Tenant, profile, phone: the last wins; who leaves is told that they count no more."""
    world, slug = office.world, office.phone.model_slug
    name, vendor = NAMES[slug], world.catalog.get_model(slug).vendor

    def put(value: str, level: Level) -> None:
        set_parameter(world.session, world.catalog, level, name, value, actor=ALICE, now=NOON)

    def has() -> str:
        take(office)
        return office.firmware.values.get(name, "")

    tenant = Level(tenant=world.tenant, vendor=vendor)
    of_profile = Level(tenant=world.tenant, vendor=vendor, profile=profile)
    put("1", of_profile)
    assert has() == ""
    follow(office, profile.id)
    assert has() == "1"
    follow(office, None)
    assert has() == ""
    put("0", tenant)
    assert has() == "0"
    follow(office, profile.id)
    assert has() == "1"
    put("0", Level(tenant=world.tenant, vendor=vendor, phone=office.phone))
    assert has() == "0"


def test_the_origins_name_the_profile(office: Office, profile: Profile) -> None:
    """R49: where each value comes from is visible."""
    follow(office, profile.id)
    world = office.world
    world.session.commit()
    told = load_told(
        world.session, world.catalog, office.phone, phones_address="https://p.example.net", now=NOON
    )
    assert told is not None
    said = {setting for row in explain_file(told) for setting in row.settings}
    assert "time zone of profile Office (Asia/Tokyo)" in said
    assert "admin password of profile Office" in said
    assert "local SIP port of profile Office" in said
