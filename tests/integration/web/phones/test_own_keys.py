"""The picture of a phone and its own keys (R31, R40, R99, R100, R102, R109, R120, R142)."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import Engine, event, select

from phoneprov.fleet.models import PhoneModule
from phoneprov.fleet.own_key_models import PhoneButton
from phoneprov.layouts.models import LayoutButton, LayoutLock
from phoneprov.vendors.config import ButtonKind
from phoneprov.web.database import db
from tests.integration.web.hostile import Hostile, each_class, send
from tests.integration.web.phones.test_edit import OTHER_MAC, fields
from tests.integration.web.phones.test_layout_fields import EXP, layout, module_layout
from tests.integration.web.phones.values import HTMX, LIST, MAC, change, keep
from tests.integration.web.rows import (
    add_extension,
    add_pbx,
    add_phone,
    audit_actions,
    change_pbx,
    find_phone,
    open_session,
    put_on_pbx,
)
from tests.pages import Answer, Pages


class Place:
    """A phone with a layout of a line and two lamps, and a module with one of its own."""

    def __init__(self) -> None:
        pbx_id = add_pbx("Asterisk")
        change_pbx(pbx_id, dialect="asterisk")
        put_on_pbx("acme", pbx_id)
        anna = add_extension("acme", "201", name="Anna Berg")
        ben = add_extension("acme", "202", name="Ben Koch-Longname")
        self.layout_id, self.side_id = layout("Reception"), module_layout("Everybody")
        self.phone_id = add_phone("acme", MAC, extension_id=anna, button_layout_id=self.layout_id)
        keep(
            PhoneModule(phone_id=self.phone_id, number=1, module_slug=EXP, layout_id=self.side_id),
            _button(self.layout_id, 1, ButtonKind.LINE),
            _button(self.layout_id, 2, ButtonKind.BLF, "202", ben),
            _button(self.layout_id, 3, ButtonKind.BLF, "201", anna),
            _button(self.side_id, 21, ButtonKind.BLF, "202", ben),
        )
        self.page = f"{LIST}/{self.phone_id}"

    def key(self, position: int, module: int = 0) -> str:
        return f"{self.page}/keys/{module}/{position}"

    def own(self) -> dict[tuple[int, int], tuple[ButtonKind | None, str, str]]:
        with open_session() as session:
            query = select(PhoneButton).where(PhoneButton.phone_id == self.phone_id)
            return {
                (one.module, one.position): (one.kind, one.value, one.label)
                for one in session.scalars(query)
            }

    def lock(self, position: int) -> None:
        keep(LayoutLock(layout_id=self.layout_id, position=position))


@pytest.fixture
def place() -> Place:
    return Place()


def _button(
    layout_id: int, position: int, kind: ButtonKind, value: str = "", line: int | None = None
) -> LayoutButton:
    return LayoutButton(
        layout_id=layout_id, position=position, kind=kind, value=value, extension_id=line
    )


def name_of(page: Answer, position: int, module: int = 0) -> str:
    found = page.soup.select_one(f"#key-{module}-{position}")
    assert found is not None
    return str(found["aria-label"])


DIAL = {"kind": "speed_dial", "value": "+49 30 5550101", "label": "Boss"}


def test_the_page_draws_what_this_phone_is_told(alice: Pages, place: Place) -> None:
    """R99: by the pages of phone and module, labels cut, and why a key does nothing here."""
    page = alice.get(place.page)
    assert [name_of(page, one) for one in (1, 2, 3, 4)] == [
        "Key 1: Line Anna Berg",
        "Key 2: BLF Ben Koch-Longname",
        "Key 3: empty. It would watch this phone's own extension; the layout leaves that out.",
        "Key 4: empty",
    ]
    assert page.select_text("#key-0-2 .key-label") == "Ben Koch"
    assert page.select_text("#device-0 .device-title") == "Yealink T46U Reception"
    assert page.select_text("#device-1 .device-title") == "Module 1: Yealink EXP43 Everybody"
    assert [one["id"] for one in page.soup.select("#device-1 .key")] == [
        f"key-1-{position}" for position in range(1, 21)
    ]
    assert page.select_text("#key-counts").startswith("3 of 87 keys do something")
    assert "Key 3: It would watch" in page.select_text("#key-notes")
    link = page.soup.select("#device-1 .key-pages a")[1]
    turned = alice.get(str(link["href"]).partition("#")[0])
    assert name_of(turned, 21, module=1) == "Module 1, key 21: BLF Ben Koch-Longname"
    assert turned.soup.select_one("#key-0-2")
    for wrong in ("0", "99", "x", "-1"):
        assert alice.get(f"{place.page}?keys_0={wrong}&keys_1={wrong}").status_code == 200


def test_a_phone_without_keys_or_model_has_no_picture(alice: Pages) -> None:
    keyless = add_phone("acme", "8843e11a2b3c", model_slug="cisco-spa502g")
    gone = add_phone("acme", "805ec0000002", model_slug="yealink-gone")
    for phone_id in (keyless, gone):
        assert not alice.get(f"{LIST}/{phone_id}").soup.select("#part-keys")
    assert alice.get(f"{LIST}/{gone}/keys/0/1").status_code == 404


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"disabled_at": True}, "The phone is disabled and told no key"),
        ({"extension_id": None}, "The phone has no extension and is told no key"),
    ],
)
def test_a_phone_that_is_told_no_key_says_so(
    alice: Pages, place: Place, values: dict[str, object], words: str
) -> None:
    if "disabled_at" in values:
        values = {"disabled_at": find_phone(place.phone_id).added_at}
    change(place.phone_id, **values)
    page = alice.get(place.page)
    assert words in page.select_text("#part-keys")
    assert name_of(page, 2) == "Key 2: BLF Ben Koch-Longname"


def test_a_click_opens_the_form_of_the_layouts_editor(alice: Pages, place: Place) -> None:
    """R31, R100: beside the picture, filled with what the key does now."""
    fragment, page = alice.get(place.key(2), HTMX), alice.get(place.key(21, module=1))
    assert not fragment.is_page
    assert fragment.select_text("h2") == "Key 2"
    assert "In the layout" not in fragment.text
    assert "As in the layout: BLF 202 Ben Koch-Longname." in fragment.select_text("#key-form")
    assert fragment.soup.select_one('#kind option[value="blf"][selected]')
    assert fragment.soup.select_one('#value[value="202 Ben Koch-Longname"]')
    assert fragment.soup.select_one('#extensions option[value="202 Ben Koch-Longname"]')
    assert page.select_text("#key-form h2") == "Key 21 of module 1"
    assert page.soup.select_one("#key-1-21")
    other = alice.get(f"{place.key(2)}?kind=park_retrieve&value=71&label=Mine", HTMX)
    assert other.select_text('label[for="value"]') == "Slot"
    assert 'value="Mine"' in other.text


@pytest.mark.parametrize("where", [(0, 0), (0, 28), (1, 61), (2, 1), (1, 0)])
def test_a_key_that_the_phone_has_not_is_not_there(
    alice: Pages, place: Place, where: tuple[int, int]
) -> None:
    address = place.key(where[1], where[0])
    assert alice.get(address).status_code == 404
    assert alice.post(address, DIAL).status_code == 404
    assert alice.post(f"{address}/empty").status_code == 404


def test_save_swaps_that_key_and_the_counts(alice: Pages, place: Place) -> None:
    """R31, R40: one request; marked as the phone's own in view and in its name."""
    answer = alice.post(place.key(2), DIAL, HTMX)
    assert answer.status_code == 200
    assert not answer.is_page
    assert [one["id"] for one in answer.soup.select(".key")] == ["key-0-2"]
    assert name_of(answer, 2) == "Key 2: Speed Dial Boss, own key"
    assert answer.select_text("#key-0-2 .badge-own") == "own"
    assert "1 key differs from its layouts" in answer.select_text("#key-counts")
    assert "Key 2 is its own now." in answer.select_text("#key-form")
    assert place.own() == {(0, 2): (ButtonKind.SPEED_DIAL, "+49 30 5550101", "Boss")}
    assert find_phone(place.phone_id).config_revision == 2
    assert audit_actions()[-1] == "phone.key"


def test_without_script_save_loads_the_page_of_the_key(alice: Pages, place: Place) -> None:
    answer = alice.post(place.key(21, module=1), DIAL)
    assert (answer.status_code, answer.location) == (303, f"{place.page}?keys_1=2#part-keys")
    page = alice.get(answer.location.partition("#")[0])
    assert "Key 21 of module 1 is its own now." in page.text
    assert name_of(page, 21, module=1) == "Module 1, key 21: Speed Dial Boss, own key"


def test_one_click_brings_the_layouts_button_back(alice: Pages, place: Place) -> None:
    alice.post(place.key(2), DIAL)
    form = alice.get(place.key(2), HTMX)
    assert "A key of this phone’s own. In the layout: BLF 202" in form.select_text("#key-form")
    assert form.soup.select_one("#revert-key")
    answer = alice.post(f"{place.key(2)}/revert", headers=HTMX)
    assert name_of(answer, 2) == "Key 2: BLF Ben Koch-Longname"
    assert "Key 2 is as in the layout." in answer.select_text("#key-form")
    assert place.own() == {}
    assert not alice.get(place.key(2), HTMX).soup.select_one("#revert-key")


def test_a_key_can_be_empty_on_this_phone(alice: Pages, place: Place) -> None:
    """R109: although the layout has a button there."""
    answer = alice.post(f"{place.key(2)}/empty", headers=HTMX)
    assert name_of(answer, 2) == "Key 2: empty, own key: left empty"
    assert place.own() == {(0, 2): (None, "", "")}
    form = alice.get(place.key(2), HTMX)
    assert "Empty on this phone. In the layout: BLF 202" in form.select_text("#key-form")
    assert not form.soup.select_one("#empty-key")
    assert not alice.get(place.key(9), HTMX).soup.select_one("#empty-key")


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("blf", "", "which extension"),
        ("blf", "Nobody here", "No extension"),
        ("line", "999", "No extension"),
        ("park_retrieve", "99", "Slots of this PBX"),
        ("dance", "", "Choose what the key does"),
        ("custom", "{x}", "There is no variable {x}"),
    ],
)
def test_what_cant_be_is_said_and_what_was_typed_stays(
    alice: Pages, place: Place, kind: str, value: str, message: str
) -> None:
    """R100: 422 with the same form, with script and without."""
    for headers in (HTMX, {}):
        answer = alice.post(place.key(2), {"kind": kind, "value": value, "label": "Kept"}, headers)
        assert answer.status_code == 422
        assert message in answer.select_text("#key-form")
        assert 'value="Kept"' in answer.text
    assert place.own() == {}


def test_the_second_of_two_people_is_told(alice: Pages, petra: Pages, place: Place) -> None:
    """Nothing is overwritten or taken back silently; a second Save means it."""
    forms = [person.get(place.key(2), HTMX) for person in (alice, petra)]
    seen = [str(form.soup.select("[name=seen]")[0]["value"]) for form in forms]
    petra.post(place.key(2), {"kind": "custom", "value": "22", "label": "Two", "seen": seen[1]})
    mine = {"kind": "custom", "value": "11"}
    told = alice.post(place.key(2), mine | {"seen": seen[0]}, HTMX)
    assert told.status_code == 422
    assert "it is now custom 22 “Two”" in told.text
    assert 'value="11"' in told.text
    for verb in ("revert", "empty"):
        late = alice.post(f"{place.key(2)}/{verb}", {"seen": seen[0]}, HTMX)
        assert late.status_code == 422
    assert place.own()[0, 2][1] == "22"
    again = str(told.soup.select("[name=seen]")[0]["value"])
    assert alice.post(place.key(2), mine | {"seen": again}, HTMX).status_code == 200
    assert place.own()[0, 2][1] == "11"


def test_a_locked_key_has_no_form_and_refuses(alice: Pages, place: Place) -> None:
    place.lock(2)
    place.lock(9)
    for position in (2, 9):
        form = alice.get(place.key(position), HTMX)
        assert "The layout has locked this key" in form.select_text("#key-form")
        assert not form.soup.select("#kind")
        for address in (place.key(position), f"{place.key(position)}/empty"):
            answer = alice.post(address, DIAL, HTMX)
            assert answer.status_code == 422
            assert "phones may not differ" in answer.select_text("#key-form .message-error")
    assert place.own() == {}
    assert name_of(alice.get(place.page), 2) == "Key 2: BLF Ben Koch-Longname, locked"


def test_an_own_key_under_a_lock_is_shown_and_can_go(alice: Pages, place: Place) -> None:
    alice.post(place.key(2), DIAL)
    place.lock(2)
    page = alice.get(place.page)
    assert (
        name_of(page, 2) == "Key 2: BLF Ben Koch-Longname, own key, overridden by the lock, locked"
    )
    form = alice.get(place.key(2), HTMX)
    assert "the layout has locked it: BLF 202 Ben Koch-Longname counts" in form.text
    assert alice.post(f"{place.key(2)}/revert", headers=HTMX).status_code == 200
    assert place.own() == {}


def test_an_open_page_follows_a_change_of_its_keys(alice: Pages, place: Place) -> None:
    """Also one that somebody else made, on the page of keys that is in view."""
    page = alice.get(f"{place.page}?keys_1=2")
    poll = str(page.soup.select("#phone-poll")[0]["hx-get"])
    assert alice.get(poll, HTMX).status_code == 204
    alice.post(place.key(21, module=1), DIAL)
    live = alice.get(poll, HTMX)
    assert name_of(live, 21, module=1) == "Module 1, key 21: Speed Dial Boss, own key"
    again = str(live.soup.select("#phone-poll")[0]["hx-get"])
    assert alice.get(again, HTMX).status_code == 204


def test_the_tenants_own_people_only(
    alice: Pages, bob: Pages, charlie: Pages, place: Place
) -> None:
    """R65: a viewer sees the picture and changes nothing; another tenant finds nothing."""
    page = bob.get(place.page)
    assert "Key 2: BLF Ben Koch-Longname" in page.select_text("#key-0-2")
    assert not page.soup.select("a.key")
    foreign = place.key(2).replace("/t/acme/", "/t/globex/")
    for address in (place.key(2), f"{place.key(2)}/empty", f"{place.key(2)}/revert"):
        assert bob.post(address, DIAL).status_code == 403
        assert charlie.post(address, DIAL).status_code == 404
        assert charlie.post(address.replace(place.key(2), foreign), DIAL).status_code == 404
        assert alice.ask("POST", address, DIAL).status_code == 400
    assert charlie.get(foreign).status_code == 404
    assert place.own() == {}


@each_class("text", "label", "button_label")
def test_hostile_labels_are_kept_as_text_or_refused(
    alice: Pages, place: Place, hostiles: list[Hostile]
) -> None:
    """S11: on the picture, in the form, and in the config's preview."""
    for hostile in hostiles:
        typed = {"kind": "custom", "value": "1", "label": hostile.text}
        answer = send(alice, place.key(2), typed)
        if answer.status_code == 422:
            assert answer.select_text("#label-note .error"), hostile.name
            continue
        assert answer.status_code == 303, hostile.name
        assert place.own()[0, 2][2] == hostile.kept, hostile.name
        for address in (place.page, place.key(2)):
            page = alice.get(address)
            assert not page.soup.select("#part-keys img, #part-keys b, #key-form img"), hostile.name


def test_an_extension_that_goes_names_and_flags_own_keys(alice: Pages, place: Place) -> None:
    """R102: on the page of the deletion before, on the phone's picture after."""
    lab = add_extension("acme", "300", name="Lab")
    alice.post(place.key(5), {"kind": "line", "value": "300"})
    alice.post(place.key(6), {"kind": "blf", "value": "300"})
    asked = alice.get(f"/t/acme/extensions/{lab}/delete")
    assert "This phone has a key of its own for it" in asked.text
    assert asked.soup.select_one(f'main a[href="{place.page}"]')
    alice.post(f"/t/acme/extensions/{lab}/delete")
    page = alice.get(place.page)
    assert "there is no extension 300 any more" in name_of(page, 5)
    assert "No extension has the number 300." in name_of(page, 6)
    assert "Key 5: there is no extension 300 any more." in page.select_text("#key-notes")


def test_another_model_names_the_own_keys_it_costs(alice: Pages, place: Place) -> None:
    """R120: in the open form and before it is saved, with script and without."""
    alice.post(place.key(2), DIAL)
    alice.post(place.key(20), DIAL)
    alice.post(place.key(21, module=1), DIAL)
    typed = fields(model_slug="yealink-t40g", button_layout_id="", modules="", extension="201")
    lost = "its own key 20 (speed dial +49 30 5550101 “Boss”), its own key 21 of module 1"
    hints = alice.get(f"{LIST}/hints?own={place.phone_id}&model_slug=yealink-t40g&mac={MAC}", HTMX)
    assert lost in hints.select_text("#button_layout_id-note")
    asked = alice.post(f"{place.page}/edit", typed)
    assert asked.status_code == 422
    assert lost in asked.select_text("main .message-warning")
    assert len(place.own()) == 3
    agreed = str(asked.soup.select("#agreed_keys")[0]["value"])
    assert alice.post(f"{place.page}/edit", typed | {"agreed_keys": agreed}).status_code == 303
    assert list(place.own()) == [(0, 2)]


def test_replacing_the_box_names_them_too(alice: Pages, place: Place) -> None:
    alice.post(place.key(20), DIAL)
    values = {"mac": OTHER_MAC, "model_slug": "yealink-t40g"}
    asked = alice.post(f"{place.page}/replace", values)
    assert "its own key 20" in asked.select_text("main .message-warning")
    agreed = str(asked.soup.select("main #agreed")[0]["value"])
    assert alice.post(f"{place.page}/replace", {**values, "agreed": agreed}).status_code == 303
    assert place.own() == {}


def test_the_same_model_keeps_them(alice: Pages, place: Place) -> None:
    alice.post(place.key(20), DIAL)
    values = {"mac": OTHER_MAC, "model_slug": "yealink-t46u"}
    assert alice.post(f"{place.page}/replace", values).status_code == 303
    assert list(place.own()) == [(0, 20)]


@pytest.mark.parametrize("keeps", [False, True])
def test_a_new_user_gets_none_of_the_last_ones(alice: Pages, place: Place, *, keeps: bool) -> None:
    """R142, R143: said on the page; a tick keeps them."""
    assert not alice.get(f"{place.page}/reassign").soup.select("#keeps_own_keys")
    alice.post(place.key(2), DIAL)
    page = alice.get(f"{place.page}/reassign")
    assert "1 key differs from its layouts. Without the tick it goes" in page.text
    typed = {"mac": MAC, "model_slug": "yealink-t46u"} | ({"keeps_own_keys": "y"} if keeps else {})
    assert alice.post(f"{place.page}/reassign", typed).status_code == 303
    assert bool(place.own()) is keeps


def test_the_page_costs_the_same_however_many_own_keys(
    app: Flask, alice: Pages, place: Place
) -> None:
    def cost() -> int:
        with app.app_context(), counted(db.engine) as statements:
            assert alice.get(place.page).status_code == 200
        return len(statements)

    alice.post(place.key(1), DIAL)
    cost()
    few = cost()
    keep(
        *(
            PhoneButton(
                phone_id=place.phone_id,
                module=module,
                position=position,
                kind=ButtonKind.CUSTOM,
                value="1",
            )
            for module in (0, 1)
            for position in range(4, 27)
        )
    )
    assert cost() == few


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(*arguments: object) -> None:
        statements.append(str(arguments[2]))

    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)
