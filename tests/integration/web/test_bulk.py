"""Bulk operations on their pages: choose, see, start, watch."""

from collections.abc import Sequence

import pytest
from flask import Flask
from sqlalchemy import select

from phoneprov.core.clock import utc_now
from phoneprov.fleet.models import Phone
from phoneprov.fleet.status import PhoneStatus
from phoneprov.layouts.models import ButtonLayout
from phoneprov.operations.bulk.run import run_bulks
from phoneprov.operations.commands import finish, list_commands
from phoneprov.operations.models import BulkOperation, CommandState
from phoneprov.web.runtime import EXTENSION
from tests.factories import ButtonLayoutFactory
from tests.integration.web.layouts.test_list import add as add_layout
from tests.integration.web.phones.values import add_online
from tests.integration.web.rows import add_extension, add_phone, open_session, rows_go_here
from tests.pages import Answer, Pages

__all__ = ["ButtonLayoutFactory", "rows_go_here"]

PHONES = "/t/acme/phones"
BULK = "/t/acme/bulk"


@pytest.fixture
def ids() -> list[int]:
    """Return three T46U and one Grandstream."""
    macs = ["805ec0000001", "805ec0000002", "805ec0000003"]
    found = [add_phone("acme", mac) for mac in macs]
    return [*found, add_phone("acme", "c074ad000001", model_slug="grandstream-gxp2170")]


def plan(person: Pages, ids: Sequence[int], action: str, **fields: str) -> Answer:
    values = {"ids": ",".join(map(str, ids)), "action": action, "layout": "", "zone": ""}
    return person.post(f"{BULK}/plan", {**values, **fields})


def work(app: Flask) -> None:
    bench = app.extensions[EXTENSION]
    sessions = bench.answering._sessions
    while run_bulks(sessions, bench.catalog):
        pass


def operations() -> list[BulkOperation]:
    with open_session() as session:
        return list(session.scalars(select(BulkOperation)))


def test_the_list_leads_there(alice: Pages, bob: Pages, ids: list[int]) -> None:
    """R47: ticked ones, or all that match the filter."""
    page = alice.get(f"{PHONES}?model=yealink-t46u")
    boxes = page.soup.select('#phone-rows input[name="phone"][form="bulk-form"]')
    assert [box["value"] for box in boxes] == [str(one) for one in ids[:3]]
    assert "With all 3 that match" in page.select_text("#bulk-all")
    assert not bob.get(PHONES).soup.select("#bulk-form")
    hidden = page.soup.select('#bulk-form [name="filter"]')[0]["value"]
    chosen = alice.post(f"{BULK}/new", {"scope": "all", "filter": str(hidden)})
    assert "What to do with 3 phones?" in chosen.select_text("h1")
    kept = chosen.soup.select('main [name="ids"]')[0]["value"]
    assert kept == ",".join(map(str, ids[:3]))


def test_without_a_tick_it_says_so(alice: Pages, ids: list[int]) -> None:
    answer = alice.post(f"{BULK}/new", {"scope": "ticked"})
    assert answer.status_code == 303
    assert "Tick the phones first" in alice.get(answer.location).text


def test_from_the_list_to_the_result(alice: Pages, app: Flask, ids: list[int]) -> None:
    """R47, R122: what will happen, what is left alone and why, then each result."""
    layout_id = add_layout(name="Front desk")
    seen = plan(alice, ids, "apply_layout", layout=str(layout_id))
    assert seen.status_code == 200
    assert "3 phones change" in seen.select_text("#will-title")
    assert "The layout is for the Yealink T46U. 1" in seen.select_text(".reasons")
    assert operations() == []
    started = plan(alice, ids, "apply_layout", layout=str(layout_id), start="1")
    assert started.status_code == 303
    running = alice.get(started.location)
    assert running.soup.select("#bulk-progress[hx-get]")
    work(app)
    done = alice.get(started.location)
    assert not done.soup.select("#bulk-progress[hx-get]")
    assert "3 done" in done.select_text("#bulk-progress .counts")
    assert "1 skipped" in done.select_text("#bulk-progress .counts")
    assert "Front desk" in alice.get(BULK).select_text("main")
    with open_session() as session:
        rows = session.scalars(select(Phone.button_layout_id).order_by(Phone.id)).all()
    assert rows == [layout_id] * 3 + [None]


def test_while_it_runs_only_the_progress_is_asked_for(alice: Pages, ids: list[int]) -> None:
    started = plan(alice, ids, "disable", start="1")
    fragment = alice.get(started.location, headers={"HX-Request": "true"})
    assert not fragment.is_page
    assert fragment.soup.select("#bulk-progress")
    alice.post(f"{started.location}/cancel", {})
    assert "4 cancelled" in alice.get(started.location).select_text("#bulk-progress .counts")
    alice.post(f"{started.location}/cancel", {})
    assert "It was over already" in alice.get(started.location).text


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"action": ""}, "field-action", "Choose what to do"),
        ({"action": "explode"}, "field-action", ""),
        ({"action": "apply_layout"}, "field-layout", "Choose a layout"),
        ({"action": "set_time_zone", "zone": "Mars/Olympus"}, "field-zone", "Choose a time zone"),
    ],
)
def test_a_mistake_is_told_beside_its_field(
    alice: Pages, ids: list[int], fields: dict[str, str], field: str, said: str
) -> None:
    answer = alice.post(f"{BULK}/plan", {"ids": ",".join(map(str, ids)), **fields})
    assert answer.status_code == 422
    assert said in answer.select_text(f"#{field}")
    assert answer.soup.select('main [name="ids"]')[0]["value"] == ",".join(map(str, ids))
    assert operations() == []


@pytest.mark.parametrize("posted", ["", "x", "1,,2;3", "-1", "9" * 40, "0"])
def test_ids_that_are_none_do_nothing(alice: Pages, posted: str) -> None:
    answer = alice.post(f"{BULK}/plan", {"ids": posted, "action": "disable", "start": "1"})
    assert answer.status_code in {200, 422}
    assert operations() == []


def test_another_tenants_phone_is_left_out(charlie: Pages, ids: list[int]) -> None:
    """R65: their ids name nothing here."""
    values = {"ids": ",".join(map(str, ids)), "action": "disable", "start": "1"}
    answer = charlie.post("/t/globex/bulk/plan", values)
    assert "0 phones" in answer.select_text("#will-title")
    assert operations() == []


def online(number: int, **fields: object) -> int:
    """Add a phone that is Online at an extension of its own."""
    extension = add_extension("acme", str(300 + number))
    values = {"extension_id": extension, "display_name": f"Desk {number}", **fields}
    return add_online(f"805ec00001{number:02x}", "acme", **values)


def test_an_order_is_seen_to_until_it_is_settled(alice: Pages, app: Flask) -> None:
    """R48, R122: queued is not done; the page asks on, and says how each result is known."""
    ids = [online(1), online(2)]
    started = plan(alice, ids, "reboot", start="1")
    work(app)
    page = alice.get(started.location)
    assert "2 queued" in page.select_text("#bulk-progress .counts")
    poll = page.soup.select_one("#bulk-progress[hx-get]")
    assert poll is not None
    news = {"HX-Request": "true"}
    assert alice.get(str(poll["hx-get"]), headers=news).status_code == 204
    settle(ids[0], CommandState.CONFIRMED, "Asked for its config 41 s later.")
    settle(ids[1], CommandState.FAILED, "The phone refused: answered 481 Gone.")
    answer = alice.get(str(poll["hx-get"]), headers=news)
    assert not answer.soup.select("#bulk-progress[hx-get]")
    assert "1 confirmed" in answer.select_text("#bulk-progress .counts")
    assert "answered 481 Gone" in answer.select_text("#bulk-progress tbody tr")
    only = alice.get(f"{started.location}?outcome=confirmed")
    assert [cell.get_text(strip=True) for cell in only.soup.select("tbody th")] == ["Desk 1"]
    assert "2 of 2" in alice.get(f"{started.location}?outcome=nonsense&page=99").text


def test_a_repetition_is_planned_for_who_is_not_done(alice: Pages, app: Flask) -> None:
    """R122: one button, and what it would do is said before it does it."""
    ids = [online(1), online(2), online(3, status=PhoneStatus.OFFLINE)]
    started = plan(alice, ids, "reboot", start="1")
    work(app)
    settle(ids[0], CommandState.CONFIRMED, "Came back.")
    settle(ids[1], CommandState.FAILED, "The phone refused.")
    page = alice.get(started.location)
    assert page.select_text("#repeat-bulk") == "Repeat for the 2 not done…"
    planned = alice.post(f"{started.location}/repeat", {})
    assert planned.select_text("#will-title") == "1 phone gets the order"
    assert "It is Offline" in planned.select_text("[aria-labelledby=left-title]")
    assert planned.soup.select('main [name="ids"]')[0]["value"] == f"{ids[1]},{ids[2]}"
    again = plan(alice, ids[1:], "reboot", start="1")
    assert again.status_code == 303
    assert len(operations()) == 2


def test_a_repetition_keeps_the_value(alice: Pages, app: Flask, ids: list[int]) -> None:
    """Also where the layout is gone meanwhile: it is said beside the field."""
    layout_id = add_layout("acme", name="Front desk")
    started = plan(alice, ids, "apply_layout", layout=str(layout_id), start="1")
    alice.post(f"{started.location}/cancel", {})
    planned = alice.post(f"{started.location}/repeat", {})
    assert planned.select_text("h1") == "Apply button layout: Front desk"
    assert planned.soup.select('main [name="layout"]')[0]["value"] == str(layout_id)
    with open_session() as session:
        session.delete(session.get_one(ButtonLayout, layout_id))
        session.commit()
    refused = alice.post(f"{started.location}/repeat", {})
    assert refused.status_code == 422
    assert "Choose a layout" in refused.select_text("#field-layout")


@pytest.mark.parametrize("typed", ["", "4", "two", "2 "])
def test_what_cannot_be_undone_for_many_is_typed(alice: Pages, ids: list[int], typed: str) -> None:
    """The number of phones; one phone alone needs none."""
    first = plan(alice, ids[:2], "delete")
    assert "Type 2" in first.select_text("#field-typed")
    refused = plan(alice, ids[:2], "delete", start="1", typed=typed)
    assert refused.status_code == 422
    assert "so many phones are meant" in refused.select_text("#field-typed")
    assert operations() == []
    assert plan(alice, ids[:2], "delete", start="1", typed="2").status_code == 303
    assert plan(alice, ids[2:3], "delete", start="1").status_code == 303


def test_many_are_reset_only_where_they_can_be_reached(alice: Pages, ids: list[int]) -> None:
    page = plan(alice, [*ids, online(1)], "reset")
    assert page.select_text("#will-title") == "1 phone gets the order"
    assert "This can’t be undone." in page.text
    assert not page.soup.select('main [name="look"]'), "an order changes no config"
    assert plan(alice, ids, "disable").soup.select('main [name="look"]')


def test_a_phone_that_is_gone_is_not_counted(alice: Pages, ids: list[int]) -> None:
    chosen = {"scope": "ticked", "phone": [str(ids[0]), "987654", str(ids[1])]}
    page = alice.post(f"{BULK}/new", chosen)
    assert page.select_text("h1") == "What to do with 2 phones?"


def test_the_place_of_the_module_travels_along(alice: Pages, ids: list[int]) -> None:
    """R46: only the second module, say."""
    layout_id = add_layout("acme", name="Everybody", model_slug="yealink-exp43", is_for_module=True)
    page = plan(alice, ids, "apply_module_layout", module_layout=str(layout_id), module_number="2")
    assert page.select_text("h1").endswith("Everybody, module 2")
    assert page.soup.select('main [name="module_number"]')[0]["value"] == "2"
    assert "It has no EXP43 as module 2." in page.text


def test_the_inherited_zone_says_whose_it_is(alice: Pages, ids: list[int]) -> None:
    """A phone that follows a profile gets the profile's zone, not the tenant's."""
    page = alice.post(f"{BULK}/new", {"scope": "ticked", "phone": str(ids[0])})
    assert "The profile’s, else the tenant’s" in page.select_text("#zone option")
    assert "has the profile’s zone" in page.select_text("#field-zone")
    with open_session() as session:
        session.get_one(Phone, ids[0]).time_zone = "Asia/Tokyo"
        session.commit()
    assert plan(alice, ids[:1], "set_time_zone").select_text("h1") == (
        "Set time zone: their profile’s, or the tenant’s"
    )


def test_another_tenants_operation_is_not_repeated(
    alice: Pages, charlie: Pages, ids: list[int]
) -> None:
    """R65."""
    started = plan(alice, ids, "disable", start="1")
    number = started.location.rpartition("/")[2]
    assert charlie.post(f"/t/globex/bulk/{number}/repeat", {}).status_code == 404


def settle(phone_id: int, state: CommandState, evidence: str) -> None:
    """Let something have come of a phone's order."""
    with open_session() as session:
        (command,) = list_commands(session, phone_id)
        finish(session, command, state, evidence, utc_now())
        session.commit()
