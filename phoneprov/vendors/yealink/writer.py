"""Write the files that a Yealink phone asks for, and answer for its firmware's habits.

Decisions that the files rest on:

- Everything is in `<mac>.cfg`. Firmware up to V80 reads the common file `y0000000000NN.cfg`
  first, later firmware may leave out what it says (a zone in it was seen ignored), so the common
  file repeats only the polling.
- `<mac>.boot` is served on purpose and includes `<mac>.cfg`, so that every firmware ends with
  the same file. It says `overwrite_mode = 0`: the default, 1, throws all that a person set at
  the phone (ring tone, contrast, wallpaper) back to factory whenever a config changes. Nothing
  of ours depends on it, because each file states every account and key of the model.
- Settings with an old and a new name (`static.` since V81) are written under both. Firmware
  ignores a name it does not know.
- A firmware is named by its whole address and only when it is the phone's turn: the phone takes
  whatever is named there as soon as its version differs, in either direction. Its name is escaped
  in the address (brackets and commas). Source: facts of the wazo and FusionPBX templates for
  `static.firmware.url` (V81 and later) and `firmware.url` (before).

Source: Yealink administrator's guide SIP-T2/T4 p. 150 (boot files, overwrite mode), p. 131 of
the T58V/A guide (order of the files), templates of FusionPBX and wazo for both spellings.
"""

import re
from pathlib import Path

from phoneprov.catalog.model import PhoneModel, Vendor
from phoneprov.vendors.config import PhoneConfig
from phoneprov.vendors.editions import mark_edition
from phoneprov.vendors.escaping import ini_environment
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
from phoneprov.vendors.yealink import agent, orders, reports
from phoneprov.vendors.yealink.accounts import COMMAND_WORDS, FACTORY_VALUE, account_values
from phoneprov.vendors.yealink.keys import key_values
from phoneprov.vendors.yealink.time import time_values

CONTENT_TYPE = "text/plain; charset=utf-8"
COMMON_POLL_MINUTES = 60

_COMMON_FILE = re.compile(r"y\d{12}\.cfg")
_COMMON_BOOT_FILE = "y000000000000.boot"
_UPLOADS = re.compile(r"[0-9a-f]{12}-(local\.cfg|contact\.xml|calllog\.xml)")
_UPLOAD_KINDS = {"local.cfg": "override", "contact.xml": "directory", "calllog.xml": "calls"}


class YealinkWriter:
    """The VendorWriter of Yealink. `extra` is a folder whose templates shadow ours."""

    vendor = Vendor.YEALINK

    def __init__(self, extra: Path | None = None) -> None:
        environment = ini_environment("yealink", extra, reserved=COMMAND_WORDS, empty=FACTORY_VALUE)
        self._phone = environment.get_template("phone.cfg")
        self._common = environment.get_template("common.cfg")
        self._boot = environment.get_template("phone.boot")

    def write_file(self, config: PhoneConfig, name: str) -> VendorFile | None:
        """Return the file that `name` means to this phone, or None when there is no such file."""
        asked = name.lower()
        if asked == f"{config.mac}.cfg":
            text = write_extra(self.vendor, self._write_phone(config), config.extra)
            return _file(name, mark_edition(config, text))
        if asked in {f"{config.mac}.boot", _COMMON_BOOT_FILE}:
            return _file(name, self._boot.render(mac=config.mac))
        if _COMMON_FILE.fullmatch(asked):
            minutes = config.provisioning.poll_minutes
            return _file(name, self._common.render(poll_minutes=minutes))
        return None

    def write_common_file(
        self, model: PhoneModel | None, name: str, prov_url: str
    ) -> VendorFile | None:
        """Return a common file that only makes the phone ask again each hour, or None.

        It names no server address: a phone that has its own would lose it. A common boot file
        does not exist, or firmware would skip `<mac>.cfg` for it.
        """
        del model, prov_url
        if not _COMMON_FILE.fullmatch(name.lower()):
            return None
        return _file(name, self._common.render(poll_minutes=COMMON_POLL_MINUTES))

    def list_losses(self, config: PhoneConfig) -> tuple[str, ...]:
        """Return the buttons that this phone's keys can't carry, with the reason."""
        return tuple(list_refused(config))

    def main_file_name(self, config: PhoneConfig) -> str:
        """Return the name of the file that carries the accounts."""
        return f"{config.mac}.cfg"

    def boot_sequence(self, model: PhoneModel, mac: str) -> tuple[ExpectedFile, ...]:
        """Return the files that a booting phone asks for, in order."""
        common = [
            ExpectedFile(name=name, needed=False, note="firmware up to V80, or no boot file found")
            for name in model.common_files
            if _COMMON_FILE.fullmatch(name)
        ]
        return (
            ExpectedFile(name=f"{mac}.boot", needed=False, note="firmware V81 and later"),
            *common,
            ExpectedFile(name=f"{mac}.cfg", needed=True, note="accounts and all settings"),
        )

    def read_user_agent(self, text: str) -> AgentFacts | None:
        """Return what an HTTP or SIP User-Agent tells, or None if it is not a Yealink's."""
        return agent.read_user_agent(text)

    def accepts_upload(self, name: str) -> str | None:
        """Return which upload `name` is (`override`, `directory`, `calls`), or None."""
        match = _UPLOADS.fullmatch(name.lower())
        return _UPLOAD_KINDS[match.group(1)] if match else None

    def notify_for(self, order: Order, model: PhoneModel) -> NotifyMessage | NotPossible:
        """Return what makes the phone do `order`."""
        del model
        return orders.notify_for(order)

    def read_report(self, kind: str, query: dict[str, str], body: bytes) -> PhoneReport | None:
        """Return what the phone told by action URL, or None if it makes no sense."""
        del body
        return reports.read_report(kind, query)

    def _write_phone(self, config: PhoneConfig) -> str:
        return self._phone.render(
            **account_values(config),
            **time_values(config.zone),
            keys=key_values(config),
            ntp_server=config.ntp_server,
            admin_password=config.admin_password,
            base_url=config.provisioning.base_url,
            poll_minutes=config.provisioning.poll_minutes,
            firmware_url=_firmware_url(config),
            trust_control=int(config.notify_from_server_only),
        )


def _firmware_url(config: PhoneConfig) -> str:
    """Return the address of the image that is its turn to take; empty for none."""
    return config.firmware.url(config.provisioning.base_url) if config.firmware else ""


def _file(name: str, text: str) -> VendorFile:
    return VendorFile(name=name, body=text.encode(), content_type=CONTENT_TYPE)
