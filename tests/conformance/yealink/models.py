"""Yealink models of each shape, and what a phone of them reads."""

from phoneprov.catalog.loader import load_catalog
from phoneprov.catalog.model import Vendor
from phoneprov.vendors.config import PhoneConfig
from phoneprov.vendors.yealink import WRITER
from tests.conformance.readers.yealink import YealinkPhone

MAC = "805ec01a2b3c"


CATALOG = load_catalog()
MODELS = CATALOG.models_by_vendor()[Vendor.YEALINK]
T40P = CATALOG.get_model("yealink-t40p")
T42U = CATALOG.get_model("yealink-t42u")
T46U = CATALOG.get_model("yealink-t46u")
T48U = CATALOG.get_model("yealink-t48u")
T54W = CATALOG.get_model("yealink-t54w")
T58W = CATALOG.get_model("yealink-t58w")


def body_of(config: PhoneConfig, name: str = f"{MAC}.cfg") -> bytes:
    """Return the bytes of a file that has to exist."""
    file = WRITER.write_file(config, name)
    assert file is not None
    return file.body


def phone_with(config: PhoneConfig) -> YealinkPhone:
    """Return a phone that has read its file."""
    phone = YealinkPhone()
    phone.take(body_of(config))
    return phone
