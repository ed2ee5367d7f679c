"""Fill many keys in one step, and what happens where they end."""

from dataclasses import replace

import pytest

from phoneprov.core.errors import InvalidValueError
from phoneprov.fleet import layout_changes
from phoneprov.layouts.buttons import list_buttons
from phoneprov.layouts.fill import FillDraft, Filled, Pattern
from phoneprov.layouts.models import ButtonLayout
from phoneprov.pbx.dialects.loader import get_dialect
from tests.integration.layouts.conftest import Desk
from tests.integration.rows import ALICE, NOON

DIALECT = get_dialect("asterisk")
SLOTS = [("park_retrieve", slot) for slot in ("71", "72", "73", "74", "75")]


def fill(desk: Desk, layout: ButtonLayout, draft: FillDraft) -> Filled:
    filled, _ = layout_changes.fill_layout(
        desk.world.session,
        desk.world.catalog,
        layout,
        draft,
        dialect=DIALECT,
        actor=ALICE,
        now=NOON,
    )
    return filled


def keys(desk: Desk, layout: ButtonLayout) -> dict[int, tuple[str, str]]:
    rows = list_buttons(desk.world.session, layout.id)
    return {position: (row.kind.value, row.value) for position, row in rows.items()}


def people(desk: Desk, count: int) -> list[int]:
    return [desk.world.extension(str(200 + number)).id for number in range(1, count + 1)]


def test_a_receptionist_sees_everybody_and_the_slots(desk: Desk) -> None:
    """R42, R112: main lines, a lamp for every extension, park retrieve 71 to 75."""
    people(desk, 3)
    layout = desk.layout()
    filled = fill(desk, layout, FillDraft(pattern=Pattern.RECEPTIONIST, own_lines=2))
    wanted = [("line", "")] * 2 + [("blf", number) for number in ("201", "202", "203")] + SLOTS
    assert keys(desk, layout) == dict(enumerate(wanted, start=1))
    assert filled == Filled(placed=10, left_out=())


def test_where_the_keys_end_the_lamps_give_way_and_are_named(desk: Desk) -> None:
    """R112: the T46U has 27 keys; 2 lines and 5 slots leave room for 20 lamps."""
    people(desk, 25)
    layout = desk.layout()
    filled = fill(desk, layout, FillDraft(pattern=Pattern.RECEPTIONIST, own_lines=2))
    found = keys(desk, layout)
    assert [found[position] for position in range(23, 28)] == SLOTS
    assert found[22] == ("blf", "220")
    assert filled.left_out == ("blf 221", "blf 222", "blf 223", "blf 224", "blf 225")


def test_the_rest_comes_onto_a_module(desk: Desk) -> None:
    """R112: over pages and modules as far as they reach."""
    people(desk, 25)
    layout, module = desk.layout(), desk.module_layout()
    fill(desk, layout, FillDraft(pattern=Pattern.RECEPTIONIST, own_lines=2))
    rest = FillDraft(pattern=Pattern.EVERYBODY, own_lines=0, without_layout_id=layout.id)
    assert fill(desk, module, rest).left_out == ()
    assert [value for _, value in keys(desk, module).values()] == [
        "221",
        "222",
        "223",
        "224",
        "225",
    ]


def test_another_tenants_layout_leaves_nobody_out(desk: Desk) -> None:
    people(desk, 2)
    foreign = desk.layout(tenant=desk.world.other_tenant())
    layout = desk.layout()
    draft = FillDraft(pattern=Pattern.EVERYBODY, without_layout_id=foreign.id)
    assert fill(desk, layout, draft).placed == 2


def test_an_extension_added_later_is_the_only_one_that_is_added(desk: Desk) -> None:
    """R112: filling again adds who is missing, on the free keys."""
    people(desk, 3)
    layout = desk.layout()
    everybody = FillDraft(pattern=Pattern.EVERYBODY)
    fill(desk, layout, everybody)
    desk.world.extension("250")
    assert fill(desk, layout, everybody) == Filled(placed=1, left_out=())
    assert keys(desk, layout)[4] == ("blf", "250")


def test_a_sales_rep_watches_fellows_and_can_pause(desk: Desk) -> None:
    """R113: own lines, chosen fellows, the manager, the queue pause code."""
    ids = people(desk, 4)
    layout = desk.layout()
    draft = FillDraft(
        pattern=Pattern.SALES_REP, own_lines=1, fellows=(ids[1], ids[3]), manager="203"
    )
    fill(desk, layout, draft)
    assert list(keys(desk, layout).values()) == [
        ("line", ""),
        ("blf", "202"),
        ("blf", "204"),
        ("speed_dial", "203"),
        ("feature_code", "queue_pause"),
    ]


def test_a_conference_room_reaches_help(desk: Desk) -> None:
    """R114: main line, IT support and front desk; an outside number will do."""
    people(desk, 1)
    layout = desk.layout()
    draft = FillDraft(
        pattern=Pattern.CONFERENCE_ROOM, it_support="+49 30 1234567", front_desk="Person 201"
    )
    fill(desk, layout, draft)
    rows = list_buttons(desk.world.session, layout.id)
    assert [(row.kind.value, row.value, row.label) for row in rows.values()] == [
        ("line", "", ""),
        ("speed_dial", "+49 30 1234567", "IT support"),
        ("speed_dial", "201", "Front desk"),
    ]


def test_it_fills_only_what_is_free(desk: Desk) -> None:
    layout = desk.layout()
    desk.assign(layout, 2, "speed_dial", "0301234567")
    fill(desk, layout, FillDraft(pattern=Pattern.PARK_SLOTS))
    found = keys(desk, layout)
    assert found[2] == ("speed_dial", "0301234567")
    assert [found[position] for position in (1, 3, 4, 5, 6)] == SLOTS


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (FillDraft(pattern=Pattern.PARK_SLOTS, first_key=28), "first_key"),
        (FillDraft(pattern=Pattern.PARK_SLOTS, first_key=0), "first_key"),
        (FillDraft(pattern=Pattern.OWN_LINES, own_lines=17), "own_lines"),
        (FillDraft(pattern=Pattern.SALES_REP, manager=""), "manager"),
        (FillDraft(pattern=Pattern.SALES_REP, manager="nobody"), "manager"),
        (FillDraft(pattern=Pattern.CONFERENCE_ROOM, it_support="1\n2", front_desk="9"), None),
        (FillDraft(pattern=Pattern.CONFERENCE_ROOM, it_support="9" * 200), "it_support"),
    ],
)
def test_a_mistake_changes_nothing(desk: Desk, draft: FillDraft, field: str | None) -> None:
    layout = desk.layout()
    desk.assign(layout, 1, "line")
    if field is None:  # blanks of any kind are one blank
        fill(desk, layout, replace(draft, clears=True))
        assert keys(desk, layout)[2] == ("speed_dial", "1 2")
        return
    with pytest.raises(InvalidValueError) as caught:
        fill(desk, layout, replace(draft, clears=True))
    assert caught.value.field == field
    assert keys(desk, layout) == {1: ("line", "")}


def test_it_tells_exactly_the_phones_on_the_layout(desk: Desk) -> None:
    """R41: one new revision each, however many keys."""
    layout = desk.layout()
    mine = desk.world.phone("805ec0000001", button_layout_id=layout.id)
    other = desk.world.phone("805ec0000002")
    before = mine.config_revision, other.config_revision
    people(desk, 5)
    fill(desk, layout, FillDraft(pattern=Pattern.EVERYBODY))
    desk.world.session.refresh(mine)
    desk.world.session.refresh(other)
    assert (mine.config_revision, other.config_revision) == (before[0] + 1, before[1])
