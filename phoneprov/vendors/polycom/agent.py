"""Read a Polycom VVX's User-Agent, HTTP or SIP."""

import re

from phoneprov.catalog.model import Vendor
from phoneprov.core.mac import find_mac
from phoneprov.vendors.writer import AgentFacts

_AGENT = re.compile(
    r"(?:FileTransport\s+|Polycom/[\d.]+\s+)?Poly(?:com)?(?:VVX)?-?"
    r"(?P<model>VVX[-_ ]?\w+)-UA/(?P<firmware>[\d.]+)"
    r"(?P<rest>.*)",
    re.IGNORECASE,
)
"""`FileTransport PolycomVVX-VVX_411-UA/5.9.7.4477 (SN:64167f…) Type/Application`.

The serial number is the MAC, and only there with `device.prov.tagSerialNo`; SIP agents end after
the version, or with `_<mac>`, and some begin with `Polycom/` and the version. Source: capture of
a VVX 500 (UC Software 5.9.7) and agents kept in wazo-provd-plugins 2321a3f3, wazo_polycom."""
_SERIAL = re.compile(r"\(SN:(?P<mac>[0-9a-f:]{12,17})\)", re.IGNORECASE)
_TRAILING = re.compile(r"[_ ](?P<mac>[0-9a-f]{12})\b", re.IGNORECASE)


def read_user_agent(text: str) -> AgentFacts | None:
    """Return model, firmware and MAC as far as the text tells them, or None.

    The Updater's version is that of the boot block, not of the firmware.
    """
    match = _AGENT.match(text.strip())
    if match is None:
        return None
    rest = match["rest"]
    serial = _SERIAL.search(rest) or _TRAILING.search(rest)
    return AgentFacts(
        vendor=Vendor.POLYCOM,
        model_name=match["model"],
        firmware=match["firmware"],
        mac=find_mac(serial["mac"]) if serial else None,
        is_boot_loader="type/updater" in rest.lower(),
    )
