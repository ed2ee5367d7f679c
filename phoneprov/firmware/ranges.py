"""Which bytes of a file an HTTP request wants (RFC 9110, sections 13 and 14). Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from enum import Enum, auto

_ONE_RANGE = re.compile(r"\s*bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.IGNORECASE | re.ASCII)


class NotSatisfiable(Enum):
    """That the file has none of the bytes that are wanted."""

    INSTANCE = auto()


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Bytes from `start` on, `length` of them."""

    start: int
    length: int

    def content_range(self, size: int) -> str:
        """Return the value of Content-Range in a file of `size` bytes."""
        return f"bytes {self.start}-{self.start + self.length - 1}/{size}"


def read_range(header: str, size: int) -> ByteRange | NotSatisfiable | None:
    """Return the bytes that a Range header wants of a file of `size` bytes.

    None where the whole file is the right answer: no header, a unit or syntax that we don't know,
    or several ranges at once. The standard lets a server ignore those, and a phone that asked for
    several parts understands the whole.
    """
    match = _ONE_RANGE.fullmatch(header)
    if match is None or not (match[1] or match[2]):
        return None
    if not match[1]:
        wanted = min(int(match[2]), size)
        return ByteRange(size - wanted, wanted) if wanted else NotSatisfiable.INSTANCE
    start = int(match[1])
    last = min(int(match[2]), size - 1) if match[2] else size - 1
    if match[2] and int(match[2]) < start:
        return None  # not a range by the standard's own grammar
    if start >= size:
        return NotSatisfiable.INSTANCE
    return ByteRange(start, last - start + 1)


def is_same_file(if_range: str, etag: str, modified_at: datetime) -> bool:
    """Tell whether an If-Range header names the file as it is now, or is missing.

    A weak ETag never does; a date does only where it is exactly that of the file.
    """
    said = if_range.strip()
    if not said:
        return True
    if said.startswith(('"', "W/")):
        return said == etag
    try:
        told = parsedate_to_datetime(said)
    except ValueError:
        return False
    in_utc = told if told.tzinfo else told.replace(tzinfo=UTC)
    return in_utc == modified_at.replace(microsecond=0)


def has_etag(if_none_match: str, etag: str) -> bool:
    """Tell whether an If-None-Match header names this file, weakly or strongly."""
    names = [one.strip().removeprefix("W/") for one in if_none_match.split(",")]
    return "*" in names or etag in names


def http_date(moment: datetime) -> str:
    """Return a time as HTTP writes it."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)
