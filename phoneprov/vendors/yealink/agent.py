"""Read a Yealink's User-Agent, HTTP or SIP."""

import re

from phoneprov.catalog.model import Vendor
from phoneprov.core.mac import find_mac
from phoneprov.vendors.writer import AgentFacts

_AGENT = re.compile(
    r"(?:yealink[\s-]+|(?=VP\d))"
    r"(?P<model>SIP\s+VP-\w+|[\w-]+(?:\s+(?:Pro|Plus))?)"
    r"\s+(?P<firmware>\d+(?:\.\d+){2,3})"
    r"(?:\s+(?P<rest>\S+))?\s*",
    re.IGNORECASE,
)
"""Spellings seen: lower-case `yealink`, two blanks before the version, `SIP VP-T49G`, a MAC
without colons (T56A) or none (`user_agent_mac.enable = 0`), `Yealink-T46G` with a hardware
version last."""


def read_user_agent(text: str) -> AgentFacts | None:
    """Return model, firmware and MAC as far as the text tells them, or None."""
    match = _AGENT.fullmatch(text.strip())
    if match is None:
        return None
    return AgentFacts(
        vendor=Vendor.YEALINK,
        model_name=" ".join(match["model"].split()),
        firmware=match["firmware"],
        mac=find_mac(match["rest"] or ""),
    )
