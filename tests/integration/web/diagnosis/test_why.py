"""Why the status is so, and what was sent for lamps that don't follow."""

import pytest

from phoneprov.fleet.status import PhoneStatus
from tests.integration.web.diagnosis.desk import MAC, Desk
from tests.integration.web.diagnosis.test_calls import add_layout, come_online
from tests.integration.web.phones.values import add_online, change
from tests.integration.web.rows import add_extension, change_pbx
from tests.pages import Pages


def read_why(desk: Desk) -> str:
    found = desk.page().soup.select_one("#why-so")
    assert found is not None
    return " ".join(found.get_text(" ").split())


def test_it_gives_the_rule_the_facts_and_their_times(desk: Desk) -> None:
    """R91: on what evidence and since when."""
    come_online(desk)
    desk.register("reachable", round_trip_ms=23)
    why = read_why(desk)
    for text in (
        "The rule for Online:",
        "A registration holds, and it answered within the keepalive limit.",
        "Posting asks the phone by OPTIONS.",
        "Last check-in from 127.0.0.1",
        "Config revision 1 of 1",
        "Reachability answered OPTIONS in 23 ms",
        "Keepalive limit 60 s",
        "No NAT: the phone says 10.1.1.7:5060.",
    ):
        assert text in why


def test_it_says_when_nobody_checks(desk: Desk) -> None:
    """R91: without a source of reachability."""
    come_online(desk)
    assert desk.phone.status == PhoneStatus.REGISTERED
    why = read_why(desk)
    assert "Nothing checks whether it can be reached" in why
    assert "Reachability not checked" in why


def test_it_compares_the_mac_addresses(desk: Desk) -> None:
    """R134: of the dashboard, of the requests, of the registration."""
    come_online(desk)
    agent = "Yealink SIP-T46U 108.86.0.90 80:5e:c0:1a:2b:3c"
    desk.register(user_agent=agent)
    told = "here 80:5e:c0:1a:2b:3c; in its requests 80:5e:c0:1a:2b:3c; in its registration 80:5e"
    assert told in read_why(desk)


@pytest.mark.parametrize("status", PhoneStatus)
def test_every_status_has_its_rule(alice: Pages, status: PhoneStatus) -> None:
    phone_id = add_online(status=status)
    page = alice.get(f"/t/acme/phones/{phone_id}")
    assert f"The rule for {status.label}:" in page.select_text("#part-why")


def test_it_shows_what_was_sent_for_its_lamps(desk: Desk) -> None:
    """R136: first a reboot; then what matters at this maker's phones, with what was sent."""
    change_pbx(desk.pbx_id, pickup_code="**")
    come_online(desk)
    add_layout(desk, add_extension("acme", "202", name="Carl Diaz"))
    page = desk.alice.get(f"{desk.path}/lamps")
    rows = {
        row.th.get_text(): row.td.get_text() for row in page.soup.select("tr") if row.th and row.td
    }
    assert rows["linekey.3.type"] == "16"
    assert rows["linekey.3.value"] == "202"
    assert rows["linekey.3.extension"] == "**"
    assert rows["account.1.nat.udp_update_enable"] == "1"
    assert not any(name.startswith("linekey.1.") for name in rows)
    assert f"{MAC}.cfg" in page.text
    assert f"{desk.path}/reboot" in page.text
    assert "secret" not in page.text.lower().replace("secret-", "")
    assert f"{desk.path}/lamps" in str(desk.page().soup.select_one("#part-facts"))


def test_without_lamps_it_says_so(desk: Desk) -> None:
    page = desk.alice.get(f"{desk.path}/lamps")
    assert "No key of this phone watches an extension." in page.text
    assert "hasn't asked for its config yet" in page.select_text(".message-warning")


def test_a_config_that_cannot_be_written_shows_none(desk: Desk) -> None:
    desk.change_password("%NULL%")
    desk.boot()
    assert "Its config can’t be written" in desk.alice.get(f"{desk.path}/lamps").text
    change(desk.phone_id, model_slug="gone-model")
    assert "no model gone-model" in desk.alice.get(f"{desk.path}/lamps").text
