"""Delivered, not just saved, and applied now: for profiles as for layouts (R110, R123)."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from phoneprov.core.clock import utc_now
from phoneprov.fleet.status import PhoneStatus
from phoneprov.operations.bulk.run import run_bulks
from phoneprov.operations.models import BulkOperation, Command, CommandKind, CommandState
from phoneprov.web.runtime import EXTENSION
from tests.integration.web.layouts.test_list import LIST, MODULES, add
from tests.integration.web.phones.values import HTMX, add_online, change, contact, keep
from tests.integration.web.profiles.test_pages import OFFICE, PROFILES
from tests.integration.web.profiles.test_pages import add as add_profile
from tests.integration.web.rows import add_extension, add_pbx, add_phone, open_session
from tests.pages import Pages


def add_reachable(mac: str, number: str, pbx_id: int, revision: int = 2, **fields: object) -> int:
    """Add a phone that a resync reaches; it has fetched its config's first revision."""
    phone_id = add_online(mac, config_revision=revision)
    own = add_extension("acme", number)
    change(phone_id, extension_id=own, display_name=f"Desk {number}", **fields)
    keep(contact(phone_id, pbx_id, aor=number, uri=f"sip:{number}@10.1.4.{number}"))
    return phone_id


def operations() -> list[BulkOperation]:
    with open_session() as session:
        return list(session.scalars(select(BulkOperation)))


def resyncs() -> list[int]:
    with open_session() as session:
        query = select(Command.phone_id).where(Command.kind == CommandKind.RESYNC)
        return list(session.scalars(query.order_by(Command.phone_id)))


def work(app: Flask) -> None:
    bench = app.extensions[EXTENSION]
    while run_bulks(bench.sessions, bench.catalog):
        pass


def test_a_profile_says_how_far_it_has_got(alice: Pages, bob: Pages) -> None:
    """R110: the list counts, its page names the stragglers, each a link."""
    number, now = add_profile(alice), utc_now()
    used = {"profile_id": number, "config_revision": 2, "first_check_in_at": now}
    add_phone(
        "acme", "805ec0000001", display_name="Has", fetched_revision=2, fetched_at=now, **used
    )
    gone = {"status": PhoneStatus.OFFLINE, "last_check_in_at": now - timedelta(hours=2)}
    lost = add_phone("acme", "805ec0000002", display_name="Gone", **used, **gone)
    off = {"disabled_at": now, "last_check_in_at": now}
    add_phone("acme", "805ec0000003", display_name="Off", **used, **off)
    row = alice.get(PROFILES)
    assert "3 phones, 1 has it" in row.select_text(f"#profile-{number}")
    page = bob.get(f"{PROFILES}/{number}/phones")
    assert page.select_text("#delivered-count") == "1 of 3 phones have it"
    assert page.soup.select(f'#delivery a[href="/t/acme/phones/{lost}"]')
    text = page.select_text("#delivery")
    assert "It is offline since" in text
    assert "It is disabled" in text
    assert not page.soup.select("main form")
    assert alice.get(f"{PROFILES}/{number}/phones").soup.select("main form")


def test_saving_a_profile_leads_there(alice: Pages) -> None:
    number = add_profile(alice)
    add_phone("acme", "805ec0000001", profile_id=number)
    address = f"{PROFILES}/{number}/edit"
    answer = alice.post(address, {**OFFICE, "time_zone": "Europe/Paris"})
    assert (answer.status_code, answer.location) == (303, f"{PROFILES}/{number}/phones")
    assert "1 phone takes the change" in alice.get(answer.location).text
    same = alice.post(address, {**OFFICE, "time_zone": "Europe/Paris", "description": "Other"})
    assert same.location == PROFILES
    assert "0 of 1 phone has it" in alice.get(address).select_text("#delivered")


@pytest.mark.parametrize("screen", [LIST, MODULES])
def test_the_open_page_looks_again_until_all_have_it(alice: Pages, screen: str) -> None:
    """A poll that changes nothing swaps nothing, and one that is done asks no more."""
    layout_id = add(is_for_module=screen == MODULES)
    phone_id = add_phone("acme", "805ec0000001", button_layout_id=layout_id)
    page = alice.get(f"{screen}/{layout_id}/phones")
    again = str(page.soup.select("#delivery")[0]["hx-get"])
    assert alice.get(again, headers=HTMX).status_code == 204
    line = f"{screen}/{layout_id}/delivered"
    shown = alice.get(line, headers=HTMX)
    poll = str(shown.soup.select("#delivered-line")[0]["hx-get"])
    assert alice.get(poll, headers=HTMX).status_code == 204
    assert alice.get(line).location == f"{screen}/{layout_id}/phones"
    change(phone_id, fetched_revision=1, fetched_at=utc_now())
    for address, place in ((again, "#delivery"), (poll, "#delivered-line")):
        done = alice.get(address, headers=HTMX)
        assert "1 of 1 phone has it" in done.select_text(place)
        assert not done.soup.select(f"{place}[hx-get]")


def test_apply_now_orders_it_of_exactly_those_that_lack_it(alice: Pages, app: Flask) -> None:
    """R110, R123: who can't be reached is named and waits for the next check."""
    layout_id, pbx_id = add(name="Front desk"), add_pbx("Main")
    used = {"button_layout_id": layout_id}
    lacks = add_reachable("805ec0000201", "201", pbx_id, **used)
    add_reachable("805ec0000202", "202", pbx_id, revision=1, **used)
    add_reachable("805ec0000203", "203", pbx_id)
    add_phone("acme", "805ec0000204", display_name="Cellar", **used)
    silent = add_online("805ec0000205", display_name="Attic", config_revision=2)
    change(silent, extension_id=add_extension("acme", "205"), **used)
    answer = alice.post(f"{LIST}/{layout_id}/apply")
    assert (answer.status_code, answer.location) == (303, f"{LIST}/{layout_id}/phones")
    page = alice.get(answer.location)
    assert "Resync ordered for 1 phone" in page.text
    assert "2 phones wait for their next check, by" in page.text
    assert "Cellar" in page.select_text(".message-warning")
    assert "Attic" in page.select_text(".message-warning")
    [operation] = operations()
    assert operation.words == "Apply now: Front desk"
    work(app)
    assert resyncs() == [lacks]
    assert silent not in resyncs()
    assert "A resync is on its way" in alice.get(answer.location).select_text("#delivery")
    again = alice.post(f"{LIST}/{layout_id}/apply")
    assert "A resync is under way" in alice.get(again.location).text
    assert len(operations()) == 1


def test_apply_now_with_nobody_left_does_nothing(alice: Pages) -> None:
    number = add_profile(alice)
    add_phone("acme", "805ec0000001", profile_id=number, fetched_revision=1)
    answer = alice.post(f"{PROFILES}/{number}/apply")
    assert "All phones have it already" in alice.get(answer.location).text
    assert operations() == []


def test_a_resync_that_has_failed_may_be_ordered_again(alice: Pages, app: Flask) -> None:
    number, pbx_id = add_profile(alice), add_pbx("Main")
    add_reachable("805ec0000201", "201", pbx_id, profile_id=number)
    alice.post(f"{PROFILES}/{number}/apply")
    work(app)
    with open_session() as session:
        for command in session.scalars(select(Command)):
            command.state = CommandState.FAILED
        session.commit()
    alice.post(f"{PROFILES}/{number}/apply")
    assert len(operations()) == 2


def test_the_saved_line_offers_it(alice: Pages) -> None:
    layout_id = add()
    add_phone("acme", "805ec0000001", button_layout_id=layout_id)
    answer = alice.post(
        f"{LIST}/{layout_id}/keys/3", {"kind": "custom", "value": "77"}, headers=HTMX
    )
    forms = answer.soup.select(f'#key-form form[action="{LIST}/{layout_id}/apply"]')
    assert len(forms) == 1
    assert forms[0].select("input[name=csrf_token]")


def test_nobody_elses(alice: Pages, bob: Pages, charlie: Pages) -> None:
    """R65; and no order without a token."""
    number, layout_id = add_profile(alice), add()
    for screen, one in (("profiles", number), ("button-layouts", layout_id)):
        for page in ("phones", "delivered"):
            assert charlie.get(f"/t/globex/{screen}/{one}/{page}").status_code == 404
            assert bob.get(f"/t/acme/{screen}/{one}/{page}", headers=HTMX).status_code in {200, 403}
        assert charlie.post(f"/t/globex/{screen}/{one}/apply").status_code == 404
        assert bob.post(f"/t/acme/{screen}/{one}/apply").status_code == 403
        assert alice.ask("POST", f"/t/acme/{screen}/{one}/apply").status_code == 400
    assert operations() == []
