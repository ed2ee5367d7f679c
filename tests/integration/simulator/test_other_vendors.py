"""Grandstream, Cisco and Polycom from box to registered, each by its own files and names."""

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

GRANDSTREAM = PhoneIdentity(
    vendor=Vendor.GRANDSTREAM,
    model="GXP2170",
    mac=parse_mac("c074ad000011"),
    firmware="1.0.11.85",
    local_ip=loopback("1.31"),
)
CISCO = PhoneIdentity(
    vendor=Vendor.CISCO,
    model="SPA504G",
    mac=parse_mac("8843e1000012"),
    firmware="7.6.2c",
    local_ip=loopback("1.32"),
)
POLYCOM = PhoneIdentity(
    vendor=Vendor.POLYCOM,
    model="VVX411",
    mac=parse_mac("64167f000013"),
    firmware="6.3.0.14929",
    local_ip=loopback("1.33"),
)


def plug_in(fleet: SimulatedFleet, files: FileServer, identity: PhoneIdentity) -> SimulatedPhone:
    phone = fleet.add(identity, PhoneSetup(prov_url=f"{files.url}/prov/", pace=FAST))
    phone.power_on()
    return phone


def put_files(files: FileServer, pbx: SimulatedPbx, identity: PhoneIdentity) -> None:
    place = hand_written.Place(pbx=pbx.address, base_url=f"{files.url}/prov/")
    mac = identity.mac
    if identity.vendor is Vendor.GRANDSTREAM:
        files.put(f"/prov/cfg{mac}.xml", hand_written.grandstream(place, mac))
    elif identity.vendor is Vendor.CISCO:
        rule = f"<flat-profile><Profile_Rule>{files.url}/prov/$MA.cfg</Profile_Rule></flat-profile>"
        files.put("/prov/spa504G.cfg", rule)
        files.put(f"/prov/{mac}.cfg", hand_written.cisco(place))
    else:
        files.put(f"/prov/{mac}.cfg", hand_written.polycom_master(mac))
        files.put(f"/prov/{mac}-user.cfg", hand_written.polycom_user(place))


@pytest.mark.parametrize("identity", [GRANDSTREAM, CISCO, POLYCOM], ids=lambda i: i.vendor)
def test_it_registers_with_what_its_file_says(
    fleet: SimulatedFleet, files: FileServer, pbx: SimulatedPbx, identity: PhoneIdentity
) -> None:
    """Credentials, registrar and local port of the config are the ones used."""
    put_files(files, pbx, identity)
    phone = plug_in(fleet, files, identity)
    assert fleet.wait_until(lambda: phone.is_registered)
    assert pbx.contacts("1001@acme.example") == [f"sip:1001@{identity.local_ip}:5080"]
    assert {asked.source for asked in files.asked} == {identity.local_ip}


def test_a_grandstream_asks_for_its_names_in_order(
    fleet: SimulatedFleet, files: FileServer, pbx: SimulatedPbx
) -> None:
    """The binary file's name first, then the XML, and nothing after the first file found."""
    put_files(files, pbx, GRANDSTREAM)
    phone = plug_in(fleet, files, GRANDSTREAM)
    assert fleet.wait_until(lambda: phone.is_registered)
    gets = [path for path in files.paths() if "event" not in path]
    assert gets == ["/prov/cfgc074ad000011", "/prov/cfgc074ad000011.xml"]
    agent = "Grandstream Model HW GXP2170 SW 1.0.11.85 DevId c074ad000011"
    assert files.asked[0].agent == agent


def test_a_grandstream_reports_by_action_url(
    fleet: SimulatedFleet, files: FileServer, pbx: SimulatedPbx
) -> None:
    """The URL stands in the config without a scheme; its variables are filled in."""
    put_files(files, pbx, GRANDSTREAM)
    plug_in(fleet, files, GRANDSTREAM)
    wanted = "/prov/event/registered?mac=c074ad000011&user=1001"
    assert fleet.wait_until(lambda: wanted in files.paths())


def test_a_cisco_follows_the_rule_of_the_common_file(
    fleet: SimulatedFleet, files: FileServer, pbx: SimulatedPbx
) -> None:
    """`spa504G.cfg` names the phone's own address by macro, and the phone goes there."""
    put_files(files, pbx, CISCO)
    phone = plug_in(fleet, files, CISCO)
    assert fleet.wait_until(lambda: phone.is_registered)
    assert files.paths()[:2] == ["/prov/spa504G.cfg", "/prov/8843e1000012.cfg"]
    assert files.asked[0].agent == "Cisco/SPA504G-7.6.2c (8843E1000012)(CBT150100AB)"


def test_a_polycom_goes_through_its_whole_chain(
    fleet: SimulatedFleet, files: FileServer, pbx: SimulatedPbx
) -> None:
    """Updater, master, firmware, configs, overrides, licences, lists, logs: in this order."""
    put_files(files, pbx, POLYCOM)
    phone = plug_in(fleet, files, POLYCOM)
    assert fleet.wait_until(lambda: phone.is_registered)
    asked = [(ask.method, ask.path.removeprefix("/prov/")) for ask in files.asked]
    mac = POLYCOM.mac
    assert asked[:16] == [
        ("PUT", f"{mac}-boot.log"),
        ("GET", f"{mac}.cfg"),
        ("GET", "3111-48450-001.sip.ld"),
        ("GET", "sip.ld"),
        ("GET", f"{mac}.cfg"),
        ("GET", f"{mac}-user.cfg"),
        ("GET", "common.cfg"),
        ("GET", f"{mac}-phone.cfg"),
        ("GET", f"{mac}-web.cfg"),
        ("GET", "000000000000-license.cfg"),
        ("GET", f"{mac}-license.cfg"),
        ("GET", f"{mac}-calls.xml"),
        ("GET", f"{mac}-directory.xml"),
        ("GET", "000000000000-directory.xml"),
        ("HEAD", f"log/{mac}-app.log"),
        ("PUT", f"log/{mac}-app.log"),
    ]
    assert files.asked[1].agent.endswith("Type/Updater")
    expected = "FileTransport PolycomVVX-VVX_411-UA/6.3.0.14929 Type/Application"
    assert files.asked[4].agent == expected


def test_a_polycom_posts_that_its_line_is_registered(
    fleet: SimulatedFleet, files: FileServer, pbx: SimulatedPbx
) -> None:
    """The event carries the MAC and the line in its body."""
    put_files(files, pbx, POLYCOM)
    plug_in(fleet, files, POLYCOM)
    assert fleet.wait_until(lambda: bool(files.paths("POST")))
    posted = next(ask for ask in files.asked if ask.method == "POST")
    assert posted.path == "/prov/event/polycom"
    assert b"<MACAddress>64167f000013</MACAddress><LineNumber>1001</LineNumber>" in posted.body


def test_it_comes_back_by_itself_when_the_server_was_down(
    fleet: SimulatedFleet, files: FileServer, pbx: SimulatedPbx
) -> None:
    """A 503 ends the attempt; the next one a while later brings the config."""
    put_files(files, pbx, GRANDSTREAM)
    files.failing = True
    phone = plug_in(fleet, files, GRANDSTREAM)
    assert fleet.wait_until(lambda: len(files.asked) >= 2)
    assert not phone.registrations
    files.failing = False
    assert fleet.wait_until(lambda: phone.is_registered)
