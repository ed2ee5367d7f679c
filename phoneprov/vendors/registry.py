"""All vendors' writers: the one list."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

from phoneprov.catalog.model import Vendor
from phoneprov.vendors.cisco import CiscoWriter
from phoneprov.vendors.grandstream import GrandstreamWriter
from phoneprov.vendors.polycom import PolycomWriter
from phoneprov.vendors.writer import AgentFacts, VendorWriter
from phoneprov.vendors.yealink import YealinkWriter

MAKERS: dict[Vendor, Callable[[Path | None], VendorWriter]] = {
    Vendor.YEALINK: YealinkWriter,
    Vendor.GRANDSTREAM: GrandstreamWriter,
    Vendor.CISCO: CiscoWriter,
    Vendor.POLYCOM: PolycomWriter,
}
SHIPPED_WRITERS: Mapping[Vendor, VendorWriter] = {
    vendor: make(None) for vendor, make in MAKERS.items()
}
WRITERS: dict[Vendor, VendorWriter] = dict(SHIPPED_WRITERS)
"""The writers in use: a provider's own templates put others in their places."""


def use_writers(writers: Mapping[Vendor, VendorWriter]) -> None:
    """Write from now on with these; a vendor without one gets the shipped one."""
    for vendor, shipped in SHIPPED_WRITERS.items():
        WRITERS[vendor] = writers.get(vendor, shipped)


@lru_cache(maxsize=20_000)
def read_user_agent(text: str) -> AgentFacts | None:
    """Return what a User-Agent tells, whichever vendor's it is; None for anybody else's."""
    for writer in SHIPPED_WRITERS.values():
        facts = writer.read_user_agent(text)
        if facts is not None:
            return facts
    return None
