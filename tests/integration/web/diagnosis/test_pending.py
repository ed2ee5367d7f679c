"""Stuck on Pending: nobody asked, somebody else asked, or who asked was turned away."""

from datetime import timedelta

from phoneprov.core.clock import utc_now
from tests.integration.web.diagnosis.desk import MAC, Desk
from tests.integration.web.rows import add_phone
from tests.pages import Pages

SILENT = "Nothing was asked for by this MAC address since it was added."
NEAR = "805ec01a2b3d"


def test_nobody_asked(desk: Desk) -> None:
    """R55, R131, R132: what to look at on this model, where it should ask; gone once it came."""
    text = desk.card(SILENT).get_text(" ")
    assert "Press OK" in text
    assert "option 66" in text
    assert "/prov/check.txt" in text
    assert "No other phone of Acme Ltd has asked in the last 24 hours either." in text
    assert "Show how phones find us" in text
    assert desk.flags() == {"stuck_pending"}
    desk.boot()
    assert SILENT not in desk.cards()
    assert "stuck_pending" not in desk.flags()


def test_a_phone_that_was_just_added_is_left_alone(desk: Desk) -> None:
    desk.wait(status_since_at=-timedelta(minutes=50))
    assert desk.cards() == []
    assert desk.flags() == set()


def test_it_says_whether_others_found_the_way(desk: Desk) -> None:
    """R132: another phone of the tenant that asks clears the way of suspicion."""
    add_phone("acme", "805ec0777777", last_check_in_at=utc_now() - timedelta(minutes=5))
    add_phone("globex", "805ec0888888", last_check_in_at=utc_now() - timedelta(minutes=5))
    text = desk.card(SILENT).get_text(" ")
    assert "1 other phone of Acme Ltd asked in the last 24 hours" in text


def test_nearly_its_mac_address_asked(desk: Desk) -> None:
    """R55: a digit was mistyped; one click fills the form, and then the phone is let in."""
    assert desk.ask(f"{NEAR}.cfg", agent="Yealink SIP-T46U 108.86.0.90 80:5e:c0:1a:2b:3d") == 404
    assert desk.ask("805ec0999999.cfg", agent="") == 404
    card = desk.card("is nobody's; it is nearly 80:5e:c0:1a:2b:3c")
    assert "80:5e:c0:1a:2b:3d" in card.get_text()
    assert "80:5e:c0:99:99:99" not in desk.page().text
    link = card.select_one("a.button")
    assert link is not None
    form = desk.alice.get(str(link["href"]))
    field = form.soup.select_one("input[name=mac]")
    assert field is not None
    assert str(field["value"]).replace(":", "").lower() == NEAR


def test_another_mac_address_in_the_request(desk: Desk) -> None:
    """R55, R57: the sticker and the User-Agent side by side; gone when the right one comes."""
    assert desk.ask(f"{MAC}.cfg", agent="Yealink SIP-T46U 108.86.0.90 80:5e:c0:ff:ff:ff") == 404
    text = desk.card("calls itself 80:5e:c0:ff:ff:ff").get_text(" ")
    assert "MAC address here: 80:5e:c0:1a:2b:3c" in text
    assert f"Asked for {MAC}.cfg" in text
    assert desk.flags() == {"stuck_pending", "attention", "mismatch"}
    desk.boot()
    assert not any("calls itself" in title for title in desk.cards())
    assert not desk.flags() & {"stuck_pending", "mismatch"}


def test_it_was_turned_away(desk: Desk) -> None:
    """R55: a 404 to the phone is a reason here, with the button that lets it in."""
    desk.wait(window_waits_until=timedelta(days=15))
    assert "First contact has waited too long." in desk.cards()
    assert desk.flags() == {"stuck_pending", "attention"}
    assert desk.ask(f"{MAC}.cfg") == 404
    card = desk.card("It asks for its config and is turned away.")
    assert f"{MAC}.cfg asked for" in card.get_text()
    assert "404. unencrypted (HTTP)" in card.get_text()
    form = card.select_one("form")
    assert form is not None
    assert desk.alice.post(str(form["action"])).status_code == 303
    desk.boot()
    assert not desk.flags() & {"stuck_pending", "attention"}


def test_a_disabled_phone_raises_no_alarm(desk: Desk) -> None:
    """R95: neither a card nor a count."""
    desk.alice.post(f"{desk.path}/disable")
    assert desk.cards() == []
    assert desk.flags() == set()


def test_another_tenant_sees_nothing_of_it(desk: Desk, charlie: Pages) -> None:
    desk.ask(f"{MAC}.cfg", agent="Yealink SIP-T46U 108.86.0.90 80:5e:c0:ff:ff:ff")
    assert charlie.get(desk.path).status_code == 404
    page = charlie.get("/t/globex/phones?flag=stuck_pending")
    assert page.select_text("#count-stuck_pending") == "0"
    assert "1a:2b:3c" not in page.text
