"""Rules of layouts: kept, changed, taken back, copied, and whom they tell of it."""

import pytest

from phoneprov.core.errors import InvalidValueError
from phoneprov.fleet import extensions, layout_changes, rule_changes
from phoneprov.fleet.drafts import ModuleDraft
from phoneprov.fleet.models import Phone
from phoneprov.fleet.revisions import touch_phones_that_say
from phoneprov.layouts.copying import copy_to_model, plan_copy
from phoneprov.layouts.layouts import copy_layout
from phoneprov.layouts.models import ButtonLayout, LayoutStep
from phoneprov.layouts.rule_changes import MOST_RULES, list_rules, mark_of_rule, say_rule
from phoneprov.layouts.rule_faults import RuleSetting, find_rule_fault
from phoneprov.layouts.rule_models import stored_rule
from phoneprov.layouts.targets import get_target
from phoneprov.pbx.dialects.loader import get_dialect
from phoneprov.tenancy.extension_file import read_rows
from phoneprov.tenancy.extension_import import plan_import
from phoneprov.tenancy.groups import list_groups
from tests.integration.layouts.conftest import MODEL, MODULE, Desk
from tests.integration.layouts.ruling import change, draft, person, rule
from tests.integration.rows import ALICE, NOON, World


def said(desk: Desk, layout: ButtonLayout) -> list[str]:
    return [say_rule(stored_rule(row)) for row in list_rules(desk.world.session, layout.id)]


def check(desk: Desk, layout: ButtonLayout, first: int, last: int, **fields: object) -> None:
    world = desk.world
    target = get_target(world.catalog, layout.model_slug, is_for_module=layout.is_for_module)
    rule_changes.add_rule(
        world.session, layout, target, draft(first, last, **fields), actor=ALICE, now=NOON
    )


@pytest.mark.parametrize(
    ("first", "last", "fields", "field"),
    [
        (0, 5, {}, "first_key"),
        (None, 5, {}, "first_key"),
        (3, 28, {}, "last_key"),
        (3, None, {}, "last_key"),
        (9, 8, {}, "last_key"),
        (1, 5, {"kind": "line"}, "kind"),
        (1, 5, {"kind": ""}, "kind"),
        (1, 5, {"order": "colour"}, "order"),
        (1, 5, {"group": "nobody-there"}, "group"),
        (1, 5, {"most": 0}, "most"),
        (1, 5, {"most": 1000}, "most"),
        (1, 5, {"label": "{unknown}"}, "label"),
        (1, 5, {"label": "x" * 65}, "label"),
        (1, 5, {"label": "a\u202eb"}, "label"),
    ],
)
def test_it_says_why_a_rule_cant_be_so(
    desk: Desk, first: int, last: int, fields: dict[str, object], field: str
) -> None:
    layout = desk.layout()
    with pytest.raises(InvalidValueError) as caught:
        check(desk, layout, first, last, **fields)
    assert caught.value.field == field
    assert list_rules(desk.world.session, layout.id) == []


def test_a_group_of_another_tenant_is_no_group(desk: Desk, world: World) -> None:
    """R65."""
    person(desk, "201", groups="Sales", tenant=world.other_tenant())
    with pytest.raises(InvalidValueError, match="Choose a group"):
        check(desk, desk.layout(), 1, 5, group="sales")


def test_there_is_an_end_to_rules(desk: Desk) -> None:
    layout = desk.layout()
    for _ in range(MOST_RULES):
        rule(desk, layout, 1, 5)
    with pytest.raises(InvalidValueError, match="at most"):
        check(desk, layout, 1, 5)


def test_slots_ask_nothing_about_people(desk: Desk) -> None:
    """What a form carries along for them is not kept."""
    row = rule(desk, desk.layout(), 1, 5, kind="park_retrieve", group="sales", order="?")
    assert (row.group_key, row.group_name) == ("", "")


def test_somebody_elses_change_is_not_overwritten_unseen(desk: Desk, world: World) -> None:
    layout = desk.layout()
    row = rule(desk, layout, 1, 5)
    seen = mark_of_rule(row)
    target = get_target(world.catalog, MODEL, is_for_module=False)

    def save(last: int, mark: str) -> None:
        rule_changes.change_rule(
            world.session, layout, target, row, draft(1, last), seen=mark, actor=ALICE, now=NOON
        )

    save(6, seen)
    with pytest.raises(InvalidValueError, match="keys 1–6"):
        save(7, seen)
    assert row.last_key == 6


def test_each_change_of_a_rule_is_a_step_that_can_be_taken_back(desk: Desk, world: World) -> None:
    person(desk, "201", groups="Sales")
    layout = desk.layout()
    target = get_target(world.catalog, MODEL, is_for_module=False)
    row = rule(desk, layout, 3, 9, group="sales", most=4, goes_on=True, label="{name}")
    rule_changes.change_rule(world.session, layout, target, row, draft(3, 8), actor=ALICE, now=NOON)
    desk.assign(layout, 1, "line")
    rule_changes.delete_rule(world.session, layout, row, actor=ALICE, now=NOON)
    assert said(desk, layout) == []

    def undo() -> str | None:
        return layout_changes.undo_step(world.session, layout, layout.step, actor=ALICE, now=NOON)

    assert undo() == "rule of keys 3–8 deleted"
    assert said(desk, layout) == ["BLF for everyone, keys 3–8"]
    assert undo() == "key 1 set"
    assert undo() == "rule of keys 3–8 changed"
    assert said(desk, layout) == ["BLF for group “Sales”, keys 3–9, at most 4"]
    (back,) = list_rules(world.session, layout.id)
    assert (back.goes_on, back.label, back.leaves_out_own) == (True, "{name}", True)
    assert undo() == "rule added for keys 3–9"
    assert said(desk, layout) == []
    layout_changes.redo_step(world.session, layout, layout.step, actor=ALICE, now=NOON)
    assert said(desk, layout) == ["BLF for group “Sales”, keys 3–9, at most 4"]


def test_a_step_from_before_there_were_rules_leaves_them_alone(desk: Desk, world: World) -> None:
    layout = desk.layout()
    desk.assign(layout, 1, "line")
    for step in world.session.query(LayoutStep):
        step.rules_before = step.rules_after = None
    world.session.flush()
    rule(desk, layout, 3, 9)
    layout.step = 1
    world.session.flush()
    layout_changes.undo_step(world.session, layout, 1, actor=ALICE, now=NOON)
    assert said(desk, layout) == ["BLF for everyone, keys 3–9"]


def test_a_copy_has_the_rules(desk: Desk, world: World) -> None:
    layout = desk.layout()
    rule(desk, layout, 3, 9, most=4)
    copy = copy_layout(world.session, layout, "Another", actor=ALICE, now=NOON)
    assert said(desk, copy) == said(desk, layout) == ["BLF for everyone, keys 3–9, at most 4"]


def test_a_copy_for_another_model_cuts_them_to_its_keys(desk: Desk, world: World) -> None:
    """R97: and says so."""
    layout = desk.layout()
    for first, last in ((1, 2), (3, 9), (10, 20)):
        rule(desk, layout, first, last)
    plan = plan_copy(world.session, world.catalog, layout, "cisco-spa504g")
    assert plan.rules.changes == ["BLF for everyone: keys 3–9 → 3–4"]
    assert plan.rules.left_out == [
        "BLF for everyone, keys 10–20: the Cisco SPA504G has only 4 keys."
    ]
    copy = copy_to_model(
        world.session, world.catalog, world.tenant, layout, "Small", plan, actor=ALICE, now=NOON
    )
    assert said(desk, copy) == ["BLF for everyone, keys 1–2", "BLF for everyone, keys 3–4"]


def faults(desk: Desk, layout: ButtonLayout, model: str = MODEL) -> list[str | None]:
    world = desk.world
    groups = [one.key for one in list_groups(world.session, world.tenant.id)]
    setting = RuleSetting(
        target=get_target(world.catalog, model, is_for_module=False),
        dialect=get_dialect("asterisk"),
        groups=groups,
        assigned={1, 2},
    )
    return [
        find_rule_fault(stored_rule(row), setting) for row in list_rules(world.session, layout.id)
    ]


def test_what_has_become_wrong_with_a_rule_is_a_warning(desk: Desk, world: World) -> None:
    anna = person(desk, "201", groups="Sales")
    layout = desk.layout()
    rule(desk, layout, 3, 9, group="sales")
    assert faults(desk, layout) == [None]
    change(desk, anna, groups="")
    assert faults(desk, layout) == [
        "Nobody is in the group “Sales” any more; the rule fills no key."
    ]
    change(desk, anna, groups="SALES")
    assert faults(desk, layout) == [None]
    assert faults(desk, layout, "cisco-spa504g") == [
        "The Cisco SPA504G has only 4 keys; the rule ends there."
    ]
    rule(desk, layout, 1, 2)
    rule(desk, layout, 20, 27)
    assert faults(desk, layout, "cisco-spa504g")[0] == (
        "All its keys are assigned by hand; the rule fills none."
    )
    assert faults(desk, layout, "cisco-spa504g")[2] == (
        "The rule fills no key: the Cisco SPA504G has only 4 keys."
    )


@pytest.fixture
def phones(desk: Desk, world: World) -> dict[str, Phone]:
    """Phones by what rules they have: for everyone, for sales, on a module, for slots, none."""
    person(desk, "100", groups="Sales, Support")
    layouts = {name: desk.layout(name) for name in ("everyone", "sales", "slots", "none")}
    on_module = desk.module_layout("sales on a module")
    rule(desk, layouts["everyone"], 1, 9)
    rule(desk, layouts["sales"], 1, 9, group="sales")
    rule(desk, layouts["slots"], 1, 9, kind="park_retrieve")
    rule(desk, on_module, 1, 9, group="sales")
    found = {
        name: world.phone(f"805ec000000{number}", button_layout_id=layout.id)
        for number, (name, layout) in enumerate(layouts.items())
    }
    modules = (ModuleDraft(module_slug=MODULE, layout_id=on_module.id),)
    found["module"] = world.phone("805ec0000009", modules=modules)
    return found


def bumped(desk: Desk, phones: dict[str, Phone], before: dict[str, int]) -> set[str]:
    """Which phones have a new revision; each has at most one."""
    after = {name: desk.revision(phone) for name, phone in phones.items()}
    assert all(after[name] - before[name] in {0, 1} for name in phones)
    return {name for name in phones if after[name] != before[name]}


SALES = {"sales", "module"}


def test_exactly_the_phones_whose_rules_are_about_it_are_told(
    desk: Desk, world: World, phones: dict[str, Phone]
) -> None:
    """R41, R102: coming, renaming, regrouping, going."""
    revisions = lambda: {name: desk.revision(phone) for name, phone in phones.items()}  # noqa: E731

    before = revisions()
    carl = person(desk, "203", "Carl")
    assert bumped(desk, phones, before) == {"everyone"}

    before = revisions()
    change(desk, carl, groups="sales")
    assert bumped(desk, phones, before) == SALES

    before = revisions()
    change(desk, carl, groups="Sales, Support")
    change(desk, carl, groups="SUPPORT, sales")
    assert bumped(desk, phones, before) == set()

    before = revisions()
    change(desk, carl, name="Carla")
    assert bumped(desk, phones, before) == {"everyone", *SALES}

    before = revisions()
    change(desk, carl, voicemail_number="*97")
    assert bumped(desk, phones, before) == set()

    before = revisions()
    change(desk, carl, number="204", groups="Support")
    assert bumped(desk, phones, before) == {"everyone", *SALES}

    before = revisions()
    extensions.remove_extension(world.session, carl, actor=ALICE, now=NOON)
    assert bumped(desk, phones, before) == {"everyone"}


def test_another_tenants_extensions_tell_nobody_here(
    desk: Desk, world: World, phones: dict[str, Phone]
) -> None:
    """R65: though the groups are called the same."""
    before = {name: desk.revision(phone) for name, phone in phones.items()}
    other = world.other_tenant()
    person(desk, "203", "Carl", "Sales", tenant=other)
    assert bumped(desk, phones, before) == set()
    assert [one.members for one in list_groups(world.session, other.id)] == [1]


def test_an_import_tells_each_phone_once(
    desk: Desk, world: World, phones: dict[str, Phone]
) -> None:
    carl, dora = person(desk, "203", "Carl", "Support"), person(desk, "204", "Dora")
    before = {name: desk.revision(phone) for name, phone in phones.items()}
    text = "number;groups\n203;Sales, Support\n204;Sales\n"
    plan = plan_import(read_rows(text), extensions.existing_values(world.session, world.tenant.id))
    assert [one.changes[0].after for one in plan.changed] == ["Sales, Support", "Sales"]
    extensions.import_extensions(world.session, world.tenant, plan, actor=ALICE, now=NOON)
    assert bumped(desk, phones, before) == SALES
    assert (carl.groups, dora.groups) == ("Sales, Support", "Sales")

    before = {name: desk.revision(phone) for name, phone in phones.items()}
    text = "number;sip_password;groups\n205;pw;Support\n203;;sales\n"
    plan = plan_import(read_rows(text), extensions.existing_values(world.session, world.tenant.id))
    extensions.import_extensions(world.session, world.tenant, plan, actor=ALICE, now=NOON)
    assert bumped(desk, phones, before) == {"everyone"}
    assert carl.groups == "Sales"


def test_a_changed_rule_tells_the_phones_of_its_layout(
    desk: Desk, world: World, phones: dict[str, Phone]
) -> None:
    before = {name: desk.revision(phone) for name, phone in phones.items()}
    layout = world.session.get_one(ButtonLayout, phones["none"].button_layout_id)
    row = rule(desk, layout, 1, 5)
    assert bumped(desk, phones, before) == {"none"}
    before = {name: desk.revision(phone) for name, phone in phones.items()}
    target = get_target(world.catalog, MODEL, is_for_module=False)
    told = rule_changes.change_rule(
        world.session, layout, target, row, draft(1, 5), actor=ALICE, now=NOON
    )
    assert (told, bumped(desk, phones, before)) == (0, set())


def test_a_rules_label_with_the_tenants_name_follows_it(
    desk: Desk, world: World, phones: dict[str, Phone]
) -> None:
    layout = world.session.get_one(ButtonLayout, phones["none"].button_layout_id)
    rule(desk, layout, 1, 5, label="{tenant}")
    before = {name: desk.revision(phone) for name, phone in phones.items()}
    touch_phones_that_say(world.session, world.tenant.id, "tenant", NOON)
    assert bumped(desk, phones, before) == {"none"}
