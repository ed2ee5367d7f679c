"""A bulk operation that is killed in the middle and started again does each phone exactly once."""

import sqlite3
import time
from functools import partial
from pathlib import Path

import requests

from tests.rigs.person import Person
from tests.rigs.server import ServerRig
from tests.rigs.sinks import wait_for

PHONES = 1500
KILLS = 3
MODELS = ("Yealink T46U", "GXP2170", "Cisco SPA504G")
EACH_PHONE = """
    SELECT config_state.revision, phone.time_zone, count(phone_event.id)
    FROM phone JOIN config_state ON config_state.phone_id = phone.id LEFT JOIN phone_event
    ON phone_event.phone_id = phone.id AND phone_event.text LIKE 'Set time zone%'
    GROUP BY phone.id
"""


def test_killed_in_the_middle_it_does_each_phone_once(tmp_path: Path) -> None:
    """R122: nothing is lost, nothing done twice, the progress is right, others are answered."""
    server = ServerRig(tmp_path)
    server.start()
    person = Person(server.url).log_in()
    person.submit("/tenants/add", name="Acme")
    rows = (f"805ec0{number:06x};{MODELS[number % 3]}" for number in range(PHONES))
    preview = person.submit("/t/acme/phones/import", text="\n".join(["mac;model", *rows]))
    person.send(preview, "", {})
    chosen = person.submit("/t/acme/phones", action="/t/acme/bulk/new", scope="all")
    zone = {"action": "set_time_zone", "zone": "Asia/Tokyo"}
    person.send(person.send(chosen, "", zone), "", {"start": "1"})
    database, seen, kills = tmp_path / "data" / "phoneprov.db", 0, 0
    while kills < KILLS and seen < PHONES:
        seen = wait_for(partial(count_more, database, seen), 30, "some more phones are done")
        server.kill()
        kills += count_done(database) < PHONES
        assert all(one in {(1, None, 0), (2, "Asia/Tokyo", 1)} for one in each_phone(database))
        server.start()
    assert kills, "it was never killed in the middle"
    started = time.monotonic()
    assert requests.get(f"{server.url}/prov/805ec0000001.cfg", timeout=10).status_code == 200
    assert time.monotonic() - started < 10
    wait_for(lambda: count_done(database) == PHONES, 60, "all phones are done")
    assert set(each_phone(database)) == {(2, "Asia/Tokyo", 1)}
    wait_for(lambda: f"{PHONES} done" in progress(person), 20, "the page says so")
    person.close()
    assert server.stop() == 0


def each_phone(path: Path) -> list[tuple[int, str | None, int]]:
    """Return revision, time zone and number of events of each phone."""
    with sqlite3.connect(path, timeout=15) as database:
        found = database.execute(EACH_PHONE).fetchall()
    database.close()
    return found


def count_done(path: Path) -> int:
    """Return how many phones have the new time zone."""
    return sum(zone is not None for _, zone, _ in each_phone(path))


def count_more(path: Path, seen: int) -> int | None:
    """Return how many phones are done once those are more than `seen`."""
    with sqlite3.connect(path, timeout=15) as database:
        (count,) = database.execute("SELECT count(time_zone) FROM phone").fetchone()
    database.close()
    return count if count > seen else None


def progress(person: Person) -> str:
    """Return what the page of the operation counts."""
    counts = person.read("/t/acme/bulk/1").select_one("#bulk-progress .counts")
    return " ".join(counts.get_text(" ").split()) if counts else ""
