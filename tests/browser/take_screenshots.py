"""Take pictures of every screen, to be looked at: wide and narrow, light and dark.

`python -m tests.browser.take_screenshots FOLDER [NAME …]` starts the demonstration by itself.
`--docs` instead of a folder renews docs/screenshots: every screen once for each width, light, small,
with an index; names after it renew only those.
"""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page

from tests.rigs.browser import chromium
from tests.rigs.demo import DemoRig, add_states
from tests.rigs.pictures import shrink
from tests.rigs.screens import Screen, list_screens, sign_in
from tests.rigs.server import ServerRig
from tests.rigs.sinks import wait_for

Scheme = Literal["light", "dark"]
WIDTHS = (1440, 390)
HEIGHT = 900
PHONES = 12
ONLINE_WITHIN_S = 180
DOCS = Path(__file__).parent.parent.parent / "docs" / "screenshots"
FOR_DOCS = "--docs"
TALLEST = 1600
"""Pixels of height that a picture of the documentation has at most."""
UNFOLDED = "-look"
"""Ends the name of a screen whose news is at its end; its picture may be twice as tall."""
FOR_README, README_PICTURE, README_HEIGHT = ("phones", 1440), "phones.png", 880
INDEX_HEAD = """# Every page in pictures

Made by `make screenshots` from the demonstration, at 1440 and 390 pixels of width; what is taller is
cut. Don't edit: the script writes this page as well.

| page | address | wide | narrow |
|---|---|---|---|
"""


class Album:
    """Where pictures go: as they are, for every scheme, to be looked at."""

    schemes: tuple[Scheme, ...] = ("light", "dark")

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def keep(self, page: Page, name: str, width: int, scheme: Scheme) -> None:
        """Put a picture of a page in."""
        (self.folder / f"{name}-{width}-{scheme}.png").write_bytes(_shoot(page))


class DocsAlbum(Album):
    """The documentation's: light and small; the README's picture is one of them, cut."""

    schemes = ("light",)

    def __init__(self, browser: Browser) -> None:
        super().__init__(DOCS)
        self._shrinks = browser.new_page()

    def keep(self, page: Page, name: str, width: int, scheme: Scheme) -> None:
        """Put a small picture of a page in."""
        del scheme
        picture = _shoot(page)
        tallest = TALLEST * (2 if name.endswith(UNFOLDED) else 1)
        small = shrink(self._shrinks, picture, tallest=tallest)
        (self.folder / f"{name}-{width}.png").write_bytes(small)
        if (name, width) == FOR_README:
            cut = shrink(self._shrinks, picture, tallest=README_HEIGHT)
            (self.folder / README_PICTURE).write_bytes(cut)


def main(where: str, names: Sequence[str]) -> None:
    """Start the demonstration, bring it into all states and take the pictures."""
    with tempfile.TemporaryDirectory() as log, chromium() as browser:
        album = DocsAlbum(browser) if where == FOR_DOCS else Album(Path(where))
        with DemoRig(Path(log)) as demo:
            person = demo.person()
            screens = list_screens(add_states(person))
            person.close()
            wait_until_online(browser, demo)
            wanted = [screen for screen in screens if not names or screen.name in names]
            take_all(browser, demo, wanted, album)
        if not names or "set-up" in names:
            take_set_up(browser, Path(log), album)
    if where == FOR_DOCS:
        write_index([Screen("set-up", "/setup/…"), *screens])


def take_all(browser: Browser, demo: DemoRig, screens: Sequence[Screen], album: Album) -> None:
    """Take each screen once for every width and scheme."""
    for width in WIDTHS:
        for scheme in album.schemes:
            for needs_login in (False, True):
                page = _page(browser, width, scheme)
                if needs_login:
                    sign_in(page, demo)
                for screen in screens:
                    if screen.needs_login is needs_login:
                        screen.open(page, demo.url)
                        album.keep(page, screen.name, width, scheme)
                page.context.close()


def write_index(screens: Sequence[Screen]) -> None:
    """Write the page that shows all pictures, and take away those of screens that are gone."""
    rows = [
        f"| {screen.name} | `{screen.path}` | "
        + " | ".join(f"[{width}]({screen.name}-{width}.png)" for width in WIDTHS)
        + " |"
        for screen in screens
    ]
    (DOCS / "README.md").write_text(INDEX_HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    known = {f"{screen.name}-{width}.png" for screen in screens for width in WIDTHS}
    for path in DOCS.glob("*.png"):
        if path.name not in known | {README_PICTURE}:
            path.unlink()


def take_set_up(browser: Browser, log: Path, album: Album) -> None:
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
            for scheme in album.schemes:
                page = _page(browser, width, scheme)
                screen.open(page, server.url)
                album.keep(page, screen.name, width, scheme)
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


def _shoot(page: Page) -> bytes:
    """Return a picture of the whole page, from its top: a bar sticks to where it was scrolled to."""
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(100)
    return page.screenshot(full_page=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
