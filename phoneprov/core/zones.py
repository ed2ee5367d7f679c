"""The time zones that are offered to people: every one that zoneinfo knows."""

from collections.abc import Mapping
from itertools import groupby
from zoneinfo import available_timezones

_NOT_ZONES = frozenset({"Factory", "localtime", "posixrules"})
_OTHER_CLOCKS = ("posix/", "right/", "SystemV/")
"""The same zones again, with leap seconds or without their real rules."""
_COUNTRIES = frozenset({"Brazil", "Canada", "Chile", "Mexico", "US"})
OTHER_NAMES = "Other names"

ZONE_NAMES: tuple[str, ...] = tuple(
    sorted(
        name
        for name in available_timezones()
        if name not in _NOT_ZONES and not name.startswith(_OTHER_CLOCKS)
    )
)


def zones_by_region() -> Mapping[str, tuple[str, ...]]:
    """Return the names by the region they begin with; those without one last.

    Countries' old names for the same zones (`US/Eastern`, `EST5EDT`) stay known, because a
    customer may be used to them, but come after the cities.
    """
    found: dict[str, tuple[str, ...]] = {}
    for region, names in groupby(sorted(ZONE_NAMES, key=_place), key=_region):
        found[region] = tuple(names)
    return found


def _region(name: str) -> str:
    region, slash, _ = name.partition("/")
    return region if slash and region not in _COUNTRIES else OTHER_NAMES


def _place(name: str) -> tuple[bool, str, str]:
    region = _region(name)
    return region in {OTHER_NAMES, "Etc"}, region, name
