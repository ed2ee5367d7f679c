"""Maintenance windows: list, next runs, calendar, add, edit, delete (R54, R130)."""

from collections.abc import Callable, Iterator
from datetime import time

import pytest
import time_machine
from sqlalchemy import select

from phoneprov.firmware.rollout_models import MaintenanceWindow
from tests.cast import ALICE
from tests.integration.web.rollouts.conftest import NOON, WEEK_DAYS, add_window
from tests.integration.web.rows import add_phone, open_session
from tests.pages import Pages

PAGE = "/t/acme/maintenance-windows"
GOOD = {"weekdays": ["0", "1", "4"], "opens": "22:00", "closes": "05:30"}


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def windows() -> list[MaintenanceWindow]:
    with open_session() as session:
        return list(session.scalars(select(MaintenanceWindow).order_by(MaintenanceWindow.id)))


def test_an_empty_list_says_what_windows_are_for(alice: Pages, bob: Pages) -> None:
    page = alice.get(PAGE)
    assert "No maintenance windows yet" in page.text
    assert page.soup.select_one(f"main a[href='{PAGE}/add']")
    assert bob.get(PAGE).soup.select_one(f"main a[href='{PAGE}/add']") is None


def test_a_window_is_added(alice: Pages) -> None:
    """R54, R130: weekdays and hours, with the phone's own clock said."""
    assert "The clock is the phone’s own" in alice.get(f"{PAGE}/add").text
    answer = alice.post(f"{PAGE}/add", GOOD)
    assert answer.status_code == 303
    (row,) = windows()
    assert (row.weekdays, row.opens, row.closes) == (0b10011, time(22), time(5, 30))
    page = alice.get(PAGE)
    assert "Mon, Tue, Fri 22:00–05:30 the next morning 7 h 30 min" in page.select_text(
        f"#window-{row.id}"
    )


def test_the_next_runs_are_told_by_each_zones_clock(alice: Pages) -> None:
    """R130: the phones of each zone have their own; where the clocks differ, both are named."""
    add_window()
    add_phone("acme", "805ec0000001")
    add_phone("acme", "805ec0000002")
    add_phone("acme", "805ec0000003", time_zone="America/New_York")
    rows = alice.get(PAGE).soup.select("[aria-labelledby=next-title] tbody tr")
    texts = [" ".join(row.get_text(" ", strip=True).split()) for row in rows]
    assert texts[0].startswith(
        "Europe/Berlin 2 phones Tue 1 Dec, 22:00 until Wed 05:00 the same, in 9 h"
    )
    assert texts[1].startswith(
        "America/New York 1 phone Tue 1 Dec, 22:00 until Wed 05:00 Wed 2 Dec, 04:00 until 11:00"
    )


def test_one_that_is_open_says_so(alice: Pages) -> None:
    add_window(opens=9, closes=17)
    add_phone("acme", "805ec0000001")
    assert "open now, until 17:00" in alice.get(PAGE).select_text("[aria-labelledby=next-title]")


def test_the_calendar_shows_four_weeks(alice: Pages) -> None:
    add_window()
    page = alice.get(PAGE)
    days = page.soup.select(".calendar tbody td")
    assert len(days) == 28
    assert "today" in page.select_text(".calendar .is-today")
    assert page.soup.select_one(".calendar .is-today time")["datetime"] == "2026-12-01"  # type: ignore[index]
    opened = page.soup.select(".calendar .opening")
    assert len(opened) == 20, "weekdays of four weeks"
    assert "22:00–05:00" in opened[0].get_text()


def test_a_change_of_the_clocks_is_told_on_its_day(log_in: Callable[[str], Pages]) -> None:
    """R54, R130: the night in March is an hour shorter where the phones are."""
    with time_machine.travel(NOON.replace(year=2027, month=3, day=25), tick=False):
        add_window(weekdays=0b1111111)
        add_phone("acme", "805ec0000001")
        notes = log_in(ALICE).get(PAGE).soup.select(".calendar .opening-note")
    assert [one.get_text() for one in notes] == ["1 h shorter in Europe/Berlin: the clocks change"]


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"weekdays": []}, "weekdays", "Tick at least one day."),
        ({"weekdays": ["7", "x"]}, "weekdays", "Tick at least one day."),
        ({"opens": "25:00"}, "opens", "Enter a time of day such as 22:00."),
        ({"closes": "<b>"}, "closes", "Enter a time of day such as 22:00."),
        ({"closes": ""}, "closes", "Enter a time of day such as 22:00."),
    ],
)
def test_a_mistake_is_told_beside_its_field(
    alice: Pages, wrong: dict[str, object], field: str, said: str
) -> None:
    """What was typed stays, and nothing is added."""
    answer = alice.post(f"{PAGE}/add", {**GOOD, **wrong})
    assert answer.status_code == 422
    assert said in answer.select_text(f"#field-{field}")
    if field != "weekdays":
        kept = answer.soup.select_one(f"#{field}")
        assert kept is not None
        assert kept["value"] == wrong[field]
    assert windows() == []


def test_the_same_window_twice_is_refused(alice: Pages) -> None:
    alice.post(f"{PAGE}/add", GOOD)
    answer = alice.post(f"{PAGE}/add", GOOD)
    assert answer.status_code == 422
    assert len(windows()) == 1


def test_a_window_is_edited_and_deleted(alice: Pages) -> None:
    number = add_window()
    page = alice.get(f"{PAGE}/{number}/edit")
    ticked = [box["value"] for box in page.soup.select("input[name=weekdays][checked]")]
    assert ticked == ["0", "1", "2", "3", "4"]
    answer = alice.post(f"{PAGE}/{number}/edit", {**GOOD, "closes": "22:00"})
    assert answer.status_code == 303
    assert "24 hours from 22:00" in alice.get(PAGE).select_text(f"#window-{number}")
    asked = alice.get(f"{PAGE}/{number}/delete")
    assert "It is the only one" in asked.select_text("main")
    assert len(windows()) == 1
    alice.post(f"{PAGE}/{number}/delete", {})
    assert windows() == []


def test_a_viewer_only_looks(bob: Pages) -> None:
    number = add_window()
    page = bob.get(PAGE)
    assert "Mon–Fri" in page.text
    assert not page.soup.select("main .row-actions")
    assert bob.get(f"{PAGE}/{number}/edit").status_code == 403
    assert bob.post(f"{PAGE}/{number}/delete", {}).status_code == 403
    assert windows()[0].weekdays == WEEK_DAYS


def test_another_tenants_is_not_there(alice: Pages, charlie: Pages) -> None:
    """R65: neither the page nor a window's id below one's own address."""
    number = add_window()
    assert charlie.get(PAGE).status_code == 404
    for verb in ("edit", "delete"):
        assert charlie.get(f"/t/globex/maintenance-windows/{number}/{verb}").status_code == 404
        assert (
            charlie.post(f"/t/globex/maintenance-windows/{number}/{verb}", GOOD).status_code == 404
        )
    assert len(windows()) == 1


def test_without_the_token_nothing_is_done(alice: Pages) -> None:
    number = add_window()
    for path in ("add", f"{number}/edit", f"{number}/delete"):
        assert alice.client.post(f"{PAGE}/{path}", data=GOOD).status_code == 400
    assert [one.weekdays for one in windows()] == [WEEK_DAYS]
