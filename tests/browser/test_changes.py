"""Before a save, and after it, in a real browser with phones that really take their configs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.rigs.browser import chromium
from tests.rigs.components import require_component
from tests.rigs.demo import DemoRig
from tests.rigs.person import Person
from tests.rigs.screens import press_look, sign_in

pytestmark = [pytest.mark.component("chromium"), pytest.mark.alone]

STAYING = (1, 3, 5, 7, 9, 11)
"""Phones of the demonstration that never lose their power."""
ALL_ONLINE_S, DELIVERED_S = 120, 60


@dataclass(frozen=True)
class Place:
    """The demonstration with a profile and a layout, and what the browser keeps of a log-in."""

    url: str
    browser: Browser
    login: Any
    profile: str
    layout: str

    def page(self, width: int = 1440, *, script: bool = True) -> Page:
        """Open an empty page."""
        context = self.browser.new_context(
            viewport={"width": width, "height": 900},
            storage_state=self.login,
            java_script_enabled=script,
        )
        return context.new_page()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    require_component("chromium")
    folder: Path = tmp_path_factory.mktemp("changes")
    with DemoRig(folder) as demo, chromium() as browser:
        person = demo.person()
        profile, layout = furnish(person)
        person.close()
        first = browser.new_page()
        sign_in(first, demo)
        login = first.context.storage_state()
        first.context.close()
        yield Place(demo.url, browser, login, profile, layout)


def furnish(person: Person) -> tuple[str, str]:
    """Let the phones that stay follow a profile, and one of them use a layout."""
    person.submit("/t/demo/profiles/add", name="Office", time_zone="Europe/London")
    person.submit("/t/demo/button-layouts/add", name="Front", model_slug="yealink-t46u")
    for number in STAYING:
        person.submit(f"/t/demo/phones/{number}/edit", profile_id="1")
    person.submit("/t/demo/phones/1/edit", button_layout_id="1")
    return f"{person.url}/t/demo/profiles/1", f"{person.url}/t/demo/button-layouts/1"


def test_from_the_first_look_to_the_last_phone(place: Place) -> None:
    """R110: see it, save it, apply it now, and watch it arrive on the open page."""
    page = place.page()
    page.goto(f"{place.url}/t/demo/phones?per_page=50")
    for number in STAYING:
        online = page.locator(f"#phone-{number} .status-online")
        expect(online).to_have_count(1, timeout=ALL_ONLINE_S * 1000)
    page.goto(f"{place.profile}/phones")
    page.wait_for_selector(
        "#delivered-count:text-is('6 of 6 phones have it')", timeout=ALL_ONLINE_S * 1000
    )
    page.goto(f"{place.profile}/edit")
    page.select_option("#time_zone", "America/New_York")
    page.fill("#admin_password", "Office-1pw-long")
    press_look(page)
    card = page.locator("#outcome")
    expect(card).to_contain_text("Reaches 6 phones")
    expect(card).to_contain_text("America/New_York")
    expect(card.locator(".syntax")).not_to_have_count(0)
    assert "Office-1pw-long" not in card.inner_text()
    assert page.input_value("#admin_password") == "Office-1pw-long"
    page.click("text=Save changes")
    page.wait_for_url("**/phones")
    count = page.locator("#delivered-count")
    expect(count).to_have_text("0 of 6 phones have it")
    page.click("main button:text-is('Apply now')")
    expect(page.locator("main")).to_contain_text("Resync ordered for 6 phones")
    expect(count).to_have_text("6 of 6 phones have it", timeout=DELIVERED_S * 1000)
    assert page.locator("#delivery[hx-get]").count() == 0
    page.context.close()


def test_a_look_at_a_key_leaves_the_form_alone(place: Place) -> None:
    """What is wrong is told in the form; what is right below it, and only there."""
    page = place.page()
    page.goto(f"{place.layout}/keys/3")
    page.select_option("#kind", "speed_dial")
    page.wait_for_selector("label[for=value]:text-is('Number')")
    page.click("main button[name=look]")
    page.wait_for_selector("text=Type the number it dials.")
    assert page.locator("#key-form").count() == 1
    page.fill("#value", "0301234")
    page.evaluate("document.querySelector('#value').dataset.seen = '1'")
    press_look(page)
    expect(page.locator("#outcome .differences")).to_contain_text("Key 3")
    assert page.locator("#value[data-seen]").count() == 1
    assert page.inner_text("#button-3 .key-label").strip() in {"", "empty"}
    page.context.close()


def test_it_works_without_script(place: Place) -> None:
    page = place.page(script=False)
    page.goto(f"{place.layout}/keys/4")
    page.select_option("#kind", "custom")
    page.fill("#value", "77")
    page.click("main button[name=look]")
    assert "Reaches 1 phone" in page.inner_text("#outcome")
    page.click("text=Save key 4")
    assert "Key 4 saved." in page.inner_text("main")
    page.click("main button:text-is('Apply now')")
    assert page.url.endswith("/phones")
    page.context.close()


def test_a_look_that_fails_says_so_and_keeps_what_was_typed(place: Place) -> None:
    page = place.page()
    page.goto(f"{place.profile}/edit")
    page.fill("#description", "typed already")
    page.route("**/edit", lambda route: route.fulfill(status=503, body="busy"))
    page.click("main button[name=look]")
    expect(page.locator("#trouble")).to_have_text(re.compile(r"could not do that \(503\)"))
    assert page.input_value("#description") == "typed already"
    page.unroute("**/edit")
    page.click("main button[name=look]")
    page.wait_for_selector("#outcome h2")
    expect(page.locator("#trouble")).to_be_hidden()
    page.context.close()


@pytest.mark.parametrize("width", [390, 1440])
def test_everybody_can_use_it(place: Place, width: int) -> None:
    """Nothing is cut off, and axe finds nothing at all."""
    page = place.page(width)
    for address in (f"{place.profile}/edit", f"{place.layout}/keys/3", f"{place.layout}/edit"):
        page.goto(address)
        if address.endswith("/keys/3"):
            page.select_option("#kind", "custom")
            page.wait_for_selector("label[for=value]:text-is('Dial string')")
            page.fill("#value", "*" + "7" * 60)
        page.click("main button[name=look]")
        page.wait_for_selector("#outcome h2")
        for unfold in page.locator("#outcome .syntax summary").all():
            unfold.click()
        assert Axe().run(page).response["violations"] == [], address
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, address
    for address in (f"{place.profile}/phones", f"{place.layout}/phones"):
        page.goto(address)
        assert Axe().run(page).response["violations"] == [], address
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, address
    page.context.close()
