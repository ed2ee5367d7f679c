"""CSV files: as spreadsheets write them, and as they may read them without harm."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

from phoneprov.core.errors import InvalidValueError

MOST_ROWS = 5_000
LONGEST_CELL = 1_000
DELIMITERS = (";", ",", "\t")

_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
_GUARDED = re.compile(r"'+[=+\-@\t\r\n]")
_SHORTENED = re.compile(r"\d([.,]\d+)?E\+\d+", re.IGNORECASE)
_SEPARATOR_LINE = re.compile(r"sep=([;,\t])\r?\n", re.IGNORECASE)

Column = TypeVar("Column", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape(Generic[Column]):
    """Which columns a list may have."""

    columns: type[Column]
    key: Column
    """The one that says what a row is about; no list goes without it."""
    aliases: Mapping[str, Column] = field(default_factory=dict)
    to_the_letter: frozenset[Column] = frozenset()
    """Columns whose cells are taken as they are, blanks and quotes too: passwords."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRow(Generic[Column]):
    """One row of the file. `line` is where it starts; a column the file lacks has no cell."""

    line: int
    cells: Mapping[Column, str]
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


def read_sheet(text: str, shape: Shape[Column]) -> tuple[SheetRow[Column], ...]:
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
    columns = _read_header(header[1], shape)
    rows: list[SheetRow[Column]] = []
    for line, cells in lines:
        if len(rows) >= MOST_ROWS:
            raise _unreadable(f"At most {MOST_ROWS:,} rows at a time; split the file.")
        rows.append(_row(line, columns, cells, shape))
    if not rows:
        raise _unreadable("There is no row below the column names.")
    return tuple(rows)


def write_sheet(columns: Sequence[StrEnum], rows: Iterable[Sequence[str]]) -> str:
    """Return the CSV text of an export, safe to open in a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([column.value for column in columns])
    for row in rows:
        writer.writerow([guard_cell(cell) for cell in row])
    return out.getvalue()


def is_shortened(cell: str) -> bool:
    """Tell whether a spreadsheet has made a long number into `8.05E+11`."""
    return bool(_SHORTENED.fullmatch(cell))


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


def _read_header(cells: list[str], shape: Shape[Column]) -> list[Column | None]:
    """Return what each column is; None for a column without a name."""
    columns = [_read_column(cell, shape) for cell in cells]
    for column in columns:
        if column and columns.count(column) > 1:
            raise _unreadable(f"The column “{column.value}” stands there twice.")
    if shape.key not in columns:
        message = f"The first line must name the columns; “{shape.key.value}” is missing there."
        raise _unreadable(message)
    return columns


def _read_column(cell: str, shape: Shape[Column]) -> Column | None:
    name = re.sub(r"[\s\-]+", "_", cell.strip().lower())
    if not name:
        return None
    if name in shape.aliases:
        return shape.aliases[name]
    try:
        return shape.columns(name)
    except ValueError as error:
        known = ", ".join(shape.columns)
        shown = cell.strip()[:40]
        message = f"The column “{shown}” is unknown. Columns are: {known}."
        raise _unreadable(message) from error


def _row(
    line: int, columns: list[Column | None], cells: list[str], shape: Shape[Column]
) -> SheetRow[Column]:
    given = {
        column: cell if column in shape.to_the_letter else unguard_cell(cell.strip())
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
    return SheetRow(line=line, cells=given, fault=fault)


def _unreadable(message: str) -> InvalidValueError:
    return InvalidValueError(message, field="file")
