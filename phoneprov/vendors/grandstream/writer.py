"""Write the files that a Grandstream phone asks for, and answer for its firmware's habits.

Decisions that the files rest on:

- One complete file, `cfg<mac>.xml`, of P-values (`config version="1"`), which every firmware
  reads. It names the phone's MAC, so that no other phone takes it.
- `cfg<mac>` (the old binary format) does not exist: whatever came back under that name would be
  taken for a config and hide the XML.
- Under the phone's own address `cfg<model>.xml` and `cfg.xml` do not exist either. Firmware
  stops at the first file it finds, or with P8467 reads them all, and then a later one must not
  overrule the phone's own.
- Firmware comes from a folder (P192, by the way of P6767; P212 before there was that one), in which
  the phone asks for a name of its own. The folder is that of one image, so the phone finds that
  one or nothing, and it is named only when it is the phone's turn: an empty path finds nothing,
  whatever P238 (0: always look) says. P238 and P194 hold for configs too, so they stay.
- Old prefixes and postfixes (P234, P235) are accepted around the name and cleared by the file.

Source: Grandstream SIP Device Provisioning Guide (2012 p. 3; 2023), GRP261x administration
guide (order of the files), P8467 in FusionPBX grandstream/grp26xx.
"""

import re
from pathlib import Path

from phoneprov.catalog.model import PhoneModel, Vendor
from phoneprov.vendors.config import PhoneConfig
from phoneprov.vendors.editions import mark_edition
from phoneprov.vendors.encryption import FOLDER
from phoneprov.vendors.escaping import xml_text_environment
from phoneprov.vendors.grandstream import agent, orders, reports
from phoneprov.vendors.grandstream.accounts import account_parameters
from phoneprov.vendors.grandstream.addresses import action_url, split_url
from phoneprov.vendors.grandstream.keys import is_screen_phone, key_parameters, screen_keys
from phoneprov.vendors.grandstream.time import time_parameters
from phoneprov.vendors.grandstream.video import video_parameters
from phoneprov.vendors.key_rules import list_refused
from phoneprov.vendors.lines import write_extra
from phoneprov.vendors.writer import (
    AgentFacts,
    ExpectedFile,
    NotifyMessage,
    NotPossible,
    Order,
    PhoneReport,
    VendorFile,
)

CONTENT_TYPE = "text/xml; charset=utf-8"
LEAST_POLL_MINUTES = 60
"""P193 refuses less.

Source: range in the GXP16xx template 1.0.4.33 (60-86400), GXP21xx and GRP26xx (60-5256000)."""

_COMMON_FILE = re.compile(r"cfg(?:g[rx][pv]\w+)?\.xml")


class GrandstreamWriter:
    """The VendorWriter of Grandstream. `extra` is a folder whose templates shadow ours."""

    vendor = Vendor.GRANDSTREAM

    def __init__(self, extra: Path | None = None) -> None:
        environment = xml_text_environment("grandstream", extra)
        self._phone = environment.get_template("phone.xml")
        self._common = environment.get_template("common.xml")

    def write_file(self, config: PhoneConfig, name: str) -> VendorFile | None:
        """Return the file that `name` means to this phone, or None when there is no such file."""
        asked = name.lower()
        if f"cfg{config.mac}.xml" not in asked and asked != f"{config.mac}.cfg":
            return None
        text = write_extra(self.vendor, self._write_phone(config), config.extra)
        return _file(name, mark_edition(config, text))

    def write_common_file(
        self, model: PhoneModel | None, name: str, prov_url: str
    ) -> VendorFile | None:
        """Return a common file that only makes the phone ask again each hour, or None.

        It names no server address: a phone that has its own would lose it.
        """
        del model, prov_url
        if not _COMMON_FILE.fullmatch(name.lower()):
            return None
        return _file(name, self._common.render(poll_minutes=LEAST_POLL_MINUTES))

    def list_losses(self, config: PhoneConfig) -> tuple[str, ...]:
        """Return the buttons that this phone's keys can't carry, with the reason."""
        left = screen_keys(config)[1] if is_screen_phone(config.model) else ()
        crowded = (f"Key {one.position}: the boards take the place of this key." for one in left)
        return (*list_refused(config), *crowded)

    def main_file_name(self, config: PhoneConfig) -> str:
        """Return the name of the file that carries the accounts."""
        return f"cfg{config.mac}.xml"

    def boot_sequence(self, model: PhoneModel, mac: str) -> tuple[ExpectedFile, ...]:
        """Return the files that a booting phone asks for, in order."""
        del model
        return (
            ExpectedFile(name=f"cfg{mac}", needed=False, note="old binary format: 404 is right"),
            ExpectedFile(name=f"cfg{mac}.xml", needed=True, note="accounts and all settings"),
        )

    def read_user_agent(self, text: str) -> AgentFacts | None:
        """Return what an HTTP or SIP User-Agent tells, or None if it is not a Grandstream's."""
        return agent.read_user_agent(text)

    def accepts_upload(self, name: str) -> str | None:
        """Return None: these phones upload nothing to us."""
        del name
        return None

    def notify_for(self, order: Order, model: PhoneModel) -> NotifyMessage | NotPossible:
        """Return what makes the phone do `order`."""
        del model
        return orders.notify_for(order)

    def read_report(self, kind: str, query: dict[str, str], body: bytes) -> PhoneReport | None:
        """Return what the phone told by action URL, or None if it makes no sense."""
        del body
        return reports.read_report(kind, query)

    def _write_phone(self, config: PhoneConfig) -> str:
        base_url = config.provisioning.base_url
        key = config.provisioning.key
        scheme, path = split_url(base_url + FOLDER if key else base_url)
        return self._phone.render(
            mac=config.mac,
            scheme=scheme,
            path=path,
            firmware_path=_firmware_path(config),
            config_key=key,
            poll_minutes=max(LEAST_POLL_MINUTES, config.provisioning.poll_minutes),
            admin_password=config.admin_password,
            ntp_server=config.ntp_server,
            time_zone=time_parameters(config),
            action_base=action_url(base_url),
            accounts=account_parameters(config),
            video=video_parameters(config),
            keys=key_parameters(config),
        )


def _firmware_path(config: PhoneConfig) -> str:
    """Return the folder of the image that is its turn to take; empty for none."""
    if config.firmware is None:
        return ""
    return split_url(config.provisioning.base_url + config.firmware.folder)[1]


def _file(name: str, text: str) -> VendorFile:
    return VendorFile(name=name, body=text.encode(), content_type=CONTENT_TYPE)
