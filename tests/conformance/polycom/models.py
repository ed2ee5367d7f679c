"""Polycom VVX models of each shape, and what a phone of them reads."""

from phoneprov.catalog.loader import load_catalog
from phoneprov.catalog.model import Vendor
from phoneprov.vendors.config import PhoneConfig
from phoneprov.vendors.polycom import WRITER
from tests.conformance.readers.polycom import PolycomPhone, read_parameters

MAC = "64167f1a2b3c"
MAIN = f"{MAC}-phoneprov.cfg"

CATALOG = load_catalog()
MODELS = CATALOG.models_by_vendor()[Vendor.POLYCOM]
VVX101 = CATALOG.get_model("polycom-vvx-101")
VVX250 = CATALOG.get_model("polycom-vvx-250")
VVX411 = CATALOG.get_model("polycom-vvx-411")
VVX601 = CATALOG.get_model("polycom-vvx-601")


def body_of(config: PhoneConfig, name: str = MAIN) -> bytes:
    """Return the bytes of a file that has to exist."""
    file = WRITER.write_file(config, name)
    assert file is not None
    return file.body


def parameters_of(config: PhoneConfig) -> list[tuple[str, str]]:
    """Return the parameters of the file that carries the accounts."""
    return read_parameters(body_of(config))


def boot(phone: PolycomPhone, config: PhoneConfig) -> PolycomPhone:
    """Return `phone` after a boot with this config."""

    def fetch(name: str) -> bytes | None:
        file = WRITER.write_file(config, name)
        return file.body if file else None

    phone.boot(fetch)
    return phone


def phone_with(config: PhoneConfig) -> PolycomPhone:
    """Return a phone that has read its files."""
    return boot(PolycomPhone(mac=MAC), config)
