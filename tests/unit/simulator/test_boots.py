"""Each vendor's fetch: which files in which order, and what is made of the answers."""

import pytest

from phoneprov.simulator.identity import Vendor
from phoneprov.simulator.vendors.base import Outcome
from tests.unit.simulator.boot import fetch, names, unpack

MARK = b"#!version:1.0.0.1\n"
Y_MAC, G_MAC, C_MAC, P_MAC = "805ec0000001", "c074ad000001", "8843e1000001", "64167f000001"
GRANDSTREAM = b'<gs_provision version="1"><config version="1"><P2>%s</P2></config></gs_provision>'
FIRST_FILE = {
    Vendor.YEALINK: f"{Y_MAC}.boot",
    Vendor.GRANDSTREAM: f"cfg{G_MAC}",
    Vendor.CISCO: "spa504G.cfg",
    Vendor.POLYCOM: f"{P_MAC}.cfg",
}
CONFIG = {
    Vendor.YEALINK: (f"{Y_MAC}.cfg", MARK + b"a = 1\n"),
    Vendor.GRANDSTREAM: (f"cfg{G_MAC}.xml", GRANDSTREAM % b"x"),
    Vendor.CISCO: ("spa504G.cfg", b"<flat-profile><A>1</A></flat-profile>"),
    Vendor.POLYCOM: (f"{P_MAC}.cfg", b'<PHONE a="1"/>'),
}


@pytest.mark.parametrize("vendor", list(Vendor))
def test_404_on_everything_is_taken_calmly(vendor: Vendor) -> None:
    """Nothing there is no failure: the phone is up without a config."""
    assert fetch(unpack(vendor), {})[0] is Outcome.NOTHING


@pytest.mark.parametrize("vendor", list(Vendor))
def test_a_server_out_of_order_ends_the_attempt(vendor: Vendor) -> None:
    """A 503 is not a 404: nothing is concluded from it."""
    outcome, _ = fetch(unpack(vendor), {FIRST_FILE[vendor]: 503})
    assert outcome is Outcome.FAILED


@pytest.mark.parametrize("vendor", list(Vendor))
def test_the_same_bytes_change_nothing(vendor: Vendor) -> None:
    """A file read before is not applied again, until the phone was reset."""
    firmware = unpack(vendor)
    name, body = CONFIG[vendor]
    assert fetch(firmware, {name: body})[0] is Outcome.APPLIED
    assert fetch(firmware, {name: body}, is_boot=False)[0] is Outcome.UNCHANGED
    firmware.forget()
    assert firmware.values == {}
    assert fetch(firmware, {name: body})[0] is Outcome.APPLIED


@pytest.mark.parametrize("vendor", list(Vendor))
def test_junk_in_place_of_a_file_is_dropped(vendor: Vendor) -> None:
    """A log-in page with status 200 leaves the phone without a config."""
    junk = {CONFIG[vendor][0]: b"<!doctype html><title>Log in</title>"}
    firmware = unpack(vendor)
    assert fetch(firmware, junk)[0] is Outcome.NOTHING
    assert firmware.values == {}


def test_an_old_yealink_asks_for_no_boot_file() -> None:
    """Before V81: the common file, then its own."""
    _, asked = fetch(unpack(Vendor.YEALINK, "T42G", "29.80.0.60"), {})
    assert names(asked) == ["GET y000000000029.cfg", f"GET {Y_MAC}.cfg"]


def test_a_yealinks_boot_file_replaces_the_usual_two() -> None:
    """Only what it includes is fetched, in its order; the later value wins."""
    files = {
        f"{Y_MAC}.boot": MARK + b"include:config <one.cfg>\ninclude:config <two.cfg>\n",
        "one.cfg": MARK + b"a = 1\nb = 1\n",
        "two.cfg": MARK + b"a = 2\n",
    }
    firmware = unpack(Vendor.YEALINK)
    _, asked = fetch(firmware, files)
    assert names(asked) == [f"GET {Y_MAC}.boot", "GET one.cfg", "GET two.cfg"]
    assert firmware.values == {"a": "2", "b": "1"}


def test_overwrite_mode_takes_back_what_is_left_out() -> None:
    """All but device settings, and only by a boot file that says so."""
    firmware = unpack(Vendor.YEALINK)
    firmware.values.update({"static.kept": "1", "linekey.1.type": "16"})
    boot = MARK + b"include:config <one.cfg>\noverwrite_mode = 1\n"
    fetch(firmware, {f"{Y_MAC}.boot": boot, "one.cfg": MARK + b"a = 1\n"})
    assert firmware.values == {"static.kept": "1", "a": "1"}


def test_a_yealink_hides_its_mac_when_told() -> None:
    """The User-Agent of HTTP has the MAC, unless the config takes it out; that of SIP never."""
    firmware = unpack(Vendor.YEALINK)
    assert firmware.user_agent == "Yealink SIP-T46U 108.86.0.90 80:5e:c0:00:00:01"
    firmware.values["static.auto_provision.user_agent_mac.enable"] = "0"
    assert firmware.user_agent == firmware.sip_user_agent == "Yealink SIP-T46U 108.86.0.90"


def test_a_yealinks_address_may_hold_its_mac_and_model() -> None:
    """Wildcards are filled in by the phone."""
    _, asked = fetch(unpack(Vendor.YEALINK), {}, "http://h/$PN/$MAC/")
    assert asked[0].url == f"http://h/T46U/{Y_MAC}/{Y_MAC}.boot"


def test_a_grandstream_stops_at_the_first_file() -> None:
    """Unless P8467 tells it to take them all; then the later value wins."""
    files = {f"cfg{G_MAC}.xml": GRANDSTREAM % b"own", "cfg.xml": GRANDSTREAM % b"all"}
    firmware = unpack(Vendor.GRANDSTREAM)
    _, asked = fetch(firmware, files)
    assert names(asked) == [f"GET cfg{G_MAC}", f"GET cfg{G_MAC}.xml"]
    assert firmware.values == {"P2": "own"}
    firmware.values["P8467"] = "1"
    _, asked = fetch(firmware, files)
    assert names(asked)[2:] == ["GET cfggxp2170.xml", "GET cfg.xml"]
    assert firmware.values["P2"] == "all"


def test_a_grandstream_puts_prefix_and_postfix_round_the_name() -> None:
    """P234 and P235 change what it asks for."""
    firmware = unpack(Vendor.GRANDSTREAM)
    firmware.values.update({"P234": "a-", "P235": "-z"})
    assert names(fetch(firmware, {})[1])[1] == f"GET a-cfg{G_MAC}.xml-z"


def test_a_cisco_works_off_all_its_rules() -> None:
    """B, C and D follow the first; one whose condition fails is passed over."""
    files = {
        "spa504G.cfg": b"<flat-profile><Profile_Rule_B>http://h/b</Profile_Rule_B>"
        b"<Profile_Rule_C>( $SWVER lt 7 )? http://h/c</Profile_Rule_C>"
        b"<Profile_Rule_D>http://h/$MAU</Profile_Rule_D></flat-profile>"
    }
    _, asked = fetch(unpack(Vendor.CISCO), files)
    assert names(asked) == ["GET spa504G.cfg", "GET b", f"GET {C_MAC.upper()}"]


def test_a_cisco_can_be_told_to_ask_no_more() -> None:
    """Provision_Enable No ends the polls, but not the boot."""
    firmware = unpack(Vendor.CISCO)
    firmware.values["Provision_Enable"] = "No"
    assert fetch(firmware, {}, is_boot=False) == (Outcome.UNCHANGED, [])
    assert fetch(firmware, {})[1]


@pytest.mark.parametrize(("model", "tells"), [("SPA504G", True), ("SPA525G2", False)])
def test_some_ciscos_leave_their_mac_out(model: str, *, tells: bool) -> None:
    """The SPA525 tells only its serial number."""
    assert (C_MAC.upper() in unpack(Vendor.CISCO, model).user_agent) is tells


def test_a_polycom_falls_back_to_the_common_master() -> None:
    """404 on its own is answered by 000000000000.cfg."""
    files = {"000000000000.cfg": b'<APPLICATION CONFIG_FILES="x.cfg"/>', "x.cfg": b'<P a="1"/>'}
    firmware = unpack(Vendor.POLYCOM)
    outcome, asked = fetch(firmware, files, is_boot=False)
    assert outcome is Outcome.APPLIED
    assert names(asked)[:3] == [f"GET {P_MAC}.cfg", "GET 000000000000.cfg", "GET x.cfg"]


def test_a_polycoms_overrides_beat_its_config() -> None:
    """What its user changed wins over what the server says: trap of the last owner (R142)."""
    files = {f"{P_MAC}.cfg": b'<P a="server" b="server"/>', f"{P_MAC}-phone.cfg": b'<P a="user"/>'}
    firmware = unpack(Vendor.POLYCOM)
    fetch(firmware, files)
    assert firmware.values == {"a": "user", "b": "server"}


def test_a_polycom_polls_without_its_updater() -> None:
    """No boot log, no look for firmware."""
    files = {f"{P_MAC}.cfg": b'<APPLICATION APP_FILE_PATH="sip.ld" CONFIG_FILES="x.cfg"/>'}
    _, at_boot = fetch(unpack(Vendor.POLYCOM), files)
    _, at_poll = fetch(unpack(Vendor.POLYCOM), files, is_boot=False)
    assert {f"PUT {P_MAC}-boot.log", "GET sip.ld"} <= set(names(at_boot))
    assert not {f"PUT {P_MAC}-boot.log", "GET sip.ld"} & set(names(at_poll))


def test_a_polycom_restarts_for_another_sip_port() -> None:
    """Some parameters count only after a restart."""
    files = {f"{P_MAC}.cfg": b'<P voIpProt.SIP.local.port="5071"/>'}
    assert fetch(unpack(Vendor.POLYCOM), files)[0] is Outcome.REBOOT


def test_a_polycom_tells_its_mac_when_asked_to() -> None:
    """`device.prov.tagSerialNo` puts the serial number into the User-Agent."""
    firmware = unpack(Vendor.POLYCOM)
    assert P_MAC not in firmware.user_agent
    firmware.values["device.prov.tagSerialNo"] = "1"
    assert f"(SN:{P_MAC}) Type/Application" in firmware.user_agent
