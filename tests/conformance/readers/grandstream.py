"""Read `cfg<mac>.xml` as a Grandstream does. Shares no code with the writer.

Rules: well-formed XML, or the whole file is dropped; a `<mac>` that is not the phone's own drops
it too; `config version="1"` holds P-values; what is left out keeps its value; an empty element
empties it. Accounts count from 1, keys count accounts from 0.
"""

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field


class DroppedFileError(Exception):
    """The phone would not use the file at all."""


def read_values(body: bytes, mac: str | None) -> list[tuple[str, str]]:
    """Return the P-values of a file in order."""
    try:
        root = ET.fromstring(body)
    except ET.ParseError as error:
        raise DroppedFileError(str(error)) from error
    if root.tag != "gs_provision" or root.get("version") != "1":
        raise DroppedFileError(f"the root is {root.tag}")
    stated = root.find("mac")
    if stated is not None and (stated.text or "").strip().lower() != mac:
        raise DroppedFileError(f"the file is for {stated.text}")
    (config,) = root.findall("config")
    if config.get("version") != "1":
        raise DroppedFileError("P-values stand in version 1")
    values = []
    for element in config:
        assert re.fullmatch(r"P\d+", element.tag), element.tag
        assert not element.attrib
        assert len(element) == 0
        values.append((element.tag, element.text or ""))
    return values


ACCOUNT_1 = {
    "active": "P271",
    "name": "P270",
    "server": "P47",
    "proxy": "P48",
    "user": "P35",
    "auth": "P36",
    "password": "P34",
    "display": "P3",
    "voicemail": "P33",
    "port": "P40",
    "transport": "P130",
    "register": "P31",
    "expires": "P32",
    "nat": "P52",
    "reboot": "P81",
    "prefix": "P1347",
}
IN_BLOCK = {
    "active": "{}01",
    "name": "{}17",
    "server": "{}02",
    "proxy": "{}03",
    "user": "{}04",
    "auth": "{}05",
    "password": "{}06",
    "display": "{}07",
    "voicemail": "{}26",
    "port": "{}13",
    "transport": "{}48",
    "register": "{}10",
    "expires": "{}12",
    "nat": "{}14",
    "reboot": "{}11",
    "prefix": "{}81",
}
BLOCKS = ["", "", "P4", "P5", "P6", "P17", "P18", *(f"P{n}" for n in range(506, 516))]
GRP260X_BLOCKS = [*BLOCKS[:5], "P7", "P8", *BLOCKS[7:]]


@dataclass
class SeenAccount:
    """An account that the phone would register."""

    user: str
    auth_user: str
    password: str
    display_name: str
    label: str
    server: str
    proxy: str
    transport: str
    expires_s: int
    voicemail: str
    local_port: int
    pickup_prefix: str


@dataclass
class SeenKey:
    """A key with a function, its account counted from 1."""

    mode: str
    account: int
    label: str
    value: str


WORDS = {"line", "blf", "speeddial", "callpark", "monitoredcp", "conference"}
FIXED_SCALE = {
    "0": "line",
    "10": "speeddial",
    "11": "blf",
    "19": "callpark",
    "22": "conference",
    "26": "monitoredcp",
}
DYNAMIC_SCALE = {
    "0": "speeddial",
    "1": "blf",
    "9": "callpark",
    "12": "conference",
    "16": "monitoredcp",
    "31": "line",
}
SCREEN_SCALE = {"0": "speeddial", "1": "blf", "9": "callpark", "15": "conference"}
"""Of an app's keys: what of our modes FusionPBX's template of the GXV3240 lists."""
SCREEN_KEYS = 160


@dataclass
class GrandstreamPhone:
    """A phone that remembers what earlier files said."""

    model: str
    mac: str
    fixed_keys: int = 0
    side_keys: int = 0
    """Multi-purpose keys beside the keypad: the last of the keys."""
    values: dict[str, str] = field(default_factory=dict)

    def take(self, body: bytes) -> None:
        """Apply a file over what is there."""
        self.values.update(read_values(body, self.mac))

    def get(self, name: str, factory: str = "") -> str:
        """Return a P-value, or its factory value."""
        return self.values.get(name, factory)

    def accounts(self) -> dict[int, SeenAccount]:
        """Return the accounts that are switched on and register, by number."""
        seen = {}
        for number in range(1, 17):
            names = self._names(number)
            if self.get(names["active"]) == "1" and self.get(names["register"]) == "1":
                seen[number] = self._account({k: self.get(v) for k, v in names.items()})
        return seen

    def passwords(self) -> set[str]:
        """Return every account password that is stored, in whatever block."""
        blocks = [*BLOCKS[2:], "P7", "P8"]
        return {self.get(name) for name in ("P34", *(f"{b}06" for b in blocks))} - {""}

    def _names(self, number: int) -> dict[str, str]:
        if number == 1:
            return ACCOUNT_1
        blocks = GRP260X_BLOCKS if self.model.startswith("GRP260") else BLOCKS
        return {key: form.format(blocks[number]) for key, form in IN_BLOCK.items()}

    def _account(self, values: dict[str, str]) -> SeenAccount:
        assert values["nat"] == "2"
        assert values["reboot"] in {"0", "2"}, "1 would unregister other phones"
        return SeenAccount(
            user=values["user"],
            auth_user=values["auth"],
            password=values["password"],
            display_name=values["display"],
            label=values["name"],
            server=values["server"],
            proxy=values["proxy"],
            transport=["udp", "tcp", "tls"][int(values["transport"])],
            expires_s=int(values["expires"]) * 60,
            voicemail=values["voicemail"],
            local_port=int(values["port"]),
            pickup_prefix=values["prefix"],
        )

    def keys(self, count: int) -> dict[int, SeenKey]:
        """Return the keys with a function; a hole ends the dynamic ones."""
        if self.model.startswith("GXV"):
            return self.screen_keys()
        seen = {}
        for position in range(1, count + 1):
            virtual = count - self.side_keys
            is_beside = position > virtual
            beside = position - virtual
            names = self._side_names(beside) if is_beside else self._key_names(position)
            assert set(names) <= set(self.values), f"a hole at key {position}"
            text = self.get(names[0])
            mode = self._side_mode(names) if is_beside else self._mode(position, text)
            if mode:
                seen[position] = self._key(mode, names)
        return seen

    def board_keys(self) -> dict[tuple[int, int], SeenKey]:
        """Return the extension boards' keys with a function, by board and key."""
        assert not self.model.startswith("GXV")
        seen = {}
        for place in range(1, SCREEN_KEYS + 1):
            names = self._board_names(place)
            if names[0] in self.values and self.get(names[0]) != "-1":
                mode = DYNAMIC_SCALE[self.get(names[0])]
                seen[(place - 1) // 40 + 1, (place - 1) % 40 + 1] = self._key(mode, names)
        return seen

    def screen_keys(self) -> dict[int, SeenKey]:
        """Return an app's keys with a function; a speed dial to nobody is an empty place."""
        assert self.model.startswith("GXV")
        seen = {}
        for place in range(1, SCREEN_KEYS + 1):
            names = self._board_names(place)
            key = self._key(SCREEN_SCALE[self.get(names[0])], names)
            if key.value or key.mode == "conference":
                seen[place] = key
        return seen

    def video(self, number: int) -> dict[str, str]:
        """Return what video calls of an account are like."""
        codecs = ["P295 P1307", "P464 P475", "P564 P575", "P664 P675", "P1764 P1775", "P1864 P1875"]
        first, second = codecs[number - 1].split()
        names = {"99": "h264", "34": "h263", "": ""}
        hundreds = 100 * (number - 1)
        return {
            "on": {"0": "yes", "1": "no"}[self.get("P22091", "0")],
            "first": names[self.get(first)],
            "second": names[self.get(second)],
            "starts itself": {"0": "no", "1": "yes"}[self.get(f"P{2314 + hundreds}")],
            "asked from afar": {"0": "prompts", "1": "accepts"}[self.get(f"P{2326 + hundreds}")],
        }

    def _key(self, mode: str, names: list[str]) -> SeenKey:
        account, label, value = (self.get(name) for name in names[1:])
        assert len(label) <= 32
        assert len(value) <= 64
        return SeenKey(mode=mode, account=int(account) + 1, label=label, value=value)

    def _side_mode(self, names: list[str]) -> str | None:
        text, value = self.get(names[0]), self.get(names[3])
        if self.model.startswith("GXP16"):
            assert int(text) in {*range(12), 13}, "no mode of its multi-purpose keys"
            return DYNAMIC_SCALE[text] if value else None
        assert -1 <= int(text) <= 20
        return None if text == "-1" else DYNAMIC_SCALE[text]

    @staticmethod
    def _side_names(key: int) -> list[str]:
        if key <= 7:
            return [f"P{322 + key}", *(f"P{298 + 3 * key + k}" for k in range(3))]
        start = 353 + 4 * (key - 8) if key <= 18 else 1440 + 4 * (key - 19)
        return [f"P{start + k}" for k in range(4)]

    @staticmethod
    def _board_names(place: int) -> list[str]:
        return [f"P{23000 + 5 * (place - 1) + k}" for k in range(4)]

    def _key_names(self, position: int) -> list[str]:
        if position >= 7:
            return [f"P{23800 + 4 * (position - 7) + k}" for k in range(4)]
        modes = [1363, 1365, 1367, 1369, 1371, 1373]
        labels = [1465, 1467, 1469, 1471, 1473, 1475]
        mode, label = modes[position - 1], labels[position - 1]
        return [f"P{mode}", f"P{mode + 1}", f"P{label}", f"P{label + 1}"]

    def _mode(self, position: int, text: str) -> str | None:
        if text.lower() in {"-1", "none"}:
            return None
        if text.lower() in WORDS:
            assert re.match(r"GXP21|GRP", self.model), "no words in this family's template"
            return text.lower()
        return (FIXED_SCALE if position <= self.fixed_keys else DYNAMIC_SCALE)[text]
