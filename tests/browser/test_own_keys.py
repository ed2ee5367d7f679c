"""A phone's own keys in a real browser: by mouse, by keyboard, on a telephone, without script."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.test_layouts import FOCUSED, MARK_ALL, NOT_MARKED, Place, place

__all__ = ["place"]

pytestmark = [pytest.mark.component("chromium")]

MACS = iter(f"805ec0d1{number:04x}" for number in range(1, 100))


def add_phone(place: Place, layout: str = "") -> str:
    """Add a phone with a module through its form; return the address of its page."""
    page = place.page()
    typed = f"mac={next(MACS)}&model=yealink-t46u&extension=1003"
    page.goto(f"{place.url}/t/demo/phones/add?{typed}")
    if layout:
        page.select_option("#button_layout_id", label=layout)
    page.select_option("#modules-1", index=1)
    page.click("main form button.primary")
    page.wait_for_selector("#key-0-1")
    address = page.url
    page.context.close()
    return address


def label_of(page: Page, key: str) -> str:
    return page.inner_text(f"#{key} .key-label").strip()


def test_a_key_of_one_phone_is_changed_by_mouse(place: Place) -> None:
    """In place: that key and the counts; the layout's other phone keeps the layout's button."""
    layout = place.layout("Mouse")
    page = place.page()
    page.goto(f"{layout}/keys/3")
    page.select_option("#kind", "custom")
    page.wait_for_selector("label[for=value]:text-is('Dial string')")
    page.fill("#value", "33")
    page.click("text=Save key 3")
    page.wait_for_selector("#button-3 .key-label:text-is('33')")
    first, second = add_phone(place, "Mouse"), add_phone(place, "Mouse")
    page.goto(first)
    page.evaluate(MARK_ALL)
    page.click("#key-0-3")
    page.wait_for_selector(FOCUSED)
    page.fill("#value", "44")
    page.fill("#label", "Mine")
    page.click("text=Save for this phone")
    page.wait_for_selector("#key-0-3 .key-label:text-is('Mine')")
    assert page.evaluate(NOT_MARKED) == ["key-0-3"]
    assert page.get_attribute("#key-0-3", "aria-label") == "Key 3: Custom Mine, own key"
    assert "1 key differs" in page.inner_text("#key-counts")
    page.wait_for_selector("#part-head:has-text('revision 2')")
    page.click("#device-1 .key >> nth=0")
    page.wait_for_selector("#key-title:text-is('Key 1 of module 1')")
    page.goto(second)
    assert label_of(page, "key-0-3") == "33"
    page.goto(first)
    page.click("#key-0-3")
    page.click("#revert-key")
    page.wait_for_selector("#key-0-3 .key-label:text-is('33')")
    page.context.close()


def test_a_key_of_one_phone_is_changed_by_keyboard_alone(place: Place) -> None:
    """Enter opens the form, Enter saves it; the focus comes back to the key."""
    page = place.page()
    page.goto(add_phone(place))
    page.focus("#key-0-4")
    page.keyboard.press("Enter")
    page.wait_for_selector(FOCUSED)
    page.keyboard.type("Cus")
    page.keyboard.press("Tab")
    page.wait_for_selector("label[for=value]:text-is('Dial string')")
    page.focus("#value")
    page.keyboard.type("*72")
    page.keyboard.press("Enter")
    page.wait_for_selector("#key-0-4:focus .key-label:text-is('*72')")
    page.keyboard.press("Enter")
    page.wait_for_selector("#revert-key")
    page.focus("#revert-key")
    page.keyboard.press("Enter")
    page.wait_for_selector("#key-0-4:focus .key-label:has-text('empty')")
    page.context.close()


def test_what_is_typed_survives_a_change_of_the_page(place: Place) -> None:
    """Somebody else changes another key meanwhile: the picture follows, the open form stays."""
    address = add_phone(place)
    page, other = place.page(), place.page()
    page.goto(address)
    page.click("#key-0-4")
    page.wait_for_selector(FOCUSED)
    page.fill("#label", "Half typed")
    other.goto(f"{address}/keys/0/5")
    other.select_option("#kind", "custom")
    other.wait_for_selector("label[for=value]:text-is('Dial string')")
    other.fill("#value", "55")
    other.click("text=Save for this phone")
    other.wait_for_selector("#key-0-5 .key-label:text-is('55')")
    page.wait_for_selector("#key-0-5 .key-label:text-is('55')")
    assert page.input_value("#label") == "Half typed"
    for one in (page, other):
        one.context.close()


def test_a_lock_is_saved_with_a_tick(place: Place) -> None:
    """And says at once on how many phones the layout's key counts from now on."""
    layout = place.layout("Lock")
    phone = add_phone(place, "Lock")
    page = place.page()
    page.goto(f"{phone}/keys/0/2")
    page.select_option("#kind", "custom")
    page.wait_for_selector("label[for=value]:text-is('Dial string')")
    page.fill("#value", "22")
    page.click("text=Save for this phone")
    page.wait_for_selector("#key-0-2 .key-label:text-is('22')")
    page.goto(layout)
    page.click("#button-2")
    page.wait_for_selector(FOCUSED)
    page.check("#is-locked")
    page.wait_for_selector("#lock-note:has-text('Key 2 is locked; 1 phone takes it')")
    page.wait_for_selector("#button-2 .key-mark")
    page.goto(phone)
    name = page.get_attribute("#key-0-2", "aria-label")
    assert name == "Key 2: empty, own key, overridden by the lock, locked"
    page.context.close()


@pytest.mark.parametrize("width", [390, 1440])
def test_everybody_can_use_it(place: Place, width: int) -> None:
    """R99: nothing is cut off, axe finds nothing; a telephone shows a list."""
    address = add_phone(place)
    layout = place.layout(f"Sorted {width}")
    page = place.page(width)
    for path in (address, f"{address}/keys/0/2", f"{address}/keys/1/21", f"{layout}/sort"):
        page.goto(path)
        assert Axe().run(page).response["violations"] == [], path
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
    page.goto(address)
    lefts = page.evaluate(
        "new Set([...document.querySelectorAll('#part-keys .key')]"
        ".map((key) => Math.round(key.getBoundingClientRect().left))).size"
    )
    assert (lefts == 1) is (width == 390)
    page.context.close()


def test_it_works_without_script(place: Place) -> None:
    """R31: each key is a link, each form a form, each page of keys an address."""
    address = add_phone(place)
    context = place.browser.new_context(java_script_enabled=False, storage_state=place.login)
    page = context.new_page()
    page.goto(address)
    page.click("#device-1 >> text=Page 2")
    page.click("#key-1-22")
    page.select_option("#kind", "custom")
    page.fill("#value", "77")
    page.click("text=Save for this phone")
    assert label_of(page, "key-1-22") == "77"
    assert re.search(r"Key 22 of module 1 is its own now", page.inner_text("main"))
    page.click("#key-1-22")
    page.click("#revert-key")
    assert label_of(page, "key-1-22") == "empty"
    context.close()
