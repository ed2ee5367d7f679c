"""`make demo`: everything moves by itself, with no component beyond the README's."""

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from tests.rigs.person import Person
from tests.rigs.ports import free_port
from tests.rigs.server import ROOT
from tests.rigs.sinks import wait_for

LOGIN = re.compile(r"log in as (\S+) with password (\S+)")
PHONES = 12


EVERY_S = 1.0
"""As often as an open page asks; more would only take the time from the phones."""


def statuses(person: Person) -> list[str]:
    page = person.read("/t/demo/phones")
    return [one.text.strip() for one in page.select("tr.phone-row .cell-status .status")]


@pytest.mark.alone
def test_twelve_phones_go_online_by_themselves(tmp_path: Path) -> None:
    """R67: within 60 s of the start all twelve are Online, and one that goes away is Offline."""
    port = free_port()
    log = tmp_path / "demo.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-u", "app.py", "demo", "--port", str(port)],
            cwd=ROOT,
            stdout=out,
            stderr=out,
        )
    try:
        started = time.monotonic()
        found = wait_for(lambda: LOGIN.search(log.read_text()), 30, "the log-in is printed")
        person = Person(f"http://127.0.0.1:{port}")
        wait_for(lambda: is_up(person), 15, "the server answers")
        person.log_in(found.group(1), found.group(2))
        wait_for(
            lambda: statuses(person) == ["Online"] * PHONES, 60, "all twelve are Online", EVERY_S
        )
        assert time.monotonic() - started < 75
        wait_for(lambda: "Offline" in statuses(person), 200, "one has gone away", EVERY_S)
        person.close()
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def is_up(person: Person) -> bool:
    """Tell whether the server takes connections."""
    try:
        return person.http.get(f"{person.url}/health", timeout=2).status_code == 200
    except requests.ConnectionError:
        return False
