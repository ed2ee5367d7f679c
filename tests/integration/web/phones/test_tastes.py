"""What each person remembers of the list: columns, row height, and filters with a name."""

import pytest
from flask import Flask
from sqlalchemy import select

from phoneprov.fleet.list_models import ListTaste, SavedFilter
from phoneprov.fleet.list_tastes import MOST_FILTERS
from tests.factories import ProfileFactory
from tests.integration.web.layouts.test_list import add as add_layout
from tests.integration.web.layouts.test_list import tenant_id
from tests.integration.web.phones.values import HOSTILE, HTMX, LIST, MAC, add_online, counted
from tests.integration.web.rows import add_extension, add_phone, add_unknown, open_session
from tests.pages import Answer, Pages

FILTERS = f"{LIST}/filters"
USUAL = ["Status", "Name / place", "Extension", "Model", "MAC address", "IP address", "Firmware",
         "Last registered"]  # fmt: skip


def heads(page: Answer) -> list[str]:
    texts = [one.get_text(" ", strip=True).rstrip(" ↑↓") for one in page.soup.select("thead th")]
    return [one for one in texts if one not in {"Select", "Actions"}]


def cells(page: Answer) -> dict[str, str]:
    """Return the added cells of the first row by the words of their column."""
    row = page.soup.select_one("tr.phone-row")
    assert row is not None
    found = row.select(".cell-added-on")
    return {str(one["data-label"]): " ".join(one.get_text().split()) for one in found}


def saved() -> list[tuple[str, str]]:
    with open_session() as session:
        rows = session.scalars(select(SavedFilter).order_by(SavedFilter.id))
        return [(one.name, one.query) for one in rows]


def test_everybody_starts_with_the_eight_columns(alice: Pages) -> None:
    """R2."""
    add_online(place="Lobby")
    assert heads(alice.get(LIST)) == USUAL


def test_chosen_columns_stay_a_persons_own(alice: Pages, bob: Pages, petra: Pages) -> None:
    """A viewer has them, too; they hold for every tenant that the person sees."""
    add_online(place="Lobby", serial_number="SN-77")
    add_phone("globex", "805ec0000099", place="Hall")
    chosen = {"column": ["serial", "place", "nonsense"], "compact": "1", "query": "q=SN&page=3"}
    assert bob.post(f"{LIST}/columns", chosen).location == f"{LIST}?q=SN"
    page = bob.get(LIST)
    assert heads(page) == ["Status", "Name", "Place", "Serial number"]
    assert cells(page) == {"Place": "Lobby", "Serial number": "SN-77"}
    assert page.soup.select(".phone-table.is-compact")
    assert heads(alice.get(LIST)) == USUAL
    petra.post("/t/acme/phones/columns", {"column": ["place"]})
    assert heads(petra.get("/t/globex/phones")) == ["Status", "Name", "Place"]
    bob.post(f"{LIST}/columns", {"usual": "1", "column": "serial"})
    assert heads(bob.get(LIST)) == USUAL
    with open_session() as session:
        assert len(session.scalars(select(ListTaste)).all()) == 2


def test_the_columns_of_an_address_count_before_ones_own(alice: Pages) -> None:
    """They stay in every address of the list, and in what is saved."""
    add_online()
    page = alice.get(f"{LIST}?columns=mac.added.nonsense")
    assert heads(page) == ["Status", "Name / place", "MAC address", "Added"]
    assert "columns=status.name.mac.added" in str(page.soup.select("#sort-mac")[0]["href"])
    field = page.soup.select('[form="phone-filter"][name="columns"]')[0]
    assert field["value"] == "status.name.mac.added"
    assert heads(alice.get(f"{LIST}?columns=nonsense")) == USUAL
    assert heads(alice.get(f"{LIST}?columns={'x.' * 500}")) == USUAL


def test_each_added_column_says_what_is_so(alice: Pages) -> None:
    layout = add_layout(name="Reception")
    owner = tenant_id("acme")
    with open_session() as session:
        profile = ProfileFactory(tenant_id=owner, name="Office")
        session.commit()
        profile_id = profile.id
    add_online(
        place="Lobby", serial_number="SN-77", button_layout_id=layout, profile_id=profile_id,
        config_revision=3, fetched_revision=2,
    )  # fmt: skip
    shown = cells(
        alice.get(f"{LIST}?columns=place.serial.layout.profile.config.modules.checked_in.added")
    )
    assert shown.pop("Added")
    assert shown == {
        "Place": "Lobby",
        "Expansion modules": "–",
        "Serial number": "SN-77",
        "Button layout": "Reception",
        "Profile": "Office",
        "Config": "has 2 of 3",
        "Last check-in": "2 min ago",
    }


def test_more_columns_cost_the_same_queries_however_many_phones(app: Flask, alice: Pages) -> None:
    path = f"{LIST}?per_page=200&columns=layout.profile.modules"
    layout = add_layout(name="Reception")
    for number in range(3):
        add_online(f"805ec00000{number:02x}", button_layout_id=layout)
    alice.get(path)
    with counted(app) as few:
        alice.get(path)
    for number in range(3, 60):
        add_online(f"805ec00000{number:02x}", button_layout_id=layout)
    with counted(app) as many:
        alice.get(path)
    assert len(many) == len(few)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("firmware=2.0", ["Bert"]),
        ("firmware=2", []),
        ("line=assigned", ["Anna"]),
        ("line=unassigned", ["Bert"]),
        ("layout=none", ["Bert"]),
        ("profile=none", ["Anna", "Bert"]),
        ("module=yealink-exp43", []),
        ("line=both&layout=x&profile=-1", ["Anna", "Bert"]),
        ("sort=place", ["Bert", "Anna"]),
        ("sort=-added", ["Bert", "Anna"]),
        ("sort=layout", ["Anna", "Bert"]),
        ("sort=profile", ["Anna", "Bert"]),
        ("sort=serial", ["Bert", "Anna"]),
        ("sort=checked_in", ["Anna", "Bert"]),
    ],
)
def test_it_filters_and_sorts_by_more(alice: Pages, query: str, expected: list[str]) -> None:
    """All of it stands in the address."""
    extension = add_extension("acme", "201")
    layout = add_layout(name="Reception")
    add_phone(
        "acme", "805ec0000001", display_name="Anna", extension_id=extension, firmware="1.0",
        button_layout_id=layout, place="Zoo",
    )  # fmt: skip
    add_phone(
        "acme", "805ec0000002", display_name="Bert", firmware="2.0", place="Attic",
        serial_number="1",
    )  # fmt: skip
    page = alice.get(f"{LIST}?{query}")
    assert [one.get_text(strip=True) for one in page.soup.select(".cell-name a")] == expected


def test_the_choices_say_how_many_they_leave(alice: Pages) -> None:
    layout = add_layout(name="Reception")
    add_online(button_layout_id=layout)
    page = alice.get(f"{LIST}?layout={layout}&firmware=9.9")
    assert page.select_text("#phone-layout [selected]") == "Reception (1)"
    assert page.select_text("#phone-firmware [selected]") == "9.9 (0)"
    assert "Only phones of layout Reception" in page.text
    assert "Only phones with firmware 9.9" in page.text


def test_a_filter_is_saved_opened_replaced_and_deleted(alice: Pages) -> None:
    """As the list itself would write it; without the page; of the same name only one."""
    add_online()
    typed = {"name": "  Upstairs  ones ", "query": "q=a%26b&status=offline&page=7&evil=%3Cx%3E"}
    answer = alice.post(FILTERS, typed)
    assert answer.location == f"{LIST}?q=a%26b&status=offline"
    assert saved() == [("Upstairs ones", "q=a%26b&status=offline")]
    page = alice.get(LIST)
    link = page.soup.select(".saved-filters a")[0]
    assert (link.get_text(), link["href"]) == ("Upstairs ones", f"{LIST}?q=a%26b&status=offline")
    alice.post(FILTERS, {"name": "upstairs ONES", "query": "sort=-mac&columns=ip"})
    assert saved() == [("upstairs ONES", "sort=-mac&columns=status.name.ip")]
    button = alice.get(LIST).soup.select(".saved-filters button")[0]
    assert alice.post(str(button["formaction"]), {}).status_code == 303
    assert saved() == []


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "bell\x07"])
def test_a_name_that_is_none_is_told_beside_it(alice: Pages, name: str) -> None:
    """What was typed and what is shown stay."""
    add_online(display_name="Front desk")
    answer = alice.post(FILTERS, {"name": name, "query": "q=front"})
    assert answer.status_code == 422
    assert "Give it a name" in answer.select_text("#filter-name-note")
    assert answer.soup.select("#my-filters[open]")
    assert answer.soup.select("#phone-search")[0]["value"] == "front"
    assert answer.select_text(".cell-name a") == "Front desk"
    assert saved() == []


def test_there_is_a_limit_and_nothing_to_save_in_the_whole_list(alice: Pages) -> None:
    assert "whole list" in alice.post(FILTERS, {"name": "All", "query": "page=2"}).text
    for number in range(MOST_FILTERS):
        alice.post(FILTERS, {"name": f"No {number}", "query": "status=offline"})
    answer = alice.post(FILTERS, {"name": "One more", "query": "status=offline"})
    assert answer.status_code == 422
    assert "delete one first" in answer.select_text("#filter-name-note")
    assert alice.post(FILTERS, {"name": "no 7", "query": "q=x"}).status_code == 303


def test_hostile_names_are_shown_as_text(alice: Pages) -> None:
    alice.post(FILTERS, {"name": HOSTILE[:60], "query": "q=%22%3E%3Cscript%3E"})
    page = alice.get(LIST)
    assert page.soup.select(".saved-filters a")[0].get_text() == HOSTILE[:60].strip()
    assert not page.soup.select(".saved-filters script")


def test_nobody_elses_filters_are_there(alice: Pages, bob: Pages, petra: Pages) -> None:
    """Neither a colleague's nor, for provider staff, those of another tenant."""
    alice.post(FILTERS, {"name": "Mine", "query": "q=x"})
    petra.post("/t/globex/phones/filters", {"name": "Theirs", "query": "q=x"})
    with open_session() as session:
        ids = session.scalars(select(SavedFilter.id).order_by(SavedFilter.id)).all()
    assert not bob.get(LIST).soup.select(".saved-filters a")
    assert not petra.get(LIST).soup.select(".saved-filters a")
    assert bob.post(f"{FILTERS}/{ids[0]}/delete", {}).status_code == 404
    assert petra.post(f"{FILTERS}/{ids[1]}/delete", {}).status_code == 404
    assert len(saved()) == 2


def test_another_tenant_has_no_such_pages(charlie: Pages) -> None:
    """R65."""
    for path in ("columns", "filters", "filters/1/delete", "export"):
        assert charlie.post(f"{LIST}/{path}", {"name": "x", "query": "q=x"}).status_code == 404


def test_the_ticked_are_exported_and_no_others(alice: Pages, bob: Pages) -> None:
    """Another tenant's id is none; a viewer, who has no ticks, has the list of all that match."""
    mine = add_online(display_name="Front desk")
    add_online("805ec0000002", display_name="Another")
    foreign = add_phone("globex", "805ec0000099", display_name="Theirs")
    answer = alice.post(f"{LIST}/export", {"phone": [str(mine), str(foreign), "x", "-1"]})
    assert answer.mimetype == "text/csv"
    assert "Front desk" in answer.text
    assert "Another" not in answer.text
    assert "Theirs" not in answer.text
    assert alice.post(f"{LIST}/export", {"phone": str(foreign)}).location == LIST
    assert bob.post(f"{LIST}/export", {"phone": str(mine)}).status_code == 403


def test_an_empty_list_offers_what_waits(petra: Pages, alice: Pages) -> None:
    """Provider staff only: a MAC that nobody added may be any tenant's."""
    assert not petra.get(LIST).soup.select("#add-unknown")
    add_unknown("805ec0ffee01")
    add_unknown("805ec0ffee02")
    page = petra.get(LIST)
    assert "2 phones that nobody added have asked here already" in page.select_text(".empty")
    assert page.soup.select("#add-unknown")[0]["href"] == f"{LIST}/import?start=unknown"
    assert not alice.get(LIST).soup.select("#add-unknown")


def test_a_searched_mac_that_is_nobodys_can_be_added(alice: Pages, bob: Pages) -> None:
    add_online()
    found = alice.get(f"{LIST}?q=805ec0ffee01", headers=HTMX).soup.select('a[href*="mac="]')
    assert [one["href"] for one in found] == [f"{LIST}/add?mac=80:5e:c0:ff:ee:01"]
    assert not bob.get(f"{LIST}?q=805ec0ffee01").soup.select('.empty a[href*="mac="]')
    assert not alice.get(f"{LIST}?q={MAC}").soup.select('a[href*="mac="]')
