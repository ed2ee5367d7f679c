"""Locks and sorting in the editor of a layout (R31, R41, R65)."""

import pytest
from sqlalchemy import select

from phoneprov.fleet.own_key_models import PhoneButton
from phoneprov.layouts.models import LayoutLock
from phoneprov.vendors.config import ButtonKind
from tests.integration.web.layouts.test_editor import buttons, save
from tests.integration.web.layouts.test_list import HTMX, LIST, MODULES, add
from tests.integration.web.rows import add_extension, add_phone, find_phone, open_session
from tests.pages import Pages


def locks(layout_id: int) -> set[int]:
    with open_session() as session:
        query = select(LayoutLock.position).where(LayoutLock.layout_id == layout_id)
        return set(session.scalars(query))


def differ(phone_id: int, position: int) -> None:
    """Give a phone a key of its own."""
    with open_session() as session:
        session.add(
            PhoneButton(
                phone_id=phone_id, module=0, position=position, kind=ButtonKind.CUSTOM, value="9"
            )
        )
        session.commit()


LOCKED = {"is_locked": "y"}


def test_a_tick_locks_the_key_and_swaps_what_shows_it(alice: Pages) -> None:
    """One request: the lock, the key, counts and Undo; also for a key with no button."""
    layout_id = add()
    save(alice, layout_id, 2, "custom", "1")
    for position, name in ((2, "Key 2: Custom 1, locked"), (3, "Key 3: empty, locked")):
        form = alice.get(f"{LIST}/{layout_id}/keys/{position}", HTMX)
        assert form.soup.select_one("#key-lock #is-locked:not([checked])")
        answer = alice.post(f"{LIST}/{layout_id}/keys/{position}/lock", LOCKED, HTMX)
        assert answer.status_code == 200
        assert [one["id"] for one in answer.soup.select(".key")] == [f"button-{position}"]
        key = answer.soup.select(f"#button-{position}")[0]
        assert key["aria-label"] == name
        assert answer.soup.select_one("#is-locked[checked]")
        assert f"key {position} locked" in answer.select_text("#layout-steps")
    assert locks(layout_id) == {2, 3}
    alice.post(f"{LIST}/{layout_id}/keys/2/lock", {}, HTMX)
    assert locks(layout_id) == {3}


def test_without_script_the_key_is_shown_again(alice: Pages) -> None:
    layout_id = add()
    address = f"{LIST}/{layout_id}/keys/12"
    answer = alice.post(f"{address}/lock", LOCKED)
    assert (answer.status_code, answer.location) == (303, address)
    page = alice.get(address)
    assert "Key 12 is locked." in page.text
    assert page.soup.select_one("#is-locked[checked]")
    assert page.soup.select_one("#button-12 .key-mark")


def test_it_says_how_many_phones_differ_and_what_happens(alice: Pages) -> None:
    """Before the tick and after it; only those phones are told."""
    layout_id = add()
    save(alice, layout_id, 2, "custom", "1")
    phones = [
        add_phone("acme", f"805ec000000{number}", button_layout_id=layout_id)
        for number in (1, 2, 3)
    ]
    for phone_id in phones[:2]:
        differ(phone_id, 2)
    form = alice.get(f"{LIST}/{layout_id}/keys/2", HTMX)
    before = form.select_text("#lock-note")
    assert before.startswith("2 phones have a key of their own here. With the lock on")
    answer = alice.post(f"{LIST}/{layout_id}/keys/2/lock", LOCKED, HTMX)
    after = answer.select_text("#lock-note")
    assert "Key 2 is locked; 2 phones take it by" in after
    assert "2 phones have a key of their own here: kept" in after
    assert [find_phone(one).config_revision for one in phones] == [2, 2, 1]


def test_a_lock_is_undone_in_the_editor(alice: Pages) -> None:
    layout_id = add()
    alice.post(f"{LIST}/{layout_id}/keys/2/lock", LOCKED)
    alice.post(f"{LIST}/{layout_id}/undo", {"seen": "1"})
    assert locks(layout_id) == set()
    alice.post(f"{LIST}/{layout_id}/redo", {"seen": "0"})
    assert locks(layout_id) == {2}


def test_module_layouts_have_locks_too(alice: Pages) -> None:
    layout_id = add(is_for_module=True, model_slug="yealink-exp43")
    assert alice.post(f"{MODULES}/{layout_id}/keys/60/lock", LOCKED, HTMX).status_code == 200
    assert locks(layout_id) == {60}


@pytest.mark.parametrize("verb", ["keys/2/lock", "sort"])
def test_only_the_tenants_admins_do_it(alice: Pages, bob: Pages, charlie: Pages, verb: str) -> None:
    """R65."""
    address = f"{LIST}/{add()}/{verb}"
    assert bob.post(address, LOCKED).status_code == 403
    assert charlie.post(address, LOCKED).status_code == 404
    foreign = address.replace("/t/acme/", "/t/globex/")
    assert charlie.post(foreign, LOCKED).status_code == 404
    assert alice.ask("POST", address, LOCKED).status_code == 400


@pytest.mark.parametrize("position", [0, 28])
def test_a_key_that_the_model_has_not_cant_be_locked(alice: Pages, position: int) -> None:
    layout_id = add()
    answer = alice.post(f"{LIST}/{layout_id}/keys/{position}/lock", LOCKED)
    assert answer.status_code == 404
    assert locks(layout_id) == set()


def test_keys_are_sorted_in_one_step(alice: Pages) -> None:
    layout_id = add()
    for number, name in (("202", "Zoe"), ("203", "Anna")):
        add_extension("acme", number, name=name)
    save(alice, layout_id, 2, "blf", "202")
    save(alice, layout_id, 4, "blf", "203")
    save(alice, layout_id, 5, "custom", "1")
    page = alice.get(f"{LIST}/{layout_id}/sort")
    assert [one["value"] for one in page.soup.select("[name=kinds]")] == ["blf", "custom"]
    assert [one["value"] for one in page.soup.select("[name=kinds][checked]")] == ["blf"]
    answer = alice.post(f"{LIST}/{layout_id}/sort", {"order": "label", "kinds": "blf"})
    assert answer.location == f"{LIST}/{layout_id}"
    assert "Sorted: 2 keys are another now." in alice.get(answer.location).text
    assert {key: row.value for key, row in buttons(layout_id).items()} == {
        2: "203",
        4: "202",
        5: "1",
    }
    again = alice.post(f"{LIST}/{layout_id}/sort", {"order": "label", "kinds": "blf"})
    assert "All in order." in alice.get(again.location).text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"order": "label"}, "Choose what is sorted."),
        ({"order": "label", "kinds": "<b>"}, "Choose what is sorted."),
        ({"order": "colour", "kinds": "blf"}, "Not a valid choice."),
    ],
)
def test_a_wrong_choice_is_told(alice: Pages, typed: dict[str, str], words: str) -> None:
    layout_id = add()
    save(alice, layout_id, 2, "custom", "1")
    answer = alice.post(f"{LIST}/{layout_id}/sort", typed)
    assert answer.status_code == 422
    assert words in answer.text


def test_an_empty_layout_has_nothing_to_sort(alice: Pages) -> None:
    assert "there is nothing to sort" in alice.get(f"{LIST}/{add()}/sort").text


def test_everyone_but_the_phones_own_extension_is_one_choice(alice: Pages) -> None:
    page = alice.get(f"{LIST}/add")
    label = page.select_text('label[for="leaves_out_own"]')
    assert label == "Lamps for everyone but the phone's own extension"
    assert page.soup.select_one("#leaves_out_own[checked]")
