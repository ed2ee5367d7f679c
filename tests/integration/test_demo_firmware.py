"""`make demo`: a visitor updates the firmware of the phone that is behind (R53)."""

import re
from pathlib import Path

import pytest

from tests.rigs.demo import DemoRig
from tests.rigs.person import Person
from tests.rigs.sinks import wait_for

NEW = "1.0.13.83"


@pytest.mark.alone
def test_the_phone_that_is_behind_is_updated_within_a_minute(tmp_path: Path) -> None:
    """R53: it is marked in the list; one press, and it comes back with the new version."""
    with DemoRig(tmp_path) as demo:
        person = demo.person()
        wait_for(lambda: is_offered(person), 60, "one phone has an update", 1.0)
        path = phone_path(person)
        wait_for(lambda: "Online" in status(person, path), 60, "it is Online", 1.0)
        person.submit(f"{path}/update", timing="now")
        wait_for(lambda: "Updating" in status(person, path), 20, "it is Updating", 0.5)
        wait_for(lambda: "Online" in status(person, path), 60, "it is back and Online", 1.0)
        assert NEW in person.read(path).get_text(" ", strip=True)
        assert not is_offered(person)
        page = person.read("/t/demo/rollouts").get_text(" ", strip=True)
        assert "Done" in page
        person.close()


def is_offered(person: Person) -> bool:
    page = person.read("/t/demo/firmware").get_text(" ", strip=True)
    return NEW in page and "1.0.13.35" in page


def phone_path(person: Person) -> str:
    row = next(
        one
        for one in person.read("/t/demo/phones").select("tr.phone-row")
        if "Carla Costa" in one.text
    )
    found = re.search(r"/t/demo/phones/\d+", str(row))
    assert found is not None
    return found.group(0)


def status(person: Person, path: str) -> str:
    row = next(
        one for one in person.read("/t/demo/phones").select("tr.phone-row") if path in str(one)
    )
    found = row.select_one(".cell-status .status")
    return found.text.strip() if found else ""
