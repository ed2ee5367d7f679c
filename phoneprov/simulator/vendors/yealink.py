"""A Yealink T4x or T5x: boot file first, then the common and the MAC's file."""

from phoneprov.simulator.configs.yealink import (
    YealinkReader,
    merge,
    read_boot_file,
    read_config,
)
from phoneprov.simulator.state import PhoneState
from phoneprov.simulator.vendors.base import (
    BAD_EVENT,
    FORBIDDEN,
    OBEY_REBOOT,
    OBEY_RESET,
    OBEY_RESYNC,
    OK,
    Firmware,
    Notification,
    Outcome,
    Reaction,
    Script,
)

_BOOT_FILES_SINCE = 81
_REBOOTS, _AS_TOLD, _DEAF = "1", "0", "2"

COMMON_FILES = {
    "T40P": 54, "T40G": 76, "T41P": 36, "T41S": 68, "T41U": 116, "T42G": 29, "T42S": 67,
    "T42U": 116, "T43U": 107, "T44U": 174, "T44W": 174, "T46G": 28, "T46S": 66, "T46U": 108,
    "T48G": 35, "T48S": 65, "T48U": 109, "T49G": 51, "T52S": 74, "T53": 95, "T53W": 95,
    "T54S": 70, "T54W": 96, "T56A": 56, "T57W": 97, "T58A": 58, "T58V": 58, "T58W": 150,
}  # fmt: skip
"""Number in the name of the common file, by model.

Source: names of the vendor's template folders as two other systems keep them.
"""


class YealinkFirmware(Firmware):
    """Firmware V80 and later."""

    @property
    def generation(self) -> int:
        """The second number of the version: 86 for 108.86.0.90."""
        parts = self.identity.firmware.split(".")
        return int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else 0

    @property
    def user_agent(self) -> str:
        """Model, version and, unless switched off, the MAC with colons."""
        reader = YealinkReader(self.values, self.generation)
        named = f"Yealink SIP-{self.identity.model} {self.identity.firmware}"
        tells_mac = reader.static("auto_provision.user_agent_mac.enable") != "0"
        return f"{named} {self.mac_with_colons}" if tells_mac else named

    @property
    def sip_user_agent(self) -> str:
        """In SIP the MAC is left out."""
        return f"Yealink SIP-{self.identity.model} {self.identity.firmware}"

    def fetch(self, url: str, *, is_boot: bool) -> Script:
        """Ask for the boot files, then for what they include or the two usual files."""
        del is_boot  # a Yealink asks for the same files at every check
        mac = self.identity.mac
        names = [f"y{COMMON_FILES.get(self.identity.model, 0):012d}.cfg", f"{mac}.cfg"]
        overwrites = False
        base = url.replace("$MAC", mac).replace("$MA", mac)
        base = base.replace("$PN", self.identity.model).replace("$MODEL", self.identity.model)
        if self.generation >= _BOOT_FILES_SINCE:
            for name in (f"{mac}.boot", "y000000000000.boot"):
                answer = yield self.get(base, name)
                if answer.is_failure:
                    return Outcome.FAILED
                boot = read_boot_file(answer.body, self.identity.model) if answer.is_found else None
                if boot is not None:
                    names, overwrites = list(boot.includes), boot.overwrites
                    break
        outcome = yield from self._fetch_configs(base, names, overwrites=overwrites)
        image = YealinkReader(self.values, self.generation).static("firmware.url")
        if outcome not in {Outcome.APPLIED, Outcome.UNCHANGED} or not image:
            return outcome
        is_there = yield from self.take_image([image])
        return Outcome.UPGRADE if is_there else outcome

    def _fetch_configs(self, base: str, names: list[str], *, overwrites: bool) -> Script:
        bodies: list[bytes] = []
        for name in names:
            answer = yield self.get(base, name)
            if answer.is_failure:
                return Outcome.FAILED
            if answer.is_found:
                bodies.append(answer.body)
        read = [values for values in map(read_config, bodies) if values is not None]
        if not read:
            return Outcome.NOTHING
        if not self.is_news("config", bodies):
            return Outcome.UNCHANGED
        if overwrites:
            kept = {k: v for k, v in self.values.items() if k.startswith("static.")}
            self.values.clear()
            self.values.update(kept)
        for values in read:
            merge(self.values, values)
        return Outcome.APPLIED

    def state(self) -> PhoneState:
        """Return the settings the phone acts on now."""
        return YealinkReader(self.values, self.generation).state()

    def react(self, notification: Notification) -> Reaction:
        """Obey check-sync, ACTION-URI and reset as far as the config lets it."""
        if self.values.get("sip.trust_ctrl") == "1" and not notification.is_from_registrar:
            return Reaction(code=FORBIDDEN, note="takes orders from its registrar only")
        if notification.event == "check-sync":
            return self._check_sync(notification.parameters)
        if notification.event == "action-uri":
            return self._action_uri(notification.body)
        if notification.event == "reset" and self.values.get("sip.notify_reset.enable") == "1":
            return OBEY_RESET
        return Reaction(code=BAD_EVENT, note=f"does not know the event {notification.event}")

    def _check_sync(self, parameters: str) -> Reaction:
        mode = self.values.get("sip.notify_reboot_enable", _REBOOTS)
        if mode == _DEAF:
            return Reaction(code=OK, note="ignores check-sync (sip.notify_reboot_enable = 2)")
        if mode == _AS_TOLD and "reboot=true" not in parameters.replace(" ", ""):
            return OBEY_RESYNC
        return OBEY_REBOOT

    def _action_uri(self, body: str) -> Reaction:
        if self.values.get("features.action_uri.enable", "1") != "1":
            return Reaction(code=FORBIDDEN, note="remote control is off")
        if self.values.get("features.show_action_uri_option", "1") != "0":
            return Reaction(code=OK, note="asks on its screen: allow remote control?")
        keys = {"reboot": OBEY_REBOOT, "reset": OBEY_RESET, "autop": OBEY_RESYNC}
        key = body.strip().lower().removeprefix("key=")
        return keys.get(key, Reaction(code=OK, note=f"presses the key {key}"))
