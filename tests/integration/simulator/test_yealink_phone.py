"""A simulated Yealink from box to registered, and what it does when told."""

from phoneprov.core.mac import parse_mac
from phoneprov.simulator.fleet import SimulatedFleet
from phoneprov.simulator.identity import PhoneIdentity, Vendor
from phoneprov.simulator.life import PhoneSetup, Stage
from phoneprov.simulator.pbx.server import SimulatedPbx
from phoneprov.simulator.phone import SimulatedPhone
from tests.integration.simulator.conftest import FAST, FileServer
from tests.rigs.loopback import loopback

MAC = "805ec0aabb01"


def identity() -> PhoneIdentity:
    return PhoneIdentity(
        vendor=Vendor.YEALINK,
        model="T46U",
        mac=parse_mac(MAC),
        firmware="108.86.0.90",
        local_ip=loopback("1.21"),
    )


def config(pbx: SimulatedPbx, base_url: str, **more: str) -> str:
    """Return a config as such a phone takes it; a keyword `a__b` is the parameter `a.b`."""
    host, port = pbx.address
    lines = [
        "#!version:1.0.0.1",
        "account.1.enable = 1",
        "account.1.user_name = 1001",
        "account.1.auth_name = 1001",
        "account.1.password = red fox",
        "account.1.sip_server.1.address = acme.example",
        "account.1.outbound_proxy_enable = 1",
        f"account.1.outbound_proxy.1.address = {host}",
        f"account.1.outbound_proxy.1.port = {port}",
        "account.1.sip_server.1.expires = 4",
        "sip.listen_port = 5071",
        "sip.notify_reboot_enable = 0",
        f"static.auto_provision.server.url = {base_url}",
        f"action_url.registered = {base_url}event/registered?mac=$mac&user=$active_user",
        f"action_url.setup_completed = {base_url}event/booted?ip=$ip",
    ]
    lines += [f"{name.replace('__', '.')} = {value}" for name, value in more.items()]
    return "\n".join(lines) + "\n"


def plug_in(fleet: SimulatedFleet, files: FileServer) -> SimulatedPhone:
    phone = fleet.add(identity(), PhoneSetup(prov_url=f"{files.url}/prov/", pace=FAST))
    phone.power_on()
    return phone


def test_it_boots_by_the_vendors_sequence_and_registers(
    fleet: SimulatedFleet, files: FileServer, pbx: SimulatedPbx
) -> None:
    """Boot file, common file, MAC file, in this order and from its own address; then REGISTER."""
    files.put(f"/prov/{MAC}.cfg", config(pbx, f"{files.url}/prov/"))
    phone = plug_in(fleet, files)
    assert fleet.wait_until(lambda: phone.is_registered)
    assert files.paths()[:4] == [
        f"/prov/{MAC}.boot",
        "/prov/y000000000000.boot",
        "/prov/y000000000108.cfg",
        f"/prov/{MAC}.cfg",
    ]
    assert files.asked[0].agent == "Yealink SIP-T46U 108.86.0.90 80:5e:c0:aa:bb:01"
    assert files.asked[0].source == loopback("1.21")
    assert pbx.contacts("1001@acme.example") == [f"sip:1001@{loopback('1.21')}:5071"]


def test_it_reports_that_it_is_up_and_registered(
    fleet: SimulatedFleet, files: FileServer, pbx: SimulatedPbx
) -> None:
    """The action URLs of the config are called with their variables filled in."""
    files.put(f"/prov/{MAC}.cfg", config(pbx, f"{files.url}/prov/"))
    plug_in(fleet, files)
    assert fleet.wait_until(
        lambda: (
            {
                f"/prov/event/booted?ip={loopback('1.21')}",
                f"/prov/event/registered?mac={MAC}&user=1001",
            }
            <= set(files.paths())
        )
    )


def test_it_moves_to_the_address_that_the_config_names(
    fleet: SimulatedFleet, files: FileServer, pbx: SimulatedPbx
) -> None:
    """A phone that learns its token path asks there from then on."""
    own = f"{files.url}/prov/t/abc/"
    files.put(f"/prov/{MAC}.cfg", config(pbx, own))
    files.put(f"/prov/t/abc/{MAC}.cfg", config(pbx, own))
    phone = plug_in(fleet, files)
    assert fleet.wait_until(lambda: f"/prov/t/abc/{MAC}.cfg" in files.paths())
    phone.reboot()
    assert fleet.wait_until(lambda: phone.boots == 2)
    assert files.paths().count(f"/prov/{MAC}.cfg") == 1


def test_it_goes_on_calling_after_a_404(
    fleet: SimulatedFleet, files: FileServer, pbx: SimulatedPbx
) -> None:
    """A phone keeps what nobody takes back: with its file gone it stays registered (R140)."""
    files.put(f"/prov/{MAC}.cfg", config(pbx, f"{files.url}/prov/"))
    phone = plug_in(fleet, files)
    assert fleet.wait_until(lambda: phone.is_registered)
    files.files.clear()
    asked = len(files.asked)
    phone.resync()
    assert fleet.wait_until(lambda: len(files.asked) >= asked + 4)
    assert pbx.contacts("1001@acme.example")


def test_it_falls_silent_when_its_account_is_switched_off(
    fleet: SimulatedFleet, files: FileServer, pbx: SimulatedPbx
) -> None:
    """`account.1.enable = 0` makes it un-register."""
    files.put(f"/prov/{MAC}.cfg", config(pbx, f"{files.url}/prov/"))
    phone = plug_in(fleet, files)
    assert fleet.wait_until(lambda: phone.is_registered)
    files.put(f"/prov/{MAC}.cfg", "#!version:1.0.0.1\naccount.1.enable = 0\n")
    phone.resync()
    assert fleet.wait_until(lambda: not pbx.contacts("1001@acme.example"))
    assert not phone.is_registered


def test_it_expires_when_the_cable_is_pulled(
    fleet: SimulatedFleet, files: FileServer, pbx: SimulatedPbx
) -> None:
    """Without power nothing is un-registered; the registration runs out."""
    files.put(f"/prov/{MAC}.cfg", config(pbx, f"{files.url}/prov/"))
    phone = plug_in(fleet, files)
    assert fleet.wait_until(lambda: phone.is_registered)
    fleet.switch_off(MAC)
    assert fleet.wait_until(lambda: phone.stage is Stage.OFF)
    assert pbx.contacts("1001@acme.example")
    assert fleet.wait_until(lambda: not pbx.contacts("1001@acme.example"), timeout_s=8)
    assert not [event for event in phone.events if "un-registered" in event.text]
