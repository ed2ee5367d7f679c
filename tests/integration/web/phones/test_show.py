"""A phone's page: why it is as it is, its facts, its tabs."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from phoneprov.core.clock import utc_now
from phoneprov.fleet.models import CheckIn, Phone, PhoneUpload
from phoneprov.fleet.status import NOT_PROBED, PhoneStatus
from phoneprov.operations.models import Command, CommandKind, CommandState
from tests.factories import set_config_revision
from tests.integration.web.phones.values import (
    HOSTILE,
    HTMX,
    LIST,
    MAC,
    add_online,
    change,
    change_tenant,
    contact,
    counted,
    happened,
    keep,
    provider,
)
from tests.integration.web.rows import (
    add_extension,
    add_pbx,
    add_phone,
    find_phone,
    open_session,
    put_on_pbx,
)
from tests.pages import Pages

TABS = ("timeline", "asked", "config", "commands", "uploads")


def asked(phone_id: int, name: str, answer: int, **fields: object) -> CheckIn:
    """Return a request of a phone."""
    values: dict[str, object] = {
        "at": utc_now() - timedelta(minutes=1),
        "size_bytes": 2048,
        "address": "10.1.4.17",
        "admitted_by": "token",
    }
    return CheckIn(phone_id=phone_id, file_name=name, answer=answer, **{**values, **fields})


def test_it_says_how_the_phone_is_and_why(alice: Pages) -> None:
    """R91: the evidence and its age, from where it registered."""
    pbx_id = add_pbx("Main")
    put_on_pbx("acme", pbx_id)
    extension = add_extension("acme", "201", name="Anna Berg")
    phone_id = add_online(display_name="Front desk", extension_id=extension)
    keep(contact(phone_id, pbx_id))
    head = alice.get(f"{LIST}/{phone_id}").select_text("#part-head")
    assert head.startswith("Online Front desk 201 Anna Berg · Yealink T46U")
    assert "Registered, and answered OPTIONS in 38 ms." in head
    assert "Last registered 2 min ago from 10.1.4.17:5060." in head
    assert re.search(r"Last sign of life \d+ s ago, 38 ms\.", head)


def test_it_says_when_reachability_is_not_checked(alice: Pages) -> None:
    """R91: without a source the page says so."""
    pbx_id = add_pbx("Main")
    put_on_pbx("acme", pbx_id)
    phone_id = add_online(
        status=PhoneStatus.REGISTERED,
        status_reason=NOT_PROBED,
        extension_id=add_extension("acme", "201"),
    )
    keep(contact(phone_id, pbx_id, is_probed=False))
    assert "Nothing checks whether it is reachable" in alice.get(f"{LIST}/{phone_id}").text


def test_it_says_since_when_its_status_is_not_confirmed(alice: Pages) -> None:
    phone_id = add_online(unconfirmed_since_at=utc_now() - timedelta(minutes=9))
    head = alice.get(f"{LIST}/{phone_id}").select_text("#part-head")
    assert "Not confirmed since " in head
    assert "as of " in head


def test_it_says_which_config_the_phone_has(alice: Pages) -> None:
    """R111: the current one, an older one with when it asks, an overdue one, none at all."""
    phone_id = add_online()
    path = f"{LIST}/{phone_id}"
    assert "it has the current one (rev 1)" in alice.get(path).select_text("#part-head")
    with open_session() as session:
        set_config_revision(session.get_one(Phone, phone_id), 3)
        session.commit()
    head = alice.get(path).select_text("#part-head")
    assert "it has rev 1 of 3; will ask by " in head
    change(phone_id, last_check_in_at=utc_now() - timedelta(minutes=70))
    assert "should have asked by " in alice.get(path).select_text("#part-head")
    change(phone_id, fetched_revision=None, last_check_in_at=None)
    assert "hasn't taken one yet; revision 3 waits" in alice.get(path).select_text("#part-head")


def test_it_shows_the_facts_with_as_of_when(alice: Pages) -> None:
    """R5, R18: what the phone reported with when; no password, no token."""
    phone_id = add_online(
        serial_number="SN-77", place="Lobby", admin_password="own-secret", local_sip_port=5066
    )
    page = alice.get(f"{LIST}/{phone_id}")
    facts = " ".join(tag.get_text(" ", strip=True) for tag in page.soup.select(".facts > *"))
    for text in (
        "Phone model Yealink T46U",
        "MAC address 80:5e:c0:1a:2b:3c",
        "Serial number SN-77",
        "Place Lobby",
        "Firmware 108.86.0.90 seen 2 min ago",
        "IP address 10.1.4.17 seen 2 min ago",
        "User-Agent Yealink SIP-T46U",
        "Timezone Tenant default (Europe/Berlin)",
        "Local SIP port 5066",
        "Admin password its own, not shown",
        "/prov/t/•••••••/",
    ):
        assert text in facts
    assert "own-secret" not in page.text
    assert find_phone(phone_id).token not in page.text
    change_tenant("acme", admin_password="tenants-secret")
    change(phone_id, admin_password=None)
    assert "from Acme Ltd, not shown" in alice.get(f"{LIST}/{phone_id}").select_text(".facts")


def test_it_shows_the_first_contact_window_and_who_came(alice: Pages) -> None:
    """Open, waiting, expired or over; from where files were taken in it."""
    now = utc_now()
    phone_id = add_phone("acme", MAC, window_opened_at=now, window_waits_until=now + timedelta(9))
    path = f"{LIST}/{phone_id}"
    assert "open; waits for the phone's first request" in alice.get(path).select_text("#part-facts")
    change(phone_id, window_waits_until=now - timedelta(hours=1))
    page = alice.get(path)
    assert "closed: nobody came" in page.select_text("#part-facts")
    assert "First contact has waited too long" in page.select_text("#part-warnings")
    began = now - timedelta(minutes=5)
    change(phone_id, window_started_at=began, window_ends_at=now + timedelta(minutes=55))
    keep(asked(phone_id, "a.cfg", 200, admitted_by="window", address="203.0.113.9"))
    facts = alice.get(path).select_text("#part-facts")
    assert "open until " in facts
    assert "1 request from 203.0.113.9" in facts
    change(phone_id, window_ends_at=now - timedelta(minutes=1))
    assert "closed since " in alice.get(path).select_text("#part-facts")
    change(phone_id, window_opened_at=None, token_used_at=now)
    assert "comes by its own address since" in alice.get(path).select_text("#part-facts")


@pytest.mark.parametrize(
    ("fields", "title", "step"),
    [
        ({"told_model": "yealink-t54w"}, "says that it is a Yealink T54W", "Change the model"),
        ({"told_mac": "805ec0999999"}, "calls itself 80:5e:c0:99:99:99", "Compare"),
        ({"model_slug": "gone-model"}, "no model gone-model", "Choose the model"),
        ({"extension_id": None}, "has no extension", "Choose an extension"),
    ],
)
def test_what_is_wrong_comes_first_with_the_next_step(
    alice: Pages, fields: dict[str, Any], title: str, step: str
) -> None:
    """R57: told another model or MAC; what we see, the cause, the one next step."""
    phone_id = add_online(**fields)
    page = alice.get(f"{LIST}/{phone_id}")
    card = page.soup.select_one("#part-warnings .card")
    assert card is not None
    text = " ".join(card.get_text(" ").split())
    assert title in text
    assert step in text
    assert f"{LIST}/{phone_id}/edit" in str(card)


def test_it_warns_of_a_missed_check_and_a_missing_registration(alice: Pages) -> None:
    keep(provider("support@msp.example"))
    pbx_id = add_pbx("Main")
    put_on_pbx("acme", pbx_id)
    phone_id = add_online(
        status=PhoneStatus.PROVISIONING,
        last_check_in_at=utc_now() - timedelta(minutes=95),
        fetched_at=utc_now() - timedelta(minutes=95),
        extension_id=add_extension("acme", "201"),
    )
    warnings = alice.get(f"{LIST}/{phone_id}").select_text("#part-warnings")
    assert "It missed its check." in warnings
    assert "It has its config and hasn't registered." in warnings
    assert "sip.example.net:5060" in warnings
    assert "support@msp.example" in warnings
    change(phone_id, disabled_at=utc_now())
    assert alice.get(f"{LIST}/{phone_id}").select_text("#part-warnings") == ""


def test_it_says_what_to_do_until_the_phone_is_registered(alice: Pages) -> None:
    """R86, R132: the address, the DHCP options, where the screen shows its IP address."""
    phone_id = add_phone("acme", "64167f000001", model_slug="polycom-vvx-450")
    guide = alice.get(f"{LIST}/{phone_id}").select_text("#part-guide")
    assert "What to do at the phone" in guide
    assert "option 160 or 66" in guide
    assert "/prov/" in guide
    online = add_online()
    assert "What to do at the phone" not in alice.get(f"{LIST}/{online}").text


def test_the_way_to_online_is_measured(alice: Pages) -> None:
    """R23, R87: each step with its time, the total, and a mark when it took too long."""
    started = utc_now() - timedelta(minutes=20)
    phone_id = add_online(first_check_in_at=started)
    keep(
        happened(phone_id, "config", "Took its config (revision 1).", 19.9),
        happened(phone_id, "status", "Registered: …", 19, to="registered"),
        happened(phone_id, "status", "Online: …", 18, to="online"),
        happened(phone_id, "status", "Offline: …", 10, to="offline"),
        happened(phone_id, "status", "Online: …", 5, to="online"),
    )
    page = alice.get(f"{LIST}/{phone_id}")
    steps = [" ".join(step.get_text(" ").split()) for step in page.soup.select(".way li")]
    assert [step.split(" (+")[-1] for step in steps[2:]] == ["6 s)", "54 s)", "1 min 0 s)"]
    assert "From first check-in to Online: 2 min 0 s." in page.text
    change(phone_id, first_check_in_at=started - timedelta(minutes=10))
    assert "more than five minutes is too long" in alice.get(f"{LIST}/{phone_id}").text


def test_the_timeline_shows_what_happened_newest_first(alice: Pages) -> None:
    phone_id = add_online()
    keep(
        happened(phone_id, "config", "Added to the dashboard.", 30),
        happened(phone_id, "warning", HOSTILE, 2),
    )
    page = alice.get(f"{LIST}/{phone_id}")
    texts = [line.get_text() for line in page.soup.select(".event-text")]
    assert texts == [HOSTILE, "Added to the dashboard."]
    assert HOSTILE not in page.text


def test_what_it_asked_stands_beside_what_it_should_ask(alice: Pages) -> None:
    """The answer, size, address and admission of each; the first gap is marked."""
    phone_id = add_online()
    keep(asked(phone_id, "y000000000108.cfg", 404, admitted_by="no_such_file"))
    page = alice.get(f"{LIST}/{phone_id}?tab=asked")
    assert "404 not given" in page.select_text("#part-tab table")
    assert "no such file, as expected" in page.select_text("#part-tab table")
    assert "never asked for it" in page.select_text(".expected .is-gap")
    keep(asked(phone_id, f"{MAC}.cfg", 200, revision=1))
    page = alice.get(f"{LIST}/{phone_id}?tab=asked")
    assert page.soup.select_one(".expected .is-gap") is None
    assert "200 sent rev 1" in page.select_text("#part-tab table")
    assert "2.0 kB" in page.select_text("#part-tab table")


def test_the_config_is_shown_with_its_secrets_masked(alice: Pages) -> None:
    """S4: no SIP password, admin password or token; the rest as the phone gets it."""
    put_on_pbx("acme", add_pbx("Main"))
    extension = add_extension("acme", "201", name="Anna Berg", sip_password="sip-secret-201")
    phone_id = add_online(extension_id=extension, admin_password="own-secret")
    page = alice.get(f"{LIST}/{phone_id}?tab=config")
    config = page.select_text("#part-tab")
    assert "Anna Berg" in config
    assert "•••••••" in config
    for secret in ("sip-secret-201", "own-secret", find_phone(phone_id).token):
        assert secret not in page.text


def test_commands_show_their_state_and_evidence(alice: Pages) -> None:
    phone_id = add_online()
    now = utc_now()
    keep(
        Command(
            phone_id=phone_id,
            kind=CommandKind.REBOOT,
            state=CommandState.CONFIRMED,
            ordered_by="alice@acme.example",
            queued_at=now - timedelta(minutes=3),
            next_try_at=now,
            sent_at=now - timedelta(minutes=2),
            finished_at=now - timedelta(minutes=1),
            expires_at=now,
            evidence="Answered 200. Asked for a.cfg 41 s later.",
        )
    )
    row = alice.get(f"{LIST}/{phone_id}?tab=commands").soup.select("#part-tab tbody tr > *")
    assert [" ".join(cell.get_text(" ").split()) for cell in row] == [
        "Reboot",
        "Confirmed",
        "Answered 200. Asked for a.cfg 41 s later.",
        "3 min ago alice@acme.example",
        "2 min ago",
        "1 min ago",
    ]


def test_uploads_are_listed_and_shown_as_text_with_secrets_masked(alice: Pages) -> None:
    """Logs and overrides with size and time; markup in them is text."""
    phone_id = add_online()
    body = f'{HOSTILE}\nreg.1.auth.password="hunter2" x\npin = 4711\n'.encode() + b"\xff\x00"
    upload = PhoneUpload(
        phone_id=phone_id,
        file_name=f"{MAC}-phone.cfg",
        kind="override",
        body=body,
        size_bytes=len(body),
        received_at=utc_now(),
    )
    keep(upload)
    page = alice.get(f"{LIST}/{phone_id}?tab=uploads")
    assert "settings changed at the phone" in page.select_text("#part-tab tbody")
    link = page.soup.select_one("#part-tab a")
    assert link is not None
    shown = alice.get(str(link["href"]))
    assert HOSTILE not in shown.text
    assert HOSTILE in shown.select_text("pre")
    assert "hunter2" not in shown.text
    assert "4711" not in shown.text


def test_a_tab_is_swapped_alone(alice: Pages) -> None:
    phone_id = add_online()
    for tab in TABS:
        page = alice.get(f"{LIST}/{phone_id}?tab={tab}", headers=HTMX)
        assert page.text.lstrip().startswith('<div id="phone-tabs">')
        assert page.soup.select_one(f"#tab-{tab}[aria-current]") is not None
    assert alice.get(f"{LIST}/{phone_id}?tab=nothing").status_code == 200


def test_it_costs_the_same_queries_however_long_its_story(app: Flask, alice: Pages) -> None:
    phone_id = add_online()
    costs = []
    for _ in range(2):
        for tab in TABS:
            alice.get(f"{LIST}/{phone_id}?tab={tab}")
        with counted(app) as statements:
            for tab in TABS:
                alice.get(f"{LIST}/{phone_id}?tab={tab}")
        costs.append(len(statements))
        keep(*(happened(phone_id, "config", f"Event {number}", number) for number in range(50)))
        keep(*(asked(phone_id, f"{number}.cfg", 404) for number in range(50)))
    assert costs[0] == costs[1]


def test_hostile_facts_are_shown_as_text(alice: Pages) -> None:
    extension = add_extension("acme", "201", name=HOSTILE)
    phone_id = add_online(
        extension_id=extension,
        display_name=HOSTILE,
        place=HOSTILE,
        serial_number=HOSTILE,
        user_agent=HOSTILE,
        firmware=HOSTILE,
        status_reason=HOSTILE,
        told_model=HOSTILE,
    )
    keep(asked(phone_id, HOSTILE, 404, address=HOSTILE, admitted_by=HOSTILE))
    for tab in TABS:
        page = alice.get(f"{LIST}/{phone_id}?tab={tab}")
        assert HOSTILE not in page.text
        assert page.select_text("h1") == HOSTILE


def test_a_viewer_sees_it_without_buttons(bob: Pages) -> None:
    phone_id = add_online()
    page = bob.get(f"{LIST}/{phone_id}")
    assert page.soup.select_one("main form, main .actions a") is None


def test_it_is_not_there_for_another_tenant(charlie: Pages) -> None:
    """R65."""
    phone_id = add_online()
    keep(
        PhoneUpload(
            phone_id=phone_id,
            file_name="a.log",
            kind="log",
            body=b"x",
            size_bytes=1,
            received_at=utc_now(),
        )
    )
    own = add_online("805ec0000001", "globex")
    for path in (f"/t/acme/phones/{phone_id}", f"/t/globex/phones/{phone_id}"):
        assert charlie.get(path).status_code == 404
        assert charlie.get(f"{path}/uploads/1").status_code == 404
    assert charlie.get(f"/t/globex/phones/{own}/uploads/1").status_code == 404
