"""Whose firmware runs in a simulated phone."""

from phoneprov.simulator.identity import PhoneIdentity, Vendor
from phoneprov.simulator.vendors.base import Firmware
from phoneprov.simulator.vendors.cisco import CiscoFirmware
from phoneprov.simulator.vendors.grandstream import GrandstreamFirmware
from phoneprov.simulator.vendors.polycom import PolycomFirmware
from phoneprov.simulator.vendors.yealink import YealinkFirmware

_FIRMWARES: dict[Vendor, type[Firmware]] = {
    Vendor.YEALINK: YealinkFirmware,
    Vendor.GRANDSTREAM: GrandstreamFirmware,
    Vendor.CISCO: CiscoFirmware,
    Vendor.POLYCOM: PolycomFirmware,
}


def make_firmware(identity: PhoneIdentity) -> Firmware:
    """Return the firmware of a box, fresh from the factory."""
    return _FIRMWARES[identity.vendor](identity)
