"""A phone given to another user in one step is what deleting and adding it again makes of it."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from phoneprov.catalog.model import Vendor
from phoneprov.fleet.drafts import PhoneDraft
from phoneprov.fleet.extra_parameters import Level, list_parameters, set_parameter
from phoneprov.fleet.models import Phone, PhoneUpload
from phoneprov.fleet.phones import add_phone, delete_phone, reassign_phone
from phoneprov.fleet.status import PhoneStatus
from phoneprov.provisioning.answer import Answering
from phoneprov.provisioning.exchange import NOT_FOUND, Ask
from phoneprov.simulator.state import PhoneState
from tests.integration.provisioning.office import FIRST, PHONES, Office
from tests.integration.rows import ALICE, NOON, World


@pytest.fixture(params=list(PHONES))
def office(world: World, answering: Answering, request: pytest.FixtureRequest) -> Office:
    """A phone that somebody has worked with: settings and a password of their own."""
    made = Office(world, answering, request.param)
    made.phone.display_name = "Anna"
    made.phone.admin_password = "annas-own-1"
    made.phone.time_zone = "Asia/Tokyo"
    made.phone.local_sip_port = 5070
    made.check(FIRST)
    made.check()
    assert made.users == ["201"]
    return made


def new_draft(office: Office) -> PhoneDraft:
    return PhoneDraft(
        mac=office.phone.mac,
        model_slug=office.phone.model_slug,
        extension_id=office.world.extension("202").id,
        display_name="Ben",
    )


def reassign(office: Office, draft: PhoneDraft) -> None:
    world = office.world
    reassign_phone(world.session, world.catalog, office.phone, draft, actor=ALICE, now=NOON)
    world.session.commit()


def delete_and_add(office: Office, draft: PhoneDraft) -> None:
    world = office.world
    delete_phone(world.session, office.phone, actor=ALICE, now=NOON)
    office.phone = add_phone(
        world.session, world.catalog, world.tenant, draft, actor=ALICE, now=NOON
    )
    world.session.commit()


def settled(office: Office) -> PhoneState:
    """Return what the phone holds after two checks, without the token that is nobody else's."""
    office.check()
    office.check()
    state = office.firmware.state()
    token = office.phone.token
    assert token in (state.prov_url or "")
    urls = {kind: url.replace(token, "TOKEN") for kind, url in state.action_urls.items()}
    assert token not in str(urls)
    return replace(state, prov_url="", action_urls=urls)


def test_its_config_is_that_of_a_phone_deleted_and_added_again(
    office: Office, answering: Answering
) -> None:
    """R143: what the phone reads of it is the same, and nothing of the last user is in it."""
    draft = new_draft(office)
    reassign(office, draft)
    after = settled(office)
    delete_and_add(office, draft)
    assert settled(office) == after
    assert [account.user for account in after.accounts] == ["202"]
    assert not any(
        secret in body
        for secret in (b"secret-201", b"annas-own-1", b"Anna")
        for body in office.bodies
    )


def test_the_old_address_is_dead(office: Office, answering: Answering) -> None:
    """R142: the token of the last user opens nothing for somebody who doesn't have the MAC."""
    token = office.phone.token
    reassign(office, new_draft(office))
    assert office.phone.token != token
    for name in ("000000000000.cfg", "y000000000108.cfg"):
        path = f"/prov/t/{token}/{name}"
        answer = answering.answer(Ask(method="GET", path=path, address="10.9.9.9", user_agent=""))
        assert answer == NOT_FOUND


def test_it_starts_over(office: Office) -> None:
    """R142, R143: Pending, enabled, first contact allowed; what it had uploaded is gone."""
    world, phone = office.world, office.phone
    phone.disabled_at = NOON
    world.session.add(
        PhoneUpload(
            phone_id=phone.id,
            file_name="x-directory.xml",
            kind="directory",
            body=b"Mum",
            size_bytes=3,
            received_at=NOON,
        )
    )
    world.session.commit()
    reassign(office, new_draft(office))
    world.session.expire_all()
    assert phone.status == PhoneStatus.PENDING
    assert phone.disabled_at is None
    assert phone.admin_password is None
    assert phone.first_check_in_at is None
    assert phone.window_opened_at is not None
    assert world.session.scalars(select(PhoneUpload)).all() == []


def test_its_own_extra_parameters_are_taken_back(world: World, answering: Answering) -> None:
    """R142: a phone keeps what nobody takes back, so the file says the vendor's nothing."""
    office = Office(world, answering, "yealink-t46u")
    level = Level(tenant=world.tenant, vendor=Vendor.YEALINK, phone=office.phone)
    set_parameter(
        world.session, world.catalog, level, "phone_setting.ring_type", "x", actor=ALICE, now=NOON
    )
    office.check(FIRST)
    office.phone.fetched_at = NOON
    world.session.commit()
    reassign(office, new_draft(office))
    rows = list_parameters(world.session, level)
    assert [(row.name, row.value) for row in rows] == [("phone_setting.ring_type", None)]


def test_another_tenants_extension_changes_nothing(world: World, answering: Answering) -> None:
    office = Office(world, answering, "yealink-t46u")
    office.check(FIRST)
    foreign = world.extension("900", tenant=world.other_tenant())
    before = (office.phone.token, office.phone.extension_id)
    draft = replace(new_draft(office), extension_id=foreign.id)
    with pytest.raises(Exception, match="Choose an extension"):
        reassign(office, draft)
    world.session.rollback()
    phone = world.session.scalars(select(Phone)).one()
    assert (phone.token, phone.extension_id) == before
