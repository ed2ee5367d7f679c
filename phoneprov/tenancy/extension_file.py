"""The CSV file of extensions."""

from collections.abc import Iterable

from phoneprov.core.sheets import Shape, SheetRow, read_sheet, write_sheet
from phoneprov.tenancy.extension_values import ExtensionField, ExtensionValues

SAMPLE = (
    "number;name;sip_user;auth_user;sip_password;voicemail_number;groups\n"
    "201;Anna Berg;;;vR7mKq2ZxT9pLw4N;*97;Sales\n"
    "202;Carl Díaz;202-acme;;hW3nYc8BtG6sQk5D;*97;Sales, Support\n"
)
ImportRow = SheetRow[ExtensionField]

_SHAPE = Shape(
    columns=ExtensionField,
    key=ExtensionField.NUMBER,
    aliases={
        "extension": ExtensionField.NUMBER,
        "display_name": ExtensionField.NAME,
        "user": ExtensionField.SIP_USER,
        "username": ExtensionField.SIP_USER,
        "auth_id": ExtensionField.AUTH_USER,
        "password": ExtensionField.SIP_PASSWORD,
        "secret": ExtensionField.SIP_PASSWORD,
        "voicemail": ExtensionField.VOICEMAIL_NUMBER,
        "group": ExtensionField.GROUPS,
        "tags": ExtensionField.GROUPS,
    },
    to_the_letter=frozenset({ExtensionField.SIP_PASSWORD}),
)
_EXPORTED = tuple(field for field in ExtensionField if field is not ExtensionField.SIP_PASSWORD)


def read_rows(text: str) -> tuple[ImportRow, ...]:
    """Return the rows of a list of extensions. Raises InvalidValueError for the field `file`."""
    return read_sheet(text, _SHAPE)


def write_rows(extensions: Iterable[ExtensionValues]) -> str:
    """Return the CSV text of an export, without passwords."""
    rows = ([getattr(values, field) for field in _EXPORTED] for values in extensions)
    return write_sheet(_EXPORTED, rows)
