"""Write the files that a Cisco SPA asks for, and answer for its firmware's habits.

Decisions that the files rest on:

- `spa<PSN>.cfg` without a token carries rules alone: it has no MAC address in its name, so
  whoever asks gets it. It sends the phone to `<mac>.cfg`.
- Under the phone's own address every name means the one whole profile, whose Profile_Rule is
  that address: a profile of several files is half a config when one of them fails.
- DHCP_Option_To_Use is emptied: the phone's own address, which holds its secret, must not lose
  against the common one that a DHCP server gives. Whether a late firmware would prefer that one
  to a whole Profile_Rule is not documented; without options to use it can't.
- A firmware is named only when it is the phone's turn, by a rule with a condition: a phone that
  runs it already does nothing. The name is escaped, for a blank or a `|` would end the address.
  After a try that failed it tries again in ten minutes (factory: an hour). Source: Upgrade_Rule in
  wazo-provd-plugins 2321a3f3, Small Business Provisioning Guide (Upgrade_Error_Retry_Delay).
- The phone's web server is switched off: it has known holes that let anybody in the same network
  take the phone over (CVE-2024-20450 to -20454), and no firmware will close them. A factory reset
  switches it on again, for a phone that has to be pointed here by hand.
"""

import re
from pathlib import Path

from phoneprov.catalog.model import PhoneModel, Vendor
from phoneprov.vendors.cisco import agent, orders
from phoneprov.vendors.cisco.accounts import account_parameters
from phoneprov.vendors.cisco.codes import code_parameters
from phoneprov.vendors.cisco.keys import key_parameters, list_dead_keys
from phoneprov.vendors.cisco.time import time_parameters
from phoneprov.vendors.config import PhoneConfig, Provisioning
from phoneprov.vendors.editions import mark_edition
from phoneprov.vendors.encryption import FOLDER
from phoneprov.vendors.escaping import xml_text_environment
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
HOUR_S = 3600

_COMMON_FILE = re.compile(r"spa(?P<psn>\d{3}g?2?)\.cfg")


class CiscoWriter:
    """The VendorWriter of Cisco SPA. `extra` is a folder whose templates shadow ours."""

    vendor = Vendor.CISCO

    def __init__(self, extra: Path | None = None) -> None:
        environment = xml_text_environment("cisco", extra)
        self._phone = environment.get_template("phone.xml")
        self._common = environment.get_template("common.xml")

    def write_file(self, config: PhoneConfig, name: str) -> VendorFile | None:
        """Return the whole profile under any of its names, or None for another name."""
        asked = name.lower()
        own = {f"{config.mac}.cfg", f"{config.mac}.xml"}
        if asked not in own | {f"spa{one}" for one in own} and not _COMMON_FILE.fullmatch(asked):
            return None
        text = write_extra(self.vendor, self._write_phone(config), config.extra)
        return _file(name, mark_edition(config, text))

    def write_common_file(
        self, model: PhoneModel | None, name: str, prov_url: str
    ) -> VendorFile | None:
        """Return the rules that send a phone to its own file, or None for another name."""
        del model
        if not _COMMON_FILE.fullmatch(name.lower()):
            return None
        return _file(name, self._common.render(prov_url=prov_url, poll_s=HOUR_S))

    def list_losses(self, config: PhoneConfig) -> tuple[str, ...]:
        """Return the buttons that this phone's keys can't carry, with the reason."""
        return (*list_refused(config), *list_dead_keys(config))

    def main_file_name(self, config: PhoneConfig) -> str:
        """Return the name of the file that carries the accounts."""
        return f"{config.mac}.cfg"

    def boot_sequence(self, model: PhoneModel, mac: str) -> tuple[ExpectedFile, ...]:
        """Return the files that a booting phone asks for, in order."""
        psn = model.traits.get("psn", model.name.removeprefix("SPA"))
        return (
            ExpectedFile(
                name=f"spa{psn}.cfg", needed=False, note="only until it has its own address"
            ),
            ExpectedFile(name=f"{mac}.cfg", needed=True, note="accounts and all settings"),
        )

    def read_user_agent(self, text: str) -> AgentFacts | None:
        """Return what an HTTP or SIP User-Agent tells, or None if it is not a Cisco SPA's."""
        return agent.read_user_agent(text)

    def accepts_upload(self, name: str) -> str | None:
        """Return None: these phones upload nothing unless told to report."""
        del name
        return None

    def notify_for(self, order: Order, model: PhoneModel) -> NotifyMessage | NotPossible:
        """Return what makes the phone do `order`, or why nothing does."""
        del model
        return orders.notify_for(order)

    def read_report(self, kind: str, query: dict[str, str], body: bytes) -> PhoneReport | None:
        """Return None: these phones have no action URLs for their registration."""
        del kind, query, body
        return None

    def _write_phone(self, config: PhoneConfig) -> str:
        return self._phone.render(
            profile_rule=_profile_rule(config.provisioning),
            poll_s=config.provisioning.poll_minutes * 60,
            upgrade_rule=_upgrade_rule(config),
            admin_password=config.admin_password,
            ntp_server=config.ntp_server,
            display_name=config.display_name,
            voicemail=next((one.voicemail_number for one in config.accounts), ""),
            pickup_code=config.pickup_code,
            time_zone=time_parameters(config.zone),
            accounts=account_parameters(config),
            keys=key_parameters(config),
            codes=code_parameters(),
        )


def _profile_rule(provisioning: Provisioning) -> str:
    """Return the rule that leads to the phone's profile, with the key to it if it has one."""
    if not provisioning.key:
        return f"{provisioning.base_url}$MA.cfg"
    return f"[--key {provisioning.key}] {provisioning.base_url}{FOLDER}$MA.cfg"


def _upgrade_rule(config: PhoneConfig) -> str:
    """Return the rule that leads to the image that is its turn to take; empty for none."""
    image = config.firmware
    if image is None:
        return ""
    return f"( $SWVER ne {image.version} )? {image.url(config.provisioning.base_url)}"


def _file(name: str, text: str) -> VendorFile:
    return VendorFile(name=name, body=text.encode(), content_type=CONTENT_TYPE)
