"""Debian's Chromium, driven by Playwright."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.rigs.server import EMAIL, PASSWORD

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


AXE = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}
TOO_WIDE = "document.documentElement.scrollWidth - innerWidth"


@contextmanager
def chromium(*arguments: str) -> Iterator[Browser]:
    """Yield a browser with an empty profile, started with these further arguments."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*ARGUMENTS, *arguments]
        )
        yield browser
        browser.close()


def log_in(page: Page, url: str, email: str = EMAIL, password: str = PASSWORD) -> None:
    """Log in through the page."""
    page.goto(f"{url}/log-in")
    page.fill("#email", email)
    page.fill("#password", password)
    page.click("main form button")
    page.wait_for_load_state()


def find_violations(page: Page) -> list[str]:
    """Return all that axe finds, with the elements it means."""
    found = Axe().run(page, options=AXE).response["violations"]
    return [f"{one['id']}: {[node['html'][:110] for node in one['nodes']][:4]}" for one in found]


@dataclass(frozen=True)
class Watched:
    """A page whose complaints are kept."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def close(self) -> None:
        """Close it; the console must have stayed empty."""
        self.page.context.close()
        assert not self.complaints, "\n".join(self.complaints)


def watch(page: Page) -> Watched:
    """Keep what the page writes to the console as an error or warning, and what it throws."""
    watched = Watched(page)
    page.on("pageerror", lambda error: watched.complaints.append(str(error)))
    page.on(
        "console",
        lambda said: (
            watched.complaints.append(f"{said.text} ({said.location})")
            if said.type in {"error", "warning"}
            else None
        ),
    )
    return watched
