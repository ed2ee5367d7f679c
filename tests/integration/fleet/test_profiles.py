"""Profiles: what phones that follow one have, and what stays their own (R49, R98, R124)."""

from datetime import timedelta

import pytest

from phoneprov.core.errors import InvalidValueError
from phoneprov.fleet.drafts import DEFAULT, PhoneDraft
from phoneprov.fleet.extra_parameters import Level, list_for_phone, set_parameter
from phoneprov.fleet.inherited import (
    admin_password_of,
    local_sip_port_of,
    poll_minutes_of,
    time_zone_of,
)
from phoneprov.fleet.late import LateLimits, late_limit, read_late_limits
from phoneprov.fleet.layout_changes import remove_layout
from phoneprov.fleet.models import LayoutSource, Phone
from phoneprov.fleet.phones import change_phone
from phoneprov.fleet.polls import check_polls
from phoneprov.fleet.profile_drafts import ProfileDraft
from phoneprov.fleet.profile_effects import list_effects, read_given
from phoneprov.fleet.profile_models import Profile
from phoneprov.fleet.profiles import add_profile, change_profile, delete_profile
from phoneprov.layouts.models import ButtonLayout
from tests.integration.rows import ALICE, NOON, World

T46U = "yealink-t46u"
FULL = ProfileDraft(
    name="Office",
    time_zone="Europe/London",
    admin_password="Office-1pw",
    local_sip_port=5070,
    poll_minutes=30,
)


def layout(world: World, name: str, *, is_default: bool = False, model: str = T46U) -> ButtonLayout:
    row = ButtonLayout(
        tenant_id=world.tenant.id,
        name=name,
        model_slug=model,
        is_default=is_default,
        created_at=NOON,
    )
    world.session.add(row)
    world.session.flush()
    return row


def profile(world: World, **fields: object) -> Profile:
    values = {name: getattr(FULL, name) for name in FULL.__slots__} | fields
    draft = ProfileDraft(**values)
    return add_profile(world.session, world.catalog, world.tenant, draft, actor=ALICE, now=NOON)


def change(world: World, row: Profile, **fields: object) -> int:
    kept = ("name", "is_default", "time_zone", "local_sip_port", "poll_minutes")
    values = {name: getattr(row, name) for name in kept} | {"admin_password": None} | fields
    draft = ProfileDraft(**values)
    return change_profile(world.session, world.catalog, row, draft, actor=ALICE, now=NOON)


def move(world: World, phone: Phone, to: int | None, **fields: object) -> None:
    """Save the phone's form with another profile."""
    draft = PhoneDraft(
        mac=phone.mac,
        model_slug=phone.model_slug,
        time_zone=phone.time_zone,
        local_sip_port=phone.local_sip_port,
        **({"profile_id": to, "button_layout_id": phone.button_layout_id} | fields),  # type: ignore[arg-type]
    )
    change_phone(
        world.session, world.catalog, phone, draft, keep_password=True, actor=ALICE, now=NOON
    )
    world.session.refresh(phone)


def values_of(phone: Phone) -> tuple[object, ...]:
    return (
        time_zone_of(phone).value,
        admin_password_of(phone).value,
        local_sip_port_of(phone).value,
        poll_minutes_of(phone).value,
    )


def test_a_phone_has_its_own_then_its_profiles_then_its_tenants(world: World) -> None:
    world.tenant.admin_password = "Tenant-1pw"
    office = profile(world, time_zone=None)
    plain = world.phone("805ec0000001")
    own = world.phone(
        "805ec0000002",
        profile_id=office.id,
        time_zone="Asia/Tokyo",
        admin_password="Own-1pw-here",
        local_sip_port=5099,
    )
    follows = world.phone("805ec0000003", profile_id=office.id)
    assert values_of(plain) == ("Europe/Berlin", "Tenant-1pw", 5060, 60)
    assert values_of(follows) == ("Europe/Berlin", "Office-1pw", 5070, 30)
    assert values_of(own) == ("Asia/Tokyo", "Own-1pw-here", 5099, 30)


def test_the_default_counts_for_new_phones_only(world: World) -> None:
    """R98: and moving the mark changes no phone that is there."""
    before = world.phone("805ec0000001")
    first = profile(world, is_default=True)
    new = world.phone("805ec0000002")
    second = profile(world, name="Second", is_default=True)
    newer = world.phone("805ec0000003")
    none = world.phone("805ec0000004", profile_id=None)
    assert [one.profile_id for one in (before, new, newer, none)] == [
        None, first.id, second.id, None,
    ]  # fmt: skip
    world.session.refresh(first)
    assert (first.is_default, second.is_default) == (False, True)


def test_a_change_reaches_exactly_those_that_have_the_value_from_it(world: World) -> None:
    """By config revision: not the phones with a value of their own, not those of nobody."""
    office = profile(world)
    follows = world.phone("805ec0000001", profile_id=office.id)
    own = world.phone("805ec0000002", profile_id=office.id, time_zone="Asia/Tokyo")
    other = world.phone("805ec0000003")
    phones = (follows, own, other)

    def reached(**fields: object) -> list[int]:
        before = [one.config_revision for one in phones]
        told = change(world, office, **fields)
        for one in phones:
            world.session.refresh(one)
        found = [one.config_revision - old for one, old in zip(phones, before, strict=True)]
        assert told == sum(found)
        return found

    assert reached(time_zone="Europe/Paris") == [1, 0, 0]
    assert reached(admin_password="Another-1pw") == [1, 1, 0]
    assert reached(poll_minutes=20) == [1, 1, 0]
    assert reached(name="Headquarters") == [0, 0, 0]
    assert reached(is_default=True) == [0, 0, 0]
    assert reached(layouts={T46U: layout(world, "Reception").id}) == [1, 1, 0]
    assert reached(layouts={}) == [1, 1, 0]


def test_its_layouts_go_to_those_that_nobody_chose_one_for(world: World) -> None:
    """R124: a chosen layout stays; a default gives way, and comes back when the profile goes."""
    default, given, chosen = (
        layout(world, "Default", is_default=True), layout(world, "Given"), layout(world, "Chosen"),
    )  # fmt: skip
    by_default = world.phone("805ec0000001")
    own = world.phone("805ec0000002", button_layout_id=chosen.id)
    none = world.phone("805ec0000003", button_layout_id=None)
    office = profile(world, layouts={T46U: given.id})
    phones = (by_default, own, none)
    for one in phones:
        move(world, one, office.id)
    assert [one.button_layout_id for one in phones] == [given.id, chosen.id, None]
    assert by_default.layout_source is LayoutSource.PROFILE
    newest = layout(world, "Newest")
    change(world, office, layouts={T46U: newest.id})
    for one in phones:
        world.session.refresh(one)
    assert [one.button_layout_id for one in phones] == [newest.id, chosen.id, None]
    for one in phones:
        move(
            world,
            one,
            None,
            button_layout_id=DEFAULT if one is by_default else one.button_layout_id,
        )
    assert [one.button_layout_id for one in phones] == [default.id, chosen.id, None]


def test_a_form_saved_for_another_field_makes_no_default_its_own(world: World) -> None:
    default = layout(world, "Default", is_default=True)
    phone = world.phone()
    move(world, phone, None, place="Lobby")
    assert (phone.button_layout_id, phone.layout_source) == (default.id, LayoutSource.DEFAULT)
    office = profile(world, layouts={T46U: layout(world, "Given").id})
    move(world, phone, office.id)
    assert phone.layout_source is LayoutSource.PROFILE
    move(world, phone, office.id, button_layout_id=default.id)
    assert (phone.button_layout_id, phone.layout_source) == (default.id, LayoutSource.PHONE)
    move(world, phone, office.id, button_layout_id=DEFAULT)
    assert phone.layout_source is LayoutSource.PROFILE


def test_a_deleted_layout_leaves_room_for_another(world: World) -> None:
    given = layout(world, "Given")
    office = profile(world, layouts={T46U: given.id})
    phone = world.phone(profile_id=office.id)
    remove_layout(world.session, given, actor=ALICE, now=NOON)
    world.session.refresh(phone)
    assert (phone.button_layout_id, phone.layout_source) == (None, LayoutSource.DEFAULT)
    newer = layout(world, "Newer")
    change(world, office, layouts={T46U: newer.id})
    world.session.refresh(phone)
    assert phone.button_layout_id == newer.id


def test_leaving_says_which_values_change(world: World) -> None:
    """R124; and joining does. A password is told without what it is."""
    given = layout(world, "Given")
    office = profile(world, layouts={T46U: given.id})
    phone = world.phone(profile_id=office.id)
    nothing = read_given(world.session, world.tenant.id, None)
    left = list_effects(phone, nothing)
    assert left.text == (
        "time zone Europe/London → Europe/Berlin; no admin password is set any more; "
        "local SIP port 5070 → 5060; minutes between checks 30 → 60; button layout Given → none"
    )
    own = world.phone("805ec0000002", time_zone="Asia/Tokyo", button_layout_id=None)
    joined = list_effects(own, read_given(world.session, world.tenant.id, office))
    assert joined.keeps == ("time zone", "button layout")
    assert joined.changes == (
        "another admin password", "local SIP port 5060 → 5070", "minutes between checks 60 → 30",
    )  # fmt: skip
    without = list_effects(own, read_given(world.session, world.tenant.id, office), drops_own=True)
    assert without.keeps == ()
    assert "time zone Asia/Tokyo → Europe/London" in without.changes
    assert "button layout none → Given" in without.changes


def test_deleting_it_leaves_each_phone_its_own(world: World) -> None:
    office = profile(world)
    follows = world.phone("805ec0000001", profile_id=office.id)
    own = world.phone("805ec0000002", profile_id=office.id, local_sip_port=5099)
    revisions = [follows.config_revision, own.config_revision]
    assert delete_profile(world.session, world.catalog, office, actor=ALICE, now=NOON) == 2
    for one in (follows, own):
        world.session.refresh(one)
    assert [follows.config_revision, own.config_revision] == [one + 1 for one in revisions]
    assert values_of(follows) == ("Europe/Berlin", None, 5060, 60)
    assert values_of(own) == ("Europe/Berlin", None, 5099, 60)


def test_only_what_a_phone_heard_is_taken_back(world: World) -> None:
    """A phone keeps what is left unsaid, so a parameter of the profile it left is said empty."""
    office = profile(world)
    heard = world.phone("805ec0000001", profile_id=office.id)
    deaf = world.phone("805ec0000002", profile_id=office.id)
    vendor = world.catalog.get_model(T46U).vendor
    level = Level(tenant=world.tenant, vendor=vendor, profile=office)
    set_parameter(
        world.session, world.catalog, level, "features.dnd.enable", "0", actor=ALICE, now=NOON
    )
    heard.fetched_at = NOON + timedelta(minutes=1)
    for one in (heard, deaf):
        found = list_for_phone(world.session, one, vendor)
        assert [(row.name, row.value) for row in found] == [("features.dnd.enable", "0")]
        move(world, one, None)
    left = list_for_phone(world.session, heard, vendor)
    assert [(row.name, row.value) for row in left] == [("features.dnd.enable", None)]
    assert list_for_phone(world.session, deaf, vendor) == []


def test_its_interval_says_when_a_phone_is_late(world: World) -> None:
    """R111: a check and a half of the profile's interval, not of the tenant's."""
    office = profile(world, poll_minutes=20)
    quick = world.phone("805ec0000001", profile_id=office.id)
    slow = world.phone("805ec0000002")
    for one in (quick, slow):
        one.last_check_in_at = NOON - timedelta(minutes=31)
    world.session.flush()
    limits = read_late_limits(world.session, world.tenant, NOON)
    assert limits == LateLimits(
        now=NOON, of_tenant=late_limit(60, NOON), by_profile={office.id: late_limit(20, NOON)}
    )
    assert [limits.is_late(one) for one in (quick, slow)] == [True, False]
    assert check_polls(world.session, NOON).newly_late == 1
    assert (quick.poll_missed_at, slow.poll_missed_at) == (NOON, None)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "OFFICE"}, "name"),
        ({"time_zone": "Mars/Base"}, "time_zone"),
        ({"admin_password": "x"}, "admin_password"),
        ({"local_sip_port": 80}, "local_sip_port"),
        ({"poll_minutes": 4}, "poll_minutes"),
        ({"poll_minutes": 61}, "poll_minutes"),
        ({"layouts": {T46U: 9999}}, f"layout-{T46U}"),
    ],
)
def test_what_can_not_be_is_refused(world: World, fields: dict[str, object], field: str) -> None:
    profile(world)
    with pytest.raises(InvalidValueError) as caught:
        profile(world, **({"name": "Other"} | fields))
    assert caught.value.field == field


def test_another_tenants_profile_is_none(world: World) -> None:
    office = profile(world)
    globex = world.other_tenant()
    with pytest.raises(InvalidValueError) as caught:
        world.phone(tenant=globex, profile_id=office.id)
    assert caught.value.field == "profile_id"
    theirs = layout(world, "Ours")
    theirs.tenant_id = globex.id
    world.session.flush()
    with pytest.raises(InvalidValueError):
        profile(world, name="Other", layouts={T46U: theirs.id})
