"""Which phones a person wants to see, in which order: the list's question as a value."""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_
from sqlalchemy.orm import InstrumentedAttribute

from phoneprov.catalog.catalog import Catalog
from phoneprov.fleet.behind import Running, runs_any_of
from phoneprov.fleet.late import LateLimits, has_missed_poll
from phoneprov.fleet.layout_uses import uses_layout
from phoneprov.fleet.models import Phone
from phoneprov.fleet.status import PhoneStatus
from phoneprov.tenancy.models import Extension

PAGE_SIZES = (50, 100, 200)
LONGEST_SEARCH = 100
SHORTEST_MAC_PART = 4
"""So many hexadecimal digits make a search one for MAC addresses, too."""

_MAC_SEPARATORS = re.compile(r"[\s:.\-_]+")
_HEXADECIMAL = re.compile(r"[0-9a-f]+")


class Flag(StrEnum):
    """What can be the matter with a phone whatever its status is."""

    OUTDATED = "outdated"
    MISSED = "missed"
    MISMATCH = "mismatch"
    UPDATE = "update"

    @property
    def label(self) -> str:
        """The flag as the list names it."""
        return _FLAG_WORDS[self][0]

    @property
    def meaning(self) -> str:
        """What the flag says, in one sentence."""
        return _FLAG_WORDS[self][1]


_FLAG_WORDS = {
    Flag.OUTDATED: (
        "older config",
        "The config it took last is older than the one it should have; it asks again by itself.",
    ),
    Flag.MISSED: (
        "missed their check",
        "It has not asked for its config for one and a half times its interval.",
    ),
    Flag.MISMATCH: (
        "other model or MAC",
        "The phone says that it is another model, or has another MAC address, than here.",
    ),
    Flag.UPDATE: (
        "firmware update",
        "The library has a newer firmware for it than the one it runs.",
    ),
}


class Sort(StrEnum):
    """The columns that the list can be sorted by."""

    STATUS = "status"
    NAME = "name"
    EXTENSION = "extension"
    MODEL = "model"
    MAC = "mac"
    IP = "ip"
    FIRMWARE = "firmware"
    REGISTERED = "registered"


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneFilters:
    """What is looked for. Several statuses are alternatives; all else narrows."""

    search: str = ""
    statuses: tuple[PhoneStatus, ...] = ()
    model_slug: str = ""
    flags: tuple[Flag, ...] = ()
    profile_id: int = 0
    """Only those that follow this profile; 0: whatever they follow."""
    layout_id: int = 0
    """Only those with this button layout, on the phone or a module; 0: whatever they have."""
    sort: Sort = Sort.NAME
    is_descending: bool = False
    page: int = 1
    """Counts from 1."""
    page_size: int = PAGE_SIZES[0]

    @property
    def is_only(self) -> bool:
        """Whether only the phones of one profile or layout are asked for."""
        return bool(self.profile_id or self.layout_id)

    @property
    def is_narrow(self) -> bool:
        """Whether anything but order and page is asked for."""
        return bool(self.search or self.statuses or self.model_slug or self.flags or self.is_only)


def is_outdated() -> ColumnElement[bool]:
    """Return the condition of a phone that runs an older config than it should."""
    return and_(Phone.fetched_revision.is_not(None), Phone.fetched_revision < Phone.config_revision)


def is_mismatched() -> ColumnElement[bool]:
    """Return the condition of a phone that says it is another."""
    return or_(Phone.told_model != "", Phone.told_mac != "")


def flag_condition(
    flag: Flag, limits: LateLimits, behind: Collection[Running] = ()
) -> ColumnElement[bool]:
    """Return the condition of a flag; `behind` is what the library has something newer for."""
    if flag is Flag.OUTDATED:
        return is_outdated()
    if flag is Flag.UPDATE:
        return runs_any_of(behind)
    if flag is Flag.MISSED:
        return has_missed_poll(limits)
    return is_mismatched()


def conditions(
    filters: PhoneFilters,
    catalog: Catalog,
    limits: LateLimits,
    behind: Collection[Running] = (),
) -> Iterator[ColumnElement[bool]]:
    """Yield what a phone must fulfil; the query has to join its extension."""
    if filters.statuses:
        yield Phone.status.in_(filters.statuses)
    if filters.model_slug:
        yield Phone.model_slug == filters.model_slug
    if filters.profile_id:
        yield Phone.profile_id == filters.profile_id
    if filters.layout_id:
        yield uses_layout(filters.layout_id)
    for flag in filters.flags:
        yield flag_condition(flag, limits, behind)
    if filters.search:
        yield matches_search(filters.search, catalog)


def order_columns(filters: PhoneFilters) -> list[ColumnElement[Any]]:
    """Return the order: the chosen column, nothing last, and the MAC address between equals."""
    columns = _SORT_COLUMNS[filters.sort]()
    if filters.is_descending:
        columns = [column.desc() for column in columns]
    return [*(column.nulls_last() for column in columns), Phone.mac.asc()]


def mac_part(text: str) -> str | None:
    """Return the hexadecimal digits of a MAC address or a part of one in any spelling."""
    compact = _MAC_SEPARATORS.sub("", text).lower()
    if len(compact) < SHORTEST_MAC_PART or not _HEXADECIMAL.fullmatch(compact):
        return None
    return compact


def matches_search(text: str, catalog: Catalog) -> ColumnElement[bool]:
    """Match every word somewhere, or the whole as a part of a MAC address."""
    words = and_(*(_word(word, catalog) for word in text.split()))
    part = mac_part(text)
    return or_(words, Phone.mac.contains(part)) if part else words


def _word(word: str, catalog: Catalog) -> ColumnElement[bool]:
    columns: tuple[InstrumentedAttribute[str], ...] = (
        Phone.display_name,
        Phone.place,
        Phone.serial_number,
        Phone.ip_address,
        Phone.firmware,
        Extension.number,
        Extension.name,
    )
    spellings = _spellings(word)
    found = [column.icontains(one, autoescape=True) for column in columns for one in spellings]
    slugs = [slug for slug, model in catalog.phone_models.items() if _names(word, model.full_name)]
    if slugs:
        found.append(Phone.model_slug.in_(slugs))
    part = mac_part(word)
    if part:
        found.append(Phone.mac.contains(part))
    return or_(*found)


def _spellings(word: str) -> set[str]:
    """Return the word in the cases that matter: SQLite folds the case of ASCII letters only."""
    if word.isascii():
        return {word}
    return {word, word.lower(), word.upper(), word.capitalize()}


def _names(word: str, full_name: str) -> bool:
    """Tell whether a word is part of a model's name, blanks or not: `VVX450`, `t46`."""
    name = full_name.casefold()
    return word.casefold() in name or word.casefold() in name.replace(" ", "")


def _by_name() -> list[ColumnElement[Any]]:
    title = func.coalesce(func.nullif(Phone.display_name, ""), func.nullif(Extension.name, ""))
    return [func.lower(title)]


def _by_status() -> list[ColumnElement[Any]]:
    rank = case(_RANKS, value=Phone.status, else_=len(_RANKS))
    return [rank, *_by_name()]


def _by_extension() -> list[ColumnElement[Any]]:
    return [func.length(Extension.number), Extension.number.expression]


def _by_ip() -> list[ColumnElement[Any]]:
    """Order addresses of one length by their text: 10.1.4.9 comes before 10.1.4.17."""
    address = func.nullif(Phone.ip_address, "")
    return [func.length(address), address]


_RANKS = {
    status.value: rank
    for rank, status in enumerate(
        (
            PhoneStatus.OFFLINE,
            PhoneStatus.PROVISIONING,
            PhoneStatus.PENDING,
            PhoneStatus.REGISTERED,
            PhoneStatus.ONLINE,
            PhoneStatus.DISABLED,
        )
    )
}
"""Statuses in the order in which they want attention."""

_SORT_COLUMNS: dict[Sort, Callable[[], list[ColumnElement[Any]]]] = {
    Sort.STATUS: _by_status,
    Sort.NAME: _by_name,
    Sort.EXTENSION: _by_extension,
    Sort.MODEL: lambda: [Phone.model_slug.expression],
    Sort.MAC: lambda: [Phone.mac.expression],
    Sort.IP: _by_ip,
    Sort.FIRMWARE: lambda: [func.nullif(Phone.firmware, "")],
    Sort.REGISTERED: lambda: [Phone.last_registered_at.expression],
}
