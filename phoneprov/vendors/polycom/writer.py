"""Write the files that a Polycom VVX asks for, and answer for its firmware's habits.

Decisions that the files rest on:

- `<mac>.cfg` is the phone's own master file; it names one config, `<mac>-phoneprov.cfg`.
- APP_FILE_PATH is empty but when it is the phone's turn to take a firmware, so none is ever loaded
  by accident. It then ends in `sip.ld`: the phone puts its own part number in front of that, and
  asks for the name as it is when there is no such file. (With the part number written there it
  asks for `3111-44500-001.3111-44500-001.sip.ld`: capture of a VVX 500.)
- `<mac>-phone.cfg` and `<mac>-web.cfg` (what the user changed) are taken when uploaded and never
  given back: overrides of the last owner would beat every later config.
- Parameters are collected in a dictionary first: an attribute twice in one element makes the
  whole file unreadable.

Source: capture of a VVX 500 on UC Software 5.9.7; Polycom administrator guides.
"""

import re
from pathlib import Path

from phoneprov.catalog.model import PhoneModel, Vendor
from phoneprov.vendors.config import PhoneConfig
from phoneprov.vendors.editions import mark_edition
from phoneprov.vendors.escaping import xml_attribute_environment
from phoneprov.vendors.key_rules import list_refused
from phoneprov.vendors.lines import write_extra
from phoneprov.vendors.polycom import agent, orders, reports
from phoneprov.vendors.polycom.accounts import account_parameters
from phoneprov.vendors.polycom.device import device_parameters, polling_parameters
from phoneprov.vendors.polycom.keys import key_parameters, list_key_losses, plan_keys
from phoneprov.vendors.polycom.time import time_parameters
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
COMMON_FILE = "000000000000.cfg"
HOUR_MINUTES = 60
COMBINED_IMAGE = "sip.ld"

_UPLOADS = (
    (re.compile(r"[0-9a-f]{12}-\w+\.log"), "log"),
    (re.compile(r"[0-9a-f]{12}-(?:phone|web)\.cfg"), "override"),
    (re.compile(r"[0-9a-f]{12}-directory\.xml"), "directory"),
    (re.compile(r"[0-9a-f]{12}-calls\.xml"), "calls"),
)


class PolycomWriter:
    """The VendorWriter of Polycom VVX. `extra` is a folder whose templates shadow ours."""

    vendor = Vendor.POLYCOM

    def __init__(self, extra: Path | None = None) -> None:
        environment = xml_attribute_environment("polycom", extra)
        self._master = environment.get_template("master.xml")
        self._phone = environment.get_template("phone.xml")
        self._directory = environment.get_template("directory.xml")

    def write_file(self, config: PhoneConfig, name: str) -> VendorFile | None:
        """Return the file that `name` means to this phone, or None when there is no such file."""
        asked = name.lower()
        if asked in {f"{config.mac}.cfg", COMMON_FILE}:
            return _file(name, self._write_master(config))
        if asked == self.main_file_name(config):
            text = write_extra(self.vendor, self._write_phone(config), config.extra)
            return _file(name, mark_edition(config, text))
        if asked in {f"{config.mac}-directory.xml", "000000000000-directory.xml"}:
            return _file(name, self._write_directory(config))
        return None

    def write_common_file(
        self, model: PhoneModel | None, name: str, prov_url: str
    ) -> VendorFile | None:
        """Return a config that only makes the phone ask again each hour, or None.

        It names no server address: a phone that has its own would lose it.
        """
        del model, prov_url
        if name.lower() != COMMON_FILE:
            return None
        return _file(name, self._phone.render(parameters=polling_parameters(HOUR_MINUTES)))

    def list_losses(self, config: PhoneConfig) -> tuple[str, ...]:
        """Return the buttons that can't be or do less, with the reason."""
        return (*list_refused(config), *list_key_losses(config))

    def main_file_name(self, config: PhoneConfig) -> str:
        """Return the name of the file that carries the accounts."""
        return f"{config.mac}-phoneprov.cfg"

    def boot_sequence(self, model: PhoneModel, mac: str) -> tuple[ExpectedFile, ...]:
        """Return the files that a booting phone asks for, in order."""
        del model
        own = "what the user changed at the phone: 404 is right"
        return (
            ExpectedFile(name=f"{mac}.cfg", needed=True, note="master file"),
            ExpectedFile(name=COMBINED_IMAGE, needed=False, note="firmware, when it is its turn"),
            ExpectedFile(
                name=f"{mac}-phoneprov.cfg", needed=True, note="accounts and all settings"
            ),
            ExpectedFile(name=f"{mac}-phone.cfg", needed=False, note=own),
            ExpectedFile(name=f"{mac}-web.cfg", needed=False, note=own),
            ExpectedFile(name="000000000000-license.cfg", needed=False, note="404 is right"),
            ExpectedFile(name=f"{mac}-license.cfg", needed=False, note="404 is right"),
            ExpectedFile(name=f"{mac}-calls.xml", needed=False, note="404 is right"),
            ExpectedFile(
                name=f"{mac}-directory.xml",
                needed=False,
                note="further speed dials",
            ),
        )

    def read_user_agent(self, text: str) -> AgentFacts | None:
        """Return what an HTTP or SIP User-Agent tells, or None if it is not a Polycom's."""
        return agent.read_user_agent(text)

    def accepts_upload(self, name: str) -> str | None:
        """Return which upload `name` is (`log`, `override`, `directory`, `calls`), or None."""
        asked = name.lower()
        return next((kind for pattern, kind in _UPLOADS if pattern.fullmatch(asked)), None)

    def notify_for(self, order: Order, model: PhoneModel) -> NotifyMessage | NotPossible:
        """Return what makes the phone do `order`, or why nothing does."""
        del model
        return orders.notify_for(order)

    def read_report(self, kind: str, query: dict[str, str], body: bytes) -> PhoneReport | None:
        """Return what the phone told by event notification, or None if it makes no sense."""
        del query
        return reports.read_report(kind, body)

    def _write_master(self, config: PhoneConfig) -> str:
        image = config.firmware
        return self._master.render(
            config_file=self.main_file_name(config),
            app_file_path=f"{image.folder}{COMBINED_IMAGE}" if image else "",
        )

    def _write_directory(self, config: PhoneConfig) -> str:
        entries = enumerate(plan_keys(config).directory, start=1)
        return self._directory.render(speed_dials=[(number, *entry) for number, entry in entries])

    def _write_phone(self, config: PhoneConfig) -> str:
        parameters = dict(
            [
                *polling_parameters(config.provisioning.poll_minutes),
                *device_parameters(config),
                *time_parameters(config.zone),
                *account_parameters(config),
                *key_parameters(config),
            ]
        )
        return self._phone.render(parameters=list(parameters.items()))


def _file(name: str, text: str) -> VendorFile:
    return VendorFile(name=name, body=text.encode(), content_type=CONTENT_TYPE)
