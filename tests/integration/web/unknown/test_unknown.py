"""MACs that are nobody's phone, and phones that were removed."""

from datetime import timedelta

from phoneprov.core.clock import utc_now
from tests.integration.web.rows import add_farewell, add_unknown, audit_actions, unknown_macs
from tests.pages import Pages

MAC = "805ec01a2b3c"
AGENT = "Yealink SIP-T46U 108.86.0.20 80:5e:c0:1a:2b:3c"


def test_it_says_that_nobody_unknown_has_asked(petra: Pages) -> None:
    assert "Nobody unknown has asked" in petra.get("/unknown-phones").text


def test_it_shows_who_asked_as_text(petra: Pages) -> None:
    """A User-Agent is whatever somebody sent."""
    add_unknown(MAC, user_agent="<script>alert(1)</script>", address="192.0.2.7")
    page = petra.get("/unknown-phones")
    assert "80:5e:c0:1a:2b:3c" in page.text
    assert "192.0.2.7" in page.text
    assert "&lt;script&gt;alert(1)" in page.text
    assert "<script>alert" not in page.text


def test_it_names_the_model_that_the_phone_says_it_is(petra: Pages) -> None:
    """R76: the provider sees which models asked."""
    add_unknown(MAC, user_agent=AGENT)
    assert "Yealink T46U" in petra.get("/unknown-phones").text


def test_it_leads_to_the_add_form_with_mac_and_model(petra: Pages) -> None:
    add_unknown(MAC, user_agent=AGENT)
    answer = petra.get(f"/unknown-phones/add?tenant=globex&mac={MAC}")
    assert answer.status_code == 303
    assert answer.location.startswith("/t/globex/phones/add?")
    assert "model=yealink-t46u" in answer.location
    assert "mac=80" in answer.location


def test_it_asks_for_the_tenant_first(petra: Pages) -> None:
    add_unknown(MAC)
    answer = petra.get(f"/unknown-phones/add?mac={MAC}")
    assert (answer.status_code, answer.location) == (303, "/unknown-phones")


def test_it_forgets_one(petra: Pages) -> None:
    add_unknown(MAC)
    add_unknown("64167f001122")
    assert petra.post(f"/unknown-phones/{MAC}/forget", {}).status_code == 303
    assert unknown_macs() == ["64167f001122"]
    assert audit_actions()[-1] == "unknown.forget"


def test_it_forgets_only_what_the_page_showed(petra: Pages) -> None:
    """A phone that asked after the page was loaded has not been seen by anybody yet."""
    now = utc_now()
    add_unknown(MAC, last_seen_at=now - timedelta(minutes=5))
    add_unknown("64167f001122", last_seen_at=now)
    shown_at = str(int((now - timedelta(minutes=1)).timestamp()))
    assert petra.post("/unknown-phones/forget-all", {"shown_at": shown_at}).status_code == 303
    assert unknown_macs() == ["64167f001122"]
    for wrong in ("", "x", "-1", "99999999999999"):
        assert petra.post("/unknown-phones/forget-all", {"shown_at": wrong}).status_code == 400


def test_it_is_not_there_for_a_tenant(alice: Pages, charlie: Pages) -> None:
    """Unknown MACs belong to nobody, so no tenant may see them."""
    add_unknown(MAC)
    for person in (alice, charlie):
        assert person.get("/unknown-phones").status_code == 404
        assert person.get(f"/unknown-phones/add?tenant=globex&mac={MAC}").status_code == 404
        assert person.post(f"/unknown-phones/{MAC}/forget", {}).status_code == 404
        assert person.post("/unknown-phones/forget-all", {"shown_at": "1"}).status_code == 404
    assert unknown_macs() == [MAC]


def test_it_leads_no_tenant_to_a_page_that_is_not_there(alice: Pages) -> None:
    assert "/unknown-phones" not in alice.get("/t/acme/removed-phones").text


def test_it_refuses_a_post_without_token(petra: Pages) -> None:
    add_unknown(MAC)
    for path in (f"{MAC}/forget", "forget-all"):
        answer = petra.ask("POST", f"/unknown-phones/{path}", {"shown_at": "1"})
        assert answer.status_code == 400
    assert unknown_macs() == [MAC]


def test_it_takes_nothing_but_a_mac(petra: Pages) -> None:
    for wrong in ("x", "805EC01A2B3C", "%00", "80:5e:c0:1a:2b:3c", "805ec01a2b3d"):
        assert petra.post(f"/unknown-phones/{wrong}/forget", {}).status_code == 404
        assert petra.get(f"/unknown-phones/add?mac={wrong}").status_code == 404


def test_it_says_of_a_removed_phone_whether_it_knows(alice: Pages) -> None:
    """R140: a phone that merely gets 404 keeps its line, so the page says what it was told."""
    now = utc_now()
    add_farewell("acme", MAC, fetched_at=now, resync_note="answered 200 <ok>")
    add_farewell("acme", "64167f001122")
    page = alice.get("/t/acme/removed-phones")
    text = page.select_text("main")
    assert "Yes, it took the config" in text
    assert "Not yet. It can until" in text
    assert "answered 200 &lt;ok&gt;" in page.text
    assert "Yealink T46U" in text


def test_it_shows_removed_phones_of_the_own_tenant_only(charlie: Pages, alice: Pages) -> None:
    add_farewell("acme", MAC)
    assert charlie.get("/t/acme/removed-phones").status_code == 404
    assert "80:5e:c0" not in charlie.get("/t/globex/removed-phones").text
    assert "80:5e:c0" in alice.get("/t/acme/removed-phones").text
