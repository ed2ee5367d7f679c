"""Steps of a layout are taken back and done again, by whoever knows what was done last."""

import pytest

from phoneprov.core.errors import NotAllowedError
from phoneprov.fleet import layout_changes
from phoneprov.layouts.buttons import list_buttons
from phoneprov.layouts.fill import FillDraft, Pattern
from phoneprov.layouts.history import MOST_STEPS, find_redo, find_undo
from phoneprov.layouts.models import ButtonLayout
from phoneprov.pbx.dialects.loader import get_dialect
from tests.integration.layouts.conftest import Desk
from tests.integration.rows import ALICE, NOON


def keys(desk: Desk, layout: ButtonLayout) -> dict[int, tuple[str, str, str]]:
    rows = list_buttons(desk.world.session, layout.id)
    return {at: (row.kind.value, row.value, row.label) for at, row in rows.items()}


def undo(desk: Desk, layout: ButtonLayout, seen: int | None = None) -> str | None:
    known = layout.step if seen is None else seen
    return layout_changes.undo_step(desk.world.session, layout, known, actor=ALICE, now=NOON)


def redo(desk: Desk, layout: ButtonLayout) -> str | None:
    return layout_changes.redo_step(desk.world.session, layout, layout.step, actor=ALICE, now=NOON)


def test_each_kind_of_change_is_a_step(desk: Desk) -> None:
    """Assign, move, clear and fill; all the way back, and forth again."""
    world, layout = desk.world, desk.layout()
    world.extension("201")
    states = [keys(desk, layout)]
    desk.assign(layout, 1, "blf", "201", "Anna")
    states.append(keys(desk, layout))
    layout_changes.move_button(world.session, world.catalog, layout, 1, 4, actor=ALICE, now=NOON)
    states.append(keys(desk, layout))
    layout_changes.clear_button(world.session, layout, 4, actor=ALICE, now=NOON)
    states.append(keys(desk, layout))
    layout_changes.fill_layout(
        world.session,
        world.catalog,
        layout,
        FillDraft(pattern=Pattern.PARK_SLOTS),
        dialect=get_dialect("asterisk"),
        actor=ALICE,
        now=NOON,
    )
    states.append(keys(desk, layout))
    words = []
    for state in reversed(states[:-1]):
        words.append(undo(desk, layout))
        assert keys(desk, layout) == state
    assert words == ["filled with park slots", "key 4 cleared", "key 1 moved to 4", "key 1 set"]
    assert undo(desk, layout) is None
    for state in states[1:]:
        assert redo(desk, layout) is not None
        assert keys(desk, layout) == state
    assert redo(desk, layout) is None


def test_a_new_change_ends_what_could_be_done_again(desk: Desk) -> None:
    layout = desk.layout()
    desk.assign(layout, 1, "line")
    undo(desk, layout)
    assert find_redo(desk.world.session, layout) is not None
    desk.assign(layout, 2, "line")
    assert find_redo(desk.world.session, layout) is None
    assert undo(desk, layout) == "key 2 set"
    assert keys(desk, layout) == {}


def test_saving_what_is_there_already_is_no_step(desk: Desk) -> None:
    layout = desk.layout()
    desk.assign(layout, 1, "line")
    desk.assign(layout, 1, "line")
    assert layout.step == 1


def test_nobody_takes_back_what_another_has_just_done(desk: Desk) -> None:
    """They are told what it was, and nothing is changed."""
    layout = desk.layout()
    desk.assign(layout, 1, "line")
    seen = layout.step
    desk.assign(layout, 2, "line")
    with pytest.raises(NotAllowedError, match=r"alice@acme\.example: key 2 set"):
        undo(desk, layout, seen)
    assert set(keys(desk, layout)) == {1, 2}


def test_a_button_comes_back_without_the_extension_that_is_gone(desk: Desk) -> None:
    world, layout = desk.world, desk.layout()
    line = world.extension("201")
    desk.assign(layout, 1, "blf", "201")
    layout_changes.clear_button(world.session, layout, 1, actor=ALICE, now=NOON)
    world.session.delete(line)
    world.session.flush()
    undo(desk, layout)
    assert keys(desk, layout) == {1: ("blf", "201", "")}
    assert list_buttons(world.session, layout.id)[1].extension_id is None


def test_the_phones_are_told_of_a_step_back(desk: Desk) -> None:
    """R41."""
    layout = desk.layout()
    phone = desk.world.phone(button_layout_id=layout.id)
    desk.assign(layout, 1, "line")
    desk.world.session.refresh(phone)
    before = phone.config_revision
    undo(desk, layout)
    desk.world.session.refresh(phone)
    assert phone.config_revision == before + 1


def test_as_many_steps_as_are_kept(desk: Desk) -> None:
    """At least fifty; older ones are forgotten."""
    layout = desk.layout()
    for number in range(MOST_STEPS + 10):
        desk.assign(layout, 1, "speed_dial", str(100 + number))
    count = 0
    while find_undo(desk.world.session, layout) is not None:
        undo(desk, layout)
        count += 1
    assert count == MOST_STEPS >= 50
