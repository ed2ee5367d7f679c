"""Reassign: the page that gives a phone to another user in one step."""

import pytest

from tests.integration.web.phones.test_add import value_of
from tests.integration.web.phones.values import LIST, MAC, add_online, get_by_mac
from tests.integration.web.rows import add_extension, add_phone, audit_actions
from tests.pages import Pages


def fields(**other: str) -> dict[str, str]:
    return {"mac": MAC, "model_slug": "yealink-t46u", **other}


@pytest.fixture
def phone_id() -> int:
    extension = add_extension("acme", "201", name="Anna Berg")
    return add_phone(
        "acme",
        MAC,
        extension_id=extension,
        display_name="Anna's desk",
        admin_password="annas-own-1",
        local_sip_port=5066,
        serial_number="SN-77",
        place="Lobby",
    )


def test_it_shows_the_box_but_nothing_of_its_last_user(alice: Pages, phone_id: int) -> None:
    """R142, R143: serial number, place and modules are the hardware's."""
    page = alice.get(f"{LIST}/{phone_id}/reassign")
    shown = {
        "mac": "80:5e:c0:1a:2b:3c",
        "model_slug": "yealink-t46u",
        "serial_number": "SN-77",
        "place": "Lobby",
        "extension": "",
        "display_name": "",
        "local_sip_port": "",
    }
    assert {name: value_of(page, name) for name in shown} == shown
    assert "Reassign Anna's desk" in page.select_text("h1")


def test_one_click_leads_from_the_phone(alice: Pages, phone_id: int) -> None:
    page = alice.get(f"{LIST}/{phone_id}")
    link = page.soup.select(f"#menu-{phone_id}-reassign")
    assert link[0]["href"] == f"{LIST}/{phone_id}/reassign"


def test_it_gives_the_phone_away(alice: Pages, phone_id: int) -> None:
    """R143: whatever MAC address is sent, it is this phone."""
    add_extension("acme", "202", name="Ben")
    before = get_by_mac(MAC)
    values = fields(mac="805ec0ffffff", extension="202", display_name="Ben's desk", place="Room 2")
    answer = alice.post(f"{LIST}/{phone_id}/reassign", values)
    assert answer.status_code == 303
    assert "Ben's desk starts over" in alice.get(answer.location).select_text("body")
    phone = get_by_mac(MAC)
    assert (phone.id, phone.display_name, phone.place) == (phone_id, "Ben's desk", "Room 2")
    assert (phone.admin_password, phone.local_sip_port) == (None, None)
    assert phone.token_hash != before.token_hash
    assert "phone.reassign" in audit_actions()


def test_bad_input_keeps_what_was_typed(alice: Pages, phone_id: int) -> None:
    values = fields(extension="no such", display_name="Ben")
    page = alice.post(f"{LIST}/{phone_id}/reassign", values)
    assert page.status_code == 422
    assert value_of(page, "display_name") == "Ben"
    assert get_by_mac(MAC).display_name == "Anna's desk"


def test_a_reset_is_offered_where_one_can_reach_it(alice: Pages, phone_id: int) -> None:
    """R142: call lists that only the phone keeps; a phone never seen can't be told."""
    page = alice.get(f"{LIST}/{phone_id}/reassign")
    assert page.soup.select("[name=wants_reset]") == []
    assert "hasn't asked for its config yet" in page.select_text("#reset-note")
    online = add_online("805ec0000009", extension_id=add_extension("acme", "203"))
    assert alice.get(f"{LIST}/{online}/reassign").soup.select("[name=wants_reset]") != []
