"""Read a Cisco SPA's User-Agent, HTTP or SIP."""

import re

from phoneprov.catalog.model import Vendor
from phoneprov.core.mac import find_mac
from phoneprov.vendors.writer import AgentFacts

_AGENT = re.compile(
    r"(?:Cisco|Linksys)[/ ]+(?P<model>SPA-?\w+)-(?P<firmware>[0-9][^\s()]*(?:\([^\s()]*\))?)"
    r"(?P<rest>(?:\s*\([^()]*\))*)",
    re.IGNORECASE,
)
"""`Cisco/SPA508G-7.4.8a (0002FDFF2103)(CBT141400UK)`: MAC address, then serial number.

The SPA525G and 525G2 leave the MAC out, and a lone bracket is the serial even where it looks
like a MAC. Source: agents kept in the Cisco SPA plugin of wazo-provd-plugins 2321a3f3."""
_BRACKET = re.compile(r"\(([^()]*)\)")


def read_user_agent(text: str) -> AgentFacts | None:
    """Return model, firmware, MAC and serial as far as the text tells them, or None."""
    match = _AGENT.fullmatch(text.strip())
    if match is None:
        return None
    brackets = [bracket.strip() for bracket in _BRACKET.findall(match["rest"])]
    is_without_mac = match["model"].upper().startswith("SPA525")
    has_mac = len(brackets) > 1 and not is_without_mac
    return AgentFacts(
        vendor=Vendor.CISCO,
        model_name=match["model"],
        firmware=match["firmware"],
        mac=find_mac(brackets[0]) if has_mac else None,
        serial=brackets[-1] if brackets else None,
    )
