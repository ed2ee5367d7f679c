"""Every screen in a real browser: it fits, it can be read, and works by keyboard and without script."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.rigs.browser import chromium
from tests.rigs.components import require_component
from tests.rigs.demo import DemoRig, add_states
from tests.rigs.person import Person
from tests.rigs.screens import Screen, list_screens, sign_in

pytestmark = [pytest.mark.component("chromium")]

NARROW = {"width": 390, "height": 844}
WIDE = {"width": 1440, "height": 900}
AXE = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}
BAD = {"serious", "critical"}
TOO_WIDE = """
() => {
  const wide = document.documentElement.scrollWidth - innerWidth;
  if (wide <= 0) return "";
  const far = [...document.querySelectorAll("main *, header *")].filter(
    (one) => one.getBoundingClientRect().right > innerWidth + 1);
  return wide + " px: " + far.slice(0, 5).map((one) => one.outerHTML.slice(0, 90)).join(" | ");
}
"""
TOO_SMALL = """
() => [...document.querySelectorAll(
    ".button, .menu > summary, select, input:not([type=checkbox], [type=radio]), .field-check label")]
  .filter((one) => one.checkVisibility() && one.type !== "hidden")
  .filter((one) => one.getBoundingClientRect().height < 39.5 && one.getBoundingClientRect().height > 1)
  .map((one) => one.outerHTML.slice(0, 90))
"""
BAR_OVERLAPS = """
() => {
  const parts = [...document.querySelectorAll(".bar > *, .bar-wide > *")]
    .filter((one) => one.checkVisibility() && !one.matches(".bar-wide"))
    .map((one) => one.getBoundingClientRect())
    .filter((one) => one.width > 0).sort((a, b) => a.left - b.left);
  return parts.some((one, at) => at > 0 && parts[at - 1].right > one.left + 1);
}
"""


@dataclass(frozen=True)
class Place:
    """The demonstration with its added states, a browser, and all screens."""

    demo: DemoRig
    browser: Browser
    person: Person
    screens: list[Screen]
    ids: dict[str, int]
    login: Any
    """What the browser keeps of a log-in; the password check is slow on purpose."""

    def page(self, size: dict[str, int], **options: Any) -> Page:
        """Open an empty page of this size, logged in."""
        context = self.browser.new_context(
            viewport={"width": size["width"], "height": size["height"]},
            reduced_motion="reduce",
            storage_state=self.login,
            **options,
        )
        return context.new_page()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    require_component("chromium")
    with DemoRig(tmp_path_factory.mktemp("demo")) as demo, chromium() as browser:
        person = demo.person()
        ids = add_states(person)
        first = browser.new_page()
        sign_in(first, demo)
        login = first.context.storage_state()
        first.context.close()
        yield Place(demo, browser, person, list_screens(ids), ids, login)
        person.close()


def violations(page: Page) -> list[str]:
    """Return what axe finds that is serious, with the elements it means."""
    found = Axe().run(page, options=AXE).response["violations"]
    return [
        f"{one['id']}: {[node['html'][:110] for node in one['nodes']][:4]}"
        for one in found
        if one["impact"] in BAD
    ]


def signed_out(place: Place, size: dict[str, int]) -> Page:
    context = place.browser.new_context(viewport={"width": size["width"], "height": size["height"]})
    return context.new_page()


def test_every_screen_fits_a_telephone_and_can_be_used_by_everybody(place: Place) -> None:
    """R68, R70: at 390 px nothing is cut off or too small to tap; axe finds nothing serious.

    Every other screen is judged by axe here, in the dark colours, and the rest wide and light: the
    parts they are made of are the same.
    """
    mine, nobodys = place.page(NARROW, color_scheme="dark"), signed_out(place, NARROW)
    troubles: dict[str, object] = {}
    for number, screen in enumerate(place.screens):
        page = mine if screen.needs_login else nobodys
        screen.open(page, place.demo.url)
        found = [page.evaluate(TOO_WIDE), *page.evaluate(TOO_SMALL)]
        if number % 2 == 0:
            found += violations(page)
        if any(found):
            troubles[screen.name] = [one for one in found if one]
    assert not troubles, "\n".join(f"{name}: {found}" for name, found in troubles.items())


def test_the_other_screens_are_as_good_wide_and_light(place: Place) -> None:
    """The same at 1440 px in the light colours, with a long tenant name as well."""
    mine, nobodys = place.page(WIDE), signed_out(place, WIDE)
    troubles: dict[str, object] = {}
    for screen in place.screens[1::2]:
        page = mine if screen.needs_login else nobodys
        screen.open(page, place.demo.url)
        found = violations(page)
        if page.evaluate(TOO_WIDE) or page.evaluate(BAR_OVERLAPS):
            found.append("the bar's parts overlap or the page is too wide")
        if found:
            troubles[screen.name] = found
    assert not troubles, troubles


def test_the_bar_fits_at_every_width(place: Place) -> None:
    """With the longest name that is shown, nothing lies over anything else."""
    page = place.page(WIDE)
    page.goto(f"{place.demo.url}/t/nobody-sons-plumbing-and-heating-ltd/phones")
    for width in (641, 768, 1024, 1300, 1301, 1440):
        page.set_viewport_size({"width": width, "height": 700})
        assert page.evaluate(TOO_WIDE) == "", width
        assert not page.evaluate(BAR_OVERLAPS), width
    page.context.close()


def test_a_live_change_leaves_everything_else_as_it_was(place: Place) -> None:
    """R121: ticks, scroll, focus and what is typed stay while another row changes."""
    page = place.page({"width": 1440, "height": 420})
    page.goto(f"{place.demo.url}/t/demo/phones")
    for number in (1, 5):
        page.check(f"#pick-{number}")
    page.focus("#open-5")
    page.evaluate("scrollTo(0, 180)")
    before = page.evaluate("scrollY")
    row = page.locator(f"#phone-{place.ids['pending']} .cell-status")
    assert "Disabled" not in row.inner_text()
    place.person.submit(f"/t/demo/phones/{place.ids['pending']}/disable", confirm="1")
    page.wait_for_function(
        "(id) => document.querySelector(`#phone-${id} .cell-status`).textContent.includes('Disabled')",
        arg=place.ids["pending"],
        timeout=10_000,
    )
    assert page.evaluate("scrollY") == before > 0
    assert page.is_checked("#pick-1")
    assert page.is_checked("#pick-5")
    assert page.locator("#phone-rows input:checked").count() == 2
    assert page.evaluate("document.activeElement.id") == "open-5"
    page.context.close()


def test_a_phone_is_added_changed_and_deleted_without_script(place: Place) -> None:
    """Every form is an ordinary form."""
    page = place.page(WIDE, java_script_enabled=False)
    page.goto(f"{place.demo.url}/t/demo/phones")
    page.click("text=Add phone")
    page.fill("#mac", "80-5E-C0-B1-00-99")
    page.fill("#extension", "1002")
    page.click("main .form-actions button")
    assert "Choose the phone model" in page.inner_text("#field-model_slug")
    page.select_option("#model_slug", "yealink-t46u")
    page.click("main .form-actions button")
    assert page.inner_text("h1") == "Alice Adams"
    page.click("#edit-phone")
    page.fill("#display_name", "Second desk")
    page.click("main .form-actions button")
    assert page.inner_text("h1") == "Second desk"
    page.click("text=More ▾")
    page.click(".row-menu:popover-open >> text=Delete")
    page.click("main button.danger")
    assert "Second desk" not in page.inner_text("#phone-rows")
    page.context.close()


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_both_ways_of_the_menu_lead_to_the_phones(place: Place, size: dict[str, int]) -> None:
    """R68: Phones, and Provisioning → Phones; the place one is in is marked."""
    page = place.page(size)
    for way in (0, 1):
        page.goto(f"{place.demo.url}/t/demo/extensions")
        bar = page.locator(".bar-wide" if size is WIDE else ".bar-narrow")
        if size is NARROW:
            page.click(".bar-narrow > summary")
        elif way:
            bar.get_by_text("Provisioning", exact=True).click()
        bar.get_by_role("link", name="Phones", exact=True).nth(way).click()
        page.wait_for_url("**/t/demo/phones")
        assert page.inner_text("h1") == "Phones"
        marked = page.locator(".bar [aria-current=page]").all_text_contents()
        assert {text.strip() for text in marked} == {"Phones"}
    page.context.close()


def test_everything_is_done_with_the_keyboard_alone(place: Place) -> None:
    """R68: log in, search, open a row's menu, ask to delete and think better of it."""
    page = signed_out(place, WIDE)
    page.goto(f"{place.demo.url}/log-in")
    for text in (place.demo.email, place.demo.password):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{place.demo.url}/**/*")
    page.wait_for_selector("#bar-search-field")
    page.goto(f"{place.demo.url}/t/demo/extensions")
    page.keyboard.press("g")
    page.keyboard.press("p")
    page.wait_for_url("**/t/demo/phones")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "bar-search-field"
    page.focus("#menu-button-1")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.activeElement.id === 'menu-1-edit'")
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.id") == "menu-1-delete"
    page.keyboard.press("Enter")
    page.wait_for_selector("#confirm[open]")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Cancel"
    page.keyboard.press("Escape")
    page.wait_for_selector("#confirm[open]", state="hidden")
    assert page.evaluate("document.activeElement.id") == "menu-button-1"
    page.context.close()


def test_focus_is_always_to_be_seen(place: Place) -> None:
    """Each stop of the Tab key on the phones page has an outline or shadow of its own."""
    page = place.page(WIDE)
    page.goto(f"{place.demo.url}/t/demo/phones")
    unseen = []
    stop = time.monotonic() + 5
    for _ in range(28):
        page.keyboard.press("Tab")
        shown = page.evaluate(
            """() => {
              const one = document.activeElement;
              const ring = (element) => getComputedStyle(element).outlineStyle !== "none";
              return ring(one) || ring(one.closest(".chip") ?? one) ? "" : one.outerHTML.slice(0, 120);
            }"""
        )
        if shown:
            unseen.append(shown)
        assert time.monotonic() < stop
    assert not unseen
    page.context.close()
