"""Which phones a person wants to see, in which order: the list's question as a value."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from phoneprov.catalog.catalog import Catalog
from phoneprov.fleet.behind import Running, runs_any_of
from phoneprov.fleet.diagnosis.conditions import needs_attention, symptom_condition
from phoneprov.fleet.diagnosis.symptoms import Symptom
from phoneprov.fleet.late import LateLimits, has_missed_poll
from phoneprov.fleet.layout_uses import uses_layout
from phoneprov.fleet.models import Phone, PhoneModule
from phoneprov.fleet.ordering import Sort
from phoneprov.fleet.status import PhoneStatus
from phoneprov.tenancy.models import Extension

PAGE_SIZES = (50, 100, 200)
LONGEST_SEARCH = 100
NONE = -1
"""In place of an id: those that have none."""
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
    ATTENTION = "attention"
    PENDING = Symptom.PENDING.value
    PROVISIONING = Symptom.PROVISIONING.value
    CALLS = Symptom.CALLS.value
    AUDIO = Symptom.AUDIO.value
    LAMPS = Symptom.LAMPS.value

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
    Flag.ATTENTION: (
        "need attention",
        "Something is the matter with it that doesn't mend itself; its page says what.",
    ),
    **{Flag(one.value): (one.label, one.meaning) for one in Symptom},
}


class LineUse(StrEnum):
    """Whether a phone has an extension."""

    ASSIGNED = "assigned"
    UNASSIGNED = "unassigned"

    @property
    def label(self) -> str:
        """The choice in words."""
        return {"assigned": "With an extension", "unassigned": "Without an extension"}[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneFilters:
    """What is looked for. Several statuses are alternatives; all else narrows."""

    search: str = ""
    statuses: tuple[PhoneStatus, ...] = ()
    model_slug: str = ""
    flags: tuple[Flag, ...] = ()
    profile_id: int = 0
    """Only those that follow this profile; 0: whatever they follow, NONE: none."""
    layout_id: int = 0
    """Only those with this button layout, on the phone or a module; 0: whatever they have, NONE:
    none on the phone."""
    firmware: str = ""
    """Only those with exactly this version."""
    module_slug: str = ""
    """Only those with such an expansion module."""
    line: LineUse | None = None
    sort: Sort = Sort.NAME
    is_descending: bool = False
    page: int = 1
    """Counts from 1."""
    page_size: int = PAGE_SIZES[0]

    @property
    def is_only(self) -> bool:
        """Whether only phones with something of a list are asked for."""
        wanted = (self.model_slug, self.profile_id, self.layout_id, self.firmware)
        return any(wanted) or bool(self.module_slug or self.line)

    @property
    def is_narrow(self) -> bool:
        """Whether anything but order and page is asked for."""
        return bool(self.search or self.statuses or self.flags or self.is_only)


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
    if flag is Flag.MISMATCH:
        return is_mismatched()
    if flag is Flag.ATTENTION:
        return needs_attention(limits.now)
    return symptom_condition(Symptom(flag.value), limits.now)


def conditions(
    filters: PhoneFilters,
    catalog: Catalog,
    limits: LateLimits,
    behind: Collection[Running] = (),
) -> Iterator[ColumnElement[bool]]:
    """Yield what a phone must fulfil; the query has to join its extension."""
    if filters.statuses:
        yield Phone.status.in_(filters.statuses)
    yield from _has(filters)
    for flag in filters.flags:
        yield flag_condition(flag, limits, behind)
    if filters.search:
        yield matches_search(filters.search, catalog)


def _has(filters: PhoneFilters) -> Iterator[ColumnElement[bool]]:
    """Yield what the phone must have or follow."""
    if filters.model_slug:
        yield Phone.model_slug == filters.model_slug
    if filters.firmware:
        yield Phone.firmware == filters.firmware
    if filters.profile_id:
        yield (
            Phone.profile_id == filters.profile_id
            if filters.profile_id > 0
            else (Phone.profile_id.is_(None))
        )
    if filters.layout_id:
        yield (
            uses_layout(filters.layout_id)
            if filters.layout_id > 0
            else (Phone.button_layout_id.is_(None))
        )
    if filters.module_slug:
        having = select(PhoneModule.phone_id).where(PhoneModule.module_slug == filters.module_slug)
        yield Phone.id.in_(having)
    if filters.line is not None:
        is_free = filters.line is LineUse.UNASSIGNED
        yield Phone.extension_id.is_(None) if is_free else Phone.extension_id.is_not(None)


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
