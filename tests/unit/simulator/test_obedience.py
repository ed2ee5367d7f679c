"""What each vendor makes of a NOTIFY, by what its config says."""

import pytest

from phoneprov.simulator.identity import Vendor
from phoneprov.simulator.vendors.base import Action, Notification
from tests.unit.simulator.boot import unpack

Y, G, C, P = Vendor.YEALINK, Vendor.GRANDSTREAM, Vendor.CISCO, Vendor.POLYCOM
ZERO = {"sip.notify_reboot_enable": "0"}
OPEN = {"features.show_action_uri_option": "0"}
ALWAYS = {"voIpProt.SIP.specialEvent.checkSync.alwaysReboot": "1"}


@pytest.mark.parametrize(
    ("vendor", "values", "event", "code", "action"),
    [
        (Y, {}, "check-sync", 200, Action.REBOOT),
        (Y, {}, "check-sync;reboot=false", 200, Action.REBOOT),
        (Y, ZERO, "check-sync", 200, Action.RESYNC),
        (Y, ZERO, "check-sync;reboot=false", 200, Action.RESYNC),
        (Y, ZERO, "check-sync;reboot=true", 200, Action.REBOOT),
        (Y, {"sip.notify_reboot_enable": "2"}, "check-sync;reboot=true", 200, Action.NOTHING),
        (Y, {}, "reset", 489, Action.NOTHING),
        (Y, {"sip.notify_reset.enable": "1"}, "reset", 200, Action.RESET),
        (Y, {}, "resync", 489, Action.NOTHING),
        (G, {}, "resync", 200, Action.RESYNC),
        (G, {}, "check-sync", 200, Action.REBOOT),
        (G, {}, "reset", 403, Action.NOTHING),
        (G, {"P26015": "1"}, "reset", 200, Action.RESET),
        (G, {}, "reboot_now", 489, Action.NOTHING),
        (C, {}, "resync", 200, Action.RESYNC),
        (C, {}, "check-sync", 200, Action.RESYNC),
        (C, {"Resync_From_SIP": "No"}, "resync", 403, Action.NOTHING),
        (C, {}, "reboot_now", 200, Action.REBOOT),
        (C, {}, "restart_now", 200, Action.REBOOT),
        (C, {}, "report", 200, Action.NOTHING),
        (C, {}, "reset", 489, Action.NOTHING),
        (P, {}, "check-sync", 200, Action.RESYNC),
        (P, ALWAYS, "check-sync", 200, Action.REBOOT),
        (P, {}, "resync", 489, Action.NOTHING),
    ],
)
def test_it_does_what_its_vendor_does(
    vendor: Vendor, values: dict[str, str], event: str, code: int, action: Action
) -> None:
    """The answer code, and what follows from it."""
    firmware = unpack(vendor)
    firmware.values.update(values)
    name, _, parameters = event.partition(";")
    reaction = firmware.react(Notification(event=name, parameters=parameters))
    assert (reaction.code, reaction.action) == (code, action)


@pytest.mark.parametrize(
    ("values", "key", "code", "action"),
    [
        (OPEN, "key=Reboot", 200, Action.REBOOT),
        (OPEN, "key=Reset", 200, Action.RESET),
        (OPEN, "key=AutoP\r\n", 200, Action.RESYNC),
        (OPEN, "key=OK", 200, Action.NOTHING),
        ({}, "key=Reset", 200, Action.NOTHING),
        (OPEN | {"features.action_uri.enable": "0"}, "key=Reset", 403, Action.NOTHING),
    ],
)
def test_a_yealink_takes_key_presses_when_its_config_lets_it(
    values: dict[str, str], key: str, code: int, action: Action
) -> None:
    """Remote control asks the user first, unless it is told not to."""
    firmware = unpack(Y)
    firmware.values.update(values)
    reaction = firmware.react(Notification(event="action-uri", body=key))
    assert (reaction.code, reaction.action) == (code, action)


@pytest.mark.parametrize(
    ("vendor", "values", "event"),
    [
        (Y, {"sip.trust_ctrl": "1"}, "check-sync"),
        (G, {"P2347": "1"}, "resync"),
        (P, {"voIpProt.SIP.requestValidation.1.request": "NOTIFY"}, "check-sync"),
    ],
)
def test_it_can_be_told_to_listen_to_its_registrar_only(
    vendor: Vendor, values: dict[str, str], event: str
) -> None:
    """Then an order from elsewhere is refused, and one from the registrar obeyed."""
    firmware = unpack(vendor)
    firmware.values.update(values)
    foreign = firmware.react(Notification(event=event, is_from_registrar=False))
    assert (foreign.code, foreign.action) == (403, Action.NOTHING)
    assert firmware.react(Notification(event=event)).action is not Action.NOTHING


@pytest.mark.parametrize(
    ("vendor", "values", "challenges"),
    [
        (Y, {}, False),
        (G, {}, True),
        (G, {"P4428": "1"}, False),
        (C, {}, True),
        (C, {"Auth_Resync-Reboot_1_": "No"}, False),
        (P, {}, False),
        (
            P,
            {
                "voIpProt.SIP.requestValidation.1.request": "NOTIFY",
                "voIpProt.SIP.requestValidation.1.method": "digest",
            },
            True,
        ),
    ],
)
def test_some_want_proof_unless_told_otherwise(
    vendor: Vendor, values: dict[str, str], *, challenges: bool
) -> None:
    """Grandstream and Cisco challenge every NOTIFY out of the box."""
    firmware = unpack(vendor)
    firmware.values.update(values)
    assert firmware.challenges_notify(None) is challenges
