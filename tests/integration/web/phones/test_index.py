"""The list of phones: columns, search, filters, order, pages."""

import re
from datetime import timedelta

import pytest
from flask import Flask

from phoneprov.core.clock import utc_now
from phoneprov.fleet.status import PhoneStatus
from tests.integration.web.phones.values import (
    HOSTILE,
    HTMX,
    LIST,
    MAC,
    add_online,
    change_tenant,
    counted,
)
from tests.integration.web.rows import add_extension, add_phone
from tests.pages import Answer, Pages

_SECRETS = re.compile(r"phone\.token\b|phone\.admin_password|sip_password")


def names(page: Answer) -> list[str]:
    """Return the phones of a list by name, in its order."""
    return [cell.get_text(strip=True) for cell in page.soup.select(".cell-name a")]


def test_it_teaches_what_to_do_when_there_is_none(alice: Pages) -> None:
    """An empty list says what follows from adding a phone and has the one button (R1)."""
    page = alice.get(LIST)
    assert "No phones yet" in page.text
    assert page.soup.select_one(f'a[href="{LIST}/add"].primary') is not None


def test_it_shows_all_columns_of_a_phone(alice: Pages) -> None:
    """R2, R5, R69, R71: each column as the phone really reported it."""
    extension = add_extension("acme", "201", name="Anna Berg")
    add_online(extension_id=extension, display_name="Front desk", place="Lobby")
    page = alice.get(LIST)
    row = page.soup.select_one("tr.phone-row")
    assert row is not None
    shown = {
        str(cell["class"][0]): " ".join(cell.get_text(" ", strip=True).split())
        for cell in row.select("td, th")
    }
    assert shown["cell-status"] == "Online"
    assert shown["cell-name"] == "Front desk Lobby"
    assert shown["cell-extension"] == "201 Anna Berg"
    assert shown["cell-model"] == "Yealink T46U"
    assert shown["cell-mac"] == "80:5e:c0:1a:2b:3c"
    assert shown["cell-ip"] == "10.1.4.17"
    assert shown["cell-firmware"] == "108.86.0.90"
    assert shown["cell-registered"] == "2 min ago"
    assert row.select_one(".cell-registered time[title]") is not None
    heads = [head.get_text(" ", strip=True).rstrip(" ↑↓") for head in page.soup.select("thead th")]
    assert heads[1:] == [
        "Status",
        "Name / place",
        "Extension",
        "Model",
        "MAC address",
        "IP address",
        "Firmware",
        "Last registered",
        "Actions",
    ]


def test_it_says_unassigned_and_never(alice: Pages) -> None:
    """R69, R71: what isn't there has a word."""
    add_phone("acme", MAC)
    page = alice.get(LIST)
    assert page.select_text(".cell-extension") == "unassigned"
    assert page.select_text(".cell-registered") == "never"


def test_it_has_all_actions_and_the_reason_of_those_that_are_impossible(alice: Pages) -> None:
    """R3, R72: a Pending phone without extension can't be rebooted; the menu says why."""
    phone_id = add_phone("acme", MAC)
    page = alice.get(LIST)
    items = [item.find(string=True) for item in page.soup.select(f"#menu-{phone_id} .menu-item")]
    assert [str(item).strip("… ") for item in items] == [
        "Edit",
        "Reboot",
        "Resync (read config again)",
        "Reset to defaults",
        "Update firmware",
        "Reassign",
        "Replace hardware",
        "Unassign",
        "Disable",
        "Delete",
    ]
    for verb in ("reboot", "resync", "reset", "unassign"):
        item = page.soup.select_one(f"#menu-{phone_id}-{verb}")
        assert item is not None
        assert item["aria-disabled"] == "true"
        assert item.select_one("small") is not None
    assert "no extension" in page.select_text(f"#menu-{phone_id}-reboot small")
    assert page.soup.select_one(f"a#menu-{phone_id}-delete") is not None


def test_it_offers_enable_for_a_disabled_phone(alice: Pages) -> None:
    phone_id = add_phone("acme", MAC, disabled_at=utc_now(), status=PhoneStatus.DISABLED)
    page = alice.get(LIST)
    assert page.soup.select_one(f"#menu-{phone_id}-enable") is not None
    assert page.soup.select_one(f"#menu-{phone_id}-disable") is None
    assert "disabled" in page.select_text(f"#menu-{phone_id}-reboot small")


def test_it_explains_every_status(alice: Pages) -> None:
    """R70: a word, and its meaning one click away."""
    add_phone("acme", MAC)
    page = alice.get(LIST)
    for status in PhoneStatus:
        assert status.meaning in page.select_text(".legend")


def test_its_counts_are_the_filters(alice: Pages) -> None:
    """R70: counts per status whatever the filter; several statuses are alternatives."""
    for number, status in enumerate((PhoneStatus.ONLINE, PhoneStatus.ONLINE, PhoneStatus.OFFLINE)):
        add_phone("acme", f"805ec000000{number}", status=status, display_name=f"Phone {number}")
    add_phone("acme", "805ec0000009", display_name="Phone 9")
    page = alice.get(f"{LIST}?status=online&status=offline")
    assert names(page) == ["Phone 0", "Phone 1", "Phone 2"]
    assert page.select_text("#count-online") == "2"
    assert page.select_text("#count-pending") == "1"
    assert page.select_text("#match-count") == "3 of 4 match · Show all"
    ticked = [box["value"] for box in page.soup.select(".chips input[checked]")]
    assert ticked == ["online", "offline"]


def test_it_counts_and_finds_older_configs_missed_checks_and_other_hardware(alice: Pages) -> None:
    """Older than it should have; one and a half intervals silent, disabled ones apart; told."""
    late = utc_now() - timedelta(minutes=91)
    add_online("805ec0000001", display_name="Old", fetched_revision=2, config_revision=3)
    add_online("805ec0000002", display_name="Late", last_check_in_at=late)
    add_online("805ec0000003", display_name="In time", last_check_in_at=late + timedelta(minutes=5))
    add_online("805ec0000004", display_name="Off", last_check_in_at=late, disabled_at=late)
    add_online("805ec0000005", display_name="Other", told_model="yealink-t54w")
    page = alice.get(LIST)
    for flag in ("outdated", "missed", "mismatch"):
        assert page.select_text(f"#count-{flag}") == "1"
    assert names(alice.get(f"{LIST}?flag=outdated")) == ["Old"]
    assert names(alice.get(f"{LIST}?flag=missed")) == ["Late"]
    assert names(alice.get(f"{LIST}?flag=mismatch")) == ["Other"]
    change_tenant("acme", poll_minutes=120)
    assert names(alice.get(f"{LIST}?flag=missed")) == []


@pytest.mark.parametrize(
    "search",
    [
        "80:5E:C0:1A:2B:3C",
        "80-5e-c0-1a",
        "805e.c01a.2b3c",
        "80 5e c0 1a 2b 3c",
        "2B3C",
        "front",
        "LOBBY",
        "SN-77",
        "201",
        "anna",
        "T46",
        "yealink t46u",
        "10.1.4.17",
        "108.86.0",
        "desk 201",
    ],
)
def test_it_finds_by_anything_it_shows(alice: Pages, search: str) -> None:
    """Every word has to be found somewhere; a MAC address in any spelling and in parts."""
    extension = add_extension("acme", "201", name="Anna Berg")
    add_online(
        extension_id=extension, display_name="Front desk", place="Lobby", serial_number="SN-77"
    )
    add_phone(
        "acme", "000b82ffffff", model_slug="grandstream-gxp2170", display_name="Another", place="x"
    )
    page = alice.get(f"{LIST}?q={search}")
    assert names(page) == ["Front desk"]
    assert page.soup.select_one("#phone-search")["value"] == search  # type: ignore[index]


@pytest.mark.parametrize("search", ["%", "_", "nobody", "front nobody", "fro_t"])
def test_it_takes_wildcards_as_plain_text(alice: Pages, search: str) -> None:
    add_online(display_name="Front desk")
    page = alice.get(LIST, headers={})
    assert names(page) == ["Front desk"]
    found = alice.client.get(LIST, query_string={"q": search}).get_data(as_text=True)
    assert "No phone matches" in found
    assert "Show all phones" in found


def test_it_finds_letters_beyond_ascii_in_any_case(alice: Pages) -> None:
    add_phone("acme", MAC, display_name="Ärztezimmer")
    assert names(alice.get(f"{LIST}?q=ärzte")) == ["Ärztezimmer"]


def test_it_filters_by_model(alice: Pages) -> None:
    add_phone("acme", "805ec0000001", display_name="One")
    add_phone("acme", "805ec0000002", display_name="Two", model_slug="yealink-t54w")
    page = alice.get(f"{LIST}?model=yealink-t54w")
    assert names(page) == ["Two"]
    assert page.select_text("#phone-model option[selected]") == "Yealink T54W (1)"


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("name", ["Anna", "Bert", "Carl"]),
        ("-name", ["Carl", "Bert", "Anna"]),
        ("extension", ["Carl", "Anna", "Bert"]),
        ("-extension", ["Anna", "Carl", "Bert"]),
        ("status", ["Bert", "Anna", "Carl"]),
        ("model", ["Bert", "Anna", "Carl"]),
        ("mac", ["Carl", "Bert", "Anna"]),
        ("ip", ["Bert", "Anna", "Carl"]),
        ("firmware", ["Anna", "Carl", "Bert"]),
        ("registered", ["Carl", "Anna", "Bert"]),
        ("-registered", ["Anna", "Carl", "Bert"]),
    ],
)
def test_it_sorts_by_every_column(alice: Pages, sort: str, expected: list[str]) -> None:
    """R71: last registered, too; what is missing comes last either way."""
    now = utc_now()
    add_phone(
        "acme",
        "805ec0000003",
        display_name="Anna",
        extension_id=add_extension("acme", "100"),
        status=PhoneStatus.REGISTERED,
        model_slug="yealink-t46u",
        ip_address="10.1.4.17",
        firmware="1.0",
        last_registered_at=now,
    )
    add_phone(
        "acme",
        "805ec0000002",
        display_name="Bert",
        status=PhoneStatus.OFFLINE,
        model_slug="cisco-spa504g",
        ip_address="10.1.4.9",
    )
    add_phone(
        "acme",
        "805ec0000001",
        display_name="Carl",
        extension_id=add_extension("acme", "20"),
        status=PhoneStatus.ONLINE,
        model_slug="yealink-t54w",
        firmware="2.0",
        last_registered_at=now - timedelta(hours=1),
    )
    page = alice.get(f"{LIST}?sort={sort}")
    assert names(page) == expected
    column = sort.removeprefix("-")
    direction = "descending" if sort.startswith("-") else "ascending"
    assert page.soup.select_one(f".head-{column}")["aria-sort"] == direction  # type: ignore[index]


def test_it_shows_pages_of_50_100_or_200(alice: Pages) -> None:
    """A page beyond the last is the last."""
    for number in range(51):
        add_phone("acme", f"805ec00000{number:02x}", display_name=f"Phone {number:02}")
    first = alice.get(LIST)
    assert len(names(first)) == 50
    assert first.soup.select_one('a[rel="next"]') is not None
    assert names(alice.get(f"{LIST}?page=2")) == ["Phone 50"]
    assert names(alice.get(f"{LIST}?page=99")) == ["Phone 50"]
    assert len(names(alice.get(f"{LIST}?per_page=100"))) == 51


def test_it_takes_whatever_an_address_holds(alice: Pages) -> None:
    add_online()
    for query in (
        "page=-1",
        "page=99999999999999999999",
        "per_page=7",
        "sort=nothing",
        "sort=--mac",
        "status=broken&status=online",
        "flag=x",
        "model=%00",
        "q=%00%25",
        f"q={'a' * 5000}",
    ):
        assert alice.get(f"{LIST}?{query}").status_code == 200


def test_it_gives_only_the_table_while_somebody_filters(alice: Pages) -> None:
    """The form with what is typed isn't part of what is swapped; the address follows."""
    add_online(display_name="Front desk")
    page = alice.get(f"{LIST}?q=front&status=&sort=-name&model=", headers=HTMX)
    assert page.text.lstrip().startswith('<div id="phone-list">')
    assert "phone-search" not in page.text
    assert page.headers["HX-Replace-Url"] == f"{LIST}?q=front&sort=-name"


def test_a_step_back_in_the_history_gets_the_whole_page(alice: Pages) -> None:
    add_online()
    page = alice.get(LIST, headers={**HTMX, "HX-History-Restore-Request": "true"})
    assert page.is_page


def test_it_costs_the_same_queries_however_many_phones(app: Flask, alice: Pages) -> None:
    """A row more is no query more, and no secret is read for it."""
    extension = add_extension("acme", "201")
    for number in range(10):
        add_online(f"805ec00000{number:02x}", extension_id=extension)
    alice.get(LIST)
    with counted(app) as few:
        alice.get(f"{LIST}?per_page=200")
    for number in range(10, 150):
        add_online(f"805ec00000{number:02x}", extension_id=extension)
    with counted(app) as many:
        assert len(names(alice.get(f"{LIST}?per_page=200"))) == 150
    assert len(many) == len(few)
    assert not [sql for sql in many if _SECRETS.search(sql)]


def test_hostile_names_are_shown_as_text(alice: Pages) -> None:
    extension = add_extension("acme", "201", name=HOSTILE)
    add_online(
        display_name=HOSTILE,
        place=HOSTILE,
        firmware=HOSTILE,
        status_reason=HOSTILE,
        extension_id=extension,
    )
    page = alice.get(LIST)
    assert HOSTILE not in page.text
    assert names(page) == [HOSTILE]


def test_it_says_as_of_when_a_status_is_not_confirmed(alice: Pages) -> None:
    """A lost link changes no status; it says until when it is known."""
    add_online(unconfirmed_since_at=utc_now() - timedelta(minutes=9))
    page = alice.get(LIST)
    assert page.select_text(".cell-status .is-unconfirmed") == "Online"
    assert page.select_text(".cell-status .as-of").startswith("as of ")


def test_a_viewer_looks_and_does_not_touch(bob: Pages) -> None:
    phone_id = add_online()
    page = bob.get(LIST)
    assert page.soup.select_one(f"#phone-{phone_id}") is not None
    assert page.soup.select_one(".row-menu, .cell-pick, .primary") is None


def test_it_shows_no_phone_of_another_tenant(charlie: Pages) -> None:
    """R65: neither below acme's address nor among globex's own."""
    add_online(display_name="Front desk")
    assert charlie.get(LIST).status_code == 404
    page = charlie.get("/t/globex/phones?q=front")
    assert "Front desk" not in page.text
    assert page.select_text("#count-online") == "0"
