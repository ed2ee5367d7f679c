"""The demonstration with 312 phones, and a browser that is logged in."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from tests.rigs.browser import Watched, chromium, watch
from tests.rigs.demo import DemoRig
from tests.rigs.person import Person
from tests.rigs.screens import sign_in

DEMO_PHONES, ALL_PHONES = 12, 312
PHONES = "/t/demo/phones"
FLOORS = ("Annexe", "Basement", "Cellar", "Dome", "Eaves")
WIDE, NARROW = 1440, 390


@dataclass(frozen=True)
class ManyPhones:
    """Where it runs, the browser with its log-in, and somebody who changes things meanwhile."""

    demo: DemoRig
    browser: Browser
    login: Any
    person: Person

    def open(self, path: str = PHONES, *, width: int = WIDE, height: int = 900) -> Watched:
        """Open a page in a context of its own; what the console says is kept."""
        context = self.browser.new_context(
            storage_state=self.login,
            viewport={"width": width, "height": height},
            reduced_motion="reduce",
            accept_downloads=True,
        )
        watched = watch(context.new_page())
        watched.page.goto(self.demo.url + path)
        return watched


@contextmanager
def many_phones(folder: Path, *, more: int = ALL_PHONES - DEMO_PHONES) -> Iterator[ManyPhones]:
    """Yield the demonstration with so many more phones, `Desk 001` and so on."""
    with DemoRig(folder) as demo, chromium() as browser:
        person = demo.person()
        add_desks(person, more)
        first = browser.new_page()
        sign_in(first, demo)
        login = first.context.storage_state()
        first.context.close()
        yield ManyPhones(demo, browser, login, person)
        person.close()


def add_desks(person: Person, count: int) -> None:
    """Import so many phones; every third is a Grandstream, the others are Yealinks."""
    lines = ["mac;model;display_name;place"]
    for number in range(1, count + 1):
        is_third = number % 3 == 0
        oui, model = ("c074ad", "GXP2170") if is_third else ("805ec0", "T46U")
        lines.append(f"{oui}{0xE00000 + number:06x};{model};Desk {number:03};{FLOORS[number % 5]}")
    path = f"{PHONES}/import"
    preview = person.submit(path, text="\n".join(lines))
    person.send(preview, path, {})
