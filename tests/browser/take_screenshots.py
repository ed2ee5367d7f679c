"""Take pictures of every screen, to be looked at: wide and narrow, light and dark.

`python -m tests.browser.take_screenshots FOLDER [NAME …]` starts the demonstration by itself.
`README` as the only name takes the one picture of the README instead, of the list's first screen.
"""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page

from tests.rigs.browser import chromium
from tests.rigs.demo import DemoRig, add_states
from tests.rigs.screens import Screen, list_screens, sign_in
from tests.rigs.server import ServerRig
from tests.rigs.sinks import wait_for

Scheme = Literal["light", "dark"]
WIDTHS = (1440, 390)
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
HEIGHT = 900
PHONES = 12
ONLINE_WITHIN_S = 180
FOR_README = "README"


def main(folder: Path, names: Sequence[str]) -> None:
    """Start the demonstration, bring it into all states and take the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as log, chromium() as browser:
        with DemoRig(Path(log)) as demo:
            if list(names) == [FOR_README]:
                take_for_readme(browser, demo, folder)
                return
            person = demo.person()
            screens = list_screens(add_states(person))
            person.close()
            wanted = [screen for screen in screens if not names or screen.name in names]
            take_all(browser, demo, wanted, folder)
        if not names or "set-up" in names:
            take_set_up(browser, Path(log), folder)


def take_all(browser: Browser, demo: DemoRig, screens: Sequence[Screen], folder: Path) -> None:
    """Take each screen once for every width and scheme."""
    wait_until_online(browser, demo)
    for width in WIDTHS:
        for scheme in SCHEMES:
            for needs_login in (False, True):
                page = _page(browser, width, scheme)
                if needs_login:
                    sign_in(page, demo)
                for screen in screens:
                    if screen.needs_login is needs_login:
                        screen.open(page, demo.url)
                        _take(page, folder, screen.name, width, scheme)
                page.context.close()


def take_for_readme(browser: Browser, demo: DemoRig, folder: Path) -> None:
    """Take the list of phones as the README shows it: 1440 wide, light, no more than fits."""
    person = demo.person()
    add_states(person)
    person.close()
    wait_until_online(browser, demo)
    page = browser.new_page(viewport={"width": 1440, "height": 880}, color_scheme="light")
    sign_in(page, demo)
    page.goto(f"{demo.url}/t/demo/phones")
    page.screenshot(path=folder / "phones.png")
    page.context.close()


def take_set_up(browser: Browser, log: Path, folder: Path) -> None:
    """Take the page behind the link that a first start prints."""
    with ServerRig(log, PHONEPROV_ADMIN_EMAIL="", PHONEPROV_ADMIN_PASSWORD="") as server:
        line = wait_for(
            lambda: next(
                (one for one in server.log.read_text().splitlines() if "/setup/" in one), ""
            ),
            10,
            "the set-up link is printed",
        )
        screen = Screen("set-up", "/setup/" + line.rpartition("/")[2])
        for width in WIDTHS:
            for scheme in SCHEMES:
                page = _page(browser, width, scheme)
                screen.open(page, server.url)
                _take(page, folder, screen.name, width, scheme)
                page.context.close()


def wait_until_online(browser: Browser, demo: DemoRig) -> None:
    """Wait until the phones of the demonstration have gone their way."""
    page = browser.new_page()
    sign_in(page, demo)
    page.goto(f"{demo.url}/t/demo/phones?per_page=50")
    online = page.locator("tr.phone-row .status-online")
    page.wait_for_function(
        "(most) => document.querySelectorAll('tr.phone-row .status-online').length >= most",
        arg=PHONES,
        timeout=ONLINE_WITHIN_S * 1000,
    )
    assert online.count() >= PHONES
    page.context.close()


def _page(browser: Browser, width: int, scheme: Scheme) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": HEIGHT}, color_scheme=scheme, reduced_motion="reduce"
    )
    return context.new_page()


def _take(page: Page, folder: Path, name: str, width: int, scheme: Scheme) -> None:
    page.wait_for_timeout(100)
    page.screenshot(path=folder / f"{name}-{width}-{scheme}.png", full_page=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
