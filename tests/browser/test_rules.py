"""Rules of a layout in a real browser: by keyboard, with what they give while one types."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.test_layouts import Place, place

__all__ = ["place"]
pytestmark = [pytest.mark.component("chromium")]


def test_a_rule_is_made_by_keyboard_alone(place: Place) -> None:
    """From the editor and back, with the list of keys following what is typed."""
    address = place.layout("By rule")
    page = place.page()
    page.goto(address)
    page.focus("#layout-rules a.button")
    page.keyboard.press("Enter")
    page.wait_for_selector("#rule-preview li:has-text('Key 1')")
    page.focus("#kind")
    page.keyboard.type("Park")
    page.wait_for_selector("#rule-preview li:has-text('Slot 71')")
    assert page.evaluate("document.activeElement.id") == "kind"
    assert page.locator("#order").count() == 0
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "first_key"
    page.keyboard.type("20")
    page.keyboard.press("Tab")
    page.keyboard.type("22")
    page.wait_for_selector("#rule-preview:has-text('slot 74, slot 75')")
    page.keyboard.press("Enter")
    page.wait_for_selector("#layout-rules td:text-is('20–22')")
    assert (
        page.get_attribute("#button-20", "aria-label")
        == "Key 20: Park Retrieve Slot 71 (by a rule)"
    )
    page.context.close()


def test_a_key_taken_out_of_a_rule_moves_the_others_up(place: Place) -> None:
    """One save swaps all keys of the rule, and the list below."""
    address = place.layout("Out of a rule")
    page = place.page()
    page.goto(f"{address}/rules/add")
    page.fill("#first_key", "2")
    page.fill("#last_key", "4")
    page.click("text=Add rule")
    page.wait_for_selector("#button-2.has-rule")
    first = page.inner_text("#button-2 .key-label")
    page.click("#button-2")
    page.wait_for_selector("#key-rule")
    page.select_option("#kind", "custom")
    page.wait_for_selector("label[for=value]:text-is('Dial string')")
    page.fill("#value", "*72")
    page.click("text=Save key 2")
    page.wait_for_selector("#button-2:not(.has-rule)")
    assert page.inner_text("#button-3 .key-label") == first
    assert "2 keys" in page.inner_text("#layout-rules")
    page.context.close()


def test_only_the_rule_takes_away_what_it_put_on_a_key(place: Place) -> None:
    """Delete and Alt with an arrow say so; what is on the key can be copied and dragged onto."""
    address = place.layout("Of a rule")
    page = place.page()
    page.goto(f"{address}/rules/add")
    page.fill("#last_key", "3")
    with page.expect_navigation():
        page.click("text=Add rule")
    page.focus("#button-2")
    name = page.get_attribute("#button-2", "aria-label")
    page.keyboard.press("Delete")
    page.wait_for_selector("#live:has-text('A rule fills this key')", state="attached")
    page.keyboard.press("Alt+ArrowDown")
    page.wait_for_selector("#live:has-text('moved')", state="attached")
    assert page.get_attribute("#button-2", "aria-label") == name
    page.keyboard.press("Control+c")
    page.focus("#button-9")
    page.keyboard.press("Control+v")
    page.wait_for_selector("#button-9.is-assigned:not(.has-rule)")
    assert page.get_attribute("#button-2", "aria-label") != name
    page.context.close()


@pytest.mark.parametrize("width", [390, 1440])
def test_everybody_can_use_it(place: Place, width: int) -> None:
    """Nothing is cut off, and axe finds nothing at all."""
    address = place.layout(f"Ruled {width}")
    page = place.page(width)
    page.goto(f"{address}/rules/add")
    page.fill("#last_key", "4")
    page.click("text=Add rule")
    page.wait_for_selector("#button-2.has-rule")
    for path in (address, f"{address}/keys/2", f"{address}/rules/add", "/t/demo/extensions/1/edit"):
        page.goto(path if path.startswith("http") else place.url + path)
        assert Axe().run(page).response["violations"] == [], path
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
    page.context.close()


def test_it_works_without_script(place: Place) -> None:
    address = place.layout("Ruled without script")
    context = place.browser.new_context(java_script_enabled=False, storage_state=place.login)
    page = context.new_page()
    page.goto(f"{address}/rules/add")
    page.fill("#last_key", "3")
    page.click("button:text-is('Show')")
    assert "3 keys" in page.inner_text("#rule-preview")
    page.click("text=Add rule")
    assert "3 keys" in page.inner_text("#layout-rules")
    page.click("#layout-rules button:text-is('Delete')")
    assert "Rule deleted." in page.inner_text("main")
    context.close()
