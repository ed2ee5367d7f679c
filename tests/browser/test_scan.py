"""Stickers read with the camera: one into the form, several into the list; and without a camera.

Debian's Chromium has no BarcodeDetector, so the tests give it one that reads what they say; the
camera is Chromium's own test picture.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.rigs.browser import Watched, chromium, find_violations, watch
from tests.rigs.components import require_component
from tests.rigs.demo import DemoRig
from tests.rigs.screens import sign_in

pytestmark = [pytest.mark.component("chromium")]

FAKE_CAMERA = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
READER = """
  window.stickers = [];
  window.BarcodeDetector = class {
    static getSupportedFormats() { return Promise.resolve(["qr_code", "code_128"]); }
    detect() {
      const text = window.stickers.shift();
      return Promise.resolve(text ? [{ rawValue: text }] : []);
    }
  };
"""
NO_READER = "delete window.BarcodeDetector;"
T46U, GXP = "805EC0D10001", "c0:74:ad:d1:00:02"


@dataclass(frozen=True)
class Place:
    demo: DemoRig
    browser: Browser
    login: Any

    def open(self, path: str, script: str = READER, width: int = 1440) -> Watched:
        context = self.browser.new_context(
            storage_state=self.login,
            viewport={"width": width, "height": 844},
            permissions=["camera"],
        )
        context.add_init_script(script)
        watched = watch(context.new_page())
        watched.page.goto(f"{self.demo.url}/t/demo/phones/{path}")
        return watched


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    require_component("chromium")
    folder: Path = tmp_path_factory.mktemp("scan")
    with DemoRig(folder) as demo, chromium(*FAKE_CAMERA) as browser:
        first = browser.new_page()
        sign_in(first, demo)
        yield Place(demo, browser, first.context.storage_state())


def show(page: Page, *texts: str) -> None:
    """Hold stickers before the camera, one after the other, with nothing in between."""
    page.evaluate("(texts) => texts.forEach((one) => window.stickers.push(one, ''))", list(texts))


@pytest.mark.parametrize("width", [1440, 390])
def test_a_sticker_fills_the_form(place: Place, width: int) -> None:
    """R79: a serial number is passed over; the focus goes on, and the MAC's vendor is told."""
    watched = place.open("add", width=width)
    page = watched.page
    page.click("text=Scan the sticker")
    expect(page.locator("#scan-said")).to_have_text("Looks for a code.")
    assert page.evaluate("document.getElementById('scan-video').videoWidth") > 0
    assert find_violations(page) == []
    show(page, "123456789012")
    expect(page.locator("#scan-said")).to_contain_text("123456789012 is no MAC address")
    show(page, f"MAC:{T46U};SN:3146019090637899")
    expect(page.locator("#mac")).to_have_value("80:5e:c0:d1:00:01")
    expect(page.locator("#mac-note")).to_contain_text("An address of Yealink")
    expect(page.locator("#scan-dialog")).not_to_be_visible()
    assert page.evaluate("document.getElementById('scan-video').srcObject") is None
    assert page.evaluate("document.activeElement.id") == "model_slug"
    watched.close()


def test_several_in_a_row_become_the_list(place: Place) -> None:
    """R79: counted, those seen twice are told, and the list goes the import's way."""
    watched = place.open("import")
    page = watched.page
    page.click("text=Scan stickers with the camera")
    expect(page.locator("#scan-said")).to_have_text("Looks for a code.")
    assert find_violations(page) == []
    page.select_option("#scan-model", "Yealink T46U")
    show(page, T46U)
    expect(page.locator("#scan-said")).to_have_text("Scanned 1 phone.")
    page.select_option("#scan-model", "Grandstream GXP2170")
    show(page, GXP, T46U)
    expect(page.locator("#scan-said")).to_contain_text("80:5e:c0:d1:00:01 is in the list already")
    expect(page.locator("#scan-said")).to_contain_text("Scanned 2 phones, 1 seen twice.")
    page.click("#scan-take")
    wanted = "mac;model\n80:5e:c0:d1:00:01;Yealink T46U\nc0:74:ad:d1:00:02;Grandstream GXP2170\n"
    expect(page.locator("#text")).to_have_value(wanted)
    page.keyboard.press("Enter")
    page.wait_for_selector("#added")
    assert "2 added" in page.inner_text(".counts")
    page.click("text=Import 2 phones")
    page.wait_for_selector("text=Import done: 2 added")
    watched.close()


def test_they_join_the_list_that_is_there(place: Place) -> None:
    """In its own columns; a list without them is not touched."""
    watched = place.open("import")
    page = watched.page
    page.fill("#text", "place,mac,model\nLobby,805ec0d100aa,T46U\n")
    page.click("text=Scan stickers with the camera")
    show(page, GXP)
    page.click("#scan-take:enabled")
    assert page.input_value("#text").splitlines()[2] == ",c0:74:ad:d1:00:02,"
    page.fill("#text", "name;number\nx;1\n")
    page.click("text=Scan stickers with the camera")
    show(page, GXP)
    page.click("#scan-take:enabled")
    expect(page.locator("#scan-said")).to_contain_text("has no columns mac and model")
    page.click("#scan-close")
    assert page.input_value("#text") == "name;number\nx;1\n"
    watched.close()


def test_a_camera_that_is_refused_is_told(place: Place) -> None:
    refusing = READER + (
        "navigator.mediaDevices.getUserMedia ="
        " () => Promise.reject(new DOMException('no', 'NotAllowedError'));"
    )
    watched = place.open("add", refusing)
    page = watched.page
    page.click("text=Scan the sticker")
    expect(page.locator("#scan-said")).to_contain_text("does not let this page use the camera")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Scan the sticker"
    watched.close()


def test_where_the_browser_cannot_there_is_no_button(place: Place) -> None:
    """And a scanner that types ends with Enter, which goes on instead of sending half a form."""
    watched = place.open("add", NO_READER)
    page = watched.page
    expect(page.locator("[data-scan]")).not_to_be_visible()
    page.focus("#mac")
    page.keyboard.type(T46U.replace("0001", "0009"))
    page.keyboard.press("Enter")
    expect(page.locator("#mac-note")).to_contain_text("An address of Yealink")
    assert page.url.endswith("/phones/add")
    assert page.evaluate("document.activeElement.id") == "model_slug"
    watched.close()


def test_no_other_page_may_ask_for_the_camera(place: Place) -> None:
    watched = place.open("")
    page = watched.page
    asked = "navigator.mediaDevices.getUserMedia({video: true}).then(() => 'given', (e) => e.name)"
    assert page.evaluate(asked) == "NotAllowedError"
    page.context.close()
