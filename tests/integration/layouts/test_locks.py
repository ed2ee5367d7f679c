"""Keys that are locked against own ones, and sorted keys (R41, R97)."""

import pytest
from sqlalchemy import select

from phoneprov.core.errors import InvalidValueError
from phoneprov.fleet import layout_changes
from phoneprov.layouts.buttons import list_buttons
from phoneprov.layouts.copying import copy_to_model, plan_copy
from phoneprov.layouts.history import find_redo, find_undo
from phoneprov.layouts.layouts import copy_layout
from phoneprov.layouts.locks import list_locks
from phoneprov.layouts.models import ButtonLayout
from phoneprov.layouts.sorting import SORTED_KINDS, Order
from phoneprov.tenancy.models import AuditEntry
from phoneprov.vendors.config import ButtonKind
from tests.integration.layouts.conftest import Desk
from tests.integration.rows import ALICE, NOON, World


def lock(desk: Desk, layout: ButtonLayout, position: int, *, is_locked: bool = True) -> int:
    return layout_changes.lock_key(
        desk.world.session, layout, position, is_locked=is_locked, actor=ALICE, now=NOON
    )


def undo(desk: Desk, layout: ButtonLayout) -> str | None:
    return layout_changes.undo_step(desk.world.session, layout, layout.step, actor=ALICE, now=NOON)


def redo(desk: Desk, layout: ButtonLayout) -> str | None:
    return layout_changes.redo_step(desk.world.session, layout, layout.step, actor=ALICE, now=NOON)


def sort(
    desk: Desk,
    layout: ButtonLayout,
    order: Order = Order.LABEL,
    kinds: tuple[ButtonKind, ...] = SORTED_KINDS,
) -> tuple[int, int]:
    world = desk.world
    return layout_changes.sort_keys(
        world.session, world.catalog, layout, order, kinds, actor=ALICE, now=NOON
    )


def values(desk: Desk, layout: ButtonLayout) -> dict[int, str]:
    rows = list_buttons(desk.world.session, layout.id)
    return {position: row.value for position, row in rows.items()}


def test_a_lock_is_a_step_that_is_taken_back_and_done_again(desk: Desk, world: World) -> None:
    """Assigned keys and empty ones; the buttons stay as they are."""
    layout = desk.layout()
    desk.assign(layout, 1, "custom", "1")
    lock(desk, layout, 1)
    lock(desk, layout, 9)
    lock(desk, layout, 1, is_locked=False)
    assert list_locks(world.session, layout.id) == {9}
    assert undo(desk, layout) == "key 1 unlocked"
    assert list_locks(world.session, layout.id) == {1, 9}
    undo(desk, layout)
    assert list_locks(world.session, layout.id) == {1}
    assert redo(desk, layout) == "key 9 locked"
    assert list_locks(world.session, layout.id) == {1, 9}
    assert values(desk, layout) == {1: "1"}


def test_locking_twice_is_one_step_and_one_row_of_the_audit(desk: Desk, world: World) -> None:
    layout = desk.layout()
    lock(desk, layout, 1)
    lock(desk, layout, 1)
    assert layout.step == 1
    audit = world.session.scalars(select(AuditEntry).where(AuditEntry.action == "layout.lock"))
    assert [one.changes for one in audit] == [{"lock of key 1": [False, True]}]


def test_the_lock_stays_with_its_key(desk: Desk, world: World) -> None:
    """Whatever its button does: clear, move, another one."""
    layout = desk.layout()
    desk.assign(layout, 1, "custom", "1")
    lock(desk, layout, 1)
    desk.move(layout, 1, 2)
    assert list_locks(world.session, layout.id) == {1}
    desk.clear(layout, 2)
    desk.assign(layout, 1, "custom", "2")
    assert list_locks(world.session, layout.id) == {1}


def test_copies_have_the_locks_too(desk: Desk, world: World) -> None:
    """Of another model those of the buttons that have a place there."""
    layout = desk.layout()
    desk.assign(layout, 1, "custom", "1")
    desk.assign(layout, 27, "custom", "27")
    for position in (1, 9, 27):
        lock(desk, layout, position)
    copy = copy_layout(world.session, layout, "Copy", actor=ALICE, now=NOON)
    assert list_locks(world.session, copy.id) == {1, 9, 27}
    plan = plan_copy(world.session, world.catalog, layout, "cisco-spa504g")
    other = copy_to_model(
        world.session, world.catalog, world.tenant, layout, "Small", plan, actor=ALICE, now=NOON
    )
    assert values(desk, other) == {1: "1", 2: "27"}
    assert list_locks(world.session, other.id) == {1, 2}


@pytest.fixture
def mixed(desk: Desk, world: World) -> ButtonLayout:
    """Lamps and dials among keys that are neither, with gaps between."""
    for number, name in (("1000", "Zoe"), ("202", "anna"), ("203", "Ben")):
        world.extension(number).name = name
    layout = desk.layout()
    desk.assign(layout, 1, "line")
    desk.assign(layout, 2, "blf", "1000")
    desk.assign(layout, 4, "blf", "202")
    desk.assign(layout, 5, "park_retrieve", "71")
    desk.assign(layout, 7, "speed_dial", "5", "Carl")
    desk.assign(layout, 9, "blf", "203", "to {name}")
    return layout


def test_keys_are_sorted_by_label_among_themselves(desk: Desk, mixed: ButtonLayout) -> None:
    """Labels as the phone shows them, whatever their case; all other keys stay."""
    before = mixed.step
    moved, _ = sort(desk, mixed)
    assert values(desk, mixed) == {1: "", 2: "202", 4: "5", 5: "71", 7: "203", 9: "1000"}
    assert (moved, mixed.step) == (4, before + 1)
    assert undo(desk, mixed) == "sorted by label"
    assert values(desk, mixed)[2] == "1000"


def test_keys_are_sorted_by_number(desk: Desk, mixed: ButtonLayout) -> None:
    """A shorter number comes first."""
    sort(desk, mixed, Order.NUMBER)
    assert values(desk, mixed) == {1: "", 2: "5", 4: "202", 5: "71", 7: "203", 9: "1000"}


def test_only_the_chosen_kinds_are_sorted(desk: Desk, mixed: ButtonLayout) -> None:
    sort(desk, mixed, Order.NUMBER, (ButtonKind.BLF,))
    assert values(desk, mixed) == {1: "", 2: "202", 4: "203", 5: "71", 7: "5", 9: "1000"}
    with pytest.raises(InvalidValueError) as refused:
        sort(desk, mixed, kinds=())
    assert refused.value.field == "kinds"


def test_locked_keys_stay_where_they_are(desk: Desk, mixed: ButtonLayout) -> None:
    lock(desk, mixed, 2)
    sort(desk, mixed, Order.NUMBER)
    assert values(desk, mixed) == {1: "", 2: "1000", 4: "5", 5: "71", 7: "202", 9: "203"}


def test_what_is_in_order_is_no_step(desk: Desk, world: World, mixed: ButtonLayout) -> None:
    """And no phone is told; else exactly those with the layout."""
    phone = world.phone(button_layout_id=mixed.id)
    other = world.phone("805ec0000009")
    before = (desk.revision(phone), desk.revision(other))
    assert sort(desk, mixed)[1] == 1
    assert (desk.revision(phone), desk.revision(other)) == (before[0] + 1, before[1])
    step = mixed.step
    assert sort(desk, mixed) == (0, 0)
    assert mixed.step == step
    assert find_undo(world.session, mixed) is not None
    assert find_redo(world.session, mixed) is None
