"""Copy to another model, also of another vendor: what fits, what moves, what can't (R97)."""

import pytest

from phoneprov.core.errors import InvalidValueError
from phoneprov.layouts.buttons import list_buttons
from phoneprov.layouts.copying import CopyPlan, copy_to_model, plan_copy
from phoneprov.layouts.models import ButtonLayout
from phoneprov.layouts.queries import list_layouts
from phoneprov.vendors.config import ButtonKind
from tests.integration.layouts.conftest import Desk
from tests.integration.rows import ALICE, NOON, World


def plan(desk: Desk, layout: ButtonLayout, slug: str, module: str = "") -> CopyPlan:
    world = desk.world
    return plan_copy(world.session, world.catalog, layout, slug, module)


def make(desk: Desk, layout: ButtonLayout, name: str, plan: CopyPlan) -> ButtonLayout:
    world = desk.world
    return copy_to_model(
        world.session, world.catalog, world.tenant, layout, name, plan, actor=ALICE, now=NOON
    )


def test_what_fits_stays_on_its_key(desk: Desk) -> None:
    layout = desk.layout()
    desk.assign(layout, 1, "line")
    desk.assign(layout, 3, "speed_dial", "5551234", "Taxi")
    found = plan(desk, layout, "grandstream-gxp2170")
    assert {key: row.kind for key, row in found.keys.items()} == {
        1: ButtonKind.LINE, 3: ButtonKind.SPEED_DIAL,
    }  # fmt: skip
    assert (found.moved, found.left_out, dict(found.on_module)) == ([], [], {})
    copy = make(desk, layout, "For Grandstream", found)
    row = list_buttons(desk.world.session, copy.id)[3]
    assert (row.value, row.label, copy.model_slug) == ("5551234", "Taxi", "grandstream-gxp2170")
    assert copy.is_default is False


def test_what_has_no_key_moves_to_a_free_one_or_the_module(desk: Desk, world: World) -> None:
    """Keys beyond the other model's last one: free keys first, then the module, then named."""
    layout = desk.layout()
    desk.assign(layout, 1, "line")
    for key in range(2, 28):
        desk.assign(layout, key, "speed_dial", f"555{key:03}")
    small = plan(desk, layout, "cisco-spa504g")
    assert sorted(small.keys) == [1, 2, 3, 4]
    assert len(small.left_out) == 23
    assert {one.reason for one in small.left_out} == {"no key is left for it"}
    beside = plan(desk, layout, "cisco-spa504g", "cisco-spa500s")
    assert len(beside.on_module) == 23
    assert beside.left_out == []
    copy = make(desk, layout, "For the Cisco", beside)
    extra = list_layouts(world.session, world.tenant.id, is_for_module=True)
    assert [(one.name, one.model_slug) for one in extra] == [
        ("For the Cisco, module", "cisco-spa500s")
    ]
    dialled = {
        row.value
        for one in (copy, extra[0])
        for row in list_buttons(world.session, one.id).values()
        if row.kind is ButtonKind.SPEED_DIAL
    }
    assert dialled == {f"555{key:03}" for key in range(2, 28)}


def test_a_button_beyond_the_last_key_takes_a_free_one(desk: Desk) -> None:
    layout = desk.layout()
    desk.assign(layout, 1, "line")
    desk.assign(layout, 20, "speed_dial", "5551234")
    found = plan(desk, layout, "cisco-spa504g")
    assert [(row.position, key) for row, key in found.moved] == [(20, 2)]


def test_lines_beyond_its_accounts_are_named(desk: Desk, world: World) -> None:
    layout = desk.layout()
    for number in range(5):
        world.extension(str(301 + number))
        desk.assign(layout, number + 1, "line", str(301 + number))
    found = plan(desk, layout, "cisco-spa504g")
    assert [one.button.value for one in found.left_out if "4 accounts" in one.reason] == ["304"]


@pytest.mark.parametrize(
    ("slug", "module", "field"),
    [
        ("no-such", "", "model_slug"),
        ("cisco-spa301", "", "model_slug"),
        ("cisco-spa504g", "yealink-exp43", "module_slug"),
    ],
)
def test_what_is_no_choice_is_refused(desk: Desk, slug: str, module: str, field: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        plan(desk, desk.layout(), slug, module)
    assert caught.value.field == field
