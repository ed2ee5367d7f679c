"""What phones would be told: found out by doing it, and nothing of it stays (R110, R122)."""

import sqlite3
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from phoneprov.core.errors import InvalidValueError
from phoneprov.fleet import layout_changes
from phoneprov.fleet.drafts import ModuleDraft, PhoneDraft
from phoneprov.fleet.models import Phone
from phoneprov.fleet.own_key_models import PhoneButton
from phoneprov.fleet.phones import find_phone
from phoneprov.fleet.profile_drafts import ProfileDraft
from phoneprov.fleet.profile_models import Profile
from phoneprov.fleet.profiles import add_profile, change_profile
from phoneprov.fleet.revisions import TOUCHED
from phoneprov.fleet.rule_changes import add_rule
from phoneprov.layouts.drafts import ButtonDraft, LayoutDraft
from phoneprov.layouts.fill import FillDraft, Pattern
from phoneprov.layouts.models import ButtonLayout
from phoneprov.layouts.rule_changes import RuleDraft
from phoneprov.layouts.targets import get_target
from phoneprov.operations.bulk.plan import plan_bulk
from phoneprov.operations.bulk.tasks import read_task
from phoneprov.operations.bulk.trial import can_be_tried, try_bulk
from phoneprov.operations.changes import change_phone
from phoneprov.operations.models import BulkAction
from phoneprov.pbx.dialects.loader import get_dialect
from phoneprov.provisioning.answer import Answering
from phoneprov.provisioning.exchange import Ask
from phoneprov.provisioning.preview import preview_config
from phoneprov.provisioning.trial import Act, Frame, Outcome, try_out
from phoneprov.vendors.config import ButtonKind
from tests.conformance.matrix.desks import desk_for
from tests.integration.layouts.conftest import Desk
from tests.integration.provisioning.test_keys import counted, told
from tests.integration.provisioning.test_patterns import MACS
from tests.integration.rows import ALICE, NOON, World

ADDRESS = "http://phones.example.net"
DIALECT = get_dialect("asterisk")


@pytest.fixture
def desk(world: World) -> Desk:
    world.pbx.dialect = "asterisk"
    return Desk(world)


def frame(world: World) -> Frame:
    return Frame(catalog=world.catalog, phones_address=ADDRESS, now=NOON)


def look(world: World, act: Act) -> Outcome:
    return try_out(world.session, world.tenant.id, act, frame(world))


def assign(world: World, layout: ButtonLayout, position: int, kind: str, value: str = "") -> Act:
    """Return what saving a key does."""
    layout_id = layout.id

    def act(session: Session) -> int:
        return layout_changes.assign_button(
            session,
            world.catalog,
            session.get_one(ButtonLayout, layout_id),
            position,
            ButtonDraft(kind=kind, value=value),
            dialect=DIALECT,
            actor=ALICE,
            now=NOON,
        )

    return act


def words(outcome: Outcome) -> list[tuple[str, int, list[str]]]:
    return [
        (one.phone_name, one.count, [diff.words for diff in one.differences])
        for one in outcome.samples
    ]


def office(desk: Desk, count: int = 4, **fields: object) -> tuple[ButtonLayout, list[Phone]]:
    """Give phones 201, 202 … a layout with one line key."""
    layout = desk.layout()
    desk.assign(layout, 1, "line")
    phones = []
    for number in range(201, 201 + count):
        extension = desk.world.extension(str(number))
        phones.append(
            desk.world.phone(
                f"805ec01a{number:04x}",
                extension=extension,
                button_layout_id=layout.id,
                **fields,  # type: ignore[arg-type]
            )
        )
    desk.world.session.commit()
    return layout, phones


def dump(world: World) -> str:
    """Return all that is in the database."""
    path = world.session.get_bind().engine.url.database
    with sqlite3.connect(str(path)) as connection:
        return "\n".join(connection.iterdump())


def test_a_key_in_words_and_for_whom(desk: Desk, world: World) -> None:
    """R110: everybody gets the lamp but the phone it would watch itself."""
    layout, _ = office(desk)
    world.phone("805ec0ffffff", extension=None)
    outcome = look(world, assign(world, layout, 3, "blf", "203"))
    assert (outcome.reached, outcome.unchanged, outcome.left_out) == (4, 1, 0)
    assert words(outcome) == [("Person 201", 3, ["Key 3: empty → BLF 203 Person 203"])]
    [sample] = outcome.samples
    new = [line.text for line in sample.files[0].lines if line.is_new]
    assert "linekey.3.value = 203" in new
    assert sample.reboot is None


def test_nothing_of_it_stays(desk: Desk, world: World, answering: Answering) -> None:
    """No row, no event, no audit, no revision; what was kept for the phones is kept on."""
    layout, phones = office(desk)
    name, token = f"{phones[0].mac}.cfg", phones[0].token
    world.session.commit()
    ask = Ask(method="GET", path=f"/prov/t/{token}/{name}", address="10.1.1.7")
    before = answering.answer(ask)
    assert before.status == 200
    rows, kept = dump(world), answering.cache.find((token, name))
    assert kept is not None
    layout_id, phone_id = layout.id, phones[0].id
    acts: list[Act] = [
        assign(world, layout, 3, "blf", "203"),
        lambda session: layout_changes.remove_layout(
            session, session.get_one(ButtonLayout, layout_id), actor=ALICE, now=NOON
        ),
        lambda session: session.delete(session.get_one(Phone, phone_id)),
    ]
    for act in acts:
        look(world, act)
        world.session.commit()
        assert TOUCHED not in world.session.info
        assert dump(world) == rows
        assert answering.cache.find((token, name)) is kept
        assert dict(answering.answer(ask).headers)["ETag"] == dict(before.headers)["ETag"]


def test_what_is_written_meanwhile_neither_breaks_it_nor_is_lost(desk: Desk, world: World) -> None:
    """Phones check in all the time; on SQLite a look that had read first could not write then."""
    phone = world.phone(extension=world.extension())
    layout = desk.layout()
    phone.button_layout_id = layout.id
    phone_id, save = phone.id, assign(world, layout, 3, "speed_dial", "77")
    world.session.commit()

    def check_in() -> None:
        with world.sessions.begin() as other:
            other.get_one(Phone, phone_id).place = "Seen meanwhile"

    meanwhile = threading.Thread(target=check_in)

    def act(session: Session) -> None:
        assert find_phone(session, world.tenant.id, phone_id) is not None
        meanwhile.start()
        meanwhile.join(0.5)
        save(session)

    assert look(world, act).reached == 1
    world.session.rollback()
    meanwhile.join(20)
    assert world.session.get_one(Phone, phone_id, populate_existing=True).place == "Seen meanwhile"


def test_a_refused_change_stays_refused_and_leaves_nothing(desk: Desk, world: World) -> None:
    layout, _ = office(desk)
    rows = dump(world)
    with pytest.raises(InvalidValueError, match="number"):
        look(world, assign(world, layout, 3, "speed_dial"))
    with pytest.raises(InvalidValueError, match="already"):
        look(world, lambda session: _rename(session, world, layout.id, desk.layout("Taken").name))
    world.session.rollback()
    assert dump(world) == rows


def _rename(session: Session, world: World, layout_id: int, name: str) -> None:
    draft = LayoutDraft(name=name, model_slug="yealink-t46u")
    layout = session.get_one(ButtonLayout, layout_id)
    layout_changes.update_layout(session, world.catalog, layout, draft, actor=ALICE, now=NOON)


@pytest.mark.parametrize("model", MACS)
def test_the_lines_are_the_ones_that_come(desk: Desk, world: World, model: str) -> None:
    """R110: in all four vendors' syntax, before = after with these lines, read by their readers."""
    own, _ = world.extension("201"), world.extension("203")
    layout = desk.layout(model_slug=model)
    desk.assign(layout, 1, "line")
    phone = world.phone(MACS[model], model, extension=own, button_layout_id=layout.id)
    world.session.commit()
    was = files(world, phone)
    act = assign(world, layout, 2, "blf", "203")
    [sample] = look(world, act).samples
    assert files(world, phone) == was
    reader = desk_for(world.catalog.get_model(model))
    reader.take(told(world, phone))
    assert 2 not in dict(reader.keys())
    act(world.session)
    world.session.commit()
    becomes = files(world, phone)
    assert {one.name for one in sample.files} == {one for one in was if was[one] != becomes[one]}
    for file in sample.files:
        gone, come = (
            Counter(line.text for line in file.lines if line.is_new is is_new)
            for is_new in (False, True)
        )
        assert was[file.name] - gone + come == becomes[file.name]
    reader.take(told(world, phone))
    assert reader.keys()[2].target == "203"


def files(world: World, phone: Phone) -> dict[str, Counter[str]]:
    shown = preview_config(world.session, world.catalog, phone, phones_address=ADDRESS, now=NOON)
    return {one.name: Counter(line.strip() for line in one.text.splitlines()) for one in shown}


def test_filling_and_settings_of_a_layout(desk: Desk, world: World) -> None:
    """R112: one step of many keys; a setting that changes each phone's own lamp."""
    layout, _ = office(desk)
    layout_id = layout.id

    def fill(session: Session) -> object:
        return layout_changes.fill_layout(
            session,
            world.catalog,
            session.get_one(ButtonLayout, layout_id),
            FillDraft(pattern=Pattern.EVERYBODY, first_key=2),
            dialect=DIALECT,
            actor=ALICE,
            now=NOON,
        )

    filled = look(world, fill)
    assert filled.reached == 4
    assert [diff for _, _, diffs in words(filled) for diff in diffs][:2] == [
        "Key 3: empty → BLF 202 Person 202",
        "Key 4: empty → BLF 203 Person 203",
    ]
    fill(world.session)
    world.session.commit()
    layout = world.session.get_one(ButtonLayout, layout_id)
    draft = LayoutDraft(name=layout.name, model_slug=layout.model_slug, leaves_out_own=False)

    def settle(session: Session) -> object:
        return layout_changes.update_layout(
            session,
            world.catalog,
            session.get_one(ButtonLayout, layout_id),
            draft,
            actor=ALICE,
            now=NOON,
        )

    settled = look(world, settle)
    assert words(settled) == [("Person 201", 4, ["Key 2: empty → BLF 201 Person 201"])]


def test_a_phone_with_a_key_of_its_own_is_told_apart(desk: Desk, world: World) -> None:
    """R110: a key that one phone has of its own is not the layout's to change."""
    layout, phones = office(desk)
    own = PhoneButton(phone_id=phones[0].id, position=3, kind=ButtonKind.CUSTOM, value="88")
    world.session.add(own)
    world.session.commit()
    outcome = look(world, assign(world, layout, 3, "custom", "77"))
    assert (outcome.reached, outcome.unchanged) == (4, 1)
    assert words(outcome) == [("Person 202", 3, ["Key 3: empty → Custom 77"])]
    assert not outcome.samples[0].is_ruled


def test_keys_of_rules_stand_elsewhere_on_other_phones(desk: Desk, world: World) -> None:
    """R112: one phone is an example then, and the page says so."""
    layout, _ = office(desk)
    layout_id = layout.id

    def act(session: Session) -> object:
        row = session.get_one(ButtonLayout, layout_id)
        target = get_target(world.catalog, row.model_slug, is_for_module=False)
        draft = RuleDraft(kind="blf", first_key=2, last_key=9)
        return add_rule(session, row, target, draft, actor=ALICE, now=NOON)

    outcome = look(world, act)
    assert (outcome.reached, outcome.unchanged) == (4, 0)
    [(name, count, diffs)] = words(outcome)
    assert (name, count, len(diffs)) == ("Person 201", 4, 3)
    assert outcome.samples[0].is_ruled


def test_a_module_layout(desk: Desk, world: World) -> None:
    """R119: it reaches the phones whose modules have it."""
    layout = desk.module_layout()
    own = world.extension("201")
    module = ModuleDraft(module_slug="yealink-exp43", layout_id=layout.id)
    world.phone(extension=own, modules=(module,))
    outcome = look(world, assign(world, layout, 1, "blf", "299"))
    assert words(outcome) == [("Person 201", 1, ["Module 1, key 1: empty → BLF 299"])]


def test_a_profile_by_what_each_phone_has_of_its_own(desk: Desk, world: World) -> None:
    """R49, R124: the zone of its own stays; another password is said and not shown."""
    world.session.flush()
    profile = add_profile(
        world.session,
        world.catalog,
        world.tenant,
        ProfileDraft(name="Office", local_sip_port=5070),
        actor=ALICE,
        now=NOON,
    )
    office(desk, 2, profile_id=profile.id)
    world.phone("805ec0aaaaaa", "cisco-spa504g", profile_id=profile.id, time_zone="Asia/Tokyo")
    profile_id = profile.id
    draft = ProfileDraft(
        name="Office",
        time_zone="Europe/London",
        admin_password="Office-secret-1",
        local_sip_port=5070,
    )

    def act(session: Session) -> int:
        row = session.get_one(Profile, profile_id)
        return change_profile(session, world.catalog, row, draft, actor=ALICE, now=NOON)

    outcome = look(world, act)
    zone = "Time zone: Europe/Berlin → Europe/London"
    password = "Admin password: the one it has → one (not shown)"
    assert [(count, diffs) for _, count, diffs in words(outcome)] == [
        (2, [zone, password]),
        (1, [password]),
    ]
    assert "Office-secret-1" not in repr(outcome)
    assert outcome.samples[1].reboot is not None
    assert not outcome.samples[1].reboot.is_needed


def test_a_phones_own_fields(desk: Desk, world: World) -> None:
    """Also another extension: whose password is another one."""
    _, phones = office(desk, 1)
    other = world.extension("205")
    phone_id, layout_id = phones[0].id, phones[0].button_layout_id
    tenant_id = world.tenant.id
    draft = PhoneDraft(
        mac=phones[0].mac,
        model_slug=phones[0].model_slug,
        extension_id=other.id,
        display_name="Lobby",
        time_zone="Europe/Paris",
        button_layout_id=layout_id,
    )

    def act(session: Session) -> None:
        phone = find_phone(session, tenant_id, phone_id)
        assert phone is not None
        change_phone(
            session,
            world.catalog,
            phone,
            draft,
            keep_password=True,
            actor=ALICE,
            now=NOON,
        )

    world.session.commit()
    outcome = look(world, act)
    [(_, count, diffs)] = words(outcome)
    assert count == 1
    assert diffs == [
        "Display name: Person 201 → Lobby",
        "Line 1: 201 Person 201 → 205 Person 205",
        "Time zone: Europe/Berlin → Europe/Paris",
    ]
    assert "secret-205" not in repr(outcome)


@pytest.mark.parametrize(
    ("action", "value", "said"),
    [
        (BulkAction.SET_TIME_ZONE, "Asia/Tokyo", "Time zone: Europe/Berlin → Asia/Tokyo"),
        (BulkAction.DISABLE, "", "Line 1: 201 Person 201 → off"),
        (BulkAction.UNASSIGN, "", "Line 1: 201 Person 201 → off"),
    ],
)
def test_a_bulk_action(desk: Desk, world: World, action: BulkAction, value: str, said: str) -> None:
    """R122: the deed itself, on trial."""
    _, phones = office(desk)
    rows = dump(world)
    task = read_task(world.session, world.catalog, world.tenant.id, action, value)
    plan = plan_bulk(world.session, world.tenant.id, task, [one.id for one in phones])
    assert can_be_tried(plan)
    outcome = try_bulk(world.session, world.tenant.id, plan, frame(world), actor=ALICE, now=NOON)
    assert outcome.reached == 4
    assert said in words(outcome)[0][2]
    world.session.commit()
    assert dump(world) == rows


def test_orders_and_deletions_tell_nothing_to_look_at(desk: Desk, world: World) -> None:
    _, phones = office(desk, 1)
    task = read_task(world.session, world.catalog, world.tenant.id, BulkAction.DELETE, "")
    plan = plan_bulk(world.session, world.tenant.id, task, [phones[0].id])
    assert not can_be_tried(plan)


def test_when_they_take_it(desk: Desk, world: World) -> None:
    """R110: the last of those that ask; overdue ones are counted apart."""
    layout, phones = office(desk)
    phones[0].last_check_in_at = NOON - timedelta(minutes=50)
    phones[1].last_check_in_at = NOON - timedelta(minutes=20)
    phones[2].last_check_in_at = NOON - timedelta(hours=5)
    world.session.commit()
    outcome = look(world, assign(world, layout, 3, "custom", "77"))
    assert outcome.asks_by == NOON + timedelta(minutes=40)
    assert outcome.silent == 2


def test_a_vendor_that_needs_a_reboot_says_so(desk: Desk, world: World) -> None:
    """A fact of the catalogue, with its source."""
    layout = desk.layout(model_slug="grandstream-gxv3370")
    world.phone(
        "c074ad1a2b3c", "grandstream-gxv3370", extension=world.extension(), button_layout_id=layout.id
    )  # fmt: skip
    [sample] = look(world, assign(world, layout, 1, "blf", "202")).samples
    assert sample.reboot is not None
    assert sample.reboot.is_needed
    assert "after a reboot" in sample.reboot.reason


def test_another_tenants_phones_are_never_looked_at(desk: Desk, world: World) -> None:
    """R65: also where ids of theirs are touched."""
    foreign = world.phone("805ec0eeeeee", tenant=world.other_tenant())
    foreign_id = foreign.id

    def act(session: Session) -> None:
        session.info[TOUCHED] = {foreign_id}

    assert look(world, act) == Outcome(reached=0)


def test_a_config_that_could_not_be_written_says_why(
    desk: Desk, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    layout, _ = office(desk, 1)
    act = assign(world, layout, 3, "custom", "77")

    def deny(*_: object) -> None:
        from phoneprov.vendors.errors import UnwritableValueError

        raise UnwritableValueError("no phone reads this")

    monkeypatch.setattr("phoneprov.provisioning.trial.diff_files", deny)
    [sample] = look(world, act).samples
    assert "no phone reads this" in sample.trouble
    assert sample.files == ()


@pytest.mark.parametrize("kind", ["key", "profile"])
def test_the_queries_do_not_grow_with_the_phones(desk: Desk, world: World, kind: str) -> None:
    """As many for 200 phones as for 5."""
    act = _acts(desk, world)[kind]
    with counted(world.session) as few:
        assert look(world, act).reached == 5
    for number in range(300, 495):
        _copy(world, number)
    world.session.commit()
    with counted(world.session) as many:
        outcome = look(world, act)
    assert outcome.reached == 200
    assert len(outcome.samples) <= 2
    assert len(many) == len(few)
    assert len(few) < 60


def _acts(desk: Desk, world: World) -> dict[str, Act]:
    profile = add_profile(
        world.session,
        world.catalog,
        world.tenant,
        ProfileDraft(name="Office"),
        actor=ALICE,
        now=NOON,
    )
    layout, _ = office(desk, 5, profile_id=profile.id)
    profile_id = profile.id
    draft = ProfileDraft(name="Office", time_zone="Europe/London")
    change: Callable[[Session], int] = lambda session: change_profile(  # noqa: E731
        session, world.catalog, session.get_one(Profile, profile_id), draft, actor=ALICE, now=NOON
    )
    return {"key": assign(world, layout, 3, "custom", "77"), "profile": change}


def _copy(world: World, number: int) -> None:
    first = world.session.get_one(Phone, 1)
    phone = world.phone(f"805ec01a{number:04x}", extension=world.extension(str(number)))
    phone.button_layout_id, phone.profile_id = first.button_layout_id, first.profile_id
    phone.layout_source = first.layout_source


def test_samples_are_few_however_many_models(desk: Desk, world: World) -> None:
    """What is not compared is counted."""
    profile = add_profile(
        world.session,
        world.catalog,
        world.tenant,
        ProfileDraft(name="All"),
        actor=ALICE,
        now=NOON,
    )
    slugs = [one.slug for one in world.catalog.phone_models.values()][:24]
    for number, slug in enumerate(slugs):
        world.phone(f"805ec0{number:06x}", slug, profile_id=profile.id)
    profile_id = profile.id
    draft = replace(ProfileDraft(name="All"), time_zone="Asia/Tokyo")

    def act(session: Session) -> int:
        row = session.get_one(Profile, profile_id)
        return change_profile(session, world.catalog, row, draft, actor=ALICE, now=NOON)

    outcome = look(world, act)
    assert (outcome.reached, len(outcome.samples), outcome.left_out) == (24, 20, 4)
    [told_alike] = outcome.groups
    assert len({one.model for one in told_alike}) == 20
