"""Reset to defaults: whether it will find its way back, and how far it has come."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from phoneprov.catalog.loader import load_catalog
from phoneprov.catalog.model import Vendor
from phoneprov.core.clock import utc_now
from phoneprov.fleet.models import CheckIn, PhoneEvent
from phoneprov.operations.delivery import deliver_commands
from phoneprov.operations.models import Command
from phoneprov.pbx.link import Notify, NotifyOutcome, NotifyResult
from phoneprov.tenancy.models import FoundBy
from phoneprov.web.runtime import EXTENSION
from tests.integration.web.diagnosis.desk import Desk
from tests.integration.web.phones.values import HTMX, add_online, commands_of
from tests.integration.web.rows import add_extension, audit_actions, find_phone, open_session
from tests.pages import Pages

MODELS = {
    Vendor.YEALINK: "yealink-t46u",
    Vendor.GRANDSTREAM: "grandstream-gxp2170",
    Vendor.CISCO: "cisco-spa504g",
    Vendor.POLYCOM: "polycom-vvx-450",
}
WARNING = "Somebody has to go to the phone afterwards"


class Answers:
    """A PBX whose phones answer 200."""

    def send_notify(self, pbx_id: int, notify: Notify) -> NotifyResult:
        del pbx_id, notify
        return NotifyResult(outcome=NotifyOutcome.ANSWERED, evidence="answered 200 OK")


def deliver(app: Flask) -> int:
    runtime = app.extensions[EXTENSION]
    return deliver_commands(runtime.sessions, runtime.catalog, Answers(), utc_now())


def come_online(desk: Desk) -> None:
    desk.boot()
    desk.boot()
    desk.register()
    desk.register("reachable")


def test_a_reset_is_followed_until_it_is_online_again(desk: Desk) -> None:
    """R60, R137: sent, gone, fetched from scratch, Online, each with its time."""
    come_online(desk)
    desk.alice.post(f"{desk.path}/reset", {"found_by": "dhcp"})
    assert taken(desk) == ["Ordered"]
    assert deliver(desk.app) == 1
    assert taken(desk) == ["Ordered", "Sent"]
    desk.register("unregistered")
    assert taken(desk) == ["Ordered", "Sent", "Gone from the registrar"]
    desk.firmware.forget()
    desk.boot()
    assert taken(desk)[-1] == "Fetched from scratch"
    desk.boot()
    desk.register()
    desk.register("reachable")
    assert taken(desk)[-1] == "Online"
    assert "confirmed" in desk.page().select_text("#part-head")
    question = desk.alice.get(f"{desk.path}/reset")
    assert "After its last reset it was back by itself in" in question.text


def taken(desk: Desk) -> list[str]:
    """Return the steps that the page says were taken."""
    steps = desk.page().soup.select("section[aria-labelledby=comeback-title] .is-taken")
    return [step.select_one("span").get_text() for step in steps]  # type: ignore[union-attr]


def test_it_is_asked_once_how_the_phone_found_us(desk: Desk) -> None:
    """R139: and what its first request showed is said beside."""
    come_online(desk)
    question = desk.alice.get(f"{desk.path}/reset")
    assert "How did this phone find this server?" in question.text
    assert "Its first request came without its own address" in question.text
    desk.alice.post(f"{desk.path}/reset", {"found_by": "redirection"})
    assert desk.phone.found_by is FoundBy.REDIRECTION
    assert commands_of(desk.phone_id) == ["reset"]
    again = desk.alice.get(f"{desk.path}/reset")
    assert "How did this phone find this server?" not in again.text
    assert "It finds its way back by itself" in again.text


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_it_warns_before_somebody_has_to_type(desk: Desk, headers: dict[str, str]) -> None:
    """R139: an answer that changes what follows is kept, and asked for once more."""
    come_online(desk)
    first = desk.alice.post(f"{desk.path}/reset", {"found_by": "hand"}, headers=headers)
    assert first.status_code == 200
    assert WARNING in first.text
    assert "Server URL" in first.text
    assert commands_of(desk.phone_id) == []
    assert desk.phone.found_by is FoundBy.HAND
    desk.alice.post(f"{desk.path}/reset", {"confirm": "1"}, headers=headers)
    assert commands_of(desk.phone_id) == ["reset"]


def test_the_tenant_says_it_for_its_phones(desk: Desk) -> None:
    """R139: preset by the tenant, and a phone may be said to differ."""
    come_online(desk)
    desk.alice.post("/t/acme/settings", {"time_zone": "Europe/Berlin", "poll_minutes": "60",
                                         "keepalive_limit_s": "60", "found_by": "hand"})  # fmt: skip
    assert WARNING in desk.alice.get(f"{desk.path}/reset").text
    facts = desk.page().select_text("#part-facts")
    assert "by an address that was typed into it as all phones of Acme Ltd" in facts
    desk.alice.post(f"{desk.path}/found-by", {"found_by": "dhcp"})
    assert WARNING not in desk.alice.get(f"{desk.path}/reset").text
    assert audit_actions()[-1] == "phone.found_by"


@pytest.mark.parametrize("vendor", Vendor)
def test_the_way_at_the_phone_is_there_for_each_vendor(alice: Pages, vendor: Vendor) -> None:
    """R137, R138: on its page, and before an order that its maker has no way for."""
    facts = load_catalog().vendors[vendor]
    phone_id = add_online(
        model_slug=MODELS[vendor], extension_id=add_extension("acme", "201", name="Anna")
    )
    page = alice.get(f"/t/acme/phones/{phone_id}")
    assert facts.reset_by_hand in page.select_text("#part-facts")
    question = alice.get(f"/t/acme/phones/{phone_id}/reset")
    assert facts.reset_by_hand in question.select_text("main")
    answer = alice.post(f"/t/acme/phones/{phone_id}/reset")
    is_possible = vendor in {Vendor.YEALINK, Vendor.GRANDSTREAM}
    assert answer.status_code == (303 if is_possible else 422)
    assert commands_of(phone_id) == (["reset"] if is_possible else [])


def test_what_is_no_way_is_refused(desk: Desk) -> None:
    for headers in ({}, HTMX):
        answer = desk.alice.post(f"{desk.path}/found-by", {"found_by": "magic"}, headers=headers)
        assert answer.status_code == 422
    assert desk.phone.found_by is None


def test_only_its_own_admin_says_it(desk: Desk, charlie: Pages, bob: Pages) -> None:
    assert charlie.post(f"{desk.path}/found-by", {"found_by": "dhcp"}).status_code == 404
    assert charlie.get(f"{desk.path}/lamps").status_code == 404
    path = f"/t/globex/phones/{desk.phone_id}"
    assert charlie.post(f"{path}/found-by", {"found_by": "dhcp"}).status_code == 404
    assert charlie.get(f"{path}/lamps").status_code == 404
    assert bob.post(f"{desk.path}/found-by", {"found_by": "dhcp"}).status_code == 403
    assert find_phone(desk.phone_id).found_by is None


def test_it_needs_a_token(desk: Desk) -> None:
    answer = desk.alice.ask("POST", f"{desk.path}/found-by", {"found_by": "dhcp"})
    assert answer.status_code == 400
    assert desk.phone.found_by is None


def test_a_reset_that_is_long_over_is_not_shown(desk: Desk) -> None:
    test_a_reset_is_followed_until_it_is_online_again(desk)
    with open_session() as session:
        for row in (*session.scalars(select(Command)), *session.scalars(select(PhoneEvent)),
                    *session.scalars(select(CheckIn))):  # fmt: skip
            for name in ("at", "queued_at", "sent_at", "finished_at"):
                if getattr(row, name, None):
                    setattr(row, name, getattr(row, name) - timedelta(hours=2))
        session.commit()
    assert taken(desk) == []
