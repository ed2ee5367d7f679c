"""How a Cisco SPA reads its profiles, and the rules that say where they are.

Source: Small Business IP Telephony Devices Provisioning Guide.
"""

import gzip
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote
from xml.etree import ElementTree as ET

from phoneprov.simulator.state import (
    PhoneState,
    SipAccount,
    port_of,
    seconds_of,
    split_host_port,
)

_MOST_LINES = 12
_FACTORY_POLL_S = 3600
_GZIP = b"\x1f\x8b"
_MACRO = re.compile(r"\$\{?([A-Z]+[0-9]?)\}?")
_CONDITION = re.compile(r"\(\s*([^)]*?)\s*\)\s*\?\s*(.*)", re.DOTALL)
_COMPARISON = re.compile(r'"?([^"\s]*)"?\s+(lt|le|eq|ne|ge|gt)\s+"?([^"\s]*)"?')
_OPTIONS = re.compile(r"\[([^\]]*)\]\s*(.*)", re.DOTALL)
_OPTION = re.compile(r"--(\w+)\s+(\S+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFacts:
    """What the macros of a rule stand for."""

    macros: Mapping[str, str]


def read_profile(body: bytes) -> dict[str, str] | None:
    """Return the elements of a flat profile, or None where it is not well-formed.

    Of equal elements the last one counts; attributes only say what the user may change.
    """
    try:
        if body.startswith(_GZIP):
            body = gzip.decompress(body)
        root = ET.fromstring(body)  # noqa: S314 - a file that the tester's own server gave
    except (ET.ParseError, OSError, EOFError):
        return None
    profile = root if root.tag == "flat-profile" else root.find("flat-profile")
    if profile is None:
        return None
    return {element.tag: (element.text or "").strip() for element in profile}


def resolve_rule(rule: str, facts: RuleFacts) -> str | None:
    """Return the address that a profile rule names now, or None where it names none.

    The alternatives stand between bars; the first whose condition holds is taken. The options
    `--uid` and `--pwd` become part of the address.
    """
    url, options = _choose(rule, facts)
    return _with_login(url, options) if url else None


def key_of_rule(rule: str, facts: RuleFacts) -> str | None:
    """Return the pass phrase that a rule opens its profile with, or None without one."""
    return _choose(rule, facts)[1].get("key")


def _choose(rule: str, facts: RuleFacts) -> tuple[str, dict[str, str]]:
    """Return address and options of the alternative that holds; an empty address for none."""
    text = _MACRO.sub(lambda match: facts.macros.get(match[1], match[0]), rule)
    for alternative in text.split("|"):
        rest = alternative.strip()
        options: dict[str, str] = {}
        for _ in range(2):
            if match := _OPTIONS.fullmatch(rest):
                options = dict(_OPTION.findall(match[1]))
                rest = match[2].strip()
            if match := _CONDITION.fullmatch(rest):
                rest = match[2].strip() if _holds(match[1]) else ""
        if rest:
            return rest.split()[0], options
    return "", {}


class CiscoReader:
    """Reads the phone's memory as the firmware does. `lines` is how many accounts it has."""

    def __init__(self, values: Mapping[str, str], lines: int = _MOST_LINES) -> None:
        self._values = values
        self._lines = lines

    def state(self) -> PhoneState:
        """Return what the phone acts on."""
        accounts = (self._account(number) for number in range(1, self._lines + 1))
        poll_s = seconds_of(self._values.get("Resync_Periodic"), _FACTORY_POLL_S)
        clock = ("Time_Zone", "Daylight_Saving", "Primary_NTP", "Secondary_NTP", "Time_Offset")
        return PhoneState(
            accounts=tuple(account for account in accounts if account),
            local_sip_port=port_of(self._values.get("SIP_Port_1_")),
            prov_url=self._values.get("Profile_Rule") or None,
            poll_s=poll_s or None,
            admin_password=self._values.get("Admin_Passwd"),
            time={k: v for k, v in self._values.items() if k.startswith(clock)},
        )

    def is_on(self, name: str, *, default: bool) -> bool:
        """Tell whether a Yes/No setting says yes."""
        value = self._values.get(name, "").lower()
        return value == "yes" if value else default

    def _account(self, number: int) -> SipAccount | None:
        def get(name: str) -> str:
            return self._values.get(f"{name}_{number}_", "")

        enabled = self.is_on(f"Line_Enable_{number}_", default=True)
        registers = self.is_on(f"Register_{number}_", default=True)
        if not enabled or not registers or not get("Proxy") or not get("User_ID"):
            return None
        domain, port = split_host_port(get("Proxy"))
        host = domain
        if self.is_on(f"Use_Outbound_Proxy_{number}_", default=False) and get("Outbound_Proxy"):
            host, port = split_host_port(get("Outbound_Proxy"))
        uses_auth_id = self.is_on(f"Use_Auth_ID_{number}_", default=False) and get("Auth_ID")
        return SipAccount(
            number=number,
            user=get("User_ID"),
            auth_user=get("Auth_ID") if uses_auth_id else get("User_ID"),
            password=get("Password"),
            domain=domain,
            registrar_host=host,
            registrar_port=port,
            transport=get("SIP_Transport").lower() or "udp",
            expires_s=int(seconds_of(get("Register_Expires"), 3600)),
            local_port=port_of(get("SIP_Port"), 5059 + number),
            display_name=get("Display_Name"),
            label=get("Short_Name"),
        )


def _holds(condition: str) -> bool:
    match = _COMPARISON.fullmatch(condition.strip())
    if match is None:
        return False
    left, word, right = _version(match[1]), match[2], _version(match[3])
    return {
        "lt": left < right,
        "le": left <= right,
        "eq": left == right,
        "ne": left != right,
        "ge": left >= right,
        "gt": left > right,
    }[word]


def _version(text: str) -> list[tuple[int, str]]:
    """Return a version with letters in a form that compares: 7.5.2 < 7.5.2b < 7.6."""
    parts = re.findall(r"(\d*)([^\d.]*)\.?", text)
    return [(int(digits or 0), letters) for digits, letters in parts if digits or letters]


def _with_login(url: str, options: Mapping[str, str]) -> str:
    scheme, mark, rest = url.partition("://")
    if "uid" not in options or not mark:
        return url
    return f"{scheme}://{quote(options['uid'], '')}:{quote(options.get('pwd', ''), '')}@{rest}"
