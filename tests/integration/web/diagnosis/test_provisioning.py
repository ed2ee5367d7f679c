"""Stuck on Provisioning: it reached us, and config or registration did not follow."""

from datetime import timedelta

from phoneprov.fleet.status import PhoneStatus
from tests.integration.web.diagnosis.desk import MAC, Desk
from tests.integration.web.rows import change_pbx

MINUTES = timedelta(minutes=3)


def test_its_boot_stopped_in_the_middle(desk: Desk) -> None:
    """R56, R133: the last file with its answer and how it came, what did not follow."""
    desk.boot(files=1)
    assert desk.phone.status == PhoneStatus.PROVISIONING
    assert "stuck_provisioning" not in desk.flags()
    desk.wait(status_since_at=MINUTES)
    card = desk.card(f"it needs {MAC}.cfg and never asked for it")
    text = card.get_text(" ")
    assert f"Last file: {MAC}.boot" in text
    assert "answered 200" in text
    assert "unencrypted (HTTP)" in text
    assert "outbound HTTPS is blocked" in text
    assert "/prov/check.txt" in text
    assert desk.flags() == {"stuck_provisioning", "attention"}
    desk.boot()
    assert not any("middle of its boot" in title for title in desk.cards())


def test_the_evidence_says_that_it_came_encrypted(desk: Desk) -> None:
    """R133: TLS as this server saw it."""
    desk.scheme = "https"
    desk.boot(files=1)
    desk.wait(status_since_at=MINUTES)
    assert "encrypted (HTTPS)" in desk.card("middle of its boot").get_text(" ")


def test_it_has_its_config_and_did_not_register(desk: Desk) -> None:
    """R56: where it should register, the test address; gone when it does."""
    change_pbx(desk.pbx_id, registrar_host="pbx.example.net", registrar_port=5071, transport="tcp")
    desk.boot()
    desk.wait(status_since_at=MINUTES)
    text = desk.card("It has its config and hasn't registered.").get_text(" ")
    assert "pbx.example.net:5071 by TCP" in text
    assert f"Last file: {MAC}.cfg" in text
    assert desk.flags() == {"stuck_provisioning", "attention"}
    desk.register()
    assert desk.cards() == []
    assert desk.flags() == set()


def test_it_is_turned_away_after_a_reset_at_the_phone(desk: Desk) -> None:
    """R61: without its own address and window; one click lets it in again."""
    desk.boot()
    desk.boot()
    desk.register()
    desk.firmware.forget()
    desk.boot()
    assert desk.phone.refused_by == "window_closed"
    assert desk.flags() == set(), "whoever asked, the phone itself is there"
    desk.wait(last_check_in_at=timedelta(minutes=10))
    desk.leave()
    desk.boot()
    assert desk.phone.status == PhoneStatus.OFFLINE
    card = desk.card("It asks without its own address and is turned away.")
    assert {"stuck_provisioning", "attention"} <= desk.flags()
    form = card.select_one("form")
    assert form is not None
    desk.alice.post(str(form["action"]))
    desk.boot()
    desk.register()
    assert desk.cards() == []
    assert desk.flags() == set()


def test_a_config_that_cannot_be_written(desk: Desk) -> None:
    """R56: the phone gets 503; the card says why, and goes when it is mended."""
    desk.change_password("%NULL%")
    desk.boot()
    assert desk.asked[-1][1] == 503
    assert "takes for a command" in desk.card("Its config can't be written.").get_text()
    assert desk.flags() == {"stuck_provisioning", "attention"}
    desk.change_password("a-real-one")
    desk.boot()
    desk.register()
    assert desk.cards() == []
    assert desk.flags() == set()


def test_without_an_extension_it_is_not_stuck(desk: Desk) -> None:
    """What was never to register is no trouble; the page says so all the same."""
    desk.alice.post(f"{desk.path}/unassign")
    desk.boot()
    desk.wait(status_since_at=MINUTES)
    assert desk.cards() == ["It has no extension."]
    assert desk.flags() == set()


def test_the_test_address_answers_a_browser(desk: Desk) -> None:
    """R133: where the request came from, and whether the way is encrypted."""
    plain = desk.wire.get("/prov/check.txt", environ_base={"REMOTE_ADDR": "203.0.113.9"})
    assert plain.status_code == 200
    assert "It sees you as 203.0.113.9." in plain.text
    assert "not encrypted (HTTP)" in plain.text
    assert plain.headers["Content-Type"].startswith("text/plain")
    sealed = desk.wire.get("/prov/check.txt", base_url="https://localhost")
    assert "The way is encrypted (HTTPS)." in sealed.text
    assert desk.wire.post("/prov/check.txt").status_code == 404
