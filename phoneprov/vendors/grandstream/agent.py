"""Read a Grandstream's User-Agent, HTTP or SIP."""

import re

from phoneprov.catalog.model import Vendor
from phoneprov.core.mac import find_mac
from phoneprov.vendors.writer import AgentFacts

_HTTP = re.compile(
    r"Grandstream\s+Model\s+HW\s+(?P<model>[\w-]+)(?:\s+(?P<hardware>V[\w.]+))?"
    r"\s+SW\s+(?P<firmware>[\d.]+)(?:\s+DevId\s+(?P<mac>\S+))?",
    re.IGNORECASE,
)
"""`HW GXV3350  V1.3A SW …` with a hardware revision; GRP2601W sends DevId with colons."""
_SIP = re.compile(
    r"Grandstream\s+(?P<model>[\w-]+)\s+(?P<firmware>\d+(?:\.\d+){2,3})(?:\s+(?P<mac>\S+))?",
    re.IGNORECASE,
)
_OLD = re.compile(
    r"Grandstream\s+(?P<model>[\w-]+)\s+\(\S+?:(?P<firmware>[\d.]+)/\S*\)"
    r"(?:\s+DevId\s+(?P<mac>\S+))?",
    re.IGNORECASE,
)


def read_user_agent(text: str) -> AgentFacts | None:
    """Return model, firmware and MAC as far as the text tells them, or None."""
    stripped = text.strip()
    match = _HTTP.fullmatch(stripped) or _SIP.fullmatch(stripped) or _OLD.fullmatch(stripped)
    if match is None:
        return None
    return AgentFacts(
        vendor=Vendor.GRANDSTREAM,
        model_name=match["model"],
        firmware=match["firmware"],
        mac=find_mac(match["mac"] or ""),
        hardware=match.groupdict().get("hardware"),
    )
