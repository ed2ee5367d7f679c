"""“What would change” on every form that changes what phones are told (R110, R122)."""

import sqlite3

import pytest
from flask import Flask

from tests.integration.web.layouts.test_list import FRONT, LIST, add
from tests.integration.web.phones.test_edit import fields
from tests.integration.web.phones.values import HTMX, counted
from tests.integration.web.profiles.test_pages import OFFICE, PROFILES, SECRET
from tests.integration.web.profiles.test_pages import add as add_profile
from tests.integration.web.rows import (
    add_extension,
    add_pbx,
    add_phone,
    change_pbx,
    find_phone,
    put_on_pbx,
)
from tests.integration.web.test_bulk import plan
from tests.pages import Answer, Pages

LOOK = {"look": "1"}
SPEED_DIAL = {"kind": "speed_dial", "value": "0301234", "label": "Boss"}


@pytest.fixture(autouse=True)
def asterisk() -> None:
    pbx_id = add_pbx("Asterisk")
    change_pbx(pbx_id, dialect="asterisk")
    put_on_pbx("acme", pbx_id)


def add_served(mac: str, number: str, **fields: object) -> int:
    """Add a phone with an extension of its own."""
    own = add_extension("acme", number, name=f"Person {number}")
    return add_phone("acme", mac, extension_id=own, **fields)


def rows(app: Flask) -> str:
    """Return all that is in the database, but when people were seen."""
    with sqlite3.connect(app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///")) as db:
        return "\n".join(line for line in db.iterdump() if '"user_session"' not in line)


def said(answer: Answer, place: str = "outcome") -> str:
    assert answer.status_code == 200, answer.status_code
    return answer.select_text(f"#{place}")


def test_a_key_before_it_is_saved(alice: Pages, app: Flask) -> None:
    """R110: whom it reaches, in words and in the phone's syntax; what was typed stays."""
    layout_id = add()
    for number in (201, 202, 203):
        add_served(f"805ec0000{number}", str(number), button_layout_id=layout_id)
    address = f"{LIST}/{layout_id}/keys/3"
    assert alice.get(address).select_text("#outcome") == ""
    before = rows(app)
    answer = alice.post(address, {**SPEED_DIAL, **LOOK})
    text = said(answer)
    assert "Reaches 3 phones" in text
    assert "Nothing is saved yet" in text
    assert "Key 3: empty → becomes Speed dial 0301234 Boss" in text
    assert "+ linekey.3.value = 0301234" in text
    assert "− linekey.3.type = 0" in text
    assert "3 phones have not been asking" in text
    assert "Yealink T46U 3 phones, such as Person 201." in text
    assert "No reboot is known to be needed" in text
    assert answer.soup.select("#value")[0]["value"] == "0301234"
    fragment = alice.post(address, {**SPEED_DIAL, **LOOK}, headers=HTMX)
    assert not fragment.is_page
    assert "Reaches 3 phones" in said(fragment)
    assert rows(app) == before


def test_a_mistake_is_told_beside_its_field_and_not_below(alice: Pages) -> None:
    """With script the whole form comes back in the place of itself."""
    address = f"{LIST}/{add()}/keys/3"
    for headers in ({}, HTMX):
        answer = alice.post(address, {"kind": "speed_dial", "value": "", **LOOK}, headers=headers)
        assert answer.status_code == 422
        assert "Type the number" in answer.select_text("#value-note")
        assert answer.select_text("#outcome") == ""
    assert answer.headers["HX-Retarget"] == "#key-form"
    assert answer.headers["HX-Reselect"] == "#key-form"
    assert "HX-Retarget" not in alice.post(address, {"kind": "line"}, headers=HTMX).headers


def test_without_phones_it_says_so(alice: Pages) -> None:
    answer = alice.post(f"{LIST}/{add()}/keys/3", {**SPEED_DIAL, **LOOK})
    assert "No phone is told anything else" in said(answer)


def test_somebody_elses_change_is_told_here_already(alice: Pages) -> None:
    layout_id = add()
    address = f"{LIST}/{layout_id}/keys/3"
    assert alice.post(address, SPEED_DIAL).status_code == 303
    answer = alice.post(address, {**SPEED_DIAL, "seen": "empty", **LOOK})
    assert answer.status_code == 422
    assert "Somebody else has changed this key" in answer.select_text("#key-form")


def test_the_settings_of_a_layout(alice: Pages) -> None:
    """Another name reaches nobody; a lamp on the phone's own extension does."""
    layout_id = add(leaves_out_own=True)
    add_served("805ec0000201", "201", button_layout_id=layout_id)
    alice.post(f"{LIST}/{layout_id}/keys/1", {"kind": "line", "value": ""})
    alice.post(f"{LIST}/{layout_id}/keys/2", {"kind": "blf", "value": "201"})
    address = f"{LIST}/{layout_id}/edit"
    assert "No phone is told" in said(alice.post(address, {**FRONT, "name": "Other", **LOOK}))
    without = {key: value for key, value in FRONT.items() if key != "leaves_out_own"}
    assert "Key 2: empty → becomes BLF 201 Person 201" in said(
        alice.post(address, {**without, **LOOK})
    )
    answer = alice.post(address, {**FRONT, "name": "", **LOOK}, headers=HTMX)
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (422, "#main")


def test_filling_says_it_in_the_card_of_its_pattern(alice: Pages) -> None:
    layout_id = add()
    add_served("805ec0000201", "201", button_layout_id=layout_id)
    add_extension("acme", "202", name="Ben")
    address = f"{LIST}/{layout_id}/fill"
    draft = {"pattern": "everybody", "first_key": "2", "without_layout_id": "0"}
    answer = alice.post(address, {**draft, **LOOK})
    assert "BLF 202 Ben" in said(answer, "outcome-everybody")
    assert answer.select_text("#outcome-park_slots") == ""
    wrong = alice.post(address, {**draft, "first_key": "99", **LOOK})
    assert wrong.status_code == 422
    assert wrong.soup.select("#field-everybody-first_key .error")


def test_a_profile(alice: Pages, app: Flask) -> None:
    """R124: by effect; the password is in no page."""
    number = add_profile(alice)
    add_served("805ec0000201", "201", profile_id=number)
    add_served("805ec0000202", "202", profile_id=number, time_zone="Asia/Tokyo")
    address = f"{PROFILES}/{number}/edit"
    before = rows(app)
    changed = {**OFFICE, "time_zone": "Europe/Paris", "admin_password": "Another-1pw"}
    text = said(alice.post(address, {**changed, **LOOK}))
    assert "Reaches 2 phones" in text
    assert "Time zone: Europe/London → becomes Europe/Paris" in text
    assert "Admin password: one (not shown) → becomes another one (not shown)" in text
    assert SECRET not in text
    assert "Another-1pw" not in text
    assert rows(app) == before
    wrong = alice.post(address, {**OFFICE, "local_sip_port": "80", **LOOK}, headers=HTMX)
    assert (wrong.status_code, wrong.headers["HX-Retarget"]) == (422, "#main")
    assert "1024 to 65535" in wrong.select_text("#local_sip_port-note")


def test_a_phone(alice: Pages, app: Flask) -> None:
    phone_id = add_served("805ec01a2b3c", "201")
    address = f"/t/acme/phones/{phone_id}/edit"
    before = rows(app)
    own = {"extension": "201 Person 201", "admin_password": "Own-secret-1"}
    text = said(alice.post(address, {**fields(local_sip_port="5077", **own), **LOOK}))
    assert "Reaches 1 phone" in text
    assert "Local SIP port: 5060 → becomes 5077" in text
    assert "Own-secret-1" not in text
    assert rows(app) == before
    wrong = alice.post(address, {**fields(local_sip_port="80"), **LOOK})
    assert wrong.status_code == 422
    assert wrong.select_text("#outcome") == ""
    assert find_phone(phone_id).config_revision == 1


def test_a_bulk_plan(alice: Pages, app: Flask) -> None:
    """R122: an order changes no config, so there is nothing to look at."""
    ids = [add_served(f"805ec0000{number}", str(number)) for number in (201, 202)]
    before = rows(app)
    page = plan(alice, ids, "set_time_zone", zone="Asia/Tokyo")
    assert page.soup.select('button[name="look"]')
    text = said(plan(alice, ids, "set_time_zone", zone="Asia/Tokyo", look="1"))
    assert "Time zone: Europe/Berlin → becomes Asia/Tokyo" in text
    assert rows(app) == before
    assert not plan(alice, ids, "delete").soup.select('button[name="look"]')


@pytest.mark.parametrize("what", ["key", "profile", "phone"])
def test_nobody_elses(alice: Pages, charlie: Pages, bob: Pages, what: str) -> None:
    """R65: a foreign id is as missing as none; a viewer looks at no change of his."""
    address = {
        "key": f"/button-layouts/{add()}/keys/3",
        "profile": f"/profiles/{add_profile(alice)}/edit",
        "phone": f"/phones/{add_phone('acme', '805ec01a2b3c')}/edit",
    }[what]
    values = {**SPEED_DIAL, **OFFICE, **LOOK}
    assert charlie.post(f"/t/globex{address}", values).status_code == 404
    assert charlie.post(f"/t/acme{address}", values).status_code == 404
    assert bob.post(f"/t/acme{address}", values).status_code == 403
    assert alice.ask("POST", f"/t/acme{address}", values).status_code == 400


def test_hostile_words_stay_words(alice: Pages) -> None:
    layout_id = add()
    add_served("805ec0000201", "201", button_layout_id=layout_id)
    hostile = {"kind": "custom", "value": "77", "label": "<script>alert(1)</script>"}
    answer = alice.post(f"{LIST}/{layout_id}/keys/3", {**hostile, **LOOK})
    assert "<script>alert(1)</script>" in said(answer)
    assert "<script>alert" not in answer.text


def test_the_queries_of_the_page_do_not_grow_with_the_phones(alice: Pages, app: Flask) -> None:
    """As many for 40 phones as for 2."""
    layout_id = add()
    address = f"{LIST}/{layout_id}/keys/3"
    alice.token()
    counts = []
    for numbers in (range(201, 203), range(203, 241)):
        for number in numbers:
            add_served(f"805ec0000{number}", str(number), button_layout_id=layout_id)
        with counted(app) as statements:
            assert "Reaches" in said(alice.post(address, {**SPEED_DIAL, **LOOK}))
        counts.append(len(statements))
    assert counts[0] == counts[1]
