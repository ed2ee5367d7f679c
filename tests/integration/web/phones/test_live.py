"""What an open list and an open phone's page get every few seconds."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from phoneprov.core.clock import utc_now
from phoneprov.fleet.status import PhoneStatus
from tests.integration.web.phones.values import (
    HTMX,
    LIST,
    add_online,
    change,
    counted,
    remove,
)
from tests.integration.web.rows import add_phone
from tests.pages import Answer, Pages


def next_ask(answer: Answer) -> str:
    """Return where the page asks next."""
    poll = answer.soup.select_one("[data-poll]")
    assert poll is not None
    return str(poll["hx-get"])


def swaps(answer: Answer) -> dict[str, str]:
    """Return what an answer swaps, by id (or how); templates hide what they hold."""
    text = answer.text.replace("<template>", "").replace("</template>", "")
    soup = BeautifulSoup(text, "html.parser")
    return {
        str(tag.get("id", tag["hx-swap-oob"])): str(tag["hx-swap-oob"])
        for tag in soup.select("[hx-swap-oob]")
    }


def test_nothing_new_is_no_answer(alice: Pages) -> None:
    """An idle list costs an empty 204, and no page asks more often than every 3 seconds."""
    add_online()
    page = alice.get(LIST)
    poll = page.soup.select_one("[data-poll]")
    assert poll is not None
    assert str(poll["hx-trigger"]).startswith("every 3s")
    answer = alice.get(next_ask(page), headers=HTMX)
    assert answer.status_code == 204
    assert answer.text == ""


def test_only_the_row_that_changed_comes(alice: Pages) -> None:
    """R4: the changed row and the counts, marked; the others are left alone."""
    changed = add_online("805ec0000001", display_name="One")
    add_online("805ec0000002", display_name="Two")
    page = alice.get(LIST)
    change(changed, status=PhoneStatus.OFFLINE, status_reason="No sign of life.")
    answer = alice.get(next_ask(page), headers=HTMX)
    swapped = swaps(answer)
    assert [key for key in swapped if key.startswith("phone-") and key[6:].isdigit()] == [
        f"phone-{changed}"
    ]
    assert swapped["count-offline"] == "true"
    assert "just-changed" in answer.text
    assert "Two" not in answer.text
    assert alice.get(next_ask(answer), headers=HTMX).status_code == 204


def test_time_going_by_changes_nothing(alice: Pages) -> None:
    """How long ago something was is counted in the browser."""
    phone_id = add_online()
    page = alice.get(LIST)
    change(phone_id, last_check_in_at=utc_now() - timedelta(minutes=3))
    assert alice.get(next_ask(page), headers=HTMX).status_code == 204


def test_a_phone_that_becomes_late_is_marked(alice: Pages) -> None:
    phone_id = add_online()
    page = alice.get(LIST)
    change(phone_id, last_check_in_at=utc_now() - timedelta(minutes=95))
    answer = alice.get(next_ask(page), headers=HTMX)
    assert "missed its check" in answer.text


def test_a_new_phone_comes_in_where_it_belongs(alice: Pages) -> None:
    """Rows that are there keep their place."""
    first = add_online("805ec0000001", display_name="Anna")
    add_online("805ec0000002", display_name="Carl")
    page = alice.get(LIST)
    add_online("805ec0000003", display_name="Bert")
    add_online("805ec0000004", display_name="Aaron")
    answer = alice.get(next_ask(page), headers=HTMX)
    assert f"afterend:#phone-{first}" in swaps(answer)
    assert "afterbegin:#phone-rows" in swaps(answer)


def test_a_deleted_phone_goes(alice: Pages) -> None:
    gone = add_online("805ec0000001")
    add_online("805ec0000002")
    page = alice.get(LIST)
    remove(gone)
    answer = alice.get(next_ask(page), headers=HTMX)
    assert swaps(answer)[f"phone-{gone}"] == "delete"
    assert swaps(answer)["phone-count"] == "true"


def test_a_phone_that_no_longer_matches_goes(alice: Pages) -> None:
    recovers = add_online("805ec0000001", status=PhoneStatus.OFFLINE)
    add_online("805ec0000002", status=PhoneStatus.OFFLINE)
    page = alice.get(f"{LIST}?status=offline")
    change(recovers, status=PhoneStatus.ONLINE)
    assert swaps(alice.get(next_ask(page), headers=HTMX))[f"phone-{recovers}"] == "delete"


def test_the_first_phone_and_the_last_change_the_whole_list(alice: Pages) -> None:
    page = alice.get(LIST)
    phone_id = add_online()
    answer = alice.get(next_ask(page), headers=HTMX)
    assert answer.headers["HX-Retarget"] == "#phone-list"
    assert f'id="phone-{phone_id}"' in answer.text
    remove(phone_id)
    assert "No phones yet" in alice.get(next_ask(answer), headers=HTMX).text


def test_a_token_that_was_tampered_with_does_no_harm(alice: Pages) -> None:
    add_online()
    for token in ("", "....", "x.1-2-3.-", "x.99999999999999999999-a", "x.١-a", "a" * 20_000):
        answer = alice.get(f"{LIST}/live?seen={token}", headers=HTMX)
        assert answer.status_code == 200


def test_without_script_the_addresses_lead_to_the_pages(alice: Pages) -> None:
    """After a log-in on an open page, the browser may land here."""
    phone_id = add_online()
    assert alice.get(f"{LIST}/live?q=a").location == f"{LIST}?q=a"
    assert alice.get(f"{LIST}/{phone_id}/live").location == f"{LIST}/{phone_id}"


def test_a_poll_costs_the_same_queries_however_many_phones(app: Flask, alice: Pages) -> None:
    for number in range(3):
        add_online(f"805ec00000{number:02x}")
    page = alice.get(LIST)
    with counted(app) as few:
        alice.get(next_ask(page), headers=HTMX)
    for number in range(3, 45):
        add_online(f"805ec00000{number:02x}")
    page = alice.get(LIST)
    with counted(app) as many:
        alice.get(next_ask(page), headers=HTMX)
    assert len(many) == len(few)


def test_a_phones_page_swaps_the_parts_that_changed(alice: Pages) -> None:
    """The head and facts follow; what is open elsewhere on the page stays."""
    phone_id = add_phone("acme", "805ec0000001")
    page = alice.get(f"{LIST}/{phone_id}?tab=commands")
    assert alice.get(next_ask(page), headers=HTMX).status_code == 204
    change(phone_id, status=PhoneStatus.PROVISIONING, status_reason="It checked in.")
    answer = alice.get(next_ask(page), headers=HTMX)
    assert swaps(answer) == {"part-head": "innerHTML", "part-why": "innerHTML"}
    assert "It checked in." in answer.text
    assert alice.get(next_ask(answer), headers=HTMX).status_code == 204


def test_a_phones_page_is_quiet_while_nothing_happens(
    alice: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the time that goes by nor the forms' own tokens count as news."""
    phone_id = add_online(window_opened_at=None)
    page = alice.get(f"{LIST}/{phone_id}")
    later = utc_now() + timedelta(minutes=3)
    monkeypatch.setattr("phoneprov.web.times.utc_now", lambda: later)
    monkeypatch.setattr("itsdangerous.timed.time.time", later.timestamp)
    assert alice.get(next_ask(page), headers=HTMX).status_code == 204


def test_a_phone_that_is_gone_is_not_found(alice: Pages) -> None:
    phone_id = add_online()
    page = alice.get(f"{LIST}/{phone_id}")
    remove(phone_id)
    assert alice.get(next_ask(page), headers=HTMX).status_code == 404


def test_another_tenant_gets_no_news(charlie: Pages) -> None:
    """R65."""
    phone_id = add_online()
    assert charlie.get(f"{LIST}/live", headers=HTMX).status_code == 404
    for slug in ("acme", "globex"):
        path = f"/t/{slug}/phones/{phone_id}/live"
        assert charlie.get(path, headers=HTMX).status_code == 404
