"""What can be ordered of a phone: asked first, done by a form, refused with the reason."""

import re
from typing import Any

import pytest

from phoneprov.core.clock import utc_now
from phoneprov.fleet.status import PhoneStatus
from tests.integration.web.phones.values import (
    HOSTILE,
    HTMX,
    LIST,
    MAC,
    add_online,
    change,
    commands_of,
    find_by_mac,
    get_by_mac,
)
from tests.integration.web.rows import (
    add_extension,
    add_phone,
    audit_actions,
    find_phone,
)
from tests.pages import Pages

VERBS = ("reboot", "resync", "reset", "unassign", "disable", "enable", "delete")
COMMANDS = ("reboot", "resync", "reset")


def add_reachable(**fields: Any) -> int:
    """Add a phone that can be given orders."""
    return add_online(extension_id=add_extension("acme", "201", name="Anna Berg"), **fields)


@pytest.mark.parametrize("verb", COMMANDS)
def test_an_order_is_queued_and_said(alice: Pages, verb: str) -> None:
    """R3: the page leads back to the phone, whose commands say what comes of it."""
    phone_id = add_reachable(display_name="Front desk")
    answer = alice.post(f"{LIST}/{phone_id}/{verb}")
    assert answer.status_code == 303
    assert answer.location == f"{LIST}/{phone_id}"
    assert commands_of(phone_id) == [verb]
    page = alice.get(answer.location)
    assert re.search(r"queued (just now|\d+ s ago)", page.select_text("#part-head"))
    assert "Front desk" in page.select_text(".message-done")
    assert audit_actions() == [f"phone.{verb}"]


def test_two_clicks_are_one_order(alice: Pages) -> None:
    phone_id = add_reachable()
    for _ in range(2):
        assert alice.post(f"{LIST}/{phone_id}/reboot").status_code == 303
    assert commands_of(phone_id) == ["reboot"]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"status": PhoneStatus.PENDING}, "hasn't asked for its config yet"),
        ({"last_registered_at": None, "status": PhoneStatus.PROVISIONING}, "hasn't registered"),
        ({"disabled_at": utc_now(), "status": PhoneStatus.DISABLED}, "is disabled"),
        ({"extension_id": None}, "no extension"),
    ],
)
@pytest.mark.parametrize("verb", COMMANDS)
def test_an_order_that_can_do_nothing_says_why(
    alice: Pages, verb: str, fields: dict[str, object], reason: str
) -> None:
    """R72, R95: refused on the page before it is asked for, and again when it is sent."""
    phone_id = add_reachable()
    change(phone_id, **fields)
    question = alice.get(f"{LIST}/{phone_id}/{verb}")
    assert reason in question.select_text(".message-warning")
    assert question.soup.select_one("button[name=confirm]") is None
    answer = alice.post(f"{LIST}/{phone_id}/{verb}")
    assert answer.status_code == 422
    assert reason in answer.select_text(".message-warning")
    assert commands_of(phone_id) == []


def test_a_refused_order_is_said_in_the_open_page(alice: Pages) -> None:
    """The phone changed between the click and the answer."""
    phone_id = add_phone("acme", MAC)
    answer = alice.post(f"{LIST}/{phone_id}/resync?origin=list", headers=HTMX)
    assert answer.status_code == 422
    assert answer.headers["HX-Retarget"] == "#confirm"
    assert "no extension" in answer.text
    assert not answer.is_page


@pytest.mark.parametrize(
    ("verb", "said"),
    [
        ("reboot", "A call on it ends"),
        ("reset", "forgets everything that was set on it"),
        ("unassign", "stays in the fleet, without extension 201 Anna Berg"),
        ("disable", "no calls in or out"),
        ("delete", "a Yealink T46U with extension 201 Anna Berg and MAC address 80:5e:c0:1a:2b:3c"),
    ],
)
def test_it_says_before_what_will_follow(alice: Pages, verb: str, said: str) -> None:
    """R137, R141: asked on a page, or in a dialog of the open one; nothing happens yet."""
    phone_id = add_reachable(display_name="Front desk")
    page = alice.get(f"{LIST}/{phone_id}/{verb}")
    assert said in page.select_text("main")
    assert page.select_text("h1") == f"{verb.capitalize()} Front desk?"
    assert page.select_text("button[name=confirm]") == f"{verb.capitalize()} Front desk"
    fragment = alice.get(f"{LIST}/{phone_id}/{verb}", headers=HTMX)
    assert not fragment.is_page
    assert said in " ".join(fragment.soup.get_text(" ").split())
    assert audit_actions() == []


def test_unassign_takes_the_extension_and_keeps_the_phone(alice: Pages) -> None:
    """R64."""
    phone_id = add_reachable()
    assert alice.post(f"{LIST}/{phone_id}/unassign").status_code == 303
    assert find_phone(phone_id).extension_id is None
    assert find_phone(phone_id).config_revision == 2


def test_disable_and_enable(alice: Pages) -> None:
    """R27: the status follows the facts again."""
    phone_id = add_reachable()
    alice.post(f"{LIST}/{phone_id}/disable")
    assert find_phone(phone_id).status == PhoneStatus.DISABLED
    assert "Disabled" in alice.get(f"{LIST}/{phone_id}").select_text("#head-status")
    assert alice.post(f"{LIST}/{phone_id}/disable").status_code == 422
    alice.post(f"{LIST}/{phone_id}/enable")
    assert find_phone(phone_id).disabled_at is None
    assert find_phone(phone_id).status != PhoneStatus.DISABLED
    assert alice.post(f"{LIST}/{phone_id}/enable").status_code == 422


def test_delete_forgets_the_phone(alice: Pages) -> None:
    """R62, R141: back to the list, which says so; the MAC is free."""
    phone_id = add_reachable(display_name="Front desk")
    answer = alice.post(f"{LIST}/{phone_id}/delete")
    assert answer.location == LIST
    assert find_by_mac() is None
    assert "Front desk (80:5e:c0:1a:2b:3c) is deleted" in alice.get(LIST).text
    assert alice.get(f"{LIST}/{phone_id}").status_code == 404
    assert alice.post(f"{LIST}/{phone_id}/delete").status_code == 404


def test_in_the_open_list_the_result_stays_in_place(alice: Pages) -> None:
    """No page load: the message, the closed question, and a poll that fetches what changed."""
    phone_id = add_reachable(display_name="Front desk")
    for verb in ("reboot", "disable", "delete"):
        answer = alice.post(f"{LIST}/{phone_id}/{verb}?origin=list", headers=HTMX)
        assert answer.status_code == 200
        assert answer.headers["HX-Trigger"] == "phones-changed"
        assert "Front desk" in answer.select_text("#page-message")
        assert answer.soup.select_one("#confirm[hx-swap-oob]") is not None
    assert find_by_mac() is None


def test_deleting_on_its_own_page_leads_to_the_list(alice: Pages) -> None:
    phone_id = add_reachable()
    answer = alice.post(f"{LIST}/{phone_id}/delete", headers=HTMX)
    assert answer.headers["HX-Redirect"] == LIST


def test_without_script_the_list_leads_back_to_the_list(alice: Pages) -> None:
    phone_id = add_reachable()
    page = alice.get(f"{LIST}/{phone_id}/reboot?origin=list")
    form = page.soup.select_one("main form")
    assert form is not None
    assert alice.post(str(form["action"])).location == LIST


def test_first_contact_can_be_allowed_again(alice: Pages) -> None:
    phone_id = add_reachable(token_used_at=utc_now())
    answer = alice.post(f"{LIST}/{phone_id}/allow")
    assert answer.location == f"{LIST}/{phone_id}"
    phone = get_by_mac()
    assert phone.window_opened_at is not None
    assert phone.window_waits_until is not None
    assert audit_actions() == ["phone.allow"]


def test_a_hostile_name_is_text_in_every_question(alice: Pages) -> None:
    phone_id = add_reachable(display_name=HOSTILE)
    change(phone_id, display_name=f"{HOSTILE}{{mac}}")
    for verb in VERBS:
        page = alice.get(f"{LIST}/{phone_id}/{verb}")
        assert HOSTILE not in page.text
        assert "{mac}" in page.select_text("h1")


@pytest.mark.parametrize("verb", [*VERBS, "allow"])
def test_it_refuses_a_form_without_its_token(alice: Pages, verb: str) -> None:
    phone_id = add_reachable()
    assert alice.ask("POST", f"{LIST}/{phone_id}/{verb}").status_code == 400
    assert audit_actions() == []


@pytest.mark.parametrize("verb", [*VERBS, "allow"])
def test_it_is_not_for_viewers(bob: Pages, verb: str) -> None:
    phone_id = add_reachable()
    assert bob.post(f"{LIST}/{phone_id}/{verb}").status_code == 403
    assert audit_actions() == []


@pytest.mark.parametrize("verb", [*VERBS, "allow"])
def test_it_is_not_there_for_another_tenant(charlie: Pages, verb: str) -> None:
    """R65."""
    phone_id = add_reachable()
    for slug in ("acme", "globex"):
        assert charlie.post(f"/t/{slug}/phones/{phone_id}/{verb}").status_code == 404
        if verb != "allow":
            assert charlie.get(f"/t/{slug}/phones/{phone_id}/{verb}").status_code == 404
    assert find_by_mac() is not None
    assert audit_actions() == []
