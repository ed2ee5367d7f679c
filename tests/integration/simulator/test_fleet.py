"""Many phones on one thread, the demonstration's mishaps, and the command."""

import threading

import pytest
from click.testing import CliRunner

from phoneprov.core.errors import NotFoundError
from phoneprov.core.mac import parse_mac
from phoneprov.simulator.cli import simulate
from phoneprov.simulator.demo_phones import DEMO_PHONES, DemoFleet, OutagePlan, run_demo_fleet
from phoneprov.simulator.fleet import SimulatedFleet
from phoneprov.simulator.identity import PhoneIdentity, Vendor
from phoneprov.simulator.life import PhoneSetup, Stage
from phoneprov.simulator.loop import Loop
from phoneprov.simulator.pbx.server import SimulatedPbx
from tests.integration.simulator import hand_written
from tests.integration.simulator.conftest import FAST, FileServer
from tests.rigs.loopback import loopback


def grandstream_file(files: FileServer, pbx: SimulatedPbx, mac: str) -> None:
    place = hand_written.Place(pbx=pbx.address, base_url=f"{files.url}/prov/")
    files.put(f"/prov/cfg{mac}.xml", hand_written.grandstream(place, mac))


def identity(number: int) -> PhoneIdentity:
    return PhoneIdentity(
        vendor=Vendor.GRANDSTREAM,
        model="GXP2135",
        mac=parse_mac(f"c074ad01{number:04x}"),
        firmware="1.0.11.85",
        local_ip=loopback(f"2.{number}"),
    )


def test_two_hundred_phones_need_no_thread_each(
    fleet: SimulatedFleet, files: FileServer, pbx: SimulatedPbx
) -> None:
    """They boot and register at once, on one thread and a handful of workers."""
    before = threading.active_count()
    for number in range(1, 201):
        grandstream_file(files, pbx, identity(number).mac)
        setup = PhoneSetup(prov_url=f"{files.url}/prov/", pace=FAST)
        fleet.add(identity(number), setup).power_on()
    all_in = fleet.wait_until(lambda: all(p.is_registered for p in fleet.phones), timeout_s=30)
    assert all_in
    assert threading.active_count() - before < 60
    assert len(pbx.contacts("1001@acme.example")) == 200


def test_a_phone_that_is_taken_away_is_gone(
    fleet: SimulatedFleet, files: FileServer, pbx: SimulatedPbx
) -> None:
    """It loses its power and is known no longer."""
    grandstream_file(files, pbx, identity(1).mac)
    phone = fleet.add(identity(1), PhoneSetup(prov_url=f"{files.url}/prov/", pace=FAST))
    fleet.switch_on("C0:74:AD:01:00:01")
    assert fleet.wait_until(lambda: phone.is_registered)
    fleet.remove(identity(1).mac)
    assert fleet.wait_until(lambda: phone.stage is Stage.OFF)
    with pytest.raises(NotFoundError):
        fleet.get_phone(identity(1).mac)


def test_a_phone_that_is_shut_down_says_goodbye(
    fleet: SimulatedFleet, files: FileServer, pbx: SimulatedPbx
) -> None:
    """Other than with the cable pulled, its contact goes at once."""
    grandstream_file(files, pbx, identity(1).mac)
    phone = fleet.add(identity(1), PhoneSetup(prov_url=f"{files.url}/prov/", pace=FAST))
    phone.power_on()
    assert fleet.wait_until(lambda: phone.is_registered)
    phone.shut_down()
    assert fleet.wait_until(lambda: not pbx.contacts("1001@acme.example"), timeout_s=10)
    assert phone.stage is Stage.OFF


def test_it_polls_by_itself(fleet: SimulatedFleet, files: FileServer, pbx: SimulatedPbx) -> None:
    """Every hour of the config, here a ten-thousandth of it."""
    grandstream_file(files, pbx, identity(1).mac)
    phone = fleet.add(identity(1), PhoneSetup(prov_url=f"{files.url}/prov/", pace=FAST))
    phone.power_on()
    assert fleet.wait_until(lambda: files.paths().count(f"/prov/cfg{identity(1).mac}") >= 3)
    assert phone.boots == 1


def test_a_phone_without_sip_only_fetches(
    fleet: SimulatedFleet, files: FileServer, pbx: SimulatedPbx
) -> None:
    """Another user agent may then register in its place with what it read."""
    grandstream_file(files, pbx, identity(1).mac)
    setup = PhoneSetup(prov_url=f"{files.url}/prov/", pace=FAST, registers=False)
    phone = fleet.add(identity(1), setup)
    phone.power_on()
    assert fleet.wait_until(lambda: phone.is_settled)
    assert phone.state.accounts[0].password == "red fox"
    assert phone.registrations == {}


def test_power_off_in_the_middle_of_a_boot_ends_it(
    fleet: SimulatedFleet, files: FileServer, pbx: SimulatedPbx
) -> None:
    """What was under way comes to nothing; the next power-on starts afresh."""
    grandstream_file(files, pbx, identity(1).mac)
    phone = fleet.add(identity(1), PhoneSetup(prov_url=f"{files.url}/prov/", pace=FAST))
    for _ in range(5):
        phone.power_on()
        phone.power_off()
    assert fleet.wait_until(lambda: phone.stage is Stage.OFF)
    phone.power_on()
    assert fleet.wait_until(lambda: phone.is_registered)
    assert phone.boots == 1


def test_the_same_phones_go_away_each_time_and_some_never(files: FileServer) -> None:
    """Outages follow a seed, are bounded, and spare who shall stay."""

    def absent() -> list[str]:
        gone: list[str] = []
        plan = OutagePlan(first_after_s=0.1, every_s=0.05, away_s=0.02, most=4, seed=7)
        staying = [phone.identity.mac for phone in DEMO_PHONES[:6]]

        def note(event: object) -> None:
            if getattr(event, "text", "") == "loses power":
                gone.append(str(getattr(event, "mac", "")))

        fleet = DemoFleet(
            f"{files.url}/prov/", outages=plan, staying=staying, pace=FAST, listener=note
        )
        fleet.start(plug_in_every_s=0.0)
        assert fleet.fleet.wait_until(lambda: len(gone) == 4)
        assert not fleet.fleet.wait_until(lambda: len(gone) > 4, timeout_s=0.2)
        fleet.stop()
        assert fleet.fleet.loop.failures == []
        assert not set(gone) & set(staying)
        return gone

    assert absent() == absent()


def test_the_demonstrations_fleet_can_be_stopped_at_any_time(files: FileServer) -> None:
    """Also before the first phone has booted."""
    with run_demo_fleet(f"{files.url}/prov/", outages=OutagePlan(most=0)) as fleet:
        assert fleet.get_phone(DEMO_PHONES[0].identity.mac).identity.model == "T46U"
    assert not [t for t in threading.enumerate() if t.name.startswith("simulated-phones")]


def test_the_command_puts_up_phones_and_counts_them(files: FileServer, pbx: SimulatedPbx) -> None:
    """Each does its own line of output; status 0 when all were registered."""
    for number in (1, 2):
        grandstream_file(files, pbx, f"c074ad02000{number}")
    options = (
        f"--url {files.url}/prov --vendor grandstream --model gxp-2170 --mac c0:74:ad:02:00:01"
    )
    host, port = pbx.address
    fixed = ["--count", "2", "--local-ip", loopback("3.1"), "--minutes", "0.08"]
    arguments = [*options.split(), *fixed]
    result = CliRunner().invoke(simulate, [*arguments, "--registrar-override", f"{host}:{port}"])
    assert result.exit_code == 0, result.output
    assert "2 of 2 phones were registered." in result.output
    assert "c074ad020001 sip     1001@acme.example is registered" in result.output
    assert pbx.contacts("1001@acme.example") == []


def test_the_command_fails_when_a_phone_gets_nothing(files: FileServer) -> None:
    """An unknown MAC gets no config, and the command says so by its status."""
    arguments = ["--url", f"{files.url}/prov/", "--minutes", "0.05"]
    result = CliRunner().invoke(simulate, arguments)
    assert result.exit_code == 1
    assert "0 of 1 phones were registered." in result.output


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--url", "nonsense"], "--url"),
        (["--url", "http://127.0.0.1/", "--mac", "80:5e"], "--mac"),
        (["--url", "http://127.0.0.1/", "--local-ip", "x"], "--local-ip"),
        ([], "--url"),
    ],
)
def test_the_command_names_the_option_that_is_wrong(arguments: list[str], word: str) -> None:
    """Status 2 and a sentence, no traceback."""
    result = CliRunner().invoke(simulate, [*arguments, "--minutes", "0.01"])
    assert result.exit_code == 2
    assert word in result.output


def test_a_call_that_fails_stops_nobody_else() -> None:
    """The loop notes it and goes on; one who asked gets the error."""
    loop = Loop("test")
    loop.start()
    loop.call_soon(lambda: 1 / 0)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="x"):
        loop.ask(lambda: (_ for _ in ()).throw(ValueError("x")))
    assert loop.ask(lambda: 42) == 42
    loop.in_background(lambda: 1 / 0, lambda _: None)
    loop.stop()
    loop.stop()
    assert [type(error) for error in loop.failures] == [ZeroDivisionError, ZeroDivisionError]
