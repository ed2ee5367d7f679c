"""The editor of a layout (R31–R39, R97, R99–R108, R110)."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import Engine, event, select

from phoneprov.fleet.models import Phone
from phoneprov.layouts.models import LayoutButton
from phoneprov.web.database import db
from tests.integration.web.layouts.test_list import HTMX, LIST, MODULES, add
from tests.integration.web.rows import (
    add_extension,
    add_pbx,
    add_phone,
    change_pbx,
    open_session,
    put_on_pbx,
)
from tests.pages import Pages


def buttons(layout_id: int) -> dict[int, LayoutButton]:
    with open_session() as session:
        query = select(LayoutButton).where(LayoutButton.layout_id == layout_id)
        return {row.position: row for row in session.scalars(query)}


def save(
    person: Pages, layout_id: int, position: int, kind: str, value: str = "", label: str = ""
) -> int:
    fields = {"kind": kind, "value": value, "label": label}
    return person.post(f"{LIST}/{layout_id}/keys/{position}", fields).status_code


@pytest.fixture(autouse=True)
def asterisk() -> None:
    pbx_id = add_pbx("Asterisk")
    change_pbx(pbx_id, dialect="asterisk")
    put_on_pbx("acme", pbx_id)


def test_it_draws_every_key_of_the_page(alice: Pages) -> None:
    """R31, R99: all positions, by pages."""
    layout_id = add()
    seen: list[str] = []
    for page in (1, 2, 3):
        drawn = alice.get(f"{LIST}/{layout_id}?page={page}")
        seen += [str(key["id"]) for key in drawn.soup.select("a.key")]
        assert drawn.select_text('.key-pages [aria-current="page"]') == f"Page {page}"
    assert seen == [f"button-{position}" for position in range(1, 28)]
    for wrong in ("0", "99", "x", "-1"):
        assert alice.get(f"{LIST}/{layout_id}?page={wrong}").status_code == 200


def test_a_module_has_its_own_picture(alice: Pages) -> None:
    """R119."""
    layout_id = add(is_for_module=True, model_slug="yealink-exp43")
    page = alice.get(f"{MODULES}/{layout_id}?page=3")
    assert [key["id"] for key in page.soup.select("a.key")] == [
        f"button-{position}" for position in range(41, 61)
    ]
    assert not page.soup.select(".screen")


def test_every_key_is_named_for_those_who_do_not_see_it(alice: Pages) -> None:
    layout_id = add()
    add_extension("acme", "202", name="Ben Koch")
    save(alice, layout_id, 2, "blf", "202")
    page = alice.get(f"{LIST}/{layout_id}")
    names = [str(key["aria-label"]) for key in page.soup.select("a.key")][:3]
    assert names == ["Key 1: empty", "Key 2: BLF Ben Koch", "Key 3: empty"]


def test_a_click_opens_the_form_of_the_key(alice: Pages) -> None:
    """R31: with script beside the picture, without on the same page."""
    layout_id = add()
    address = f"{LIST}/{layout_id}/keys/12"
    fragment, page = alice.get(address, HTMX), alice.get(address)
    assert not fragment.is_page
    assert fragment.select_text("h2") == "Key 12"
    assert page.select_text("#key-form h2") == "Key 12"
    assert page.soup.select_one("#button-12")
    options = [option.text for option in page.soup.select("#kind option")]
    assert options == [
        "Line",
        "BLF",
        "Speed Dial",
        "Feature Code",
        "Park",
        "Park Retrieve",
        "Conference",
        "Custom",
    ]


@pytest.mark.parametrize("position", [0, 28, 1000])
def test_a_key_that_the_model_has_not_is_not_there(alice: Pages, position: int) -> None:
    assert alice.get(f"{LIST}/{add()}/keys/{position}").status_code == 404


@pytest.mark.parametrize(
    ("kind", "asks"),
    [
        ("blf", "Extension"),
        ("speed_dial", "Number"),
        ("feature_code", "Feature or code"),
        ("park_retrieve", "Slot"),
        ("custom", "Dial string"),
    ],
)
def test_another_type_asks_for_other_things(alice: Pages, kind: str, asks: str) -> None:
    """R100: what was typed stays."""
    address = f"{LIST}/{add()}/keys/1?kind={kind}&value=12&label=Mine"
    form = alice.get(address, HTMX)
    assert form.select_text('label[for="value"]') == asks
    assert 'value="Mine"' in form.text
    assert form.soup.select_one(f'option[value="{kind}"][selected]')


def test_features_and_slots_are_those_of_the_pbx(alice: Pages) -> None:
    """R104, R106."""
    page = alice.get(f"{LIST}/{add()}/keys/1?kind=feature_code", HTMX)
    assert page.soup.select_one('#features option[value="Queue pause"]').text == "*46"  # type: ignore[union-attr]
    assert [one["value"] for one in page.soup.select("#slots option")] == [
        "71",
        "72",
        "73",
        "74",
        "75",
    ]


def test_save_swaps_the_key_and_the_counts(alice: Pages) -> None:
    """R31, R110: one request, nothing else of the page."""
    layout_id = add()
    phone_id = add_phone("acme", "805ec0000001", button_layout_id=layout_id)
    add_extension("acme", "202", name="Ben Koch")
    fields = {"kind": "blf", "value": "202 Ben Koch", "label": ""}
    answer = alice.post(f"{LIST}/{layout_id}/keys/3", fields, HTMX)
    assert answer.status_code == 200
    assert not answer.is_page
    assert [key["id"] for key in answer.soup.select(".key")] == ["button-3"]
    assert answer.select_text("#button-3 .key-label") == "Ben Koch"
    assert "1 of 27 keys assigned" in answer.select_text("#layout-counts")
    assert "0 of 1 phone has it" in answer.select_text("#layout-counts")
    assert "1 phone takes it by" in answer.select_text("#key-form")
    with open_session() as session:
        assert session.get_one(Phone, phone_id).config_revision == 2


def test_without_script_save_loads_the_page_of_the_key(alice: Pages) -> None:
    layout_id = add()
    answer = alice.post(f"{LIST}/{layout_id}/keys/12", {"kind": "line"})
    assert (answer.status_code, answer.location) == (303, f"{LIST}/{layout_id}?page=2")
    assert "Key 12 saved." in alice.get(answer.location).text


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("blf", "", "which extension"),
        ("blf", "Nobody here", "No extension"),
        ("line", "999", "No extension"),
        ("park_retrieve", "99", "Slots of this PBX"),
        ("dance", "", "Choose what the key does"),
        ("custom", "{x}", "There is no variable {x}"),
    ],
)
def test_what_cant_be_is_said_at_once(alice: Pages, kind: str, value: str, message: str) -> None:
    """R100: 422 with the form as it was typed."""
    layout_id = add()
    fields = {"kind": kind, "value": value, "label": "Kept"}
    for headers in (HTMX, {}):
        answer = alice.post(f"{LIST}/{layout_id}/keys/1", fields, headers)
        assert answer.status_code == 422
        assert message in answer.text
        assert 'value="Kept"' in answer.text
    assert buttons(layout_id) == {}


def test_a_feature_is_kept_by_name(alice: Pages) -> None:
    """R35: so that it follows the PBX."""
    layout_id = add()
    save(alice, layout_id, 1, "feature_code", "queue PAUSE")
    save(alice, layout_id, 2, "feature_code", "*46")
    rows = buttons(layout_id)
    assert (rows[1].value, rows[2].value) == ("queue_pause", "*46")
    assert 'value="Queue pause"' in alice.get(f"{LIST}/{layout_id}/keys/1", HTMX).text


def test_the_second_of_two_editors_is_told(alice: Pages, petra: Pages) -> None:
    """Nothing is overwritten silently; a second Save means it."""
    layout_id = add()
    address = f"{LIST}/{layout_id}/keys/1"
    forms = [person.get(address, HTMX) for person in (alice, petra)]
    seen = [str(form.soup.select_one("[name=seen]")["value"]) for form in forms]  # type: ignore[index]
    petra.post(address, {"kind": "custom", "value": "22", "label": "Two", "seen": seen[1]})
    mine = {"kind": "custom", "value": "11"}
    told = alice.post(address, mine | {"seen": seen[0]}, HTMX)
    assert told.status_code == 422
    assert "it is now custom 22 “Two”" in told.text
    assert buttons(layout_id)[1].value == "22"
    again = str(told.soup.select_one("[name=seen]")["value"])  # type: ignore[index]
    assert alice.post(address, mine | {"seen": again}, HTMX).status_code == 200
    assert buttons(layout_id)[1].value == "11"


def test_clearing_empties_the_key(alice: Pages) -> None:
    """R109."""
    layout_id = add()
    save(alice, layout_id, 1, "line")
    answer = alice.post(f"{LIST}/{layout_id}/keys/1/clear", headers=HTMX)
    assert answer.select_text("#button-1 .key-label") == "empty"
    assert buttons(layout_id) == {}


def test_moving_swaps_two_keys(alice: Pages) -> None:
    layout_id = add()
    save(alice, layout_id, 1, "custom", "1", "One")
    save(alice, layout_id, 2, "custom", "2", "Two")
    answer = alice.post(f"{LIST}/{layout_id}/keys/1/move", {"to": "2"}, HTMX)
    assert answer.select_text("#button-1 .key-label") == "Two"
    assert answer.select_text("#button-2 .key-label") == "One"
    refused = alice.post(f"{LIST}/{layout_id}/keys/1/move", {"to": "99"}, HTMX)
    assert refused.status_code == 422
    assert "has keys 1 to 27" in refused.text


def test_a_key_whose_extension_is_gone_is_flagged(alice: Pages) -> None:
    """R102: on the key, and counted for the layout."""
    layout_id = add()
    extension_id = add_extension("acme", "202")
    save(alice, layout_id, 1, "blf", "202")
    save(alice, layout_id, 2, "line", "202")
    warned = alice.get(f"/t/acme/extensions/{extension_id}/delete")
    assert warned.soup.select_one(f'main a[href="{LIST}/{layout_id}"]')
    alice.post(f"/t/acme/extensions/{extension_id}/delete")
    page = alice.get(f"{LIST}/{layout_id}")
    assert "2 need another look" in page.select_text("#layout-counts")
    assert "No extension has the number 202." in str(page.soup.select_one("#button-1"))
    assert "does nothing" in str(page.soup.select_one("#button-2"))
    assert "2 keys need another look" in alice.get(LIST).select_text(f"#layout-{layout_id}")


def test_a_label_is_cut_where_the_phone_cuts_it(alice: Pages) -> None:
    """R99: the whole is in its name."""
    layout_id = add(model_slug="grandstream-gxp2170")
    label = "A name that is much longer than any key of any phone would ever show"[:60]
    save(alice, layout_id, 1, "custom", "1", label)
    page = alice.get(f"{LIST}/{layout_id}")
    key = page.soup.select_one("#button-1")
    assert key is not None
    assert label in str(key["aria-label"])


def test_hostile_labels_stay_text(alice: Pages) -> None:
    layout_id = add(name="<script>alert(1)</script>")
    save(alice, layout_id, 1, "custom", '"><img src=x>', "<b>'\"&{name}")
    for address in (LIST, f"{LIST}/{layout_id}", f"{LIST}/{layout_id}/keys/1"):
        page = alice.get(address)
        assert not page.soup.select("main img, main b")
        assert "<script>alert" not in page.text


def test_a_save_costs_the_same_however_many_phones_use_it(app: Flask, alice: Pages) -> None:
    layout_id = add()
    add_phone("acme", "805ec0000001", button_layout_id=layout_id)

    def cost(value: str) -> int:
        with app.app_context(), counted(db.engine) as statements:
            assert save(alice, layout_id, 1, "custom", value) == 303
        return len(statements)

    cost("warm")
    few = cost("few")
    for number in range(2, 40):
        add_phone("acme", f"805ec00000{number:02x}", button_layout_id=layout_id)
    assert cost("many") == few


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(*arguments: object) -> None:
        statements.append(str(arguments[2]))

    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)
