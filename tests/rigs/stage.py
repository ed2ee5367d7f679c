"""The app of a test behind a real port, for a browser: rows move as the test says, no job runs."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import Flask
from playwright.sync_api import Browser
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.pages import Pages
from tests.rigs.browser import Watched, watch

WIDE, NARROW = 1440, 390


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Keep the output of the tests to the tests."""


@dataclass(frozen=True)
class Stage:
    """Where the app answers, and the browser that looks at it."""

    url: str
    browser: Browser

    def open(
        self,
        person: Pages,
        path: str,
        *,
        width: int = WIDE,
        height: int = 900,
        has_script: bool = True,
        is_dark: bool = False,
    ) -> Watched:
        """Open a page as somebody who is logged in; what the console says is kept."""
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            reduced_motion="reduce",
            java_script_enabled=has_script,
            color_scheme="dark" if is_dark else "light",
        )
        cookie = person.client.get_cookie("session")
        assert cookie is not None
        context.add_cookies([{"name": "session", "value": cookie.value, "url": self.url}])
        watched = watch(context.new_page())
        watched.page.goto(self.url + path)
        return watched


@contextmanager
def on_stage(app: Flask, browser: Browser) -> Iterator[Stage]:
    """Serve the app on a loopback port of its own."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Stage(f"http://127.0.0.1:{server.port}", browser)
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
