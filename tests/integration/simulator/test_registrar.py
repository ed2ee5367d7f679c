"""The small registrar, and phones at its edges: refusals, short expiries, changes, restarts."""

import socket
from collections.abc import Iterator

import pytest

from phoneprov.core.mac import parse_mac
from phoneprov.simulator.fleet import SimulatedFleet
from phoneprov.simulator.identity import PhoneIdentity, Vendor
from phoneprov.simulator.life import PhoneSetup
from phoneprov.simulator.pbx.registrar import RegistrarSetup
from phoneprov.simulator.pbx.server import SimulatedPbx
from phoneprov.simulator.phone import SimulatedPhone
from phoneprov.simulator.sip.registration import RegistrationStatus
from tests.integration.simulator import hand_written
from tests.integration.simulator.conftest import FAST, FileServer
from tests.rigs.loopback import loopback

MAC = "c074ad000031"
AOR = "1001@acme.example"


def write(files: FileServer, pbx: SimulatedPbx, more: str = "", **changes: str) -> None:
    place = hand_written.Place(pbx=pbx.address, base_url=f"{files.url}/prov/", **changes)  # type: ignore[arg-type]
    files.put(f"/prov/cfg{MAC}.xml", hand_written.grandstream(place, MAC, more))


def plug_in(fleet: SimulatedFleet, files: FileServer) -> SimulatedPhone:
    identity = PhoneIdentity(
        vendor=Vendor.GRANDSTREAM,
        model="GRP2614",
        mac=parse_mac(MAC),
        firmware="1.0.13.35",
        local_ip=loopback("1.51"),
    )
    phone = fleet.add(identity, PhoneSetup(prov_url=f"{files.url}/prov/", pace=FAST))
    phone.power_on()
    return phone


def said(phone: SimulatedPhone, text: str) -> bool:
    return any(text in event.text for event in list(phone.events))


@pytest.mark.parametrize(
    ("user", "password"),
    [("1001", "red fox"), ("1002", 'q"uo\\te'), ("1003", "ümlaut"), ("1004", "a,b=c")],
)
def test_any_password_that_a_config_can_carry_registers(
    fleet: SimulatedFleet, files: FileServer, pbx: SimulatedPbx, user: str, password: str
) -> None:
    """Quotes, backslashes, umlauts and commas reach the digest unchanged."""
    write(files, pbx, user=user, password=password)
    phone = plug_in(fleet, files)
    assert fleet.wait_until(lambda: phone.is_registered)


def test_a_wrong_password_is_refused_and_tried_again(
    fleet: SimulatedFleet, files: FileServer, pbx: SimulatedPbx
) -> None:
    """401 after the answer; once the config is right the phone registers (R57)."""
    write(files, pbx, password="wrong")
    phone = plug_in(fleet, files)
    assert fleet.wait_until(lambda: said(phone, f"{AOR} is refused: 401"))
    assert pbx.contacts(AOR) == []
    write(files, pbx)
    phone.resync()
    assert fleet.wait_until(lambda: phone.is_registered)


def test_another_users_credentials_are_forbidden(
    fleet: SimulatedFleet, files: FileServer, pbx: SimulatedPbx
) -> None:
    """1002 may prove itself, but not as 1001: 403."""
    more = '<P36>1002</P36><P34>q"uo\\te</P34>'
    write(files, pbx, more)
    phone = plug_in(fleet, files)
    assert fleet.wait_until(lambda: said(phone, f"{AOR} is refused: 403"))


@pytest.fixture
def slow_pbx() -> Iterator[SimulatedPbx]:
    """A registrar that takes no expiry under two minutes, and one name for another."""
    setup = RegistrarSetup(
        credentials={"1001@acme.example": "red fox"},
        auth_users={"1001": "login-1001"},
        shortest_s=120,
        ping_s=0.2,
        silent_for_s=0.6,
    )
    with SimulatedPbx(setup) as running:
        yield running
    assert running.failures == []


def test_it_takes_the_longer_expiry_that_the_registrar_wants(
    fleet: SimulatedFleet, files: FileServer, slow_pbx: SimulatedPbx
) -> None:
    """423 with Min-Expires: the phone comes again with that; its login may have another name."""
    write(files, slow_pbx, "<P36>login-1001</P36>")
    phone = plug_in(fleet, files)
    assert fleet.wait_until(lambda: phone.is_registered)
    assert (AOR, 423) in slow_pbx.registrar.refusals


def test_a_silent_contact_is_dropped_before_it_expires(
    fleet: SimulatedFleet, files: FileServer, slow_pbx: SimulatedPbx
) -> None:
    """Where the registrar drops who does not answer its OPTIONS, no expiry is waited for."""
    write(files, slow_pbx, "<P36>login-1001</P36>")
    phone = plug_in(fleet, files)
    assert fleet.wait_until(lambda: phone.is_registered)
    assert not fleet.wait_until(lambda: not slow_pbx.contacts(AOR), timeout_s=1.2)
    phone.power_off()
    assert fleet.wait_until(lambda: not slow_pbx.contacts(AOR), timeout_s=10)


def test_a_phone_given_to_another_extension_leaves_the_first(
    fleet: SimulatedFleet, files: FileServer, pbx: SimulatedPbx
) -> None:
    """After a redeployment the old contact is gone and the new one there (R63)."""
    write(files, pbx)
    phone = plug_in(fleet, files)
    assert fleet.wait_until(lambda: phone.is_registered)
    write(files, pbx, user="1004", password="a,b=c")
    phone.resync()
    assert fleet.wait_until(lambda: bool(pbx.contacts("1004@acme.example")))
    assert pbx.contacts(AOR) == []


def test_it_registers_again_after_the_registrar_forgot_everything(
    fleet: SimulatedFleet, files: FileServer, pbx: SimulatedPbx
) -> None:
    """At half the expiry at the latest it is back."""
    write(files, pbx)
    phone = plug_in(fleet, files)
    phone_contact = f"sip:1001@{loopback('1.51')}:5080"
    assert fleet.wait_until(lambda: phone.is_registered)
    pbx.forget_everything()
    assert pbx.contacts(AOR) == []
    phone.reboot()
    assert fleet.wait_until(lambda: pbx.contacts(AOR) == [phone_contact])


def test_it_says_so_when_its_sip_port_is_taken(
    fleet: SimulatedFleet, files: FileServer, pbx: SimulatedPbx
) -> None:
    """The phone stays up and tells why it can't register."""
    write(files, pbx)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind((loopback("1.51"), 5080))
        phone = plug_in(fleet, files)
        assert fleet.wait_until(lambda: said(phone, "can't use SIP port 5080"))
    assert not phone.registrations


def test_a_registrar_may_have_a_name(
    fleet: SimulatedFleet, files: FileServer, pbx: SimulatedPbx
) -> None:
    """Names are looked up; one that does not exist is tried again later."""
    port = pbx.address[1]
    write(files, pbx, f"<P48>localhost:{port}</P48>")
    phone = plug_in(fleet, files)
    assert fleet.wait_until(lambda: phone.is_registered)
    write(files, pbx, "<P48>nowhere.invalid</P48>")
    phone.resync()
    assert fleet.wait_until(lambda: said(phone, "can't find the registrar nowhere.invalid"))


def test_it_can_not_speak_what_is_not_simulated(
    fleet: SimulatedFleet, files: FileServer, pbx: SimulatedPbx
) -> None:
    """A config that wants TLS is not quietly registered over UDP."""
    write(files, pbx, "<P130>2</P130>")
    phone = plug_in(fleet, files)
    assert fleet.wait_until(lambda: said(phone, "tls isn't simulated"))
    assert not phone.registrations


def test_a_registrar_that_is_away_is_asked_again(
    fleet: SimulatedFleet, files: FileServer, pbx: SimulatedPbx
) -> None:
    """No answer at all: the account keeps trying, and says so."""
    write(files, pbx, f"<P48>{loopback('1.98')}:5099</P48>")
    phone = plug_in(fleet, files)
    assert fleet.wait_until(lambda: said(phone, "the registrar does not answer"), timeout_s=12)
    assert set(phone.registrations.values()) <= {
        RegistrationStatus.FAILED,
        RegistrationStatus.TRYING,
    }
