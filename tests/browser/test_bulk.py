"""Many phones at once in a real browser: ticks over pages, the plan, the progress."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.rigs.browser import chromium
from tests.rigs.components import require_component
from tests.rigs.demo import DemoRig
from tests.rigs.screens import sign_in

pytestmark = [pytest.mark.component("chromium")]

PHONES = "/t/demo/phones"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Browser, Any]]:
    require_component("chromium")
    folder: Path = tmp_path_factory.mktemp("bulk")
    with DemoRig(folder) as demo, chromium() as browser:
        first = browser.new_page()
        sign_in(first, demo)
        login = first.context.storage_state()
        first.context.close()
        yield demo.url, browser, login


def open_list(place: tuple[str, Browser, Any], *, script: bool = True) -> Page:
    url, browser, login = place
    context = browser.new_context(storage_state=login, java_script_enabled=script)
    page = context.new_page()
    page.goto(f"{url}{PHONES}")
    return page


def set_zone(page: Page, zone: str) -> None:
    page.check("text=Set time zone")
    page.select_option("#zone", zone)
    page.click("text=See what would happen")
    page.click("main button.primary")


def test_ticks_survive_a_filter_and_a_reload(place: tuple[str, Browser, Any]) -> None:
    """R47: they are counted, and those that are out of sight go along."""
    page = open_list(place)
    page.locator("#phone-rows input[name=phone]").nth(0).check()
    page.locator("#phone-rows input[name=phone]").nth(1).check()
    page.wait_for_selector("#bulk-ticked:text('With 2 ticked phones')")
    page.fill("#phone-search", "1009")
    expect(page.locator("#phone-rows tr")).to_have_count(1)
    page.locator("#phone-rows input[name=phone]").nth(0).check()
    page.wait_for_selector("#bulk-ticked:text('With 3 ticked phones')")
    page.reload()
    page.wait_for_selector("#bulk-ticked:text('With 3 ticked phones')")
    page.click("#bulk-ticked")
    assert page.inner_text("h1") == "What to do with 3 phones?"
    set_zone(page, "Europe/Vienna")
    page.wait_for_selector("#bulk-progress .counts:has-text('3 done')", timeout=15_000)
    page.goto(f"{place[0]}{PHONES}")
    page.wait_for_selector("#bulk-ticked:text('With the ticked phones')")


def test_it_works_without_script(place: tuple[str, Browser, Any]) -> None:
    page = open_list(place, script=False)
    page.locator("#phone-rows input[name=phone]").nth(4).check()
    page.click("#bulk-ticked")
    assert page.inner_text("h1") == "What to do with 1 phone?"
    set_zone(page, "Asia/Tokyo")
    assert "1 of 1" in page.inner_text("#bulk-progress") or "0 of 1" in page.inner_text(
        "#bulk-progress"
    )
    page.context.close()


def test_untick_all_forgets_them(place: tuple[str, Browser, Any]) -> None:
    page = open_list(place)
    page.check("#pick-all")
    page.wait_for_selector("#bulk-ticked:text('With 12 ticked phones')")
    page.click("#bulk-none")
    assert page.locator("#phone-rows input[name=phone]:checked").count() == 0
    page.reload()
    assert page.locator("#phone-rows input[name=phone]:checked").count() == 0
