"""Extra parameters: who is told, what wins, what stays of one that is removed."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from phoneprov.catalog.model import Vendor
from phoneprov.core.errors import InvalidValueError, NotFoundError
from phoneprov.fleet.extra_models import ExtraParameter
from phoneprov.fleet.extra_parameters import (
    MOST_PARAMETERS,
    Level,
    list_for_phone,
    list_parameters,
    remove_parameter,
    save_parameters,
    set_parameter,
)
from phoneprov.fleet.models import Phone, PhoneEvent
from phoneprov.fleet.phones import delete_phone
from phoneprov.provisioning.extras import load_extras
from phoneprov.tenancy.models import AuditEntry
from tests.integration.rows import ALICE, NOON, World

NAME, OTHER = "features.dnd.enable", "ldap.password"
Y = Vendor.YEALINK


def of_tenant(world: World, vendor: Vendor = Y) -> Level:
    return Level(tenant=world.tenant, vendor=vendor)


def of_phone(world: World, phone: Phone, vendor: Vendor = Y) -> Level:
    return Level(tenant=world.tenant, vendor=vendor, phone=phone)


def put(world: World, level: Level, name: str = NAME, value: str = "1") -> int:
    return set_parameter(world.session, world.catalog, level, name, value, actor=ALICE, now=NOON)


def take(world: World, level: Level, name: str = NAME) -> int:
    return remove_parameter(world.session, world.catalog, level, name, actor=ALICE, now=NOON)


def counts(world: World, phone: Phone) -> dict[str, str | None]:
    """Return what counts for a phone; None for what was taken back."""
    extras = load_extras(world.session, world.catalog, phone)
    return {
        one.parameter.name: None if one.parameter.is_taken_back else one.parameter.value
        for one in extras
    }


def revisions(world: World, *phones: Phone) -> list[int]:
    return [
        world.session.scalars(select(Phone.config_revision).where(Phone.id == phone.id)).one()
        for phone in phones
    ]


def test_the_phones_own_wins_over_the_tenants(world: World) -> None:
    """Tenant, then phone; the last wins, name by name."""
    phone, other = world.phone(), world.phone("805ec0000001")
    put(world, of_tenant(world), value="1")
    put(world, of_tenant(world), OTHER, "x")
    put(world, of_phone(world, phone), value="0")
    assert counts(world, phone) == {NAME: "0", OTHER: "x"}
    assert counts(world, other) == {NAME: "1", OTHER: "x"}


def test_exactly_the_phones_concerned_are_told(world: World) -> None:
    """Not another vendor's, not another tenant's, not one that has its own value."""
    plain, own = world.phone(), world.phone("805ec0000001")
    polycom = world.phone("64167f1a2b3c", "polycom-vvx-450")
    foreign = world.phone("805ec0000002", tenant=world.other_tenant())
    put(world, of_phone(world, own), value="0")
    before = revisions(world, plain, own, polycom, foreign)
    assert put(world, of_tenant(world)) == 1
    after = revisions(world, plain, own, polycom, foreign)
    assert [new - old for new, old in zip(after, before, strict=True)] == [1, 0, 0, 0]


def test_nothing_new_tells_nobody(world: World) -> None:
    """The same value again is no change: no revision, no audit row."""
    phone = world.phone()
    put(world, of_phone(world, phone))
    before = revisions(world, phone), len(world.session.scalars(select(AuditEntry)).all())
    assert put(world, of_phone(world, phone)) == 0
    assert before == (
        revisions(world, phone),
        len(world.session.scalars(select(AuditEntry)).all()),
    )


def test_setting_one_leaves_the_others(world: World) -> None:
    """Saving is all of them, setting and removing is one."""
    level = of_phone(world, world.phone())
    put(world, level, NAME)
    put(world, level, OTHER, "x")
    take(world, level, NAME)
    take(world, level, "not.there")
    rows = list_parameters(world.session, level)
    assert [(row.name, row.value) for row in rows] == [(OTHER, "x")]


def test_what_nobody_was_told_is_forgotten(world: World) -> None:
    """A phone that took its last config before has nothing to take back."""
    phone = world.phone()
    phone.fetched_at = NOON - timedelta(seconds=1)
    put(world, of_phone(world, phone))
    take(world, of_phone(world, phone))
    assert list_parameters(world.session, of_phone(world, phone)) == []


@pytest.mark.parametrize("is_own", [True, False])
def test_what_a_phone_was_told_is_taken_back(world: World, *, is_own: bool) -> None:
    """Phones keep what is left unsaid; set again it counts again."""
    phone = world.phone()
    level = of_phone(world, phone) if is_own else of_tenant(world)
    put(world, level)
    phone.fetched_at = NOON
    take(world, level)
    assert counts(world, phone) == {NAME: None}
    put(world, level, value="2")
    assert counts(world, phone) == {NAME: "2"}


def test_a_new_value_does_not_forget_that_the_old_one_was_told(world: World) -> None:
    """The phone still has the old one when the new one is removed before it asks."""
    phone = world.phone()
    put(world, of_phone(world, phone), value="1")
    phone.fetched_at = NOON
    level = of_phone(world, phone)
    set_parameter(
        world.session,
        world.catalog,
        level,
        NAME,
        "2",
        actor=ALICE,
        now=NOON + timedelta(minutes=1),
    )
    take(world, level)
    assert counts(world, phone) == {NAME: None}


def test_what_a_phone_took_back_leaves_the_tenants_value(world: World) -> None:
    """Any value wins over none."""
    phone = world.phone()
    put(world, of_phone(world, phone), value="0")
    phone.fetched_at = NOON
    take(world, of_phone(world, phone))
    put(world, of_tenant(world), value="1")
    assert counts(world, phone) == {NAME: "1"}


def test_a_phone_of_another_vendor_gets_none_of_them(world: World) -> None:
    """When its model changes its old parameters wait for it."""
    phone = world.phone()
    put(world, of_phone(world, phone))
    assert list_for_phone(world.session, phone, Vendor.POLYCOM) == []


def test_nothing_of_another_tenant_is_read(world: World) -> None:
    """R65: the tenant is in the query."""
    phone = world.phone()
    put(world, of_phone(world, phone))
    put(world, of_tenant(world))
    globex = world.other_tenant()
    assert list_parameters(world.session, Level(tenant=globex, vendor=Y)) == []
    with pytest.raises(NotFoundError):
        Level(tenant=globex, vendor=Y, phone=phone)


def test_values_are_encrypted_and_the_audit_shows_none(world: World) -> None:
    """It may be a password under any name."""
    phone = world.phone()
    put(world, of_phone(world, phone), OTHER, "s3cret-of-ldap")
    connection = world.session.connection()
    stored = connection.exec_driver_sql("SELECT value FROM extra_parameter").scalar_one()
    assert "s3cret" not in stored
    entry = world.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "phone.parameters")
    ).one()
    assert (entry.tenant_id, entry.changes) == (world.tenant.id, {OTHER: [None, "•••"]})
    event = world.session.scalars(select(PhoneEvent).order_by(PhoneEvent.id.desc())).first()
    assert event is not None
    assert event.text == f"Extra parameters changed: {OTHER}."


def test_a_wrong_one_changes_nothing_at_all(world: World) -> None:
    """All or none."""
    level = of_phone(world, world.phone())
    with pytest.raises(InvalidValueError):
        save_parameters(
            world.session,
            world.catalog,
            level,
            {NAME: "1", "no name": "1"},
            actor=ALICE,
            now=NOON,
        )
    assert list_parameters(world.session, level) == []


def test_there_is_an_end_to_how_many(world: World) -> None:
    many = {f"a.b{number}": "1" for number in range(MOST_PARAMETERS + 1)}
    with pytest.raises(InvalidValueError, match=f"At most {MOST_PARAMETERS}"):
        save_parameters(world.session, world.catalog, of_tenant(world), many, actor=ALICE, now=NOON)


def test_they_go_with_their_phone(world: World) -> None:
    """With its secrets; the tenant's stay."""
    phone = world.phone()
    put(world, of_phone(world, phone))
    put(world, of_tenant(world), OTHER, "x")
    delete_phone(world.session, phone, actor=ALICE, now=NOON)
    world.session.expire_all()
    rows = world.session.scalars(select(ExtraParameter)).all()
    assert [(row.phone_id, row.name) for row in rows] == [(None, OTHER)]
