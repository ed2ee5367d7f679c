"""Yealink models of each shape, and what a phone of them reads."""

from phoneprov.catalog.model import PhoneModel, Vendor
from phoneprov.vendors.config import PhoneConfig
from phoneprov.vendors.yealink import WRITER
from tests.conformance.readers.yealink import YealinkPhone

MAC = "805ec01a2b3c"


def _model(name: str, accounts: int, keys: int, common: str) -> PhoneModel:
    return PhoneModel(
        slug=f"yealink-{name.lower()}",
        vendor=Vendor.YEALINK,
        name=name,
        family=name[:3],
        accounts=accounts,
        physical_keys=keys,
        pages=1,
        line_keys=keys,
        label_chars=10,
        common_files=(common,),
    )


T40P = _model("T40P", 3, 3, "y000000000054.cfg")
T42U = _model("T42U", 12, 15, "y000000000116.cfg")
T46U = _model("T46U", 16, 27, "y000000000108.cfg")
T48U = _model("T48U", 16, 29, "y000000000109.cfg")
T54W = _model("T54W", 16, 27, "y000000000096.cfg")
T58W = _model("T58W", 16, 27, "y000000000150.cfg")
MODELS = (T40P, T42U, T46U, T48U, T54W, T58W)


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
