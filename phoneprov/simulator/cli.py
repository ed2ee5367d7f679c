"""`simulate`: put up simulated phones against any installation and watch them."""

import ipaddress
import re
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import click

from phoneprov.core.errors import InvalidValueError
from phoneprov.core.mac import Mac, parse_mac
from phoneprov.simulator.fleet import SimulatedFleet
from phoneprov.simulator.identity import Pace, PhoneIdentity, Vendor
from phoneprov.simulator.images import UpgradeEnd, UpgradeHabit
from phoneprov.simulator.life import PhoneEvent, PhoneSetup
from phoneprov.simulator.sip.agent import Address
from phoneprov.simulator.state import split_host_port

_DEFAULTS = {
    Vendor.YEALINK: ("T46U", "805ec0000001", "108.86.0.90"),
    Vendor.GRANDSTREAM: ("GXP2170", "c074ad000001", "1.0.11.85"),
    Vendor.CISCO: ("SPA504G", "8843e1000001", "7.6.2c"),
    Vendor.POLYCOM: ("VVX411", "64167f000001", "6.3.0.14929"),
}
_FAREWELL_S = 2.5
_HABIT = ("update_ends", "breaks_at", "download_rate", "install_seconds")


@click.command()
@click.option(
    "--url",
    required=True,
    metavar="URL",
    help="Provisioning address as a phone would get it by DHCP, such as https://p.example/prov/.",
)
@click.option(
    "--vendor",
    type=click.Choice([str(vendor) for vendor in Vendor]),
    default="yealink",
    show_default=True,
    help="Whose firmware the phones run.",
)
@click.option("--model", help="Model, such as T54W, GRP2614, SPA303, VVX450.")
@click.option("--firmware", help="Version the phones say they run.")
@click.option("--mac", help="MAC address of the first phone; the others count up from it.")
@click.option(
    "--count", type=click.IntRange(1, 500), default=1, show_default=True, help="How many phones."
)
@click.option(
    "--local-ip",
    metavar="IP",
    help="Address of the first phone on this machine. From 127.0.0.0/8 each further phone gets "
    "the next address; any other address is shared and the SIP ports are free ones.",
)
@click.option(
    "--registrar-override",
    metavar="HOST:PORT",
    help="Register there, whatever the config says.",
)
@click.option(
    "--minutes",
    type=click.FloatRange(0.01, 1440),
    default=5.0,
    show_default=True,
    help="How long the phones live.",
)
@click.option(
    "--poll-scale",
    type=click.FloatRange(0.001, 1),
    default=1.0,
    show_default=True,
    help="Factor on the poll interval of the config; 0.01 polls an hourly config every 36 s.",
)
@click.option("--insecure", is_flag=True, help="Take any TLS certificate.")
@click.option(
    "--update-ends",
    type=click.Choice([str(end) for end in UpgradeEnd]),
    default="returns",
    show_default=True,
    help="How a firmware update of these phones ends.",
)
@click.option(
    "--breaks-at",
    type=click.IntRange(1, 99),
    default=60,
    show_default=True,
    metavar="PERCENT",
    help="Where a download that breaks off does so.",
)
@click.option(
    "--download-rate",
    type=click.IntRange(0, 1_000_000),
    default=0,
    metavar="KB/S",
    help="How fast each phone downloads its firmware; 0 is as fast as it goes.",
)
@click.option(
    "--install-seconds",
    type=click.FloatRange(0, 3600),
    default=5.0,
    show_default=True,
    help="From the last byte of its firmware to the first request of a phone's new life.",
)
@click.option(
    "--away-after",
    type=click.FloatRange(0, 86_400),
    metavar="SECONDS",
    help="Pull the phones' cables so long after the start, for --away-seconds.",
)
@click.option(
    "--away-seconds",
    type=click.FloatRange(0, 86_400),
    default=60.0,
    show_default=True,
    help="How long they are away then.",
)
def simulate(**options: object) -> None:
    """Put up simulated desk phones and print what each of them does.

    They boot by their vendor's real sequence of files, read their config as that firmware would,
    register over SIP (UDP), answer OPTIONS and NOTIFY, poll, and un-register at the end. Add the
    MAC addresses as phones first: an unknown phone gets nothing, as it should.

    Ends with status 1 unless every phone was registered.

    Example: simulate --url http://127.0.0.1:8080/prov/ --vendor grandstream --mac c074ad000001
    """
    upgrade = _read_habit(**{name: options.pop(name) for name in _HABIT})  # type: ignore[arg-type]
    sys.exit(0 if _run(upgrade=upgrade, **options) else 1)  # type: ignore[arg-type]


def _run(  # noqa: PLR0913 - one per option of the command, all by name
    *,
    url: str,
    vendor: str,
    model: str | None,
    firmware: str | None,
    mac: str | None,
    count: int,
    local_ip: str | None,
    registrar_override: str | None,
    minutes: float,
    poll_scale: float,
    insecure: bool,
    upgrade: UpgradeHabit,
    away_after: float | None,
    away_seconds: float,
) -> bool:
    ip = _read_address(local_ip) if local_ip else _own_address(url)
    box = _box(Vendor(vendor), model, firmware, ip)
    is_loopback = ipaddress.ip_address(ip).is_loopback
    setup = PhoneSetup(
        prov_url=url if url.endswith("/") or "$" in url else f"{url}/",
        pace=Pace(poll_scale=poll_scale),
        registrar_override=_read_override(registrar_override),
        sip_port=None if is_loopback or count == 1 else 0,
        checks_tls=not insecure,
        upgrade=upgrade,
    )
    seen: set[str] = set()
    with SimulatedFleet(_print_event, workers=min(32, 4 + count)) as fleet:
        for number, one_mac in enumerate(_macs(mac or box.mac, count)):
            own_ip = str(ipaddress.ip_address(ip) + number) if is_loopback else ip
            fleet.add(replace(box, mac=one_mac, local_ip=own_ip), setup).power_on()
        if away_after is not None:
            fleet.send_all_away(away_after, away_seconds)
        _watch(fleet, minutes * 60, seen)
        _take_leave(fleet)
    click.echo(f"{len(seen)} of {count} phones were registered.")
    return len(seen) == count


def _box(vendor: Vendor, model: str | None, firmware: str | None, ip: str) -> PhoneIdentity:
    """Return the first phone of its kind, with what is usual where nothing was said."""
    usual_model, usual_mac, usual_firmware = _DEFAULTS[vendor]
    return PhoneIdentity(
        vendor=vendor,
        model=re.sub(r"[\s_-]", "", model or usual_model).upper(),
        mac=parse_mac(usual_mac),
        firmware=firmware or usual_firmware,
        local_ip=ip,
    )


def _read_habit(
    *, update_ends: str, breaks_at: int, download_rate: int, install_seconds: float
) -> UpgradeHabit:
    return UpgradeHabit(
        end=UpgradeEnd(update_ends),
        breaks_at=breaks_at / 100,
        bytes_per_s=download_rate * 1000,
        install_s=install_seconds,
    )


def _take_leave(fleet: SimulatedFleet) -> None:
    """Let all phones sign off at the registrar."""
    for phone in fleet.phones:
        phone.shut_down()
    fleet.wait_until(lambda: not any(p.registrations for p in fleet.phones), _FAREWELL_S)


def _watch(fleet: SimulatedFleet, seconds: float, seen: set[str]) -> None:
    """Wait, and note which phones have been registered; Ctrl-C ends it early."""
    ends_at = time.monotonic() + seconds
    try:
        while time.monotonic() < ends_at:
            seen.update(phone.identity.mac for phone in fleet.phones if phone.is_registered)
            time.sleep(min(0.2, max(0.0, ends_at - time.monotonic())))
    except KeyboardInterrupt:
        click.echo("Ending.")


def _print_event(event: PhoneEvent) -> None:
    click.echo(f"{event.at:%H:%M:%S} {event.mac} {event.kind:7} {event.text}")


def _macs(first: str, count: int) -> Iterator[Mac]:
    try:
        start = int(parse_mac(first), 16)
        yield from (parse_mac(f"{start + number:012x}") for number in range(count))
    except InvalidValueError as error:
        raise click.BadParameter(error.message, param_hint="--mac") from error


def _read_override(text: str | None) -> Address | None:
    return split_host_port(text) if text else None


def _read_address(text: str) -> str:
    try:
        return str(ipaddress.IPv4Address(text))
    except ValueError as error:
        raise click.BadParameter("give an IPv4 address", param_hint="--local-ip") from error


def _own_address(url: str) -> str:
    """Return the address of this machine from which the server is reached."""
    host = urlsplit(url).hostname
    if not host:
        raise click.BadParameter(
            "give an address like http://127.0.0.1:8080/prov/", param_hint="--url"
        )
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect((host, 9))
            return str(probe.getsockname()[0])
    except OSError as error:
        raise click.BadParameter(f"can't reach {host}: {error}", param_hint="--url") from error
