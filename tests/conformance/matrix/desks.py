"""One way to ask the four vendors' independent readers the same questions."""

import re
from typing import Any, ClassVar

from phoneprov.catalog.model import PhoneModel, Vendor
from phoneprov.vendors.config import ButtonKind, PhoneConfig
from tests.conformance import intents
from tests.conformance.cisco import models as cisco
from tests.conformance.grandstream import models as grandstream
from tests.conformance.grandstream.test_phone_file import KNOWN_OTHERWISE
from tests.conformance.matrix.desk import Clock, Desk, ReadKey
from tests.conformance.polycom import models as polycom
from tests.conformance.readers.cisco import CiscoClock, CiscoPhone, read_elements
from tests.conformance.readers.cisco import SeenKey as CiscoKey
from tests.conformance.readers.grandstream import GrandstreamPhone, read_values
from tests.conformance.readers.grandstream import SeenKey as GrandstreamKey
from tests.conformance.readers.grandstream_clock import local_clock
from tests.conformance.readers.polycom import PolycomPhone
from tests.conformance.readers.polycom import SeenKey as PolycomKey
from tests.conformance.readers.polycom_clock import PolycomClock
from tests.conformance.readers.yealink import SeenKey as YealinkKey
from tests.conformance.readers.yealink import YealinkClock, YealinkPhone, read_lines
from tests.conformance.yealink import models as yealink
from tests.conformance.yealink.test_phone_file import NAMED_ELSEWHERE

DIALS = frozenset({ButtonKind.SPEED_DIAL, ButtonKind.FEATURE_CODE, ButtonKind.CUSTOM})


class YealinkDesk:
    """A Yealink on a desk."""

    KINDS: ClassVar = {
        15: frozenset({ButtonKind.LINE}),
        16: frozenset({ButtonKind.BLF, ButtonKind.PARK_RETRIEVE}),
        13: DIALS,
        10: frozenset({ButtonKind.PARK}),
        1: frozenset({ButtonKind.CONFERENCE}),
    }

    def __init__(self, model: PhoneModel) -> None:
        self.model = model
        self.phone = YealinkPhone()

    def take(self, config: PhoneConfig) -> None:
        self.phone.take(yealink.body_of(config))

    def accounts(self) -> dict[int, Any]:
        return dict(self.phone.accounts())

    def secrets(self) -> set[str]:
        return self.phone.secrets()

    def keys(self) -> dict[int, ReadKey]:
        return {position: self._key(key) for position, key in self.phone.keys().items()}

    def module_keys(self) -> dict[tuple[int, int], ReadKey]:
        return {place: self._key(key) for place, key in self.phone.module_keys().items()}

    def _key(self, key: YealinkKey) -> ReadKey:
        return ReadKey(
            kinds=self.KINDS[key.type], target=key.value, label=key.label, account=key.line
        )

    def clock(self, year: int) -> Clock:
        return YealinkClock(self.phone, year).local_time

    def parameters(self, config: PhoneConfig) -> list[tuple[str, str]]:
        return read_lines(yealink.body_of(config))

    def unknown_names(self, config: PhoneConfig) -> set[str]:
        known = {re.sub(r"\{\w\}", "{n}", name) for name in intents.known_names("yealink")}
        names = {name for name, _ in self.parameters(config)}
        return {_with_n(name) for name in names} - known - NAMED_ELSEWHERE


class GrandstreamDesk:
    """A Grandstream on a desk."""

    KINDS: ClassVar = {
        "line": frozenset({ButtonKind.LINE}),
        "blf": frozenset({ButtonKind.BLF}),
        "speeddial": DIALS,
        "callpark": frozenset({ButtonKind.PARK}),
        "monitoredcp": frozenset({ButtonKind.PARK_RETRIEVE}),
        "conference": frozenset({ButtonKind.CONFERENCE}),
    }

    def __init__(self, model: PhoneModel) -> None:
        self.model = model
        self.phone = GrandstreamPhone(
            model=model.name,
            mac=grandstream.MAC,
            fixed_keys=model.physical_keys,
            side_keys=model.side_keys,
        )
        self.boards = 0

    def take(self, config: PhoneConfig) -> None:
        self.boards = len(config.modules)
        self.phone.take(grandstream.body_of(config))

    def accounts(self) -> dict[int, Any]:
        return dict(self.phone.accounts())

    def secrets(self) -> set[str]:
        return self.phone.passwords()

    def keys(self) -> dict[int, ReadKey]:
        if self._has_app():
            behind = 40 * self.boards
            places = self.phone.screen_keys().items()
            return {place - behind: self._key(key) for place, key in places if place > behind}
        keys = self.phone.keys(self.model.line_keys)
        return {position: self._key(key) for position, key in keys.items()}

    def module_keys(self) -> dict[tuple[int, int], ReadKey]:
        if not self._has_app():
            return {place: self._key(key) for place, key in self.phone.board_keys().items()}
        return {
            ((place - 1) // 40 + 1, (place - 1) % 40 + 1): self._key(key)
            for place, key in self.phone.screen_keys().items()
            if place <= 40 * self.boards
        }

    def _has_app(self) -> bool:
        return self.model.name.startswith("GXV")

    def _key(self, key: GrandstreamKey) -> ReadKey:
        kinds = self.KINDS[key.mode]
        # The app and the small phones' keys beside the keypad know no monitored park.
        if key.mode == "blf" and (self._has_app() or self.model.name.startswith("GXP16")):
            kinds |= {ButtonKind.PARK_RETRIEVE}
        return ReadKey(kinds=kinds, target=key.value, label=key.label, account=key.account)

    def clock(self, year: int) -> Clock:
        return local_clock(self.phone, year)

    def parameters(self, config: PhoneConfig) -> list[tuple[str, str]]:
        return read_values(grandstream.body_of(config), grandstream.MAC)

    def unknown_names(self, config: PhoneConfig) -> set[str]:
        names = {name for name, _ in self.parameters(config)}
        unknown = names - intents.known_names("grandstream")
        return {name for name in unknown if not KNOWN_OTHERWISE.fullmatch(name)}


class CiscoDesk:
    """A Cisco SPA on a desk; what it does is said by the functions of a key."""

    def __init__(self, model: PhoneModel) -> None:
        self.model = model
        self.phone = CiscoPhone()

    def take(self, config: PhoneConfig) -> None:
        self.phone.take(cisco.body_of(config))

    def accounts(self) -> dict[int, Any]:
        return dict(self.phone.accounts())

    def secrets(self) -> set[str]:
        return self.phone.secrets()

    def keys(self) -> dict[int, ReadKey]:
        return {position: self._key(key) for position, key in self.phone.keys().items()}

    def module_keys(self) -> dict[tuple[int, int], ReadKey]:
        return {place: self._key(key) for place, key in self.phone.console_keys().items()}

    def _key(self, key: CiscoKey) -> ReadKey:
        transfers = self.phone.get("BXfer_On_Speed_Dial_Enable", "No") == "Yes"
        return ReadKey(
            kinds=self.kinds(key.functions, transfers=transfers),
            target=(key.watches or key.dials).removesuffix("@$PROXY"),
            label=key.label,
            account=key.account,
        )

    @staticmethod
    def kinds(functions: tuple[str, ...], *, transfers: bool) -> frozenset[ButtonKind]:
        """Return what functions can mean; in a call a speed dial may be a transfer."""
        if not functions:
            return frozenset({ButtonKind.LINE})
        if "blf" in functions:
            picks_up = "cp" in functions
            return frozenset({ButtonKind.BLF if picks_up else ButtonKind.PARK_RETRIEVE})
        return frozenset({ButtonKind.PARK}) if transfers else DIALS | {ButtonKind.CONFERENCE}

    def clock(self, year: int) -> Clock:
        return CiscoClock(self.phone, year).local_time

    def parameters(self, config: PhoneConfig) -> list[tuple[str, str]]:
        return read_elements(cisco.body_of(config))

    def unknown_names(self, config: PhoneConfig) -> set[str]:
        known = intents.known_names("cisco_spa")
        names = {name for name, _ in self.parameters(config)}
        names = {re.sub(r"_\d+_$", "_{n}_", name) for name in names}
        names = {re.sub(r"^Unit_\d_Key_\d+$", "Unit_{n}_Key_{n}", name) for name in names}
        return {re.sub(r"^Unit_\d_", "Unit_{n}_", name) for name in names} - known


class PolycomDesk:
    """A Polycom VVX on a desk."""

    KINDS: ClassVar = {
        "line": frozenset({ButtonKind.LINE}),
        "normal": frozenset({ButtonKind.BLF}),
        "automata": frozenset({ButtonKind.PARK_RETRIEVE}),
        "transfer": frozenset({ButtonKind.PARK}),
        "dial": DIALS | {ButtonKind.CONFERENCE},
    }

    def __init__(self, model: PhoneModel) -> None:
        self.model = model
        self.phone = PolycomPhone(mac=polycom.MAC)
        self.sizes: list[int] = []

    def take(self, config: PhoneConfig) -> None:
        self.sizes = [one.module.keys for one in config.modules]
        polycom.boot(self.phone, config)

    def accounts(self) -> dict[int, Any]:
        return dict(self.phone.accounts())

    def secrets(self) -> set[str]:
        return self.phone.secrets()

    def keys(self) -> dict[int, ReadKey]:
        own = self.model.line_keys
        return {n: self._key(key) for n, key in self.phone.keys().items() if n <= own}

    def module_keys(self) -> dict[tuple[int, int], ReadKey]:
        own = self.model.line_keys
        return {
            self._place(number - own): self._key(key)
            for number, key in self.phone.keys().items()
            if number > own
        }

    def _place(self, number: int) -> tuple[int, int]:
        """Return module and key of a line key behind the phone's own; module 0 for none."""
        for module, size in enumerate(self.sizes, start=1):
            if number <= size:
                return module, number
            number -= size
        return 0, number

    def _key(self, key: PolycomKey) -> ReadKey:
        return ReadKey(
            kinds=self.KINDS[key.what],
            target=key.target,
            label=key.label,
            account=key.account or 1,
        )

    def clock(self, year: int) -> Clock:
        return PolycomClock(self.phone, year).local_time

    def parameters(self, config: PhoneConfig) -> list[tuple[str, str]]:
        return polycom.parameters_of(config)

    def unknown_names(self, config: PhoneConfig) -> set[str]:
        known = intents.known_names("polycom")
        names = {_with_n(name) for name, _ in self.parameters(config)}
        names = {name.replace("server.{n}.", "server.1.") for name in names} - known
        return {name.replace("server.1.", "server.{n}.") for name in names} - known


DESKS: dict[Vendor, type[Desk]] = {
    Vendor.YEALINK: YealinkDesk,
    Vendor.GRANDSTREAM: GrandstreamDesk,
    Vendor.CISCO: CiscoDesk,
    Vendor.POLYCOM: PolycomDesk,
}
MACS = {
    Vendor.YEALINK: yealink.MAC,
    Vendor.GRANDSTREAM: grandstream.MAC,
    Vendor.CISCO: cisco.MAC,
    Vendor.POLYCOM: polycom.MAC,
}


def desk_for(model: PhoneModel) -> Desk:
    """Return a new phone of a model, fresh from its box."""
    return DESKS[model.vendor](model)


def config_for(model: PhoneModel, **changes: Any) -> PhoneConfig:
    """Return what a phone of a model with one account is told."""
    return intents.config(model, MACS[model.vendor], **changes)


def _with_n(name: str) -> str:
    return re.sub(r"(?<=\.)\d+(?=\.|$)", "{n}", name)
