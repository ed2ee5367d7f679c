"""A Cisco SPA3xx or SPA5xx: a rule names a profile, the profile names the next rule."""

from collections.abc import Generator

from phoneprov.core.mac import format_mac
from phoneprov.simulator.configs.cisco import (
    CiscoReader,
    RuleFacts,
    key_of_rule,
    read_profile,
    resolve_rule,
)
from phoneprov.simulator.configs.sealed import open_sealed
from phoneprov.simulator.http import HttpAnswer, HttpRequest
from phoneprov.simulator.state import PhoneState, SipAccount
from phoneprov.simulator.vendors.base import (
    BAD_EVENT,
    FORBIDDEN,
    OBEY_REBOOT,
    OBEY_RESYNC,
    OK,
    Firmware,
    Notification,
    Outcome,
    Reaction,
    Script,
)

_LINES = {"301": 1, "303": 3, "502G": 1, "504G": 4, "512G": 1, "514G": 4, "525G": 5, "525G2": 5}
_FURTHER_RULES = ("Profile_Rule_B", "Profile_Rule_C", "Profile_Rule_D")


def _read(body: bytes, key: str | None) -> dict[str, str] | None:
    """Return a profile; with a key in its rule, nothing that the key does not open."""
    plain = body if key is None else open_sealed(body, key)
    return None if plain is None else read_profile(plain)


class CiscoFirmware(Firmware):
    """Firmware 7.x."""

    @property
    def user_agent(self) -> str:
        """Model, version, MAC in capitals and serial number; the SPA525G leaves out the MAC."""
        identity = self.identity
        named = f"Cisco/{identity.model}-{identity.firmware} "
        tells_mac = not identity.model.startswith("SPA525")
        return named + (f"({identity.mac.upper()})" if tells_mac else "") + f"({identity.serial})"

    @property
    def sip_user_agent(self) -> str:
        """In SIP only model and version."""
        return f"Cisco/{self.identity.model}-{self.identity.firmware}"

    @property
    def short_name(self) -> str:
        """The model without its first letters, as `$PSN` has it."""
        return self.identity.model.removeprefix("SPA")

    def fetch(self, url: str, *, is_boot: bool) -> Script:
        """Follow the rule that `url` is, then the rules B, C and D.

        A folder's address stands for the factory's rule, as DHCP completes it.
        """
        if not is_boot and not self._reader().is_on("Provision_Enable", default=True):
            return Outcome.UNCHANGED
        bodies: list[bytes] = []
        for name in (None, *_FURTHER_RULES):
            rule = self.values.get(name, "") if name else url
            rule = f"{rule}spa$PSN.cfg" if rule.endswith("/") else rule
            target, key = resolve_rule(rule, self.facts), key_of_rule(rule, self.facts)
            if target is None:
                continue
            answer = yield self.get(target)
            if answer.is_failure:
                return Outcome.FAILED
            profile = _read(answer.body, key) if answer.is_found else None
            if profile is not None:
                bodies.append(answer.body)
                self.values.update(profile)
        if not bodies:
            return Outcome.NOTHING
        outcome = Outcome.APPLIED if self.is_news("config", bodies) else Outcome.UNCHANGED
        return Outcome.UPGRADE if (yield from self._take_firmware()) else outcome

    def _take_firmware(self) -> Generator[HttpRequest, HttpAnswer, bool]:
        """Follow the upgrade rule, where upgrades are on and its condition holds."""
        rule = self.values.get("Upgrade_Rule", "")
        if not rule or not self._reader().is_on("Upgrade_Enable", default=True):
            return False
        target = resolve_rule(rule, self.facts)
        return False if target is None else (yield from self.take_image([target]))

    @property
    def facts(self) -> RuleFacts:
        """What the macros of a rule stand for in this phone."""
        identity = self.identity
        macros = {
            "MA": identity.mac,
            "MAU": identity.mac.upper(),
            "MAC": format_mac(identity.mac.upper()),
            "PN": identity.model,
            "PSN": self.short_name,
            "SN": identity.serial,
            "SWVER": identity.firmware,
            "HWVER": "1.0.0",
            "IP": identity.local_ip,
            "CCERT": "Installed",
        }
        letters = "ABCDEFGHIJKLMNOP"
        return RuleFacts(macros=macros | {x: self.values.get(f"GPP_{x}", "") for x in letters})

    def state(self) -> PhoneState:
        """Return the settings the phone acts on now."""
        return self._reader().state()

    def challenges_notify(self, account: SipAccount | None) -> bool:
        """Challenge orders unless the line's config says that they need no proof."""
        number = account.number if account else 1
        return self._reader().is_on(f"Auth_Resync-Reboot_{number}_", default=True)

    def react(self, notification: Notification) -> Reaction:
        """Resync, restart or ignore; there is no reset by SIP."""
        if notification.event in {"resync", "check-sync"}:
            if self._reader().is_on("Resync_From_SIP", default=True):
                return OBEY_RESYNC
            return Reaction(code=FORBIDDEN, note="resync by SIP is off")
        if notification.event in {"reboot_now", "restart_now", "reboot"}:
            return OBEY_REBOOT
        if notification.event == "report":
            return Reaction(code=OK, note="has no rule for reports")
        return Reaction(code=BAD_EVENT, note=f"does not know the event {notification.event}")

    def _reader(self) -> CiscoReader:
        return CiscoReader(self.values, _LINES.get(self.short_name, 12))
