"""Replace hardware: another box takes a broken phone's place in one step (R73, R140)."""

import pytest
from flask import Flask
from sqlalchemy import select

from phoneprov.fleet.models import Farewell
from tests.integration.web.phones.test_edit import OTHER_MAC
from tests.integration.web.phones.test_layout_fields import layout, modules
from tests.integration.web.phones.values import LIST, MAC, find_by_mac, get_by_mac
from tests.integration.web.rows import (
    add_extension,
    add_pbx,
    add_phone,
    add_unknown,
    open_session,
    put_on_pbx,
    unknown_macs,
)
from tests.pages import Pages


@pytest.fixture
def phone_id() -> int:
    put_on_pbx("acme", add_pbx("PBX"))
    extension = add_extension("acme", "201", name="Anna Berg")
    return add_phone(
        "acme",
        MAC,
        extension_id=extension,
        display_name="Front desk",
        place="Lobby",
        time_zone="Asia/Tokyo",
        admin_password="Own-1pw-kept",
        serial_number="OLD",
        button_layout_id=layout("Reception"),
    )


def test_the_new_box_has_all_that_the_old_one_had(alice: Pages, phone_id: int) -> None:
    """R73: only MAC address, serial number and secrets of the box are others."""
    add_unknown(OTHER_MAC)
    before = get_by_mac()
    assert alice.get(f"{LIST}/{phone_id}").soup.select(f'a[href="{LIST}/{phone_id}/replace"]')
    answer = alice.post(
        f"{LIST}/{phone_id}/replace",
        {"mac": OTHER_MAC.upper(), "model_slug": "yealink-t46u", "serial_number": "NEW"},
    )
    assert answer.status_code == 303
    phone = get_by_mac(OTHER_MAC)
    assert (phone.id, phone.serial_number) == (phone_id, "NEW")
    for kept in ("extension_id", "display_name", "place", "time_zone", "admin_password",
                 "button_layout_id"):  # fmt: skip
        assert getattr(phone, kept) == getattr(before, kept), kept
    assert phone.token_hash != before.token_hash
    assert phone.window_opened_at is not None
    assert unknown_macs() == []


def test_the_old_box_is_told_to_switch_its_line_off(
    app: Flask, alice: Pages, phone_id: int
) -> None:
    """R140: under its own old address, for a day; without any secret."""
    token = get_by_mac().token
    alice.post(f"{LIST}/{phone_id}/replace", {"mac": OTHER_MAC, "model_slug": "yealink-t46u"})
    with open_session() as session:
        farewell = session.scalars(select(Farewell)).one()
        assert (farewell.mac, farewell.model_slug) == (MAC, "yealink-t46u")
    told = app.test_client().get(f"/prov/t/{token}/{MAC}.cfg")
    assert told.status_code == 200
    assert "account.1.enable = 0" in told.text
    assert "s3cret" not in told.text
    assert "80:5e:c0" in alice.get("/t/acme/removed-phones").text


def test_what_does_not_fit_another_model_is_named_first(alice: Pages, phone_id: int) -> None:
    values = {"mac": OTHER_MAC, "model_slug": "polycom-vvx-450"}
    page = alice.post(f"{LIST}/{phone_id}/replace", values)
    assert page.status_code == 200
    assert "Does not fit the new model and goes: Reception" in page.text
    assert find_by_mac(OTHER_MAC) is None
    agreed = str(page.soup.select("main #agreed")[0]["value"])
    again = alice.post(f"{LIST}/{phone_id}/replace", {**values, "agreed": agreed})
    assert again.status_code == 303
    phone = get_by_mac(OTHER_MAC)
    assert (phone.model_slug, phone.button_layout_id) == ("polycom-vvx-450", None)
    assert modules(phone_id) == []


def test_a_mistake_is_told_beside_its_field(alice: Pages, bob: Pages, phone_id: int) -> None:
    add_phone("globex", OTHER_MAC)
    address = f"{LIST}/{phone_id}/replace"
    taken = alice.post(address, {"mac": OTHER_MAC, "model_slug": "yealink-t46u"})
    assert taken.status_code == 422
    assert "already in use" in taken.select_text("#mac-note .error")
    assert alice.post(address, {"mac": "80:5e", "model_slug": "yealink-t46u"}).status_code == 422
    assert alice.post(address, {"mac": "805ec0000077", "model_slug": "x"}).status_code == 422
    assert bob.get(address).status_code == 403
    assert get_by_mac().id == phone_id
