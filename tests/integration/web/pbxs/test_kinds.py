"""Kinds of PBX in the form: what each needs, and a webhook's secret that is shown once."""

import re

import pytest

from tests.integration.web.pbxs.test_pbxs import TYPED
from tests.integration.web.rows import (
    add_pbx,
    audit_actions,
    change_pbx,
    find_pbx,
    pbx_names,
)
from tests.pages import Answer, Pages

FREESWITCH = {**TYPED, "kind": "freeswitch", "link_address": "10.0.0.5:8021"}
WEBHOOK = {**TYPED, "kind": "webhook", "link_address": "", "link_secret": ""}


def shown_secret(answer: Answer) -> str:
    """Return the secret on the page that shows it."""
    found = answer.soup.select_one("#new-secret")
    assert found is not None
    return found.text.strip()


def test_it_adds_a_freeswitch_with_host_and_port(petra: Pages) -> None:
    assert petra.post("/pbxs/add", FREESWITCH).status_code == 303
    kept = find_pbx("Main")
    assert (kept.kind, kept.link_address) == ("freeswitch", "10.0.0.5:8021")
    assert kept.link_secret == "hidden-secret"


@pytest.mark.parametrize(
    ("typed", "field", "text"),
    [
        (FREESWITCH, "link_address", ""),
        (FREESWITCH, "link_address", "http://10.0.0.5:8021/"),
        (FREESWITCH, "link_address", "10.0.0.5"),
        (FREESWITCH, "link_address", "10.0.0.5:8021\nauth x"),
        (FREESWITCH, "link_secret", "Clue\r\nCon"),
        (WEBHOOK, "link_address", "10.0.0.5:8021"),
        (WEBHOOK, "link_address", "javascript:alert(1)"),
        (WEBHOOK, "link_secret", "one-of-my-own"),
        (WEBHOOK, "silence_minutes", "0"),
        (WEBHOOK, "silence_minutes", ""),
        (WEBHOOK, "silence_minutes", "1441"),
        (WEBHOOK, "silence_minutes", "5.5"),
    ],
)
def test_what_does_not_fit_its_kind_is_told_beside_the_field(
    petra: Pages, typed: dict[str, str], field: str, text: str
) -> None:
    answer = petra.post("/pbxs/add", {**typed, field: text})
    assert answer.status_code == 422
    box = answer.soup.select_one(f"#field-{field}.has-error .error")
    assert box is not None
    assert box.text.strip()
    assert pbx_names() == []


def test_a_webhooks_secret_is_shown_once(petra: Pages, reloads: list[list[str]]) -> None:
    """On the page that follows, and nowhere else: not in a cookie, not in the audit trail."""
    answer = petra.post("/pbxs/add", WEBHOOK)
    assert answer.status_code == 200
    secret = shown_secret(answer)
    assert re.fullmatch(r"[\w-]{43}", secret)
    kept = find_pbx("Main")
    assert kept.link_secret == secret
    assert f"/api/v1/pbxs/{kept.id}/observations" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert secret not in answer.headers.get("Set-Cookie", "")
    for path in ("/pbxs", f"/pbxs/{kept.id}/edit", f"/pbxs/{kept.id}/secret", "/activity"):
        assert secret not in petra.get(path).text
    assert reloads == [["Main"]]
    assert audit_actions()[-1] == "pbx.renew_secret"


def test_it_makes_a_new_secret_when_asked(petra: Pages) -> None:
    """Asking shows what it means first; the old one is worth nothing then."""
    old = shown_secret(petra.post("/pbxs/add", WEBHOOK))
    path = f"/pbxs/{find_pbx('Main').id}/secret"
    assert "stops working at once" in petra.get(path).select_text("main")
    assert find_pbx("Main").link_secret == old
    new = shown_secret(petra.post(path, {}))
    assert new != old
    assert find_pbx("Main").link_secret == new


def test_saving_the_form_keeps_a_webhooks_secret(petra: Pages) -> None:
    """Also when somebody sends the box that forgets secrets of other kinds."""
    secret = shown_secret(petra.post("/pbxs/add", WEBHOOK))
    path = f"/pbxs/{find_pbx('Main').id}/edit"
    answer = petra.post(path, {**WEBHOOK, "silence_minutes": "10", "forget_secret": "y"})
    assert answer.status_code == 303
    kept = find_pbx("Main")
    assert (kept.link_secret, kept.silence_minutes) == (secret, 10)


def test_a_pbx_that_becomes_a_webhook_gets_a_secret_of_its_own(petra: Pages) -> None:
    """What it had was the password of something else."""
    petra.post("/pbxs/add", FREESWITCH)
    answer = petra.post(f"/pbxs/{find_pbx('Main').id}/edit", WEBHOOK)
    assert shown_secret(answer) == find_pbx("Main").link_secret != "hidden-secret"


def test_only_a_webhook_has_such_a_page(petra: Pages) -> None:
    pbx = add_pbx("Main")
    assert petra.get(f"/pbxs/{pbx}/secret").status_code == 404
    assert petra.post(f"/pbxs/{pbx}/secret", {}).status_code == 404


def test_it_says_when_a_webhook_posted_last(petra: Pages) -> None:
    pbx = add_pbx("Main")
    from phoneprov.core.clock import utc_now

    change_pbx(pbx, kind="webhook", heard_at=utc_now(), link_secret="x")
    assert "It posted last at" in petra.get("/pbxs").text


def test_it_is_not_there_for_a_tenant(alice: Pages, charlie: Pages) -> None:
    pbx = add_pbx("Main")
    change_pbx(pbx, kind="webhook", link_secret="kept")
    for person in (alice, charlie):
        assert person.get(f"/pbxs/{pbx}/secret").status_code == 404
        assert person.post(f"/pbxs/{pbx}/secret", {}).status_code == 404
    assert find_pbx("Main").link_secret == "kept"


def test_it_refuses_a_post_without_token(petra: Pages) -> None:
    pbx = add_pbx("Main")
    change_pbx(pbx, kind="webhook", link_secret="kept")
    assert petra.ask("POST", f"/pbxs/{pbx}/secret", {}).status_code == 400
    assert find_pbx("Main").link_secret == "kept"
