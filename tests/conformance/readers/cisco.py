"""Read a flat profile as a Cisco SPA does. Shares no code with the writer.

Rules: well-formed XML, or the whole file is dropped; the root is `flat-profile`; each child is a
parameter; what is left out keeps its value, an empty element empties it. Inside a function string
`;` parts fields, `=` parts a field's name from its value, `+` parts functions, and there is no
escape; `$NAME` is a macro.
"""

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

FUNCTIONS = {"blf", "sd", "cp"}
FIELDS = {"fnc", "sub", "ext", "nme", "vid"}
MACROS = {"$PROXY", "$USER"}
HALF_HOURS = ("-03:30", "+03:30", "+05:30", "+05:45", "+06:30", "+09:30")
TIME_ZONES = {
    "GMT",
    *(f"GMT-{hour:02d}:00" for hour in range(1, 13)),
    *(f"GMT+{hour:02d}:00" for hour in range(1, 14)),
    *(f"GMT{half}" for half in HALF_HOURS),
}
"""What the phone's own list offers, as a public SPA profile has it in a comment."""
FACTORY_DIAL_PLAN = "(*xx|[3469]11|0|00|[2-9]xxxxxx|1xxx[2-9]xxxxxx|xxxxxxxxxxxx.)"
"""SPA9x1 Administrator Guide p. 5-46."""


class DroppedFileError(Exception):
    """The phone would not use the file at all."""


def read_elements(body: bytes) -> list[tuple[str, str]]:
    """Return the parameters of a profile in order."""
    try:
        root = ET.fromstring(body)
    except ET.ParseError as error:
        raise DroppedFileError(str(error)) from error
    if root.tag != "flat-profile":
        raise DroppedFileError(f"the root is {root.tag}")
    elements = []
    for element in root:
        assert re.fullmatch(r"[A-Za-z][\w.-]*", element.tag), element.tag
        assert not element.attrib
        assert len(element) == 0
        elements.append((element.tag, element.text or ""))
    return elements


@dataclass
class SeenAccount:
    """A line that the phone would register."""

    user: str
    auth_user: str
    password: str
    display_name: str
    server: str
    port: int
    transport: str
    expires_s: int
    proxy: str
    proxy_port: int
    local_port: int
    voicemail: str


@dataclass
class SeenKey:
    """A line key that does something: a line, or functions with a target."""

    label: str
    account: int
    functions: tuple[str, ...] = ()
    watches: str = ""
    dials: str = ""
    name: str = ""


@dataclass
class CiscoPhone:
    """A phone that remembers what earlier profiles said."""

    settings: dict[str, str] = field(default_factory=dict)

    def take(self, body: bytes) -> None:
        """Apply a profile over what is there."""
        self.settings.update(read_elements(body))

    def get(self, name: str, factory: str = "") -> str:
        """Return a parameter, or its factory value."""
        return self.settings.get(name, factory)

    def accounts(self) -> dict[int, SeenAccount]:
        """Return the lines that are switched on and register, by number."""
        matches = (re.fullmatch(r"Line_Enable_(\d+)_", name) for name in self.settings)
        numbers = sorted(int(match[1]) for match in matches if match)
        return {n: self._account(n) for n in numbers if self._is_on(n)}

    def secrets(self) -> set[str]:
        """Return every line password that is stored."""
        values = {v for n, v in self.settings.items() if re.fullmatch(r"Password_\d+_", n)}
        return values - {""}

    def _is_on(self, number: int) -> bool:
        states = {self.get(f"{name}_{number}_", "Yes") for name in ("Line_Enable", "Register")}
        assert states <= {"Yes", "No"}
        return states == {"Yes"}

    def _account(self, number: int) -> SeenAccount:
        def get(name: str, factory: str = "") -> str:
            return self.get(f"{name}_{number}_", factory)

        server, port = _address(get("Proxy"))
        has_proxy = get("Use_Outbound_Proxy", "No") == "Yes"
        proxy, proxy_port = _address(get("Outbound_Proxy")) if has_proxy else ("", 0)
        return SeenAccount(
            user=get("User_ID"),
            auth_user=get("Auth_ID") if get("Use_Auth_ID", "No") == "Yes" else get("User_ID"),
            password=get("Password"),
            display_name=get("Display_Name"),
            server=server,
            port=port,
            transport=get("SIP_Transport", "UDP").lower(),
            expires_s=int(get("Register_Expires", "3600")),
            proxy=proxy,
            proxy_port=proxy_port,
            local_port=int(get("SIP_Port")),
            voicemail=get("Mailbox_ID"),
        )

    def keys(self) -> dict[int, SeenKey]:
        """Return the line keys that do something, by number."""
        found = {}
        for name, extension in self.settings.items():
            match = re.fullmatch(r"Extension_(\d+)_", name)
            key = self._key(match[1], extension) if match else None
            if match and key:
                found[int(match[1])] = key
        return dict(sorted(found.items()))

    def console_keys(self) -> dict[tuple[int, int], SeenKey]:
        """Return the keys of switched-on consoles that have a function, by unit and key."""
        found = {}
        for name, function in self.settings.items():
            match = re.fullmatch(r"Unit_([12])_Key_(\d+)", name)
            if match and function and self.is_console_on(int(match[1])):
                key = read_function(function)
                key.label = key.name
                found[int(match[1]), int(match[2])] = key
        return found

    def is_console_on(self, unit: int) -> bool:
        """Tell whether the phone talks to an attendant console there."""
        state = self.get(f"Unit_{unit}_Enable", "No")
        assert state in {"Yes", "No"}
        return state == "Yes"

    def _key(self, number: str, extension: str) -> SeenKey | None:
        label = self.get(f"Short_Name_{number}_", "$USER")
        function = self.get(f"Extended_Function_{number}_")
        if extension != "Disabled":
            assert function == "", "a line key has no function"
            return SeenKey(label=label, account=int(extension))
        return read_function(function, label) if function else None


def read_function(text: str, label: str = "") -> SeenKey:
    """Return what a function string says; every `;` in it parts fields."""
    pairs = [part.split("=") for part in text.split(";")]
    assert all(len(pair) == 2 for pair in pairs), f"not a function string: {text!r}"
    names = [name for name, _ in pairs]
    assert len(names) == len(set(names))
    assert set(names) <= FIELDS, text
    assert set(re.findall(r"\$\w*", text)) <= MACROS, text
    fields = dict(pairs)
    functions = tuple(fields["fnc"].split("+"))
    assert set(functions) <= FUNCTIONS
    return SeenKey(
        label=label,
        account=int(fields["vid"]),
        functions=functions,
        watches=fields.get("sub", ""),
        dials=fields.get("ext", ""),
        name=fields.get("nme", ""),
    )


def goes_out(plan: str, dialled: str) -> bool:
    """Tell whether a dial plan holds the whole of what was dialled; else the phone rejects it.

    Source: SPA300/SPA500 Administration Guide, "Digit Sequences": x is any digit, brackets list
    keys, a period repeats what is before it, none at all included.
    """
    body = re.fullmatch(r"\(([^()]*)\)", plan)
    assert body, f"not a dial plan: {plan!r}"
    for sequence in body[1].split("|"):
        elements = re.findall(r"(x|[0-9*#]|\[[0-9*#-]+\])(\.?)", sequence)
        assert "".join(a + b for a, b in elements) == sequence, f"not a sequence: {sequence!r}"
        pattern = "".join(_keys(key) + ("*" if dot else "") for key, dot in elements)
        if re.fullmatch(pattern, dialled):
            return True
    return False


def _keys(element: str) -> str:
    if element == "x":
        return "[0-9]"
    return element if element.startswith("[") else re.escape(element)


def _address(text: str) -> tuple[str, int]:
    """Return host and port; port 0 where the phone looks it up itself."""
    host, _, port = text.partition(":")
    return host, int(port or 0)


class CiscoClock:
    """The clock of a phone for one year, from its zone, its offset and its rule."""

    def __init__(self, phone: CiscoPhone, year: int) -> None:
        zone = phone.get("Time_Zone", "GMT-08:00")
        assert zone in TIME_ZONES, f"not in the phone's list: {zone}"
        assert phone.get("Ignore_DHCP_Time_Offset") == "Yes"
        self._standard = _signed(zone.removeprefix("GMT") or "+00:00", ":")
        self._standard += _signed(phone.get("Time_Offset__HH_mm_", "00/00"), "/")
        self._saving = timedelta()
        self._span: tuple[datetime, datetime] | None = None
        if phone.get("Daylight_Saving_Time_Enable", "No") == "Yes":
            self._read_rule(phone.get("Daylight_Saving_Time_Rule"), year)

    def _read_rule(self, rule: str, year: int) -> None:
        match = re.fullmatch(r"start=([^;]+);end=([^;]+);save=(\d+)(?::(\d+))?(?::(\d+))?", rule)
        assert match, f"not a rule: {rule!r}"
        hours, minutes, seconds = (int(part or 0) for part in match.groups()[2:])
        self._saving = timedelta(hours=hours, minutes=minutes, seconds=seconds)
        starts = _change(match[1], year) - self._standard
        ends = _change(match[2], year) - self._standard - self._saving
        self._span = (starts, ends)

    def local_time(self, moment: datetime) -> datetime:
        """Return the wall-clock time that the screen shows, without a zone."""
        naive = moment.astimezone(UTC).replace(tzinfo=None)
        return naive + self._standard + (self._saving if self._is_summer(naive) else timedelta())

    def _is_summer(self, naive_utc: datetime) -> bool:
        if self._span is None:
            return False
        starts, ends = self._span
        if starts < ends:
            return starts <= naive_utc < ends
        return naive_utc >= starts or naive_utc < ends


def _signed(text: str, separator: str) -> timedelta:
    match = re.fullmatch(rf"([+-]?)(\d\d){separator}(\d\d)", text)
    assert match, f"not an offset: {text!r}"
    span = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return -span if match[1] == "-" else span


def _change(text: str, year: int) -> datetime:
    """Return when `month/day/weekday/hour:minute:second` is in a year.

    Weekday 1 is Monday and 7 Sunday; 0 is that very day. A positive day is the first such weekday
    on or after it; a negative one counts from the month's end, on or before it.
    """
    match = re.fullmatch(r"(\d+)/(-?\d+)/([0-7])/(\d+)(?::(\d+))?(?::(\d+))?", text)
    assert match, f"not a change: {text!r}"
    month, day, weekday, hour, minute, second = (int(part or 0) for part in match.groups())
    assert day != 0
    assert hour <= 23
    assert minute <= 59
    if day > 0:
        found, step = date(year, month, day), timedelta(days=1)
    else:
        following = date(year + month // 12, month % 12 + 1, 1)
        found, step = following + timedelta(days=day), timedelta(days=-1)
    while weekday and found.isoweekday() != weekday:
        found += step
    return datetime(found.year, found.month, found.day) + timedelta(  # noqa: DTZ001 - a wall-clock time has no zone
        hours=hour, minutes=minute, seconds=second
    )
