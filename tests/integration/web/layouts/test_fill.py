"""Fill keys, Undo and Redo on their pages."""

import pytest

from tests.integration.web.layouts.test_editor import buttons
from tests.integration.web.layouts.test_list import LIST, MODULES, add
from tests.integration.web.rows import add_extension, audit_actions
from tests.pages import Pages


def fill(person: Pages, layout_id: int, pattern: str, **fields: str) -> int:
    values = {"pattern": pattern, "own_lines": "1", "first_key": "1", "without_layout_id": "0"}
    return person.post(f"{LIST}/{layout_id}/fill", {**values, **fields}).status_code


def step(person: Pages, layout_id: int, word: str) -> str:
    """Press Undo or Redo as the page offers it; return what it says."""
    page = person.get(f"{LIST}/{layout_id}")
    (form,) = page.soup.select(f"form:has(#{word}-step)")
    fields = {str(one["name"]): str(one["value"]) for one in form.select("input")}
    answer = person.post(str(form["action"]), fields)
    assert answer.status_code == 303
    return person.get(answer.location).select_text("main")


def test_the_editor_leads_there(alice: Pages, bob: Pages) -> None:
    """R42: three desks to start from and three helpers; a viewer has none of it."""
    layout_id = add()
    assert alice.get(f"{LIST}/{layout_id}").soup.select(f'a[href="{LIST}/{layout_id}/fill"]')
    page = alice.get(f"{LIST}/{layout_id}/fill")
    assert [title.text for title in page.soup.select(".fills h2")] == [
        "Receptionist",
        "Sales rep",
        "Conference room",
        "BLF for every extension",
        "Park retrieve",
        "Own lines",
    ]
    seen = bob.get(f"{LIST}/{layout_id}")
    assert not seen.soup.select(f'a[href="{LIST}/{layout_id}/fill"], .steps')


def test_a_module_has_the_helpers_that_fit_it(alice: Pages) -> None:
    layout_id = add(is_for_module=True, model_slug="yealink-exp43")
    page = alice.get(f"{MODULES}/{layout_id}/fill")
    assert [title.text for title in page.soup.select(".fills h2")] == [
        "BLF for every extension",
        "Park retrieve",
    ]


def test_one_click_fills_and_one_takes_it_back(alice: Pages) -> None:
    """R42, R112."""
    layout_id = add()
    for number in ("201", "202"):
        add_extension("acme", number)
    assert fill(alice, layout_id, "receptionist", own_lines="2", clears="y") == 303
    assert "9 keys filled" in alice.get(f"{LIST}/{layout_id}").select_text("main")
    filled = {at: (row.kind.value, row.value) for at, row in buttons(layout_id).items()}
    assert len(filled) == 9
    assert "taken back" in step(alice, layout_id, "undo")
    assert buttons(layout_id) == {}
    assert "done again" in step(alice, layout_id, "redo")
    again = {at: (row.kind.value, row.value) for at, row in buttons(layout_id).items()}
    assert again == filled
    assert {"layout.fill", "layout.undo", "layout.redo"} <= set(audit_actions())


def test_what_did_not_fit_is_named(alice: Pages) -> None:
    """R112: by number, the first few and how many more."""
    layout_id = add()
    for number in range(200, 240):
        add_extension("acme", str(number))
    fill(alice, layout_id, "everybody")
    said = alice.get(f"{LIST}/{layout_id}").select_text("main")
    assert "27 keys filled" in said
    assert "Not on a key: blf 227; blf 228" in said
    assert "and 5 more" in said


def test_bad_input_is_told_beside_its_field_and_kept(alice: Pages) -> None:
    layout_id = add()
    fields = {"pattern": "conference_room", "own_lines": "1", "it_support": "nobody there"}
    page = alice.post(f"{LIST}/{layout_id}/fill", fields)
    assert page.status_code == 422
    assert "No extension is called" in page.select_text("#field-conference_room-it_support")
    (kept,) = page.soup.select("#conference_room-it_support")
    assert kept["value"] == "nobody there"
    assert not page.soup.select("#field-sales_rep-manager .error")
    assert buttons(layout_id) == {}


@pytest.mark.parametrize(
    "fields",
    [
        {"pattern": "no such"},
        {"pattern": ""},
        {"pattern": "sales_rep", "fellows": "99999", "manager": "1"},
        {"pattern": "own_lines", "own_lines": "x", "first_key": "1"},
        {"pattern": "own_lines", "own_lines": "1", "first_key": "-5"},
    ],
)
def test_whatever_is_posted_changes_nothing(alice: Pages, fields: dict[str, str]) -> None:
    layout_id = add()
    assert alice.post(f"{LIST}/{layout_id}/fill", fields).status_code == 422
    assert buttons(layout_id) == {}


def test_a_step_that_is_not_the_last_any_more_stays(alice: Pages) -> None:
    """Two people: the one who has not seen the newer change is told of it."""
    layout_id = add()
    fill(alice, layout_id, "own_lines")
    fill(alice, layout_id, "park_slots")
    answer = alice.post(f"{LIST}/{layout_id}/undo", {"seen": "1"})
    said = alice.get(answer.location).select_text("main")
    assert "changed meanwhile" in said
    assert "filled with park slots" in said
    assert len(buttons(layout_id)) == 6


def test_a_save_in_place_brings_the_steps_up_to_date(alice: Pages) -> None:
    layout_id = add()
    fields = {"kind": "line", "value": "", "label": ""}
    page = alice.post(f"{LIST}/{layout_id}/keys/3", fields, headers={"HX-Request": "true"})
    (steps,) = page.soup.select("#layout-steps")
    assert steps["hx-swap-oob"] == "true"
    assert [one["title"] for one in steps.select("#undo-step")] == ["Undo: key 3 set"]
    assert {one["value"] for one in steps.select("[name=seen]")} == {"1"}
