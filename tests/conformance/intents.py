"""Intents to write and read back: one phone of each shape, hostile values, zones."""

import dataclasses
import json
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phoneprov.catalog.model import PhoneModel
from phoneprov.core.text import is_forbidden
from phoneprov.vendors.config import (
    Account,
    Button,
    ButtonKind,
    PhoneConfig,
    Provisioning,
    SipServer,
    Transport,
)
from phoneprov.vendors.zone_rules import zone_rules

DATA = Path(__file__).parent / "data"
TOKEN = "0123456789abcdef0123456789abcdef"
BASE_URL = f"http://phones.example.net:8080/prov/t/{TOKEN}/"
YEAR = 2026

ZONES = (
    "UTC",
    "Europe/Berlin",
    "Europe/London",
    "Europe/Dublin",
    "America/New_York",
    "America/St_Johns",
    "America/Phoenix",
    "America/Santiago",
    "America/Nuuk",
    "Africa/Cairo",
    "Asia/Jerusalem",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Sydney",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "Pacific/Tongatapu",
    "Pacific/Kiritimati",
)

SERVER = SipServer(
    domain="pbx.example.net",
    host="pbx.example.net",
    port=5060,
    transport=Transport.UDP,
    register_expires_s=1800,
)


def account(number: int = 1, **changes: Any) -> Account:
    """Return account `number` with values that can't be mistaken for another's."""
    values: dict[str, Any] = {
        "number": number,
        "user": f"20{number}",
        "auth_user": f"auth-20{number}",
        "password": f"Pa55+{number}/x=y;#z",
        "display_name": f"Anna Arndt {number}",
        "label": f"Anna {number}",
        "voicemail_number": f"*9{number}",
    }
    return Account(**(values | changes))


def config(model: PhoneModel, mac: str, **changes: Any) -> PhoneConfig:
    """Return what a phone with one account is told."""
    values: dict[str, Any] = {
        "mac": mac,
        "model": model,
        "display_name": "Anna Arndt 1",
        "server": SERVER,
        "accounts": (account(),),
        "local_sip_port": 5060,
        "zone": zone_rules("Europe/Berlin", YEAR),
        "ntp_server": "ntp.example.net",
        "admin_password": "Adm1n-Pass",
        "provisioning": Provisioning(base_url=BASE_URL, poll_minutes=57),
        "pickup_code": "*8",
    }
    return PhoneConfig(**(values | changes))


def eight_buttons(accounts: int = 1) -> tuple[Button, ...]:
    """Return one button of each kind, from position 1 on."""
    return tuple(
        Button(
            position=position,
            kind=kind,
            value="" if kind is ButtonKind.LINE else f"70{position}",
            label=f"{kind} {position}",
            account=min(2, accounts),
        )
        for position, kind in enumerate(ButtonKind, start=1)
    )


@dataclass(frozen=True)
class HostileInput:
    """One value of the corpus."""

    id: str
    text: str
    fields: tuple[str, ...]
    must_accept: bool

    @property
    def is_writable(self) -> bool:
        """Whether no character of it is refused before it is stored."""
        return not any(is_forbidden(character) for character in self.text)

    @property
    def stored(self) -> str:
        """The text as it is stored (NFC, edges trimmed); as it is, where it never would be."""
        if not self.is_writable:
            return self.text
        return unicodedata.normalize("NFC", self.text.strip())

    def cut_to(self, longest: int) -> "HostileInput":
        """Return the input as far as a key holds it."""
        return dataclasses.replace(self, text=self.stored[:longest].strip())


def hostile_inputs(*fields: str, without: frozenset[str] = frozenset()) -> list[HostileInput]:
    """Return the corpus for kinds of fields: `text`, `dial`, `secret`."""
    entries = json.loads((DATA / "hostile_inputs.json").read_text())["inputs"]
    return [
        HostileInput(
            id=entry["id"],
            text=entry["input"],
            fields=tuple(entry["fields"]),
            must_accept=entry["must_accept"],
        )
        for entry in entries
        if set(fields) & set(entry["fields"]) and entry["input"] not in without
    ]


def with_account(value: PhoneConfig, **changes: Any) -> PhoneConfig:
    """Return `value` with its first account changed."""
    first = dataclasses.replace(value.accounts[0], **changes)
    return dataclasses.replace(value, accounts=(first, *value.accounts[1:]))


def known_names(vendor: str) -> set[str]:
    """Return the names that exist in a vendor's vocabulary, indices as `{n}`."""
    lines = (DATA / "known_names" / f"{vendor}.txt").read_text().splitlines()
    return {line.split("#")[0].strip() for line in lines} - {""}
