"""A Grandstream GXP, GRP or GXV: one file is enough, the first one found."""

import re
from collections.abc import Generator
from uuid import UUID

from phoneprov.simulator.configs.grandstream import GrandstreamReader, account_key, read_config
from phoneprov.simulator.configs.sealed import is_sealed, open_sealed
from phoneprov.simulator.http import HttpAnswer, HttpRequest
from phoneprov.simulator.state import PhoneState, SipAccount
from phoneprov.simulator.vendors.base import (
    BAD_EVENT,
    FORBIDDEN,
    OBEY_REBOOT,
    OBEY_RESET,
    OBEY_RESYNC,
    Firmware,
    Notification,
    Outcome,
    Reaction,
    Script,
)

_NEVER = "2"
_FAMILIES = (
    (re.compile(r"GRP26[1-3]\d"), "grp2610"),
    (re.compile(r"GRP260\d"), "grp260x"),
    (re.compile(r"GXP16\d\d"), "gxp1600"),
    (re.compile(r"GXP17\d\d"), "gxp1760"),
)
"""Families that share an image; the others ask for one of their own name."""


def _image_name(model: str) -> str:
    family = next((name for pattern, name in _FAMILIES if pattern.match(model)), model.lower())
    return f"{family}fw.bin"


class GrandstreamFirmware(Firmware):
    """Firmware of 2016 and later."""

    @property
    def user_agent(self) -> str:
        """Model, version and MAC."""
        identity = self.identity
        return f"Grandstream Model HW {identity.model} SW {identity.firmware} DevId {identity.mac}"

    @property
    def sip_user_agent(self) -> str:
        """In SIP the words between are left out, and the MAC."""
        return f"Grandstream {self.identity.model} {self.identity.firmware}"

    def instance(self) -> str:
        """Return a URN that ends in the MAC."""
        return UUID(f"00000000-0000-1000-8000-{self.identity.mac}").urn

    def fetch(self, url: str, *, is_boot: bool) -> Script:
        """Fetch the config, then look for firmware where it says."""
        outcome = yield from self._fetch_config(url, is_boot=is_boot)
        if outcome not in {Outcome.APPLIED, Outcome.UNCHANGED}:
            return outcome
        return Outcome.UPGRADE if (yield from self._take_firmware()) else outcome

    def _fetch_config(self, url: str, *, is_boot: bool) -> Script:
        """Ask for the four names in turn and stop at the first file found, unless told not to."""
        del is_boot  # the same names at every check
        mac, model = self.identity.mac, self.identity.model.lower()
        bodies: list[bytes] = []
        for name in (f"cfg{mac}", f"cfg{mac}.xml", f"cfg{model}.xml", "cfg.xml"):
            answer = yield self._ask(url, name)
            if answer.is_failure:
                return Outcome.FAILED
            if answer.is_found:
                bodies.append(answer.body)
                if self.values.get("P8467") != "1":
                    break
        read = [self._read(body) for body in bodies]
        if not any(values is not None for values in read):
            return Outcome.NOTHING
        if not self.is_news("config", bodies):
            return Outcome.UNCHANGED
        for values in read:
            self.values.update(values or {})
        return Outcome.APPLIED

    def _take_firmware(self) -> Generator[HttpRequest, HttpAnswer, bool]:
        """Look for the image of this family in the folder that P192 names.

        Newer firmware goes by P6767 there, older by P212 for both. Source: Grandstream templates
        GXP16xx 1.0.4.33 and GXP2124 (no P6767).
        """
        path, condition = self.values.get("P192", ""), self.values.get("P238", "0")
        if not path or condition == _NEVER:
            return False
        way = self.values.get("P6767") or self.values.get("P212", "")
        scheme = {"1": "http", "2": "https"}.get(way)
        if scheme is None:
            return False
        before, after = self.values.get("P232", ""), self.values.get("P233", "")
        name = f"{before}{_image_name(self.identity.model)}{after}"
        return (yield from self.take_image([f"{scheme}://{path.rstrip('/')}/{name}"]))

    def _read(self, body: bytes) -> dict[str, str] | None:
        """Return the values of a file; an encrypted one is opened with P1359."""
        plain = open_sealed(body, self.values.get("P1359", "")) if is_sealed(body) else body
        return None if plain is None else read_config(plain, self.identity.mac)

    def _ask(self, url: str, name: str) -> HttpRequest:
        whole = f"{self.values.get('P234', '')}{name}{self.values.get('P235', '')}"
        return self.get(url, whole)

    def state(self) -> PhoneState:
        """Return the settings the phone acts on now."""
        return GrandstreamReader(self.values, self.identity.model).state()

    def challenges_notify(self, account: SipAccount | None) -> bool:
        """Challenge every NOTIFY with 401 unless the config switches that off (P4428 = 1)."""
        del account
        return self.values.get("P4428") != "1"

    def react(self, notification: Notification) -> Reaction:
        """Re-read at resync, restart at check-sync, reset where that is allowed."""
        number = notification.account.number if notification.account else 1
        proxy_only = self.values.get(account_key(number, "proxy_only")) == "1"
        if proxy_only and not notification.is_from_registrar:
            return Reaction(code=FORBIDDEN, note="takes SIP from its proxy only")
        if notification.event == "resync":
            return OBEY_RESYNC
        if notification.event == "check-sync":
            return OBEY_REBOOT
        if notification.event == "reset":
            if self.values.get(account_key(number, "allow_reset")) == "1":
                return OBEY_RESET
            return Reaction(code=FORBIDDEN, note="reset by SIP is not allowed (P26015)")
        return Reaction(code=BAD_EVENT, note=f"does not know the event {notification.event}")
