"""A POSIX rule says the same as the zone it was made from: R15, judged by Python's own reader."""

import re
import struct
from datetime import UTC, datetime, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest

from phoneprov.core.zones import ZONE_NAMES
from phoneprov.vendors.grandstream.time import posix_rule
from phoneprov.vendors.zone_rules import zone_rules

YEAR = 2026
LONGEST = 64
"""Characters that a Grandstream takes in P246."""
NAMED_IN_LETTERS = re.compile(r"[A-Z]{3}[+-]?\d{1,2}(:\d\d)?([A-Z]{3}[+-]\d{1,2}(:\d\d)?,.+)?")


def _read(rule: str) -> ZoneInfo:
    """Return the zone of a rule: a compiled zone file without any changes but this last line."""
    counts = struct.pack(">6l", 0, 0, 0, 0, 1, 4)
    header = b"TZif" + b"2" + bytes(15) + counts
    body = struct.pack(">lbb", 0, 0, 0) + b"UTC\0"
    file = header + body + header + body + b"\n" + rule.encode("ascii") + b"\n"
    return ZoneInfo.from_file(BytesIO(file))


def _moments() -> list[datetime]:
    """Return every sixth hour of the year."""
    start = datetime(YEAR, 1, 1, tzinfo=UTC)
    return [start + timedelta(hours=6 * step) for step in range(365 * 4)]


MOMENTS = _moments()


@pytest.mark.parametrize("name", ZONE_NAMES)
def test_it_says_what_the_zone_says(name: str) -> None:
    """All year, in every zone that is offered, south and north, half hours and all."""
    rule = posix_rule(zone_rules(name, YEAR))
    judge, zone = _read(rule), ZoneInfo(name)
    wrong = [at for at in MOMENTS if at.astimezone(judge).utcoffset() != _offset(at, zone)]
    assert wrong == []


@pytest.mark.parametrize("name", ZONE_NAMES)
def test_it_fits_into_the_phone(name: str) -> None:
    """Names of zones in letters alone, and no longer than its field."""
    rule = posix_rule(zone_rules(name, YEAR))
    assert len(rule) <= LONGEST
    assert NAMED_IN_LETTERS.fullmatch(rule)


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("UTC", "STD+0"),
        ("America/New_York", "STD+5DST+4,M3.2.0/2,M11.1.0/2"),
        ("Europe/Berlin", "STD-1DST-2,M3.5.0/2,M10.5.0/3"),
        ("Asia/Kathmandu", "STD-5:45"),
        ("Australia/Lord_Howe", "STD-10:30DST-11,M10.1.0/2,M4.1.0/2"),
    ],
)
def test_it_counts_the_west_as_positive(name: str, rule: str) -> None:
    """The other way round than everybody else counts."""
    assert posix_rule(zone_rules(name, YEAR)) == rule


def _offset(at: datetime, zone: ZoneInfo) -> timedelta | None:
    return at.astimezone(zone).utcoffset()
