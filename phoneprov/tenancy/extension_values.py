"""What an extension may consist of: the rules of its fields, without a database."""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from phoneprov.core.errors import InvalidValueError
from phoneprov.core.text import clean_text
from phoneprov.tenancy.group_names import read_groups, write_groups
from phoneprov.tenancy.models import Extension

LONGEST_NUMBER = 32
LONGEST_TEXT = 64
GENERATED_LENGTH = 20
ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""No character that is taken for another, none that a vendor's file has a use for."""

_NUMBER = re.compile(r"[0-9A-Za-z*#+.\-_]+")
_USER = re.compile(r"[0-9A-Za-z*#+.\-_~!]+")
_AUTH_USER = re.compile(r"[!#-9;-\[\]-~]+")
"""Printable ASCII without what ends a name in a digest: quote, colon, backslash, blank."""
_SIGNS = "letters, digits and * # + . - _"


class ExtensionField(StrEnum):
    """The fields of an extension; also the columns of an import, in their usual order."""

    NUMBER = "number"
    NAME = "name"
    SIP_USER = "sip_user"
    AUTH_USER = "auth_user"
    SIP_PASSWORD = "sip_password"  # noqa: S105 - the name of a column
    VOICEMAIL_NUMBER = "voicemail_number"
    GROUPS = "groups"

    @property
    def label(self) -> str:
        """The field in words."""
        return _LABELS[self]


_LABELS = {
    ExtensionField.NUMBER: "number",
    ExtensionField.NAME: "name",
    ExtensionField.SIP_USER: "SIP user",
    ExtensionField.AUTH_USER: "auth user",
    ExtensionField.SIP_PASSWORD: "SIP password",
    ExtensionField.VOICEMAIL_NUMBER: "voicemail number",
    ExtensionField.GROUPS: "groups",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionValues:
    """The fields as a person gives them, and in their kept form after `check_values`.

    An empty `sip_user` stands for the number, an empty `auth_user` for the SIP user. An empty
    `sip_password` is not an answer; whoever edits puts the old one in its place.
    """

    number: str
    name: str = ""
    sip_user: str = ""
    auth_user: str = ""
    sip_password: str = ""
    voicemail_number: str = ""
    groups: str = ""
    """Names in a row, with commas between them."""

    def __repr__(self) -> str:
        """Name the extension, and nothing that a log may not hold."""
        return f"ExtensionValues({self.number!r}, {self.name!r})"


def values_of(extension: Extension) -> ExtensionValues:
    """Return the kept values of an extension."""
    return ExtensionValues(**{field: getattr(extension, field) for field in ExtensionField})


def check_values(values: ExtensionValues) -> ExtensionValues:
    """Return the values in the form they are kept in.

    Raises InvalidValueError for the first field that can't be taken.
    """
    faults = find_faults(values)
    if faults:
        raise faults[0]
    kept = {field.value: _CHECKS[field](getattr(values, field)) for field in ExtensionField}
    kept["sip_user"] = kept["sip_user"] or kept["number"]
    if kept["auth_user"] == kept["sip_user"]:
        kept["auth_user"] = ""
    return ExtensionValues(**kept)


def find_faults(values: ExtensionValues) -> list[InvalidValueError]:
    """Return what is wrong with each field, in the order of the fields."""
    faults = []
    for field in ExtensionField:
        try:
            _CHECKS[field](getattr(values, field))
        except InvalidValueError as fault:
            faults.append(fault)
    return faults


def new_sip_password() -> str:
    """Return a random SIP password that every vendor's phone and file can carry."""
    return "".join(secrets.choice(ALPHABET) for _ in range(GENERATED_LENGTH))


def _check_number(text: str) -> str:
    number = text.strip()
    if not number:
        raise InvalidValueError("Enter the extension's number.", field="number")
    return _match(number, _NUMBER, _SIGNS, field="number", longest=LONGEST_NUMBER)


def _check_name(text: str) -> str:
    return clean_text(text, field="name", longest=LONGEST_TEXT)


def _check_sip_user(text: str) -> str:
    signs = f"{_SIGNS} ~ !"
    return _match(text.strip(), _USER, signs, field="sip_user", longest=LONGEST_TEXT)


def _check_auth_user(text: str) -> str:
    signs = "printable characters without blanks, quotes, colons and backslashes"
    return _match(text.strip(), _AUTH_USER, signs, field="auth_user", longest=LONGEST_TEXT)


def _check_voicemail(text: str) -> str:
    return _match(text.strip(), _NUMBER, _SIGNS, field="voicemail_number", longest=LONGEST_NUMBER)


def _check_groups(text: str) -> str:
    return write_groups(read_groups(text))


def _check_password(text: str) -> str:
    """Never trim or repeat a password: a blank at its edge is a mistake to be told."""
    if not text:
        raise InvalidValueError("Enter the SIP password.", field="sip_password")
    if len(text) > LONGEST_TEXT:
        message = f"At most {LONGEST_TEXT} characters; this has {len(text)}."
        raise InvalidValueError(message, field="sip_password")
    if text != text.strip():
        message = "Take out the blank at the start or end."
        raise InvalidValueError(message, field="sip_password")
    if not (text.isascii() and text.isprintable()):
        message = "Only letters A–Z, digits and the usual signs; phones differ in all others."
        raise InvalidValueError(message, field="sip_password")
    return text


def _match(text: str, pattern: re.Pattern[str], signs: str, *, field: str, longest: int) -> str:
    if text and not pattern.fullmatch(text):
        raise InvalidValueError(f"Only {signs}.", field=field)
    if len(text) > longest:
        message = f"At most {longest} characters; this has {len(text)}."
        raise InvalidValueError(message, field=field)
    return text


_CHECKS: dict[ExtensionField, Callable[[str], str]] = {
    ExtensionField.NUMBER: _check_number,
    ExtensionField.NAME: _check_name,
    ExtensionField.SIP_USER: _check_sip_user,
    ExtensionField.AUTH_USER: _check_auth_user,
    ExtensionField.SIP_PASSWORD: _check_password,
    ExtensionField.VOICEMAIL_NUMBER: _check_voicemail,
    ExtensionField.GROUPS: _check_groups,
}
