"""Edit a phone: any field, the MAC address too; a password that isn't touched stays."""

import pytest

from tests.integration.web.phones.test_add import value_of
from tests.integration.web.phones.values import (
    HOSTILE,
    LIST,
    MAC,
    add_online,
    change,
    find_by_mac,
    get_by_mac,
)
from tests.integration.web.rows import add_extension, add_phone, audit_actions
from tests.pages import Pages

OTHER_MAC = "805ec0ffffff"


def fields(**other: str) -> dict[str, str]:
    """Return what the form sends for the usual phone."""
    return {
        "mac": MAC,
        "model_slug": "yealink-t46u",
        "extension": "",
        "display_name": "",
        "time_zone": "",
        "admin_password": "",
        "local_sip_port": "",
        "serial_number": "",
        "place": "",
        **other,
    }


def test_it_shows_what_is_kept(alice: Pages) -> None:
    """R73; never the password."""
    extension = add_extension("acme", "201", name="Anna Berg")
    phone_id = add_phone(
        "acme",
        MAC,
        extension_id=extension,
        display_name="Front desk",
        time_zone="Asia/Tokyo",
        admin_password="own-secret",
        local_sip_port=5066,
        serial_number="SN-77",
        place="Lobby",
    )
    page = alice.get(f"{LIST}/{phone_id}/edit")
    shown = {
        "mac": "80:5e:c0:1a:2b:3c",
        "model_slug": "yealink-t46u",
        "extension": "201 Anna Berg",
        "display_name": "Front desk",
        "time_zone": "Asia/Tokyo",
        "admin_password": "",
        "local_sip_port": "5066",
        "serial_number": "SN-77",
        "place": "Lobby",
    }
    assert {name: value_of(page, name) for name in shown} == shown
    assert "own-secret" not in page.text
    assert "It has its own, not shown" in page.select_text("#admin_password-note")


def test_it_changes_any_field_and_the_phone_is_told(alice: Pages) -> None:
    """R73: one new revision for exactly this phone."""
    extension = add_extension("acme", "201")
    phone_id = add_phone("acme", MAC)
    other_id = add_phone("acme", "805ec0000001")
    changed = fields(
        extension="201",
        model_slug="yealink-t54w",
        display_name="New",
        time_zone="Asia/Tokyo",
        local_sip_port="5070",
        serial_number="S",
        place="P",
    )
    answer = alice.post(f"{LIST}/{phone_id}/edit", changed)
    phone = get_by_mac()
    assert answer.location == f"{LIST}/{phone_id}"
    assert (phone.model_slug, phone.extension_id) == ("yealink-t54w", extension)
    assert (phone.display_name, phone.time_zone) == ("New", "Asia/Tokyo")
    assert (phone.local_sip_port, phone.serial_number, phone.place) == (5070, "S", "P")
    assert phone.config_revision == 2
    assert get_by_mac("805ec0000001").config_revision == 1
    assert get_by_mac("805ec0000001").id == other_id
    assert audit_actions() == ["phone.change"]
    assert "saved" in alice.get(answer.location).select_text(".message-done")


def test_saving_without_a_change_changes_nothing(alice: Pages) -> None:
    phone_id = add_phone("acme", MAC)
    answer = alice.post(f"{LIST}/{phone_id}/edit", fields())
    assert get_by_mac().config_revision == 1
    assert "nothing was changed" in alice.get(answer.location).text


def test_an_untouched_password_stays(alice: Pages) -> None:
    """R73."""
    phone_id = add_phone("acme", MAC, admin_password="own-secret")
    alice.post(f"{LIST}/{phone_id}/edit", fields(place="Lobby"))
    assert get_by_mac().admin_password == "own-secret"


def test_a_typed_password_takes_its_place(alice: Pages) -> None:
    phone_id = add_phone("acme", MAC, admin_password="own-secret")
    alice.post(f"{LIST}/{phone_id}/edit", fields(admin_password="other-secret"))
    assert get_by_mac().admin_password == "other-secret"


def test_its_own_password_can_be_dropped(alice: Pages) -> None:
    """Then the tenant's holds again; a phone without its own has no such box."""
    phone_id = add_phone("acme", MAC, admin_password="own-secret")
    page = alice.get(f"{LIST}/{phone_id}/edit")
    assert page.soup.select_one("#drop_password[type=checkbox]") is not None
    alice.post(f"{LIST}/{phone_id}/edit", fields(drop_password="y"))
    assert get_by_mac().admin_password is None
    assert alice.get(f"{LIST}/{phone_id}/edit").soup.select_one("#drop_password") is None


def test_another_mac_is_other_hardware(alice: Pages) -> None:
    """R73: the old MAC is unknown, the new one has its own token and waits for first contact."""
    phone_id = add_online()
    before = get_by_mac().token_hash
    alice.post(f"{LIST}/{phone_id}/edit", fields(mac=OTHER_MAC))
    assert find_by_mac() is None
    phone = get_by_mac(OTHER_MAC)
    assert phone.id == phone_id
    assert phone.token_hash != before
    assert phone.first_check_in_at is None
    assert phone.window_opened_at is not None


def test_a_mac_in_use_is_refused_and_what_was_typed_stays(alice: Pages) -> None:
    phone_id = add_phone("acme", MAC)
    add_phone("acme", OTHER_MAC, display_name="Reception")
    page = alice.post(f"{LIST}/{phone_id}/edit", fields(mac=OTHER_MAC, place="Lobby"))
    assert page.status_code == 422
    assert "already in use" in page.select_text("#mac-note .error")
    assert page.select_text("#mac-note a") == "Reception"
    assert value_of(page, "place") == "Lobby"
    assert get_by_mac().place == ""


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("mac", "80:5e"),
        ("model_slug", "none"),
        ("extension", "999"),
        ("time_zone", "Mars/Olympus"),
        ("local_sip_port", "80"),
        ("admin_password", "a:b"),
        ("display_name", "a\x07b"),
        ("place", "x" * 101),
        ("serial_number", "x" * 65),
    ],
)
def test_a_mistake_is_said_beside_its_field_and_changes_nothing(
    alice: Pages, field: str, typed: str
) -> None:
    """R85, R83, R84."""
    phone_id = add_phone("acme", MAC)
    page = alice.post(f"{LIST}/{phone_id}/edit", fields(**{field: typed}))
    assert page.status_code == 422
    assert page.select_text(f"#{field}-note .error")
    assert get_by_mac().config_revision == 1


def test_the_warning_of_another_model_fills_it_in(alice: Pages) -> None:
    phone_id = add_online(told_model="yealink-t54w")
    page = alice.get(f"{LIST}/{phone_id}/edit?model=yealink-t54w")
    assert value_of(page, "model_slug") == "yealink-t54w"


def test_its_own_extension_is_not_called_another_phones(alice: Pages) -> None:
    extension = add_extension("acme", "201", name="Anna")
    phone_id = add_phone("acme", MAC, extension_id=extension)
    page = alice.get(f"{LIST}/{phone_id}/edit")
    assert "also on" not in page.select_text(".form")


def test_hostile_values_are_shown_as_text(alice: Pages) -> None:
    phone_id = add_phone("acme", MAC, display_name=HOSTILE, place=HOSTILE)
    page = alice.get(f"{LIST}/{phone_id}/edit")
    assert HOSTILE not in page.text
    assert value_of(page, "display_name") == HOSTILE


def test_it_refuses_a_form_without_its_token(alice: Pages) -> None:
    phone_id = add_phone("acme", MAC)
    answer = alice.ask("POST", f"{LIST}/{phone_id}/edit", fields(place="Lobby"))
    assert answer.status_code == 400
    assert get_by_mac().place == ""


def test_it_is_not_for_viewers(bob: Pages) -> None:
    phone_id = add_phone("acme", MAC)
    assert bob.get(f"{LIST}/{phone_id}/edit").status_code == 403
    assert bob.post(f"{LIST}/{phone_id}/edit", fields()).status_code == 403


def test_it_is_not_there_for_another_tenant(charlie: Pages) -> None:
    """R65."""
    phone_id = add_phone("acme", MAC)
    for slug in ("acme", "globex"):
        path = f"/t/{slug}/phones/{phone_id}/edit"
        assert charlie.get(path).status_code == 404
        assert charlie.post(path, fields(place="Lobby")).status_code == 404
    assert get_by_mac().place == ""


def test_a_phone_that_moved_to_a_disabled_state_can_still_be_edited(alice: Pages) -> None:
    phone_id = add_phone("acme", MAC)
    change(phone_id, disabled_at=get_by_mac().added_at)
    assert alice.post(f"{LIST}/{phone_id}/edit", fields(place="Lobby")).status_code == 303
    assert get_by_mac().place == "Lobby"
