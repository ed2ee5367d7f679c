"""A firmware file of 50 MB goes in by the browser, in pieces, whatever the network does (R51)."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route

from phoneprov.simulator.images import make_image
from tests.rigs.browser import chromium
from tests.rigs.components import require_component
from tests.rigs.server import EMAIL, PASSWORD, ServerRig

pytestmark = [pytest.mark.component("chromium")]

NAME = "T46U(T43U,T46U,T41U,T48U,T42U,T44U,T44W)-108.87.0.15.rom"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerRig]:
    require_component("chromium")
    with ServerRig(tmp_path) as running:
        yield running


@pytest.fixture
def page(server: ServerRig) -> Iterator[Page]:
    with chromium() as browser:
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        opened = context.new_page()
        opened.goto(f"{server.url}/log-in")
        opened.fill("#email", EMAIL)
        opened.fill("#password", PASSWORD)
        opened.click("main form button")
        opened.wait_for_load_state()
        yield opened
        context.close()


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / NAME
    path.write_bytes(make_image("108.87.0.15", 50_000_000))
    return path


def test_fifty_megabytes_go_in_and_are_confirmed(
    server: ServerRig, page: Page, image: Path
) -> None:
    """With a progress bar, over two pieces that got lost and one that was answered 503."""
    lost = iter(["abort", "abort", "503"])

    def disturb(route: Route) -> None:
        fate = next(lost, "") if "offset=1" in route.request.url else ""
        if fate == "abort":
            route.abort()
        elif fate:
            route.fulfill(status=503)
        else:
            route.continue_()

    page.route("**/piece?offset=*", disturb)
    page.goto(f"{server.url}/firmware/add")
    page.set_input_files("#file", image)
    page.click("#upload-start")
    page.wait_for_selector("#upload-progress:not([hidden])")
    page.wait_for_function("() => document.getElementById('upload-bar').value > 20", timeout=60_000)
    assert re.match(r"\d+ %: \d+\.\d of 50\.0 MB", page.inner_text("#upload-text"))
    page.wait_for_url("**/firmware/*/edit", timeout=120_000)
    assert next(lost, None) is None
    assert page.input_value("#version") == "108.87.0.15"
    page.click("main form .form-actions button")
    page.wait_for_url("**/firmware")
    assert "offered" in page.inner_text("#firmware-list tbody tr")
    expected = hashlib.sha256(image.read_bytes()).hexdigest()
    stored = server.folder / "data" / "firmware" / f"{expected}.img"
    assert hashlib.sha256(stored.read_bytes()).hexdigest() == expected


def test_an_upload_is_paused_and_gone_on_with_on_another_page(
    server: ServerRig, page: Page, image: Path
) -> None:
    """What came is not sent again."""
    offsets: list[int] = []

    def note(route: Route) -> None:
        offsets.append(int(route.request.url.rpartition("=")[2]))
        if len(offsets) == 6:
            page.evaluate("document.getElementById('upload-pause').click()")
        route.continue_()

    page.route("**/piece?offset=*", note)
    page.goto(f"{server.url}/firmware/add")
    page.set_input_files("#file", image)
    page.click("#upload-start")
    page.wait_for_function(
        "() => document.getElementById('upload-text').textContent.startsWith('Paused')"
    )
    page.wait_for_load_state("networkidle")
    page.goto(f"{server.url}/firmware")
    assert "MB of 50.0 MB" in page.inner_text(".uploads")
    page.goto(f"{server.url}/firmware/add")
    page.set_input_files("#file", image)
    page.click("#upload-start")
    page.wait_for_url("**/firmware/*/edit", timeout=120_000)
    assert offsets == sorted(set(offsets))
