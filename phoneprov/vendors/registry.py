"""All vendors' writers: the one list."""

from functools import lru_cache

from phoneprov.catalog.model import Vendor
from phoneprov.vendors.cisco import WRITER as CISCO
from phoneprov.vendors.grandstream import WRITER as GRANDSTREAM
from phoneprov.vendors.polycom import WRITER as POLYCOM
from phoneprov.vendors.writer import AgentFacts, VendorWriter
from phoneprov.vendors.yealink import WRITER as YEALINK

WRITERS: dict[Vendor, VendorWriter] = {
    writer.vendor: writer for writer in (YEALINK, GRANDSTREAM, CISCO, POLYCOM)
}


@lru_cache(maxsize=20_000)
def read_user_agent(text: str) -> AgentFacts | None:
    """Return what a User-Agent tells, whichever vendor's it is; None for anybody else's."""
    for writer in WRITERS.values():
        facts = writer.read_user_agent(text)
        if facts is not None:
            return facts
    return None
