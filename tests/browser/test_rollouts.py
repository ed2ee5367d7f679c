"""Maintenance windows and roll-outs in a real browser (R52–R54, R125–R130, R68, R70).

What the engine does to rows, most of them do: each step of a roll-out is seen when it happens. The
last one lets a simulated phone and the engine do it.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from phoneprov.core.clock import utc_now
from phoneprov.firmware.models import FirmwareTurn, TurnState
from phoneprov.firmware.rollout_models import PartState, RolloutState
from tests.integration.web.rollouts.conftest import (
    NEW,
    OLD,
    add_image,
    add_old_phones,
    add_window,
    find_rollouts,
    set_phone,
    set_rollout,
)
from tests.integration.web.rows import open_session, rows_go_here
from tests.pages import Pages
from tests.rigs.browser import TOO_WIDE, Watched, chromium, find_violations
from tests.rigs.components import require_component
from tests.rigs.demo import DemoRig, add_library
from tests.rigs.screens import sign_in
from tests.rigs.stage import NARROW, WIDE, Stage, on_stage

__all__ = ["rows_go_here"]

pytestmark = [pytest.mark.component("chromium")]

WINDOWS, ROLLOUTS, PHONES = "/t/acme/maintenance-windows", "/t/acme/rollouts", "/t/acme/phones"
BOTH_WIDTHS = pytest.mark.parametrize("width", [WIDE, NARROW])
EVERY_DAY = 0b1111111
TOO_SMALL = """
() => [...document.querySelectorAll(
    ".button, .menu > summary, select, input:not([type=checkbox], [type=radio]), .field-check label")]
  .filter((one) => one.checkVisibility() && one.type !== "hidden")
  .filter((one) => one.getBoundingClientRect().height < 39.5 && one.getBoundingClientRect().height > 1)
  .map((one) => one.outerHTML.slice(0, 90))
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    require_component("chromium")
    with chromium() as opened:
        yield opened


@pytest.fixture
def stage(app: Flask, browser: Browser, rows_go_here: None) -> Iterator[Stage]:
    with on_stage(app, browser) as made:
        yield made


def looks_right(page: Page, width: int) -> None:
    """Nothing is cut off, axe finds nothing at all, and a thumb can hit what is there."""
    assert page.evaluate(TOO_WIDE) <= 0
    assert find_violations(page) == []
    if width == NARROW:
        assert page.evaluate(TOO_SMALL) == []


def press(page: Page, name: str) -> None:
    """Press a button of the page by its words, and wait for what comes."""
    page.locator("main").get_by_role("button", name=name).first.click()
    page.wait_for_load_state()


def tab_to(page: Page, selector: str) -> None:
    """Come to an element by the Tab key alone."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"the Tab key never comes to {selector}")


def add_turn(phone_id: int, **fields: object) -> int:
    """Let it be a phone's turn."""
    with open_session() as session:
        values: dict[str, object] = {
            "to_version": NEW,
            "from_version": OLD,
            "revision": 99,
            "opened_at": utc_now(),
            "opened_by": "alice@acme.example",
            "size_bytes": 1000,
        }
        turn = FirmwareTurn(phone_id=phone_id, **{**values, **fields})
        session.add(turn)
        session.commit()
        return turn.id


def set_turn(turn_id: int, **fields: object) -> None:
    """Bring a turn further."""
    with open_session() as session:
        turn = session.scalars(select(FirmwareTurn).where(FirmwareTurn.id == turn_id)).one()
        for name, value in fields.items():
            setattr(turn, name, value)
        session.commit()


def test_a_window_is_added_by_keyboard_and_seen_on_the_calendar(stage: Stage, alice: Pages) -> None:
    """R54, R130: days by the space bar, hours typed, and four weeks of it below."""
    add_old_phones(2)
    watched = stage.open(alice, WINDOWS)
    page = watched.page
    tab_to(page, f"main a[href='{WINDOWS}/add']")
    page.keyboard.press("Enter")
    page.wait_for_selector("#field-weekdays")
    tab_to(page, "input[name=weekdays][value='4']")
    page.keyboard.press("Space")
    tab_to(page, "input[name=weekdays][value='6']")
    page.keyboard.press("Space")
    tab_to(page, "#opens")
    page.keyboard.type("23:30")
    tab_to(page, "#closes")
    page.keyboard.type("04:00")
    page.keyboard.press("Enter")
    page.wait_for_selector(".calendar")
    assert "Mon–Thu, Sun" in page.inner_text("main .table tbody tr")
    expect(page.locator(".calendar .opening").first).to_contain_text("23:30–04:00")
    assert page.locator(".calendar td").count() == 28
    assert "2 phones" in page.inner_text("[aria-labelledby=next-title]")
    looks_right(page, WIDE)
    watched.close()


@BOTH_WIDTHS
def test_a_mistake_in_a_window_is_told_where_it_is(stage: Stage, alice: Pages, width: int) -> None:
    watched = stage.open(alice, f"{WINDOWS}/add", width=width)
    page = watched.page
    page.fill("#opens", "25:00")
    press(page, "Add window")
    assert "Enter a time of day" in page.inner_text("#field-opens .error")
    assert page.input_value("#opens") == "25:00"
    looks_right(page, width)
    _forgive_refusals(watched)
    watched.close()


def test_the_calendar_is_a_list_of_days_on_a_telephone(stage: Stage, alice: Pages) -> None:
    """R68, R70: days without a window take no room there."""
    add_window(weekdays=0b0000010)
    watched = stage.open(alice, WINDOWS, width=NARROW)
    page = watched.page
    shown = page.locator(".calendar td.has-runs:visible")
    assert shown.count() in {3, 4}
    expect(shown.first).to_contain_text("Tuesday")
    looks_right(page, NARROW)
    watched.close()


def _start_three(page: Page) -> None:
    """Tick three phones over a filter, plan with one that goes first, start."""
    for box in page.locator("#phone-rows input[name=phone]").all()[:3]:
        box.check()
    page.click("#bulk-ticked")
    page.check("text=Update firmware")
    press(page, "See what would happen")
    page.check("input[name=timing][value=now]")
    page.fill("#canary_phones", "1")
    press(page, "See what would happen")
    assert page.inner_text("#will-title") == f"3 phones go to {NEW}"


def test_three_phones_are_rolled_out_watched_halted_and_resumed(stage: Stage, alice: Pages) -> None:
    """R53, R54: from the ticks in the list to the last phone, on pages that follow by themselves."""
    add_image()
    ids = add_old_phones(5)
    watched = stage.open(alice, PHONES, height=500)
    page = watched.page
    _start_three(page)
    assert "5–10 minutes" in page.inner_text("[aria-labelledby=will-title]")
    looks_right(page, WIDE)
    press(page, "Start the roll-out: 3 phones")
    page.wait_for_selector("#rollout-total")
    (rollout,) = find_rollouts()
    turn = add_turn(ids[0], started_at=utc_now(), sent_bytes=430)
    page.focus(f"#open-{ids[2]}")
    page.evaluate("scrollTo(0, 200)")
    before = page.evaluate("scrollY")
    set_phone(rollout.id, ids[0], state=PartState.UPDATING, turn_id=turn)
    expect(page.locator("#part-phones")).to_contain_text("downloading 43 %", timeout=10_000)
    assert page.evaluate("document.activeElement.id") == f"open-{ids[2]}"
    assert page.evaluate("scrollY") == before
    set_phone(rollout.id, ids[0], state=PartState.DONE, reason="Back with it.")
    set_rollout(rollout.id, verify_until=utc_now() + timedelta(minutes=15))
    expect(page.locator("#rollout-standing")).to_contain_text("stay registered", timeout=10_000)
    page.click("#halt-rollout")
    press(page, "Halt the roll-out")
    expect(page.locator("#halted-why")).to_contain_text("Halted by hand")
    looks_right(page, WIDE)
    page.click("#resume-rollout")
    press(page, "Resume: 2 phones")
    expect(page.locator("#rollout-state")).to_have_text("Running")
    for phone_id in ids[1:3]:
        set_phone(rollout.id, phone_id, state=PartState.DONE)
    set_rollout(rollout.id, state=RolloutState.DONE, closed_at=utc_now(), verify_until=None)
    expect(page.locator("#rollout-state")).to_have_text("Done", timeout=10_000)
    assert page.locator("#rollout-poll").count() == 0, "it asks no more"
    assert "3 of 3" in page.inner_text("#rollout-total")
    page.goto(f"{stage.url}{PHONES}")
    page.wait_for_selector("#bulk-ticked:text('With the ticked phones')")
    watched.close()


def test_what_failed_is_named_and_tried_again_by_keyboard(stage: Stage, alice: Pages) -> None:
    """R129: the reason, the phone, and the way on."""
    add_image()
    ids = add_old_phones(3)
    watched = stage.open(alice, PHONES)
    page = watched.page
    _start_three(page)
    press(page, "Start the roll-out")
    page.wait_for_selector("#rollout-total")
    (rollout,) = find_rollouts()
    set_phone(
        rollout.id, ids[0], state=PartState.FAILED, reason="It came back with the old version."
    )
    set_rollout(
        rollout.id, state=RolloutState.HALTED, halted_reason="1 phone of the canary failed."
    )
    expect(page.locator("[aria-labelledby=failures-title]")).to_contain_text(
        "It came back with the old version.", timeout=10_000
    )
    tab_to(page, "#retry-rollout")
    page.keyboard.press("Enter")
    page.wait_for_url("**/retry")
    tab_to(page, "main button.primary")
    page.keyboard.press("Enter")
    page.wait_for_selector("#rollout-total")
    assert page.locator("[aria-labelledby=failures-title]").count() == 0
    watched.close()


@BOTH_WIDTHS
def test_one_phone_is_updated_and_its_page_follows(stage: Stage, alice: Pages, width: int) -> None:
    """R52, R53, R128: the button at the indicator, what follows, each step, the verdict."""
    add_image()
    (phone,) = add_old_phones(1)
    watched = stage.open(alice, f"{PHONES}/{phone}", width=width)
    page = watched.page
    page.click("#update-phone")
    page.wait_for_selector("#field-timing")
    assert "offline meanwhile" in page.inner_text("main")
    looks_right(page, width)
    press(page, "Update Firmware")
    page.wait_for_selector("#update-card")
    assert page.locator("#update-phone").count() == 0
    (rollout,) = find_rollouts()
    turn = add_turn(phone, started_at=utc_now(), sent_bytes=430)
    set_phone(rollout.id, phone, state=PartState.UPDATING, turn_id=turn)
    expect(page.locator("#update-words")).to_contain_text("downloading 43 %", timeout=10_000)
    looks_right(page, width)
    set_turn(turn, downloaded_at=utc_now(), sent_bytes=1000)
    expect(page.locator("#update-words")).to_contain_text("installs it", timeout=10_000)
    set_turn(turn, state=TurnState.DONE, closed_at=utc_now(), evidence="Back with 108.87.0.15.")
    set_phone(rollout.id, phone, state=PartState.DONE)
    expect(page.locator("#update-words")).to_contain_text("Done", timeout=10_000)
    page.click("#update-history")
    expect(page.locator("#part-tab")).to_contain_text("Back with 108.87.0.15.")
    watched.close()


def test_it_works_without_script(stage: Stage, alice: Pages) -> None:
    """A window, a roll-out of all of a model, its halt: all by plain forms."""
    add_image()
    add_old_phones(3)
    watched = stage.open(alice, f"{WINDOWS}/add", has_script=False)
    page = watched.page
    press(page, "Add window")
    assert "Mon–Fri" in page.inner_text("main .table tbody tr")
    page.goto(f"{stage.url}/t/acme/firmware")
    page.click("#update-yealink-t46u")
    press(page, "See what would happen")
    assert "(Europe/Berlin)" in page.inner_text("[aria-labelledby=waves-title] tbody tr")
    press(page, "Start the roll-out: 3 phones")
    assert page.inner_text("#rollout-state") == "Running"
    page.click("#halt-rollout")
    press(page, "Halt the roll-out")
    assert page.inner_text("#rollout-state") == "Halted"
    page.context.close()


@BOTH_WIDTHS
def test_every_page_of_it_fits_and_can_be_read_by_everybody(
    stage: Stage, log_in: Callable[[str], Pages], alice: Pages, width: int
) -> None:
    """R68, R70: with content, light and dark; axe finds nothing, and nothing is cut off."""
    image, ids = add_image(notes="Repairs the clock."), add_old_phones(14)
    add_image(version="108.85.0.1", file_name="T46U-108.85.0.1.rom")
    window = add_window(weekdays=EVERY_DAY)
    values = {
        "ids": ",".join(map(str, ids[:12])),
        "firmware": str(image),
        "timing": "windows",
        "canary_phones": "2",
        "verify_minutes": "15",
        "batch_phones": "4",
        "max_failures": "1",
        "ends_days": "9",
        "name": "Clock repair of the reception, with a rather long name",
        "start": "1",
    }
    assert alice.post(f"{ROLLOUTS}/plan", values).status_code == 303
    (rollout,) = find_rollouts()
    set_phone(
        rollout.id, ids[0], state=PartState.FAILED, reason="It came back with the old version."
    )
    turn = add_turn(ids[1], started_at=utc_now(), sent_bytes=430)
    set_phone(rollout.id, ids[1], state=PartState.UPDATING, turn_id=turn)
    page_of = f"{ROLLOUTS}/{rollout.id}"
    paths = [
        WINDOWS,
        f"{WINDOWS}/{window}/edit",
        f"{WINDOWS}/{window}/delete",
        ROLLOUTS,
        f"{ROLLOUTS}/new?model=yealink-t46u",
        page_of,
        f"{page_of}?state=failed",
        f"{page_of}/halt",
        f"{page_of}/cancel",
        f"{page_of}/retry",
        f"{PHONES}/{ids[1]}",
        f"{PHONES}/{ids[1]}?tab=firmware",
        f"{PHONES}/{ids[13]}/update",
        f"{PHONES}/{ids[1]}/update",
        "/t/acme/firmware",
    ]
    for is_dark in (False, True):
        watched = stage.open(alice, paths[0], width=width, is_dark=is_dark)
        for path in paths:
            watched.page.goto(stage.url + path)
            looks_right(watched.page, width)
        watched.close()


def test_a_simulated_phone_takes_it_while_its_page_is_open(
    browser: Browser, tmp_path: Path
) -> None:
    """R53, R128: pressed once; Updating meanwhile, then Online again with the new version."""
    with DemoRig(tmp_path) as demo:
        person = demo.person()
        add_library(person)
        person.close()
        page = browser.new_page()
        sign_in(page, demo)
        page.goto(f"{demo.url}/t/demo/phones/1")
        page.click("#update-phone", timeout=60_000)
        page.check("input[name=timing][value=now]")
        press(page, "Update Firmware")
        expect(page.locator("#head-status")).to_contain_text("Updating", timeout=60_000)
        expect(page.locator("#update-words")).to_contain_text("Done", timeout=120_000)
        expect(page.locator("#head-status")).to_contain_text("Online", timeout=60_000)
        assert NEW in page.inner_text("#part-facts")
        page.click("#update-history")
        expect(page.locator("[aria-labelledby=versions-title]")).to_contain_text(OLD)
        page.context.close()


def _forgive_refusals(watched: Watched) -> None:
    """A refused form is answered 422, which the console of a browser reports."""
    watched.complaints[:] = [one for one in watched.complaints if "422" not in one]
