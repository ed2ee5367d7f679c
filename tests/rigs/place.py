"""The demonstration with a browser in it, and the ways of a person to a layout's editor."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from tests.rigs.browser import chromium
from tests.rigs.demo import DemoRig
from tests.rigs.person import Person
from tests.rigs.screens import sign_in

LISTS = {False: "/t/demo/button-layouts", True: "/t/demo/module-layouts"}
TIMEOUT_MS = 15_000
Button = tuple[str, str, str]
"""Kind, value and label."""


@dataclass(frozen=True)
class Place:
    """The demonstration with a browser, and what the browser keeps of a log-in."""

    url: str
    browser: Browser
    login: Any
    person: Person
    """Somebody who changes things without a browser, as another tab would."""

    def page(self, width: int = 1440, **more: Any) -> Page:
        """Open an empty page that fails the test on any error of the console."""
        context = self.browser.new_context(
            viewport={"width": width, "height": 900}, storage_state=self.login, **more
        )
        page = context.new_page()
        page.set_default_timeout(TIMEOUT_MS)
        page.on("console", lambda message: _refuse(message.type, message.text))
        page.on("pageerror", lambda error: _refuse("error", str(error.stack)))
        return page

    def layout(
        self,
        name: str,
        model: str = "yealink-t46u",
        buttons: Mapping[int, Button] | None = None,
        *,
        is_for_module: bool = False,
    ) -> str:
        """Add a layout with its buttons through its forms; return its address."""
        where = LISTS[is_for_module]
        answer = self.person.submit(f"{where}/add", name=name, model_slug=model)
        found = re.search(rf"{where}/(\d+)/edit", str(answer))
        assert found is not None
        address = f"{self.url}{where}/{found.group(1)}"
        for position, button in (buttons or {}).items():
            self.assign(address, position, button)
        return address

    def assign(self, address: str, position: int, button: Button) -> None:
        """Let a key do something, as somebody else would."""
        path = f"{address.removeprefix(self.url)}/keys/{position}"
        kind, value, label = button
        self.person.submit(path, action=path, kind=kind, value=value, label=label)


def _refuse(kind: str, text: str) -> None:
    # A refused form is answered with 422, which the console of a browser calls an error.
    assert kind != "error" or "422" in text, text


@contextmanager
def open_place(folder: Path) -> Iterator[Place]:
    """Yield the demonstration in a folder, with somebody signed in."""
    with DemoRig(folder) as demo, chromium() as browser:
        first = browser.new_page()
        sign_in(first, demo)
        login = first.context.storage_state()
        first.context.close()
        person = demo.person()
        yield Place(demo.url, browser, login, person)
        person.close()
