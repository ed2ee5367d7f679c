"""Drives a firmware's fetch without a network: answers come from a dictionary."""

from collections.abc import Mapping

from phoneprov.core.mac import parse_mac
from phoneprov.simulator.http import HttpAnswer, HttpRequest
from phoneprov.simulator.identity import PhoneIdentity, Vendor
from phoneprov.simulator.vendors.base import Firmware, Outcome
from phoneprov.simulator.vendors.cisco import CiscoFirmware
from phoneprov.simulator.vendors.grandstream import GrandstreamFirmware
from phoneprov.simulator.vendors.polycom import PolycomFirmware
from phoneprov.simulator.vendors.yealink import YealinkFirmware

BASE = "http://prov.example/p/"
FIRMWARES: dict[Vendor, type[Firmware]] = {
    Vendor.YEALINK: YealinkFirmware,
    Vendor.GRANDSTREAM: GrandstreamFirmware,
    Vendor.CISCO: CiscoFirmware,
    Vendor.POLYCOM: PolycomFirmware,
}
_MACS = {
    Vendor.YEALINK: ("T46U", "805ec0000001", "108.86.0.90"),
    Vendor.GRANDSTREAM: ("GXP2170", "c074ad000001", "1.0.11.85"),
    Vendor.CISCO: ("SPA504G", "8843e1000001", "7.6.2c"),
    Vendor.POLYCOM: ("VVX450", "64167f000001", "6.3.0.14929"),
}


def unpack(vendor: Vendor, model: str = "", firmware: str = "") -> Firmware:
    """Return the firmware of a phone fresh from its box."""
    usual_model, mac, usual_firmware = _MACS[vendor]
    identity = PhoneIdentity(
        vendor=vendor,
        model=model or usual_model,
        mac=parse_mac(mac),
        firmware=firmware or usual_firmware,
    )
    return FIRMWARES[vendor](identity)


def fetch(
    firmware: Firmware,
    files: Mapping[str, bytes | int],
    url: str = BASE,
    *,
    is_boot: bool = True,
) -> tuple[Outcome, list[HttpRequest]]:
    """Run a fetch. `files` is by name: a body, or a status; what is not there is 404."""
    asked: list[HttpRequest] = []
    script = firmware.fetch(url, is_boot=is_boot)
    answer: HttpAnswer | None = None
    while True:
        try:
            request = next(script) if answer is None else script.send(answer)
        except StopIteration as end:
            return end.value, asked
        asked.append(request)
        found = files.get(request.url.rpartition("/")[2], 404)
        if isinstance(found, int):
            answer = HttpAnswer(status=found)
        else:
            answer = HttpAnswer(status=200, body=found)


def names(asked: list[HttpRequest]) -> list[str]:
    """Return method and last part of the path of each request."""
    return [f"{ask.method} {ask.url.rpartition('/')[2]}" for ask in asked]
