"""Bulk operations on their pages: choose, see, start, watch."""

from collections.abc import Sequence

import pytest
from flask import Flask
from sqlalchemy import select

from phoneprov.fleet.models import Phone
from phoneprov.operations.bulk.run import run_bulks
from phoneprov.operations.models import BulkOperation
from phoneprov.web.runtime import EXTENSION
from tests.factories import ButtonLayoutFactory
from tests.integration.web.layouts.test_list import add as add_layout
from tests.integration.web.rows import add_phone, open_session, rows_go_here
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
