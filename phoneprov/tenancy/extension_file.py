"""The CSV file of extensions: as spreadsheets write it, and as they may read it without harm."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from phoneprov.core.errors import InvalidValueError
from phoneprov.tenancy.extension_values import ExtensionField, ExtensionValues

MOST_ROWS = 5_000
LONGEST_CELL = 1_000
DELIMITERS = (";", ",", "\t")
SAMPLE = (
    "number;name;sip_user;auth_user;sip_password;voicemail_number\n"
    "201;Anna Berg;;;vR7mKq2ZxT9pLw4N;*97\n"
    "202;Carl Díaz;202-acme;;hW3nYc8BtG6sQk5D;*97\n"
)

_ALIASES = {
    "extension": ExtensionField.NUMBER,
    "display_name": ExtensionField.NAME,
    "user": ExtensionField.SIP_USER,
    "username": ExtensionField.SIP_USER,
    "auth_id": ExtensionField.AUTH_USER,
    "password": ExtensionField.SIP_PASSWORD,
    "secret": ExtensionField.SIP_PASSWORD,
    "voicemail": ExtensionField.VOICEMAIL_NUMBER,
}
_EXPORTED = tuple(field for field in ExtensionField if field is not ExtensionField.SIP_PASSWORD)
_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
_GUARDED = re.compile(r"'+[=+\-@\t\r\n]")
_SEPARATOR_LINE = re.compile(r"sep=([;,\t])\r?\n", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRow:
    """One row of the file. `line` is where it starts; a column the file lacks has no cell."""

    line: int
    cells: Mapping[ExtensionField, str]
    fault: str = ""
    """Why the row as a whole can't be read; empty for a sound one."""


def decode_file(content: bytes) -> str:
    """Return the text of a file in UTF-8 (with or without BOM), UTF-16 with BOM, or Latin-1."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def read_rows(text: str) -> tuple[ImportRow, ...]:
    """Return the rows of a CSV text with a header line; empty lines are passed over.

    Raises InvalidValueError (field `file`) where the file as a whole can't be read: no header,
    a column that is unknown or stands twice, too many rows.
    """
    text = text.removeprefix("\ufeff")
    named = _SEPARATOR_LINE.match(text)
    body = text[named.end() :] if named else text
    lines = _records(body, _find_delimiter(body, named), first_line=2 if named else 1)
    header = next(lines, None)
    if header is None:
        raise _unreadable("There is nothing in it. Start with a line of column names.")
    columns = _read_header(header[1])
    rows: list[ImportRow] = []
    for line, cells in lines:
        if len(rows) >= MOST_ROWS:
            raise _unreadable(f"At most {MOST_ROWS:,} rows at a time; split the file.")
        rows.append(_row(line, columns, cells))
    if not rows:
        raise _unreadable("There is no row below the column names.")
    return tuple(rows)


def write_rows(extensions: Iterable[ExtensionValues]) -> str:
    """Return the CSV text of an export, without passwords, safe to open in a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([field.value for field in _EXPORTED])
    for values in extensions:
        writer.writerow([guard_cell(getattr(values, field)) for field in _EXPORTED])
    return out.getvalue()


def guard_cell(text: str) -> str:
    """Put a quote before what a spreadsheet would take for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguard_cell(text: str) -> str:
    """Take the quote of `guard_cell` off again."""
    return text[1:] if _GUARDED.match(text) else text


def _records(text: str, delimiter: str, *, first_line: int) -> Iterator[tuple[int, list[str]]]:
    """Yield each record that holds anything, with the line it starts at."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    start = first_line
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            line = reader.line_num + first_line - 1
            message = f"Line {line} can't be read; a quotation mark is missing or too many."
            raise _unreadable(message) from error
        if any(cell.strip() for cell in cells):
            yield start, cells
        start = reader.line_num + first_line


def _find_delimiter(body: str, named: re.Match[str] | None) -> str:
    if named:
        return named.group(1)
    header = next((line for line in body.splitlines() if line.strip()), "")
    return max(DELIMITERS, key=header.count)


def _read_header(cells: list[str]) -> list[ExtensionField | None]:
    """Return the field of each column; None for a column without a name."""
    columns = [_read_column(cell) for cell in cells]
    for column in columns:
        if column and columns.count(column) > 1:
            raise _unreadable(f"The column “{column.value}” stands there twice.")
    if ExtensionField.NUMBER not in columns:
        raise _unreadable("The first line must name the columns; “number” is missing there.")
    return columns


def _read_column(cell: str) -> ExtensionField | None:
    name = re.sub(r"[\s\-]+", "_", cell.strip().lower())
    if not name:
        return None
    if name in _ALIASES:
        return _ALIASES[name]
    try:
        return ExtensionField(name)
    except ValueError as error:
        known = ", ".join(ExtensionField)
        shown = cell.strip()[:40]
        message = f"The column “{shown}” is unknown. Columns are: {known}."
        raise _unreadable(message) from error


def _row(line: int, columns: list[ExtensionField | None], cells: list[str]) -> ImportRow:
    given = {
        column: _cell(column, cell)
        for column, cell in zip(columns, cells, strict=False)
        if column is not None
    }
    surplus = [cell for cell in cells[len(columns) :] if cell.strip()]
    unnamed = [
        cell
        for column, cell in zip(columns, cells, strict=False)
        if column is None and cell.strip()
    ]
    fault = ""
    if surplus or unnamed:
        fault = "More cells than columns; put a value that holds the separator in quotes."
    elif any(len(cell) > LONGEST_CELL for cell in cells):
        fault = "A cell is far too long; a quotation mark may be missing."
    return ImportRow(line=line, cells=given, fault=fault)


def _cell(column: ExtensionField, text: str) -> str:
    """Passwords are taken to the letter; other cells lose their edges and a guarding quote."""
    return text if column is ExtensionField.SIP_PASSWORD else unguard_cell(text.strip())


def _unreadable(message: str) -> InvalidValueError:
    return InvalidValueError(message, field="file")
