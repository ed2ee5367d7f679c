"""kill -9 at random moments of a stream of edits and check-ins loses nothing acknowledged."""

import random
import sqlite3
import threading
import time
from pathlib import Path

import requests

from tests.rigs.person import Person
from tests.rigs.server import ServerRig
from tests.rigs.sinks import wait_for

KILLS = 20
MACS = [f"805ec0{number:06x}" for number in range(0x101, 0x106)]


class Editor(threading.Thread):
    """Changes the names of phones without pause, and remembers what was acknowledged."""

    def __init__(self, person: Person, kept: dict[str, str], tried: dict[str, set[str]]) -> None:
        super().__init__(daemon=True)
        self._person = person
        self.kept = kept
        self.tried = tried
        self.ending = threading.Event()

    def run(self) -> None:
        number = 0
        while not self.ending.is_set():
            number += 1
            phone = number % len(MACS) + 1
            name = f"Name {time.monotonic_ns()}"
            self.tried.setdefault(str(phone), set()).add(name)
            try:
                self._person.submit(f"/t/acme/phones/{phone}/edit", display_name=name)
            except (requests.RequestException, AssertionError):
                continue
            self.kept[str(phone)] = name
            self.tried[str(phone)] = set()


class Poller(threading.Thread):
    """Fetches configs as phones do."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self._url = url
        self.ending = threading.Event()
        self.strange: list[int] = []

    def run(self) -> None:
        with requests.Session() as http:
            while not self.ending.is_set():
                for mac in MACS:
                    try:
                        answer = http.get(f"{self._url}/prov/{mac}.cfg", timeout=5)
                    except requests.RequestException:
                        continue
                    if answer.status_code != 200:
                        self.strange.append(answer.status_code)


def test_twenty_kills_lose_no_acknowledged_edit(tmp_path: Path) -> None:
    """S12: each acknowledged edit is there, the database opens, statuses recover."""
    chance = random.Random(7)
    server = ServerRig(tmp_path)
    server.start()
    person = Person(server.url).log_in()
    person.submit("/tenants/add", name="Acme")
    for mac in MACS:
        person.submit("/t/acme/phones/add", mac=mac, model_slug="yealink-t46u")
    kept: dict[str, str] = {}
    tried: dict[str, set[str]] = {}
    for _ in range(KILLS):
        editor, poller = Editor(person, kept, tried), Poller(server.url)
        editor.start()
        poller.start()
        time.sleep(chance.uniform(0.3, 1.2))
        server.kill()
        for thread in (editor, poller):
            thread.ending.set()
            thread.join(40)
        assert not editor.is_alive()
        assert poller.strange == []
        check_database(tmp_path / "data" / "phoneprov.db", kept, tried)
        server.start()
    for mac in MACS:
        assert requests.get(f"{server.url}/prov/{mac}.cfg", timeout=10).status_code == 200
    recovered = ["Provisioning"] * len(MACS)
    wait_for(lambda: read_statuses(person) == recovered, 20, "the phones' statuses are right")
    person.close()
    assert server.stop() == 0


def read_statuses(person: Person) -> list[str]:
    """Return the statuses that the list of phones shows."""
    page = person.read("/t/acme/phones")
    return [row.text.strip() for row in page.select("tr.phone-row .cell-status .status")]


def check_database(path: Path, kept: dict[str, str], tried: dict[str, set[str]]) -> None:
    """Every acknowledged name is stored, or one that was on its way when the process died."""
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        stored = dict(database.execute("SELECT id, display_name FROM phone"))
        fresh = dict(database.execute("SELECT phone_id, revision FROM config_state"))
    database.close()
    assert all(revision >= 1 for revision in fresh.values())
    for phone, name in kept.items():
        assert stored[int(phone)] in {name} | tried.get(phone, set())
        tried[phone] = {stored[int(phone)]} - {name}
