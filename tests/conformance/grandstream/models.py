"""Grandstream models of each family, and what a phone of them reads."""

from phoneprov.catalog.model import PhoneModel, Vendor
from phoneprov.vendors.config import PhoneConfig
from phoneprov.vendors.grandstream import WRITER
from tests.conformance.readers.grandstream import GrandstreamPhone

MAC = "c074ad0b63ee"


def _model(name: str, accounts: int, fixed: int, keys: int) -> PhoneModel:
    return PhoneModel(
        slug=f"grandstream-{name.lower()}",
        vendor=Vendor.GRANDSTREAM,
        name=name,
        family=f"{name[:5]}xx",
        accounts=accounts,
        physical_keys=fixed,
        pages=1,
        line_keys=keys,
        label_chars=None,
        common_files=(f"cfg{name.lower()}.xml", "cfg.xml"),
    )


GXP1610 = _model("GXP1610", 1, 2, 2)
GXP1630 = _model("GXP1630", 3, 3, 3)
GXP1760 = _model("GXP1760", 3, 6, 24)
GXP2135 = _model("GXP2135", 4, 8, 32)
GXP2170 = _model("GXP2170", 6, 12, 48)
GRP2603 = _model("GRP2603", 6, 3, 3)
GRP2614 = _model("GRP2614", 12, 4, 16)
GRP2616 = _model("GRP2616", 16, 6, 24)
GXV3240 = _model("GXV3240", 6, 0, 160)
GXV3370 = _model("GXV3370", 16, 0, 160)
MODELS = (
    GXP1610,
    GXP1630,
    GXP1760,
    GXP2135,
    GXP2170,
    GRP2603,
    GRP2614,
    GRP2616,
    GXV3240,
    GXV3370,
)


def body_of(config: PhoneConfig, name: str = f"cfg{MAC}.xml") -> bytes:
    """Return the bytes of a file that has to exist."""
    file = WRITER.write_file(config, name)
    assert file is not None
    return file.body


def phone_with(config: PhoneConfig) -> GrandstreamPhone:
    """Return a phone that has read its file."""
    model = config.model
    phone = GrandstreamPhone(model=model.name, mac=MAC, fixed_keys=model.physical_keys)
    phone.take(body_of(config))
    return phone
