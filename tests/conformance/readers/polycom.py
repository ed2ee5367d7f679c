"""Read a boot as a Polycom VVX does. Shares no code with the writer.

Rules: `<mac>.cfg` is the master; without an APPLICATION element it is itself the config. Of the
files in CONFIG_FILES the left one wins. Every attribute of every element is a parameter; one that
stands twice makes the file unreadable. A `device.*` parameter counts only with `device.set` and
its own `.set`. BLF keys take the entries of the watched list in the order of the keys.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass, field

CATEGORIES = {"Line", "BLF", "EFK", "SpeedDial", "Presence", "Unassigned"}
ACTIONS = {"$Tinvite$": "dial", "$Trefer$": "transfer"}
LONGEST_MACRO = 100
MOST_WATCHED, MOST_MACROS, MOST_SPEED_DIALS = 100, 50, 9999
FACTORY_DIGIT_MAP = "[2-9]11|0T|011xxx.T|[0-1][2-9]xxxxxxxxx|[2-9]xxxxxxxxx|[2-9]xxxT"
"""Polycom community, "Unable to Dial number if Off Hook"."""


class DroppedFileError(Exception):
    """The phone would not use the file at all."""


def read_root(body: bytes) -> ET.Element:
    """Return the file's root element."""
    try:
        return ET.fromstring(body)
    except ET.ParseError as error:
        raise DroppedFileError(str(error)) from error


def read_parameters(body: bytes) -> list[tuple[str, str]]:
    """Return the attributes of all elements in order; refuse one that stands twice."""
    pairs = [pair for element in read_root(body).iter() for pair in element.attrib.items()]
    names = [name for name, _ in pairs]
    if len(names) != len(set(names)):
        raise DroppedFileError("a parameter stands twice")
    return pairs


def read_directory(body: bytes) -> dict[int, tuple[str, str]]:
    """Return label and contact of each speed dial; no contact may stand twice."""
    root = read_root(body)
    assert [root.tag, *(child.tag for child in root)] == ["directory", "item_list"]
    speed_dials: dict[int, tuple[str, str]] = {}
    for item in root.iter("item"):
        assert {child.tag for child in item} == {"lb", "ct", "sd"}
        number = int(item.findtext("sd", ""))
        assert 1 <= number <= MOST_SPEED_DIALS
        assert number not in speed_dials
        label, contact = item.findtext("lb", ""), item.findtext("ct", "")
        assert len(label.encode()) <= 40
        assert contact
        speed_dials[number] = (label, contact)
    contacts = [contact for _, contact in speed_dials.values()]
    assert len(contacts) == len(set(contacts))
    return speed_dials


@dataclass
class SeenAccount:
    """A registration that the phone would make."""

    user: str
    domain: str
    auth_user: str
    password: str
    display_name: str
    label: str
    line_keys: int
    server: str
    port: int
    transport: str
    expires_s: int
    proxy: str
    proxy_port: int
    voicemail: str


@dataclass
class SeenKey:
    """A line key: a line, a watched number (`normal`, `automata`) or a macro that acts."""

    what: str
    account: int = 0
    target: str = ""
    label: str = ""
    macro: str = ""


@dataclass
class PolycomPhone:
    """A phone that remembers what earlier files said."""

    mac: str
    settings: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    directory: dict[int, tuple[str, str]] = field(default_factory=dict)
    """Label and contact of the speed dials, by number."""

    def boot(self, fetch: Callable[[str], bytes | None]) -> None:
        """Read the master and what it names, and apply it over what is there."""
        master = self._get(fetch, f"{self.mac}.cfg") or self._get(fetch, "000000000000.cfg")
        assert master is not None, "no master file"
        root = read_root(master)
        if root.tag != "APPLICATION":
            self._apply(dict(read_parameters(master)))
            return
        assert root.get("APP_FILE_PATH") == "", "no firmware is ordered"
        names = [name.strip() for name in root.get("CONFIG_FILES", "").split(",")]
        merged: dict[str, str] = {}
        for name in names:
            body = self._get(fetch, name)
            assert body is not None, f"{name} is missing"
            merged = dict(read_parameters(body)) | merged
        self._apply(merged)
        directory = self._get(fetch, f"{self.mac}-directory.xml")
        if directory is not None:
            self.directory = read_directory(directory)

    def _get(self, fetch: Callable[[str], bytes | None], name: str) -> bytes | None:
        self.asked.append(name)
        return fetch(name)

    def _apply(self, parameters: dict[str, str]) -> None:
        for name, value in parameters.items():
            if not name.startswith("device.") or _is_set(name, parameters):
                self.settings[name] = value

    def get(self, name: str, factory: str = "") -> str:
        """Return a parameter, or its factory value."""
        return self.settings.get(name, factory)

    def accounts(self) -> dict[int, SeenAccount]:
        """Return the registrations that have an address, by number."""
        matches = (re.fullmatch(r"reg\.(\d+)\.address", name) for name in self.settings)
        numbers = sorted(int(match[1]) for match in matches if match and self.get(match[0]))
        return {number: self._account(number) for number in numbers}

    def secrets(self) -> set[str]:
        """Return every registration password that is stored."""
        names = [n for n in self.settings if re.fullmatch(r"reg\.\d+\.auth\.password", n)]
        return {self.settings[name] for name in names} - {""}

    def _account(self, number: int) -> SeenAccount:
        def get(name: str, factory: str = "") -> str:
            return self.get(f"reg.{number}.{name}", factory)

        user, _, domain = get("address").partition("@")
        assert get("server.1.register", "1") == "1"
        wants_voicemail = self.get(f"msg.mwi.{number}.callBackMode") == "contact"
        return SeenAccount(
            user=user,
            domain=domain or get("server.1.address"),
            auth_user=get("auth.userId"),
            password=get("auth.password"),
            display_name=get("displayName"),
            label=get("label"),
            line_keys=int(get("lineKeys", "1")),
            server=get("server.1.address"),
            port=int(get("server.1.port", "0")),
            transport=get("server.1.transport", "DNSnaptr"),
            expires_s=int(get("server.1.expires", "3600")),
            proxy=get("outboundProxy.address"),
            proxy_port=int(get("outboundProxy.port", "0")),
            voicemail=self.get(f"msg.mwi.{number}.callBack") if wants_voicemail else "",
        )

    def keys(self) -> dict[int, SeenKey]:
        """Return the line keys that do something, by number."""
        assert self.get("lineKey.reassignment.enabled", "0") == "1"
        matches = (re.fullmatch(r"lineKey\.(\d+)\.category", name) for name in self.settings)
        found: dict[int, SeenKey] = {}
        watched = 0
        for number in sorted(int(match[1]) for match in matches if match):
            category = self.get(f"lineKey.{number}.category")
            index = int(self.get(f"lineKey.{number}.index", "0"))
            assert category in CATEGORIES
            if category == "Line":
                found[number] = SeenKey(what="line", account=index)
            elif category == "BLF":
                assert index == 0, "the phone refuses any other"
                watched += 1
                found[number] = self._watch(watched)
            elif category == "EFK":
                found[number] = self._macro(index)
            elif category == "SpeedDial":
                found[number] = self._speed_dial(index)
        return found

    def watched(self) -> list[str]:
        """Return the watched list without its empty entries; a hole ends it."""
        addresses = []
        for number in range(1, 101):
            address = self.get(f"attendant.resourceList.{number}.address")
            if not address:
                break
            addresses.append(address)
        return addresses

    def _speed_dial(self, number: int) -> SeenKey:
        label, contact = self.directory[number]
        if contact.startswith("^"):
            target, what = read_macro(contact.removeprefix("^"))
            return SeenKey(what=what, target=target, label=label)
        assert not set(contact) & set("$!^"), f"a number holds an order: {contact!r}"
        return SeenKey(what="dial", target=contact, label=label)

    def _watch(self, number: int) -> SeenKey:
        assert number <= MOST_WATCHED
        prefix = f"attendant.resourceList.{number}"
        kind = self.get(f"{prefix}.type", "normal")
        assert kind in {"normal", "automata"}
        target = self.get(f"{prefix}.address")
        assert target, "a key watches nothing"
        account = int(self.get("attendant.reg", "1"))
        return SeenKey(what=kind, account=account, target=target, label=self.get(f"{prefix}.label"))

    def _macro(self, number: int) -> SeenKey:
        assert number <= MOST_MACROS
        for name in ("feature.enhancedFeatureKeys.enabled", "feature.EFKLineKey.enabled"):
            assert self.get(name, "0") == "1"
        prefix = f"efk.efklist.{number}"
        assert self.get(f"{prefix}.status", "0") == "1"
        target, what = read_macro(self.get(f"{prefix}.action.string"))
        name = self.get(f"{prefix}.mname")
        assert re.fullmatch(r"\w+", name)
        return SeenKey(what=what, target=target, label=self.get(f"{prefix}.label"), macro=name)


def read_macro(text: str) -> tuple[str, str]:
    """Return what a macro dials, and whether it dials or transfers; it holds no other order."""
    match = re.fullmatch(r"([^$!^]+)(\$T\w+\$)", text)
    assert match, f"not a macro of ours: {text!r}"
    return match[1], ACTIONS[match[2]]


def fits_digit_map(digit_map: str, dialled: str) -> bool:
    """Tell whether a digit map holds the whole of what was dialled.

    Source: RFC 3435, 2.1.5, which the software follows: x is any digit, brackets list digits, a
    period repeats what is before it, none at all included, T waits for the timer.
    """
    for entry in digit_map.split("|"):
        elements = re.findall(r"(x|[0-9*#]|\[[0-9-]+\])(\.?)", entry.removesuffix("T"))
        assert "".join(a + b for a, b in elements) == entry.removesuffix("T"), entry
        keys = {"x": "[0-9]", "*": "[*]", "#": "[#]"}
        pattern = "".join(keys.get(key, key) + ("*" if dot else "") for key, dot in elements)
        if re.fullmatch(pattern, dialled):
            return True
    return False


def _is_set(name: str, parameters: dict[str, str]) -> bool:
    if name == "device.set" or name.endswith(".set"):
        return True
    return parameters.get("device.set") == "1" and parameters.get(f"{name}.set") == "1"
