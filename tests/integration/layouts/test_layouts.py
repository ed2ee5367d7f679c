"""Add, change, copy, delete a layout; the default (R29, R30, R46, R96–R98, R119)."""

import pytest
from sqlalchemy import func, select

from phoneprov.core.errors import InvalidValueError
from phoneprov.fleet import layout_changes
from phoneprov.fleet.layout_uses import count_uses, list_users
from phoneprov.layouts.buttons import list_buttons
from phoneprov.layouts.drafts import LayoutDraft
from phoneprov.layouts.layouts import copy_layout, set_default
from phoneprov.layouts.models import ButtonLayout, LayoutButton
from phoneprov.layouts.queries import find_default, find_layout, list_layouts
from phoneprov.tenancy.models import AuditEntry
from tests.integration.layouts.conftest import MODEL, MODULE, Desk
from tests.integration.rows import ALICE, NOON, World


def update(world: World, layout: ButtonLayout, **fields: object) -> int:
    plain: dict[str, object] = {
        "name": layout.name,
        "model_slug": layout.model_slug,
        "is_for_module": layout.is_for_module,
        "is_default": layout.is_default,
    }
    draft = LayoutDraft(**(plain | fields))  # type: ignore[arg-type]
    return layout_changes.update_layout(
        world.session, world.catalog, layout, draft, actor=ALICE, now=NOON
    )


def default(desk: Desk, layout: ButtonLayout, *, is_default: bool = True) -> None:
    set_default(desk.world.session, layout, is_default=is_default, actor=ALICE, now=NOON)


def test_it_adds_an_empty_layout_for_a_model(desk: Desk, world: World) -> None:
    """R29."""
    layout = desk.layout(" Front desk ", description="For reception")
    assert (layout.name, layout.description, layout.model_slug) == (
        "Front desk",
        "For reception",
        MODEL,
    )
    assert list_buttons(world.session, layout.id) == {}
    assert "layout.add" in world.session.scalars(select(AuditEntry.action)).all()


@pytest.mark.parametrize("name", ["", "  ", "Front desk", "front DESK", "a\x00b", "x" * 65])
def test_a_name_is_needed_and_unique_in_the_tenant(desk: Desk, name: str) -> None:
    """R97."""
    desk.layout()
    with pytest.raises(InvalidValueError) as refused:
        desk.layout(name)
    assert refused.value.field == "name"


def test_another_tenant_and_a_module_layout_may_have_the_same_name(desk: Desk) -> None:
    desk.layout()
    desk.layout(tenant=desk.world.other_tenant())
    desk.module_layout("Front desk")


@pytest.mark.parametrize(
    ("slug", "is_for_module"), [("no-such", False), (MODULE, False), (MODEL, True)]
)
def test_only_a_model_of_the_catalogue(desk: Desk, slug: str, is_for_module: object) -> None:
    with pytest.raises(InvalidValueError) as refused:
        desk.layout(model_slug=slug, is_for_module=is_for_module)
    assert refused.value.field == "model_slug"


def test_there_is_one_default_for_each_model_and_tenant(desk: Desk, world: World) -> None:
    """R30: making another the default moves the mark."""
    first, second = desk.layout("First", is_default=True), desk.layout("Second")
    foreign = desk.layout("First", tenant=world.other_tenant(), is_default=True)
    other_model = desk.layout("Other", model_slug="polycom-vvx-411", is_default=True)
    default(desk, second)
    world.session.expire_all()
    assert [one.is_default for one in (first, second, foreign, other_model)] == [
        False,
        True,
        True,
        True,
    ]
    assert find_default(world.session, world.tenant.id, MODEL) == second.id
    default(desk, second, is_default=False)
    assert find_default(world.session, world.tenant.id, MODEL) is None


def test_the_default_counts_for_new_phones_and_changes_none_that_exist(
    desk: Desk, world: World
) -> None:
    """R98: for every way of adding, because the verb itself looks it up."""
    before = world.phone("805ec0000001")
    layout = desk.layout(is_default=True)
    after = world.phone("805ec0000002")
    assert (before.button_layout_id, after.button_layout_id) == (None, layout.id)
    assert desk.revision(before) == 1


def test_nothing_else_than_what_phones_see_bumps_their_revision(desk: Desk, world: World) -> None:
    layout = desk.layout()
    phone = world.phone(button_layout_id=layout.id)
    assert update(world, layout, name="Desk", description="New", is_default=True) == 0
    assert (layout.name, layout.is_default, desk.revision(phone)) == ("Desk", True, 1)
    assert update(world, layout, leaves_out_own=False) == 1
    assert desk.revision(phone) == 2


def test_the_model_changes_only_while_there_are_no_buttons_and_no_phones(
    desk: Desk, world: World
) -> None:
    """R97."""
    layout = desk.layout(is_default=True)
    update(world, layout, model_slug="yealink-t43u")
    assert (layout.model_slug, layout.is_default) == ("yealink-t43u", True)
    assert find_default(world.session, world.tenant.id, MODEL) is None
    update(world, layout, model_slug=MODEL)
    phone = world.phone(button_layout_id=layout.id)
    with pytest.raises(InvalidValueError, match="1 phone of this model"):
        update(world, layout, model_slug="yealink-t43u")
    world.session.delete(phone)
    desk.assign(layout, 1, "line")
    with pytest.raises(InvalidValueError, match="1 button") as refused:
        update(world, layout, model_slug="yealink-t43u")
    assert refused.value.field == "model_slug"


def test_a_copy_has_all_buttons_and_is_nobodys_default(desk: Desk, world: World) -> None:
    world.extension("201")
    layout = desk.layout(is_default=True, leaves_out_own=False)
    desk.assign(layout, 3, "blf", "201", "{name}")
    copy = copy_layout(world.session, layout, "Copy", actor=ALICE, now=NOON)
    assert (copy.is_default, copy.leaves_out_own, copy.model_slug) == (False, False, MODEL)
    row, original = (list_buttons(world.session, one.id)[3] for one in (copy, layout))
    assert (row.kind, row.value, row.label, row.extension_id) == (
        original.kind,
        "201",
        "{name}",
        original.extension_id,
    )
    desk.clear(copy, 3)
    assert 3 in list_buttons(world.session, layout.id)
    with pytest.raises(InvalidValueError):
        copy_layout(world.session, layout, "copy", actor=ALICE, now=NOON)


def test_deleting_takes_it_off_its_phones_and_tells_them(desk: Desk, world: World) -> None:
    """R96, R109: phones and modules stay."""
    layout, module_layout = desk.layout(), desk.module_layout()
    desk.assign(layout, 1, "line")
    phone = world.phone("805ec0000001", button_layout_id=layout.id)
    bystander = world.phone("805ec0000002")
    remove = layout_changes.remove_layout
    assert remove(world.session, layout, actor=ALICE, now=NOON) == 1
    assert desk.revision(phone) == 2
    assert phone.button_layout_id is None
    assert desk.revision(bystander) == 1
    assert world.session.scalar(select(func.count()).select_from(LayoutButton)) == 0
    assert remove(world.session, module_layout, actor=ALICE, now=NOON) == 0


def test_it_lists_by_name_and_only_the_tenants(desk: Desk, world: World) -> None:
    globex = world.other_tenant()
    foreign = desk.layout("Foreign", tenant=globex)
    desk.layout("beta")
    desk.layout("Alpha")
    desk.layout("Gamma", model_slug="polycom-vvx-411")
    desk.module_layout()
    own = world.tenant.id
    assert [one.name for one in list_layouts(world.session, own)] == ["Alpha", "beta", "Gamma"]
    fitting = list_layouts(world.session, own, model_slug=MODEL)
    assert [one.name for one in fitting] == ["Alpha", "beta"]
    modules = list_layouts(world.session, own, is_for_module=True)
    assert [one.name for one in modules] == ["Everybody"]
    assert find_layout(world.session, own, foreign.id) is None


def test_it_counts_phones_once_however_often_they_use_it(desk: Desk, world: World) -> None:
    """R96, R119."""
    from phoneprov.fleet.drafts import ModuleDraft

    layout, module_layout = desk.layout(), desk.module_layout()
    twice = (ModuleDraft(module_slug=MODULE, layout_id=module_layout.id),) * 2
    phones = [
        world.phone("805ec0000001", button_layout_id=layout.id, modules=twice),
        world.phone("805ec0000002", button_layout_id=layout.id),
    ]
    assert count_uses(world.session, world.tenant.id) == {layout.id: 2, module_layout.id: 1}
    assert list_users(world.session, layout) == phones
    assert list_users(world.session, module_layout) == phones[:1]
    assert count_uses(world.session, world.other_tenant().id) == {}
