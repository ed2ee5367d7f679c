"""Read `.cfg` and `.boot` files as a Yealink does. Shares no code with the writer.

Rules: the first line has to be the header, or the whole file is dropped; the first `=`
separates; blanks around name and value are cut; `#` at the start of a line is a comment; there
is no quoting; the last of several wins; an empty value keeps the old one; `%NULL%` goes back to
the factory value.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

HEADER = "#!version:1.0.0.1"
FACTORY = "%NULL%"


class DroppedFileError(Exception):
    """The phone would not read the file at all."""


def read_lines(body: bytes) -> list[tuple[str, str]]:
    """Return the assignments of a file in order."""
    text = body.decode("utf-8")
    lines = re.split(r"\r\n|\n|\r", text)
    if lines[0] != HEADER:
        raise DroppedFileError(f"the first line is {lines[0]!r}")
    assignments = []
    for line in lines[1:]:
        if not line.strip() or line.startswith("#"):
            continue
        name, separator, value = line.partition("=")
        assert separator, f"not an assignment: {line!r}"
        assignments.append((name.strip(), value.strip()))
    return assignments


@dataclass
class Boot:
    """What a boot file says."""

    includes: list[str]
    overwrite_mode: str


def read_boot(body: bytes) -> Boot:
    """Return the files a boot file includes, and its overwrite mode."""
    lines = body.decode("utf-8").splitlines()
    if lines[0] != HEADER:
        raise DroppedFileError(f"the first line is {lines[0]!r}")
    includes = [m[1] for line in lines if (m := re.match(r'include:config\s+["<](.+)[">]$', line))]
    (mode,) = [m[1] for line in lines if (m := re.match(r"overwrite_mode\s*=\s*([01])$", line))]
    return Boot(includes=includes, overwrite_mode=mode)


@dataclass
class SeenAccount:
    """An account that the phone would register."""

    user: str
    auth_user: str
    password: str
    display_name: str
    label: str
    server: str
    port: int
    transport: str
    expires_s: int
    proxy: str
    proxy_port: int
    voicemail: str


@dataclass
class SeenKey:
    """A line key with a function."""

    type: int
    line: int
    value: str
    label: str
    pickup: str


@dataclass
class YealinkPhone:
    """A phone that remembers what earlier files said."""

    settings: dict[str, str] = field(default_factory=dict)

    def take(self, body: bytes) -> None:
        """Apply a file over what is there."""
        for name, value in read_lines(body):
            if value == FACTORY:
                self.settings.pop(name, None)
            elif value:
                self.settings[name] = value

    def get(self, name: str, factory: str = "") -> str:
        """Return a setting, or its factory value."""
        return self.settings.get(name, factory)

    def accounts(self) -> dict[int, SeenAccount]:
        """Return the accounts that are switched on, by number."""
        on = (re.fullmatch(r"account\.(\d+)\.enable", name) for name in self.settings)
        numbers = sorted(int(match[1]) for match in on if match and self.get(match[0]) == "1")
        return {number: self._account(number) for number in numbers}

    def secrets(self) -> set[str]:
        """Return every account password that is stored."""
        names = [n for n in self.settings if re.fullmatch(r"account\.\d+\.password", n)]
        return {self.settings[name] for name in names}

    def _account(self, number: int) -> SeenAccount:
        def get(name: str, factory: str = "") -> str:
            return self.get(f"account.{number}.{name}", factory)

        has_proxy = get("outbound_proxy_enable", "0") == "1"
        return SeenAccount(
            user=get("user_name"),
            auth_user=get("auth_name"),
            password=get("password"),
            display_name=get("display_name"),
            label=get("label"),
            server=get("sip_server.1.address"),
            port=int(get("sip_server.1.port", "5060")),
            transport=["udp", "tcp", "tls"][int(get("sip_server.1.transport_type", "0"))],
            expires_s=int(get("sip_server.1.expires", "3600")),
            proxy=get("outbound_proxy.1.address") if has_proxy else "",
            proxy_port=int(get("outbound_proxy.1.port", "5060")) if has_proxy else 0,
            voicemail=self.get(f"voice_mail.number.{number}"),
        )

    def keys(self) -> dict[int, SeenKey]:
        """Return the line keys that have a function, by position."""
        keys = {}
        for name, value in self.settings.items():
            match = re.fullmatch(r"linekey\.(\d+)\.type", name)
            if match and value != "0":
                keys[int(match[1])] = self._key(name.removesuffix("type"))
        return keys

    def module_keys(self) -> dict[tuple[int, int], SeenKey]:
        """Return the modules' keys that have a function, by module and key."""
        keys = {}
        for name, value in self.settings.items():
            match = re.fullmatch(r"expansion_module\.(\d+)\.key\.(\d+)\.type", name)
            if match and value != "0":
                keys[int(match[1]), int(match[2])] = self._key(name.removesuffix("type"))
        return keys

    def _key(self, prefix: str) -> SeenKey:
        assert self.get(prefix + "extension") == self.get(prefix + "pickup_value")
        return SeenKey(
            type=int(self.get(prefix + "type")),
            line=int(self.get(prefix + "line")),
            value=self.get(prefix + "value"),
            label=self.get(prefix + "label"),
            pickup=self.get(prefix + "extension"),
        )


class YealinkClock:
    """The clock of a phone for one year, from its `local_time.*` settings."""

    def __init__(self, phone: YealinkPhone, year: int) -> None:
        self._standard = _offset(phone.get("local_time.time_zone", "+8"))
        self._saving = timedelta()
        self._span: tuple[datetime, datetime] | None = None
        mode = phone.get("local_time.summer_time", "2")
        assert mode in {"0", "1"}, "the phone's own table of zones is not to be relied on"
        if mode == "1":
            assert phone.get("local_time.dst_time_type") == "1"
            self._saving = timedelta(minutes=int(phone.get("local_time.offset_time", "60")))
            starts = _week_rule(phone.get("local_time.start_time"), year) - self._standard
            ends = _week_rule(phone.get("local_time.end_time"), year)
            self._span = (starts, ends - self._standard - self._saving)

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


def _offset(text: str) -> timedelta:
    match = re.fullmatch(r"([+-]?)(\d{1,2})(?::(\d\d))?", text)
    assert match, f"not an offset: {text!r}"
    minutes = int(match[2]) * 60 + int(match[3] or 0)
    return timedelta(minutes=-minutes if match[1] == "-" else minutes)


def _week_rule(text: str, year: int) -> datetime:
    """Return when `month/week/weekday/hour` is in a year; weekday 7 is Sunday, week 5 the last."""
    match = re.fullmatch(r"(\d{1,2})/([1-5])/([1-7])/(\d{1,2})", text)
    assert match, f"not a week rule: {text!r}"
    month, week, weekday, hour = (int(part) for part in match.groups())
    assert hour <= 23
    day = datetime(year, month, 1)  # noqa: DTZ001 - a wall-clock time has no zone
    days = []
    while day.month == month:
        if day.isoweekday() == weekday:
            days.append(day)
        day += timedelta(days=1)
    return days[min(week, len(days)) - 1] + timedelta(hours=hour)
