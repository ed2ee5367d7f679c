"""Two features of a whole file: parameters of the vendor's own notation, and encryption."""

import gzip
import subprocess

from phoneprov.catalog.model import PhoneModel, Vendor
from phoneprov.vendors.config import ExtraParameter
from phoneprov.vendors.encryption import encrypt_file, encrypts
from phoneprov.vendors.registry import WRITERS
from tests.conformance.matrix.desks import config_for, desk_for

KEY = "k0123456789abcdef0123456789abcde"
NAMES = {
    Vendor.YEALINK: ("local_time.ntp_server1", "phone_setting.ring_type"),
    Vendor.GRANDSTREAM: ("P30", "P91"),
    Vendor.CISCO: ("Primary_NTP_Server", "Back_Light_Timer"),
    Vendor.POLYCOM: ("tcpIpApp.sntp.address", "up.backlight.onIntensity"),
}
"""Of each vendor a parameter that we write ourselves, and one that we don't."""


def extra(model: PhoneModel) -> str | None:
    """It takes the place of ours, or joins in; everything else is as it was."""
    ours, other = NAMES[model.vendor]
    desk = desk_for(model)
    plain = desk.parameters(config_for(model))
    assert ours in dict(plain)
    assert other not in dict(plain)
    told = (
        ExtraParameter(name=ours, value="own.example.net"),
        ExtraParameter(name=other, value="7"),
    )
    found = desk.parameters(config_for(model, extra=told))
    assert len(found) == len(plain) + 1
    assert dict(found) == {**dict(plain), ours: "own.example.net", other: "7"}
    return None


def encrypted(model: PhoneModel) -> str | None:
    """The program that the vendor names for it opens the file to the plain one's bytes."""
    if not encrypts(model.vendor):
        return f"{model.vendor.label} publishes no format (docs/admission.md)"
    config = config_for(model)
    writer = WRITERS[model.vendor]
    file = writer.write_file(config, writer.main_file_name(config))
    assert file is not None
    digest = model.traits.get("config_digest", "md5")
    command = ["openssl", "enc", "-d", "-aes-256-cbc", "-md", digest, "-k", KEY]
    sealed = encrypt_file(model, file, KEY).body
    opened = subprocess.run(command, input=sealed, capture_output=True, check=True).stdout
    assert file.body not in sealed
    assert (gzip.decompress(opened) if model.vendor is Vendor.CISCO else opened) == file.body
    return None
