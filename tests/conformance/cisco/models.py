"""Cisco SPA models of each shape, and what a phone of them reads."""

from phoneprov.catalog.loader import load_catalog
from phoneprov.catalog.model import Vendor
from phoneprov.vendors.cisco import WRITER
from phoneprov.vendors.config import PhoneConfig
from tests.conformance.readers.cisco import CiscoPhone

MAC = "8843e11a2b3c"

CATALOG = load_catalog()
MODELS = CATALOG.models_by_vendor()[Vendor.CISCO]
SPA301 = CATALOG.get_model("cisco-spa301")
SPA303 = CATALOG.get_model("cisco-spa303")
SPA504G = CATALOG.get_model("cisco-spa504g")
SPA509G = CATALOG.get_model("cisco-spa509g")
SPA525G2 = CATALOG.get_model("cisco-spa525g2")


def body_of(config: PhoneConfig, name: str = f"{MAC}.cfg") -> bytes:
    """Return the bytes of a file that has to exist."""
    file = WRITER.write_file(config, name)
    assert file is not None
    return file.body


def phone_with(config: PhoneConfig) -> CiscoPhone:
    """Return a phone that has read its profile."""
    phone = CiscoPhone()
    phone.take(body_of(config))
    return phone
