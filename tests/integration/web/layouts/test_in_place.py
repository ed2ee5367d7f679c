"""Changes in place: what a request swaps, and what two people are told of each other."""

import pytest

from tests.integration.web.layouts.test_editor import asterisk, buttons, save
from tests.integration.web.layouts.test_list import HTMX, LIST, add
from tests.pages import Answer, Pages

__all__ = ["asterisk"]


def mark(person: Pages, layout_id: int, position: int) -> str:
    page = person.get(f"{LIST}/{layout_id}")
    (key,) = page.soup.select(f"#button-{position}")
    return str(key["data-mark"])


def in_view(person: Pages, layout_id: int, page: int = 1) -> dict[str, str]:
    """Return what a request of the open page tells: which page, and of what it is."""
    (counts,) = person.get(f"{LIST}/{layout_id}").soup.select("#layout-counts")
    step, revision = str(counts["data-step"]), str(counts["data-revision"])
    return {"page": str(page), "revision": revision, "step": step}


def swapped(answer: Answer) -> list[str]:
    return [str(one["id"]) for one in answer.soup.select("[hx-swap-oob]")]


@pytest.fixture
def layout_id(alice: Pages) -> int:
    made = add()
    save(alice, made, 1, "custom", "1", "One")
    save(alice, made, 2, "custom", "2", "Two")
    return made


def test_a_move_swaps_the_keys_that_are_in_view(alice: Pages, layout_id: int) -> None:
    """R31: the counts and steps, and one sentence to be heard."""
    address = f"{LIST}/{layout_id}/keys/1/move"
    answer = alice.post(address, {"to": "12"} | in_view(alice, layout_id, page=2), HTMX)
    assert swapped(answer) == ["button-12", "layout-counts", "layout-steps", "live"]
    heard = "Key 12 is now Custom 1 One. Key 1 is now empty. 2 keys assigned."
    assert answer.select_text("#live") == heard
    assert answer.soup.select_one("#key-form[data-focus='12']")
    assert not answer.soup.select("[role=status], [role=alert]")


def test_a_stale_move_swaps_nothing_and_shows_the_keys_as_they_are(
    alice: Pages, layout_id: int
) -> None:
    address = f"{LIST}/{layout_id}/keys/1/move"
    seen = {"seen": mark(alice, layout_id, 1), "seen_there": mark(alice, layout_id, 2)}
    save(alice, layout_id, 2, "custom", "22", "New")
    for headers in (HTMX, {}):
        answer = alice.post(address, {"to": "2"} | seen, headers)
        assert answer.status_code == 422
        assert "it is now custom 22 “New”" in answer.select_text("#key-form [role=alert]")
        assert answer.select_text("#button-2 .key-label") == "New"
    assert buttons(layout_id)[1].value == "1"
    seen["seen_there"] = mark(alice, layout_id, 2)
    assert alice.post(address, {"to": "2"} | seen, HTMX).status_code == 200
    assert buttons(layout_id)[1].value == "22"


def test_a_stale_clear_empties_nothing(alice: Pages, layout_id: int) -> None:
    address = f"{LIST}/{layout_id}/keys/1/clear"
    seen = mark(alice, layout_id, 1)
    save(alice, layout_id, 1, "custom", "11")
    refused = alice.post(address, {"seen": seen}, HTMX)
    assert refused.status_code == 422
    assert "it is now custom 11" in refused.select_text("[role=alert]")
    assert "autofocus" not in refused.text
    again = str(refused.soup.select_one("[name=seen]")["value"])  # type: ignore[index]
    assert alice.post(address, {"seen": again}, HTMX).status_code == 200
    assert 1 not in buttons(layout_id)


def test_a_stale_paste_keeps_what_was_to_be_pasted(alice: Pages, layout_id: int) -> None:
    """To paste is to save onto a key that was seen empty."""
    pasted = {"kind": "custom", "value": "1", "label": "One", "seen": "empty"}
    save(alice, layout_id, 3, "custom", "3")
    answer = alice.post(f"{LIST}/{layout_id}/keys/3", pasted, HTMX)
    assert answer.status_code == 422
    assert answer.soup.select_one("#value[value='1']")
    assert buttons(layout_id)[3].value == "3"


def test_a_key_carries_what_a_copy_needs(alice: Pages, layout_id: int) -> None:
    (key,) = alice.get(f"{LIST}/{layout_id}").soup.select("#button-1")
    kept = (key["data-kind"], key["data-value"], key["data-label"], key["data-spoken"])
    assert kept == ("custom", "1", "One", "Custom 1 One")


def test_a_save_tells_what_others_did_meanwhile(alice: Pages, petra: Pages, layout_id: int) -> None:
    """On another key: it is saved all the same."""
    view = in_view(alice, layout_id)
    save(petra, layout_id, 5, "custom", "5")
    fields = {"kind": "custom", "value": "4", "seen": "empty"} | view
    answer = alice.post(f"{LIST}/{layout_id}/keys/4", fields, HTMX)
    assert answer.status_code == 200
    assert "key 5 set" in answer.select_text("#layout-news")
    assert "key 4 set" not in answer.select_text("#layout-news")


def test_an_open_page_is_told_of_changes(alice: Pages, petra: Pages, layout_id: int) -> None:
    view = in_view(alice, layout_id)
    query = "&".join(f"{name}={value}" for name, value in view.items())
    address = f"{LIST}/{layout_id}/changes?{query}"
    assert alice.get(address, HTMX).status_code == 204
    save(petra, layout_id, 5, "custom", "5")
    answer = alice.get(address, HTMX)
    assert "petra" in answer.select_text("#layout-news")
    assert "key 5 set" in answer.select_text("#layout-news")
    assert "hx-trigger" not in answer.text
    assert alice.get(f"{LIST}/{layout_id}/changes", HTMX).status_code == 204


def test_changes_are_the_tenants_own(charlie: Pages, layout_id: int) -> None:
    assert charlie.get(f"{LIST}/{layout_id}/changes?revision=1").status_code == 404
    assert charlie.get(f"/t/globex/button-layouts/{layout_id}/changes").status_code == 404


@pytest.mark.parametrize("word", ["clear", "move"])
def test_a_change_needs_its_token(alice: Pages, layout_id: int, word: str) -> None:
    address = f"{LIST}/{layout_id}/keys/1/{word}"
    assert alice.ask("POST", address, {"to": "2"}).status_code == 400
    assert buttons(layout_id)[1].value == "1"


def test_undo_swaps_the_keys_that_changed(alice: Pages, layout_id: int) -> None:
    """In place, with what is heard; keys of other pages are left to their page."""
    view = in_view(alice, layout_id)
    answer = alice.post(f"{LIST}/{layout_id}/undo", {"seen": view["step"]} | view, HTMX)
    assert swapped(answer) == ["button-2", "layout-counts", "layout-steps", "live"]
    assert answer.select_text("#key-form") == "Key 2 set: taken back."
    assert answer.select_text("#live") == "Key 2 is now empty. 1 key assigned."


def test_undo_of_what_was_not_seen_is_refused_in_place(
    alice: Pages, petra: Pages, layout_id: int
) -> None:
    view = in_view(alice, layout_id)
    save(petra, layout_id, 5, "custom", "5")
    answer = alice.post(f"{LIST}/{layout_id}/undo", {"seen": view["step"]} | view, HTMX)
    assert answer.status_code == 422
    assert "changed meanwhile" in answer.select_text("#key-form [role=alert]")
    assert "key 5 set" in answer.select_text("#layout-news")
    assert 5 in buttons(layout_id)


def test_another_page_is_a_picture_by_itself(alice: Pages, layout_id: int) -> None:
    answer = alice.get(f"{LIST}/{layout_id}?page=2", HTMX)
    assert not answer.is_page
    assert answer.select_text('.key-pages [aria-current="page"]') == "Page 2"
    assert swapped(answer) == ["layout-steps", "live"]
    assert answer.select_text("#live") == "Page 2 of 3."


def test_a_viewer_turns_pages_but_has_no_keys_to_press(bob: Pages, layout_id: int) -> None:
    answer = bob.get(f"{LIST}/{layout_id}?page=2", HTMX)
    assert answer.soup.select("span.key")
    assert not answer.soup.select("a.key, [role=toolbar]")
