"""NOTIFY out of the small PBX's JSON-RPC to a phone, and what each vendor makes of it."""

import json
import urllib.error
import urllib.request
from dataclasses import replace
from typing import Any

import pytest

from phoneprov.core.mac import parse_mac
from phoneprov.simulator.fleet import SimulatedFleet
from phoneprov.simulator.identity import PhoneIdentity, Vendor
from phoneprov.simulator.life import PhoneSetup
from phoneprov.simulator.pbx.server import SimulatedPbx
from phoneprov.simulator.phone import SimulatedPhone
from tests.integration.simulator import hand_written
from tests.integration.simulator.conftest import FAST, FileServer
from tests.rigs.loopback import loopback

AOR = "1001@acme.example"
PACE = replace(FAST, poll_scale=1.0)
"""No polls in between: a fetch that is seen was ordered."""


def call(pbx: SimulatedPbx, method: str, *parameters: object) -> Any:
    body = json.dumps({"jsonrpc": "2.0", "method": method, "params": parameters, "id": 7}).encode()
    request = urllib.request.Request(pbx.rpc_url, body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return json.load(error)


def notify(pbx: SimulatedPbx, event: str, body: str = "") -> int:
    """Send a NOTIFY to the only contact of 1001 and return the phone's answer code."""
    contact = call(pbx, "ul.lookup", "location", AOR)["result"]["Contacts"][0]["Contact"]
    headers = f"From: <sip:prov@acme.example>\r\nTo: <sip:{AOR}>\r\nEvent: {event}\r\n"
    headers += "Subscription-State: terminated\r\n"
    headers += "Content-Type: message/sipfrag\r\n" if body else ""
    parameters = ["NOTIFY", contact["Address"], contact["Received"], contact["Socket"], headers]
    parameters += [body] if body else []
    return int(call(pbx, "tm.t_uac_wait_block", *parameters)["result"]["code"])


def fetches(files: FileServer) -> int:
    """Return how many requests were not reports."""
    return len([path for path in files.paths() if "/event/" not in path])


def grandstream(
    fleet: SimulatedFleet, files: FileServer, pbx: SimulatedPbx, more: str
) -> SimulatedPhone:
    mac = "c074ad000021"
    place = hand_written.Place(pbx=pbx.address, base_url=f"{files.url}/prov/")
    files.put(f"/prov/cfg{mac}.xml", hand_written.grandstream(place, mac, more))
    return _register(fleet, files, Vendor.GRANDSTREAM, "GXP2170", mac)


def cisco(fleet: SimulatedFleet, files: FileServer, pbx: SimulatedPbx, more: str) -> SimulatedPhone:
    mac = "8843e1000022"
    place = hand_written.Place(pbx=pbx.address, base_url=f"{files.url}/prov/")
    files.put("/prov/spa504G.cfg", hand_written.cisco(place, more))
    files.put(f"/prov/{mac}.cfg", hand_written.cisco(place, more))
    return _register(fleet, files, Vendor.CISCO, "SPA504G", mac)


def polycom(
    fleet: SimulatedFleet, files: FileServer, pbx: SimulatedPbx, more: str
) -> SimulatedPhone:
    mac = "64167f000023"
    place = hand_written.Place(pbx=pbx.address, base_url=f"{files.url}/prov/")
    files.put(f"/prov/{mac}.cfg", hand_written.polycom_user(place, more))
    return _register(fleet, files, Vendor.POLYCOM, "VVX450", mac)


def yealink(
    fleet: SimulatedFleet, files: FileServer, pbx: SimulatedPbx, more: str
) -> SimulatedPhone:
    mac, (host, port) = "805ec0000024", pbx.address
    lines = f"""#!version:1.0.0.1
account.1.enable = 1
account.1.user_name = 1001
account.1.password = red fox
account.1.sip_server.1.address = acme.example
account.1.outbound_proxy_enable = 1
account.1.outbound_proxy.1.address = {host}
account.1.outbound_proxy.1.port = {port}
sip.listen_port = 5080
"""
    files.put(f"/prov/{mac}.cfg", lines + more)
    return _register(fleet, files, Vendor.YEALINK, "T54W", mac, "96.86.0.100")


def _register(
    fleet: SimulatedFleet,
    files: FileServer,
    vendor: Vendor,
    model: str,
    mac: str,
    firmware: str = "7.6.2",
) -> SimulatedPhone:
    identity = PhoneIdentity(
        vendor=vendor, model=model, mac=parse_mac(mac), firmware=firmware, local_ip=loopback("1.41")
    )
    phone = fleet.add(identity, PhoneSetup(prov_url=f"{files.url}/prov/", pace=PACE))
    phone.power_on()
    assert fleet.wait_until(lambda: phone.is_registered and phone.is_settled)
    return phone


CONTACT_FIELDS = [
    *("Address", "Expires", "Q", "Call-ID", "CSeq", "User-Agent", "Received", "Path", "State"),
    *("Flags", "CFlags", "Socket", "Methods", "Ruid", "Instance", "Reg-Id", "Server-Id"),
    *("Tcpconn-Id", "Keepalive", "Last-Keepalive", "KA-Roundtrip", "Last-Modified"),
]
RESYNCS = [
    (yealink, "sip.notify_reboot_enable = 0", "check-sync"),
    (yealink, "sip.notify_reboot_enable = 0", "check-sync;reboot=false"),
    (grandstream, "<P4428>1</P4428>", "resync"),
    (cisco, "<Auth_Resync-Reboot_1_>No</Auth_Resync-Reboot_1_>", "resync"),
    (polycom, "", "check-sync"),
]
REBOOTS = [
    (yealink, "sip.notify_reboot_enable = 0", "check-sync;reboot=true"),
    (yealink, "", "check-sync;reboot=false"),
    (grandstream, "<P4428>1</P4428>", "check-sync"),
    (cisco, "<Auth_Resync-Reboot_1_>No</Auth_Resync-Reboot_1_>", "reboot_now"),
    (polycom, 'voIpProt.SIP.specialEvent.checkSync.alwaysReboot="1"', "check-sync"),
]
CHALLENGED = [
    (grandstream, "", "resync"),
    (cisco, "", "resync"),
]


@pytest.mark.parametrize(("plug_in", "more", "event"), RESYNCS)
def test_it_fetches_again_without_a_reboot(
    fleet: SimulatedFleet, files: FileServer, pbx: SimulatedPbx, plug_in: Any, more: str, event: str
) -> None:
    """The resync of each vendor leaves the registration alone."""
    phone = plug_in(fleet, files, pbx, more)
    asked = fetches(files)
    assert notify(pbx, event) == 200
    assert fleet.wait_until(lambda: fetches(files) > asked)
    assert phone.boots == 1
    assert pbx.contacts(AOR)


@pytest.mark.parametrize(("plug_in", "more", "event"), REBOOTS)
def test_it_reboots_and_comes_back(
    fleet: SimulatedFleet, files: FileServer, pbx: SimulatedPbx, plug_in: Any, more: str, event: str
) -> None:
    """The reboot of each vendor takes the registration back, boots and registers again."""
    phone = plug_in(fleet, files, pbx, more)
    assert notify(pbx, event) == 200
    assert fleet.wait_until(lambda: phone.boots == 2 and phone.is_registered)
    assert [line.text for line in phone.events].count(f"{AOR} is un-registered") == 1


@pytest.mark.parametrize(("plug_in", "more", "event"), CHALLENGED)
def test_it_challenges_an_order_that_proves_nothing(
    fleet: SimulatedFleet, files: FileServer, pbx: SimulatedPbx, plug_in: Any, more: str, event: str
) -> None:
    """Out of the box these two answer 401, and do nothing."""
    phone = plug_in(fleet, files, pbx, more)
    asked = fetches(files)
    assert notify(pbx, event) == 401
    assert not fleet.wait_until(lambda: fetches(files) > asked, timeout_s=0.3)
    assert phone.boots == 1


def test_a_yealink_resets_when_its_config_allows_it(
    fleet: SimulatedFleet, files: FileServer, pbx: SimulatedPbx
) -> None:
    """A reset forgets everything; the phone starts again at the factory's address (R60)."""
    own = f"{files.url}/prov/t/abc/"
    more = f"sip.notify_reset.enable = 1\nstatic.auto_provision.server.url = {own}\n"
    phone = yealink(fleet, files, pbx, more)
    files.put("/prov/t/abc/805ec0000024.cfg", files.files["/prov/805ec0000024.cfg"].decode())
    assert fleet.wait_until(lambda: "/prov/t/abc/805ec0000024.cfg" in files.paths())
    assert notify(pbx, "reset") == 200
    assert fleet.wait_until(lambda: phone.boots == 2)
    assert files.paths().count("/prov/805ec0000024.cfg") == 2


def test_a_yealink_asks_its_user_before_it_obeys_remote_control(
    fleet: SimulatedFleet, files: FileServer, pbx: SimulatedPbx
) -> None:
    """ACTION-URI waits for a person unless the config says not to ask."""
    phone = yealink(fleet, files, pbx, "")
    assert notify(pbx, "ACTION-URI", "key=Reboot") == 200
    assert fleet.wait_until(lambda: "asks on its screen" in phone.events[-1].text)
    assert phone.boots == 1


def test_the_rpc_speaks_in_kamailios_shape(
    fleet: SimulatedFleet, files: FileServer, pbx: SimulatedPbx
) -> None:
    """Field names and their order are those of `ul.dump` of Kamailio 5.6."""
    grandstream(fleet, files, pbx, "")
    assert fleet.wait_until(
        lambda: (
            call(pbx, "ul.lookup", "location", AOR)["result"]["Contacts"][0]["Contact"][
                "KA-Roundtrip"
            ]
            > 0
        )
    )
    domain = call(pbx, "ul.dump")["result"]["Domains"][0]["Domain"]
    assert (domain["Domain"], domain["Stats"]) == ("location", {"Records": 1, "Max-Slots": 1})
    info = domain["AoRs"][0]["Info"]
    assert info["AoR"] == AOR
    contact = info["Contacts"][0]["Contact"]
    assert list(contact) == CONTACT_FIELDS
    assert contact["User-Agent"] == "Grandstream GXP2170 7.6.2"
    assert contact["Received"] == f"sip:{loopback('1.41')}:5080"
    assert contact["Instance"] == "<urn:uuid:00000000-0000-1000-8000-c074ad000021>"
    assert contact["Path"] == "[not set]"
    brief = call(pbx, "ul.dump", "brief")["result"]["Domains"][0]["Domain"]["AoRs"]
    assert brief == [{"AoR": AOR}]


def test_the_rpc_answers_the_small_questions(pbx: SimulatedPbx) -> None:
    """Version, uptime, and errors as Kamailio words them."""
    assert call(pbx, "core.version")["result"].startswith("kamailio 5.6.3")
    assert call(pbx, "core.uptime")["result"]["uptime"] >= 0
    assert call(pbx, "nope")["error"] == {"code": 500, "message": "Method Not Found"}
    missing = {"code": 500, "message": "AOR not found in location table"}
    assert call(pbx, "ul.lookup", "location", "9@x")["error"] == missing
    assert call(pbx, "tm.t_uac_wait_block", "NOTIFY")["error"]["code"] == 400


def test_a_notify_into_the_void_times_out(pbx: SimulatedPbx) -> None:
    """A contact that does not answer gives 408, as Kamailio says it."""
    headers = "From: <sip:a@b>\r\nTo: <sip:c@d>\r\nEvent: check-sync\r\n"
    nobody = f"sip:c@{loopback('1.99')}:5099"
    result = call(pbx, "tm.t_uac_wait_block", "NOTIFY", nobody, ".", ".", headers)
    assert result["result"]["code"] == 408
