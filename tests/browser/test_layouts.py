"""The editor of a layout in a real browser: in place, by keyboard, on a telephone."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.rigs.components import require_component
from tests.rigs.place import Place, open_place

pytestmark = [pytest.mark.component("chromium")]

MARK_ALL = "document.querySelectorAll('.key').forEach((key) => (key.dataset.seen = '1'))"
FOCUSED = "#kind:focus"
"""The form is there and settled: its first field has the focus."""
NOT_MARKED = "[...document.querySelectorAll('.key:not([data-seen])')].map((key) => key.id)"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    require_component("chromium")
    with open_place(tmp_path_factory.mktemp("layouts")) as opened:
        yield opened


def test_saving_a_key_swaps_that_key_and_nothing_else(place: Place) -> None:
    """R31, R100: the form follows the type; what can't be is said in the form."""
    page = place.page()
    page.goto(place.layout("In place"))
    page.evaluate(MARK_ALL)
    page.click("#button-3")
    page.wait_for_selector(FOCUSED)
    page.select_option("#kind", "speed_dial")
    page.wait_for_selector("label[for=value]:text-is('Number')")
    page.click("text=Save key 3")
    page.wait_for_selector("text=Type the number it dials.")
    page.fill("#value", "+49 30 5550101")
    page.fill("#label", "Boss")
    page.click("text=Save key 3")
    page.wait_for_selector("#button-3 .key-label:text-is('Boss')")
    assert page.evaluate(NOT_MARKED) == ["button-3"]
    assert "1 of 27 keys assigned" in page.inner_text("#layout-counts")
    page.reload()
    assert page.inner_text("#button-3 .key-label") == "Boss"


def test_a_key_is_assigned_by_keyboard_alone(place: Place) -> None:
    """R99."""
    page = place.page()
    page.goto(place.layout("Keyboard"))
    page.focus("#button-1")
    page.keyboard.press("Enter")
    page.wait_for_selector(FOCUSED)
    page.keyboard.type("Cus")
    page.keyboard.press("Tab")
    page.wait_for_selector("label[for=value]:text-is('Dial string')")
    page.focus("#value")
    page.keyboard.type("*72,,1#")
    page.keyboard.press("Enter")
    page.wait_for_selector("#button-1 .key-label:text-is('*72,,1#')")


@pytest.mark.parametrize("width", [390, 1440])
def test_everybody_can_use_it(place: Place, width: int) -> None:
    """Nothing is cut off, and axe finds nothing at all."""
    address = place.layout(f"Wide {width}")
    page = place.page(width)
    for path in (
        address,
        f"{address}/keys/2",
        f"{address}/fill",
        f"{address}/edit",
        f"{address}/delete",
    ):
        page.goto(path)
        assert Axe().run(page).response["violations"] == [], path
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path


def test_it_works_without_script(place: Place) -> None:
    """R31: each key is a link, each form a form."""
    address = place.layout("Without script")
    context = place.browser.new_context(java_script_enabled=False, storage_state=place.login)
    page = context.new_page()
    page.goto(address)
    page.click("text=Page 2")
    page.click("#button-12")
    page.select_option("#kind", "custom")
    page.fill("#value", "77")
    page.click("text=Save key 12")
    assert page.inner_text("#button-12 .key-label") == "77"
    assert "Key 12 saved." in page.inner_text("main")
    context.close()


def test_the_three_desks_are_built_in_a_minute(place: Place) -> None:
    """R42, R112, R113, R114: each in one step, then adapted key by key."""
    for title, fields, keys in (
        ("Receptionist", {"own_lines": "2"}, 2 + 12 + 5),
        ("Sales rep", {"manager": "1001"}, 1 + 2 + 2),
        ("Conference room", {"it_support": "1002", "front_desk": "1001"}, 3),
    ):
        page = place.page()
        page.goto(place.layout(f"Desk of a {title}"))
        page.click("text=Fill keys")
        name = title.lower().replace(" ", "_")
        for field, value in fields.items():
            page.fill(f"#{name}-{field}", value)
        if title == "Sales rep":
            page.select_option(f"#{name}-fellows", index=[3, 4])
        page.click(f"form[aria-labelledby={name}-title] button")
        page.wait_for_selector(f"text={keys} keys filled")
        page.click("#button-1")
        page.wait_for_selector(FOCUSED)
        page.fill("#label", "Main")
        page.click("text=Save key 1")
        page.wait_for_selector("#button-1 .key-label:text-is('Main')")
        page.context.close()


def test_steps_are_taken_back_by_keyboard_after_a_reload(place: Place) -> None:
    """Undo and Redo know what they do, and leave a field that is being typed in alone."""
    page = place.page()
    page.goto(place.layout("Steps"))
    page.click("#button-2")
    page.wait_for_selector(FOCUSED)
    page.select_option("#kind", "custom")
    page.wait_for_selector("label[for=value]:text-is('Dial string')")
    page.fill("#value", "77")
    page.keyboard.press("Control+z")
    page.fill("#value", "78")
    page.click("text=Save key 2")
    page.wait_for_selector("#undo-step:not([disabled])")
    page.reload()
    page.focus("#button-1")
    page.keyboard.press("Control+z")
    page.wait_for_selector("text=Key 2 set: taken back.")
    assert page.inner_text("#button-2 .key-label").strip() in {"", "empty"}
    page.keyboard.press("Control+Shift+z")
    page.wait_for_selector("text=Key 2 set: done again.")
    assert page.inner_text("#button-2 .key-label") == "78"
    assert page.is_disabled("#redo-step")


def test_another_model_in_the_phone_form_offers_its_own_layouts(place: Place) -> None:
    """R82: what was typed stays."""
    place.layout("For the T46U")
    page = place.page()
    page.goto(f"{place.url}/t/demo/phones/add?model=yealink-t46u")
    page.fill("#display_name", "Typed before")
    page.select_option("#button_layout_id", label="For the T46U")
    page.select_option("#model_slug", "cisco-spa303")
    page.wait_for_selector("text=Does not fit the Cisco SPA303 and goes: For the T46U.")
    assert page.query_selector("[name=modules]") is None
    assert page.input_value("#button_layout_id") == "default"
    assert page.input_value("#display_name") == "Typed before"
