"""Which parameters a vendor's phones know, which of them hold a secret, which stay ours.

The names are data: `<vendor>/names.txt`, one a line, with `{n}` where a number stands.
"""

import re
from collections import defaultdict
from functools import cache
from pathlib import Path

from phoneprov.catalog.model import Vendor
from phoneprov.core.errors import InvalidValueError
from phoneprov.core.text import clean_text
from phoneprov.vendors.lines import FORMATS

LONGEST_NAME, LONGEST_VALUE = 120, 1000
NUMBER = "{n}"

_DIGITS = re.compile(r"\d+")
_SECRET = re.compile(
    r"passw|passphrase|secret|credential|psk|aes_key|_aes$|encode_key|(?:[._]|^)pin(?:_\d+_)?$",
    re.IGNORECASE,
)
_ABOUT_A_SECRET = re.compile(
    r"(?:enabled?|length|prefix|mode|\.set|aes_key_in_file)$", re.IGNORECASE
)
_OURS = {
    Vendor.YEALINK: re.compile(
        r"(static\.)?(auto_?provision\.(server\.\w+|\d+\.\w+|custom\.protect)|zero_touch\.\w+)"
    ),
    Vendor.GRANDSTREAM: re.compile(r"P(212|237|234|235|1359|1360|1361|8467|145|194)"),
    Vendor.CISCO: re.compile(r"Profile_Rule(_[BCD])?|Provision_Enable|DHCP_Option_To_Use"),
    Vendor.POLYCOM: re.compile(
        r"device\.(set|prov\.(serverType|serverName|user|password|tagSerialNo)"
        r"|dhcp\.(bootSrvUseOpt|enabled))(\.set)?"
    ),
}
"""What leads a phone to its own address here; another value would lose the phone."""
_FIRMWARE = {
    Vendor.YEALINK: re.compile(r"(static\.)?firmware\.url"),
    Vendor.GRANDSTREAM: re.compile(r"P(192|232|233|238|6767|6768|6769)"),
    Vendor.CISCO: re.compile(r"Upgrade_(Enable|Rule)"),
    Vendor.POLYCOM: re.compile(r"device\.prov\.upgradeServer(\.set)?|APP_FILE_PATH"),
}
"""What makes a phone take a firmware: at each check, and for all phones at once."""
_DEVICE = "device."
_SWITCH = ".set"


def check_name(vendor: Vendor, typed: str) -> str:
    """Return a parameter's name as it is written.

    Raises InvalidValueError where the vendor's files can't carry it, or where it must stay ours.
    """
    name = clean_text(typed, field="parameters", longest=LONGEST_NAME)
    form = FORMATS[vendor]
    if not form.name.fullmatch(name):
        message = f"“{name}” is no name for {vendor.label}: write {form.name_rule}."
        raise InvalidValueError(message, field="parameters")
    if _OURS[vendor].fullmatch(name):
        message = f"{name} leads the phone to its own address here; it can't be set by hand."
        raise InvalidValueError(message, field="parameters")
    if _FIRMWARE[vendor].fullmatch(name):
        message = f"{name} makes phones take a firmware at any check; use the firmware library."
        raise InvalidValueError(message, field="parameters")
    return name


def check_value(vendor: Vendor, name: str, typed: str) -> str:
    """Return a value as it is written.

    Raises InvalidValueError for a character that no file can carry, and for no value at all
    where a phone would then keep its old one.
    """
    try:
        value = clean_text(typed, field="parameters", longest=LONGEST_VALUE)
    except InvalidValueError as fault:
        raise InvalidValueError(f"{name}: {fault.message}", field="parameters") from fault
    form = FORMATS[vendor]
    if not value and not form.takes_empty:
        message = f"{name} has no value; {form.nothing} takes it back to the factory's."
        raise InvalidValueError(message, field="parameters")
    return value


def is_known(vendor: Vendor, name: str) -> bool:
    """Tell whether the vendor's phones are known to have a parameter of this name."""
    return _find(vendor, name) is not None


def is_secret(vendor: Vendor, name: str) -> bool:
    """Tell whether the value of a parameter is not for everybody's eyes.

    A number tells nothing, so a P-value that nobody knows is held for one.
    """
    if vendor is Vendor.GRANDSTREAM:
        return _find(vendor, name) is not False
    return _SECRET.search(name) is not None and not _ABOUT_A_SECRET.search(name)


def advise(vendor: Vendor, name: str) -> str | None:
    """Return what a person should know of a name that is taken, None where there is nothing."""
    if not is_known(vendor, name):
        return f"{name} is not among the names known for {vendor.label}; compare its spelling."
    is_device = vendor is Vendor.POLYCOM and name.startswith(_DEVICE)
    if is_device and not name.endswith(_SWITCH):
        return f"{name} counts only together with {name}{_SWITCH} = 1."
    return None


def _find(vendor: Vendor, name: str) -> bool | None:
    """Return whether a known name holds a secret; None for an unknown one."""
    exact, patterns = _names(vendor)
    if name in exact:
        return exact[name]
    candidates = patterns.get(_DIGITS.sub(NUMBER, name), ())
    return next((secret for pattern, secret in candidates if pattern.fullmatch(name)), None)


@cache
def _names(
    vendor: Vendor,
) -> tuple[dict[str, bool], dict[str, list[tuple[re.Pattern[str], bool]]]]:
    """Return the names without a number's place, and by shape the patterns of the others."""
    exact: dict[str, bool] = {}
    patterns: dict[str, list[tuple[re.Pattern[str], bool]]] = defaultdict(list)
    path = Path(__file__).parent / vendor.value / "names.txt"
    for line in path.read_text("utf-8").splitlines():
        name, _, mark = line.partition(" ")
        if not name or name.startswith("#"):
            continue
        if NUMBER not in name:
            exact[name] = mark == "secret"
            continue
        pattern = re.compile(r"\d+".join(re.escape(part) for part in name.split(NUMBER)))
        shape = _DIGITS.sub(NUMBER, name)
        patterns[shape].append((pattern, mark == "secret"))
    return exact, dict(patterns)
