"""Grandstream models of each family, and what a phone of them reads."""

from phoneprov.catalog.loader import load_catalog
from phoneprov.catalog.model import Vendor
from phoneprov.vendors.config import PhoneConfig
from phoneprov.vendors.grandstream import WRITER
from tests.conformance.readers.grandstream import GrandstreamPhone

MAC = "c074ad0b63ee"


CATALOG = load_catalog()
MODELS = CATALOG.models_by_vendor()[Vendor.GRANDSTREAM]
GXP1610 = CATALOG.get_model("grandstream-gxp1610")
GXP1630 = CATALOG.get_model("grandstream-gxp1630")
GXP1760 = CATALOG.get_model("grandstream-gxp1760")
GXP2135 = CATALOG.get_model("grandstream-gxp2135")
GXP2170 = CATALOG.get_model("grandstream-gxp2170")
GRP2603 = CATALOG.get_model("grandstream-grp2603")
GRP2614 = CATALOG.get_model("grandstream-grp2614")
GRP2616 = CATALOG.get_model("grandstream-grp2616")
GXV3240 = CATALOG.get_model("grandstream-gxv3240")
GXV3370 = CATALOG.get_model("grandstream-gxv3370")


def body_of(config: PhoneConfig, name: str = f"cfg{MAC}.xml") -> bytes:
    """Return the bytes of a file that has to exist."""
    file = WRITER.write_file(config, name)
    assert file is not None
    return file.body


def phone_with(config: PhoneConfig) -> GrandstreamPhone:
    """Return a phone that has read its file."""
    model = config.model
    phone = GrandstreamPhone(
        model=model.name, mac=MAC, fixed_keys=model.physical_keys, side_keys=model.side_keys
    )
    phone.take(body_of(config))
    return phone
