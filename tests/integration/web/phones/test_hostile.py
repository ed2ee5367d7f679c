"""Hostile input on the phones screens: taken to the letter or refused with a message, never run."""

from tests.integration.web.hostile import Hostile, each_class, send
from tests.integration.web.phones.values import (
    HTMX,
    LIST,
    add_online,
    count_phones,
    find_by_mac,
    get_by_mac,
)
from tests.integration.web.rows import add_extension
from tests.pages import Answer, Pages, check_answer

ADD = f"{LIST}/add"
TEXT_FIELDS = ("display_name", "serial_number", "place")
PORTS = range(1024, 65536)


@each_class("text")
def test_text_is_kept_as_it_was_typed_or_refused(alice: Pages, hostiles: list[Hostile]) -> None:
    """S11: and shown as text on the list, the phone's page, its form and every question."""
    for number, hostile in enumerate(hostiles):
        mac = f"805ec0{number:06x}"
        fields = {"mac": mac, "model_slug": "yealink-t46u"}
        answer = send(alice, ADD, {**fields, **dict.fromkeys(TEXT_FIELDS, hostile.text)})
        if answer.status_code == 422:
            assert not hostile.must_pass, hostile.name
            assert answer.select_text("#display_name-note .error"), hostile.name
            continue
        assert answer.status_code == 303, hostile.name
        phone = get_by_mac(mac)
        for name in TEXT_FIELDS:
            assert getattr(phone, name) == hostile.kept, hostile.name
        assert alice.get(f"{LIST}/{phone.id}/delete").status_code == 200, hostile.name
        config = alice.client.get(f"{LIST}/{phone.id}?tab=config")
        assert config.status_code == 200, hostile.name
    assert alice.get(LIST).status_code == 200


@each_class("mac")
def test_a_mac_is_understood_or_refused(alice: Pages, hostiles: list[Hostile]) -> None:
    """R79."""
    for hostile in hostiles:
        before = count_phones()
        answer = send(alice, ADD, {"mac": hostile.text, "model_slug": "yealink-t46u"})
        if answer.status_code == 422:
            is_taken = find_by_mac("001565123456") is not None
            assert is_taken or not hostile.must_pass, hostile.name
            assert answer.select_text("#mac-note .error"), hostile.name
            assert count_phones() == before, hostile.name
        else:
            assert answer.status_code == 303, hostile.name
            assert find_by_mac("001565123456") is not None, hostile.name
        hint = alice.client.get(f"{LIST}/hints", query_string={"mac": hostile.text}, headers=HTMX)
        assert hint.status_code == 200, hostile.name


@each_class("port")
def test_a_port_is_a_port_or_refused(alice: Pages, hostiles: list[Hostile]) -> None:
    """R84."""
    for number, hostile in enumerate(hostiles):
        mac = f"805ec0{number:06x}"
        fields = {"mac": mac, "model_slug": "yealink-t46u", "local_sip_port": hostile.text}
        answer = send(alice, ADD, fields)
        if answer.status_code == 422:
            assert answer.select_text("#local_sip_port-note .error"), hostile.name
        else:
            assert get_by_mac(mac).local_sip_port in {None, *PORTS}, hostile.name


@each_class("secret")
def test_a_password_is_kept_to_the_letter_or_refused(alice: Pages, hostiles: list[Hostile]) -> None:
    """R83, R18: and never sent back."""
    for number, hostile in enumerate(hostiles):
        mac = f"805ec0{number:06x}"
        fields = {"mac": mac, "model_slug": "yealink-t46u", "admin_password": hostile.text}
        answer = send(alice, ADD, fields)
        assert hostile.text not in answer.text, hostile.name
        if answer.status_code == 422:
            assert answer.select_text("#admin_password-note .error"), hostile.name
        else:
            assert get_by_mac(mac).admin_password == hostile.text, hostile.name


@each_class("extension", "search")
def test_an_extension_is_found_or_said_not_to_be_there(
    alice: Pages, hostiles: list[Hostile]
) -> None:
    add_extension("acme", "201", name="Anna")
    for number, hostile in enumerate(hostiles):
        mac = f"805ec0{number:06x}"
        fields = {"mac": mac, "model_slug": "yealink-t46u", "extension": hostile.text}
        answer = send(alice, ADD, fields)
        if answer.status_code == 422:
            assert answer.select_text("#extension-note .error"), hostile.name
        else:
            assert answer.status_code == 303, hostile.name


@each_class("text", "search", "sort", "page", "mac")
def test_the_list_can_be_asked_anything(alice: Pages, hostiles: list[Hostile]) -> None:
    add_online()
    for hostile in hostiles:
        names = ("q", "page", "per_page", "sort", "status", "flag", "model", "seen")
        asked = dict.fromkeys(names, hostile.text)
        for path in (LIST, f"{LIST}/live"):
            response = alice.client.get(path, query_string=asked, headers=HTMX)
            assert response.status_code in {200, 204}, hostile.name
            check_answer(Answer(response))
