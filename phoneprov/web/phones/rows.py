"""The rows of the list, and how an open page learns which of them changed.

The page carries a token that names each row it shows with the version it shows. A poll brings the
token along, so that the answer holds what changed since and nothing else; when nothing did, there
is no answer at all. The server remembers nothing of it.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from phoneprov.catalog.catalog import Catalog
from phoneprov.catalog.model import PhoneModel
from phoneprov.firmware.offers import Library, Offer
from phoneprov.fleet.facets import NO_NAMES, KeyNames
from phoneprov.fleet.models import Phone
from phoneprov.fleet.queries import FleetCounts, PhonePage
from phoneprov.web.phones.choices import Choice, list_choices
from phoneprov.web.phones.columns import USUAL, Column

VERSION_CHARS = 8
LONGEST_TOKEN = 8_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One phone as the list shows it."""

    phone: Phone
    model: PhoneModel | None
    is_late: bool
    is_outdated: bool
    offer: Offer | None
    """The newer firmware that there is for it."""
    choices: tuple[Choice, ...]
    layout: str
    """Name of its button layout; empty where it has none, or nobody asked for it. So are:"""
    profile: str
    modules: Sequence[str]
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What an open page shows: the version of its numbers, and of each row by phone id."""

    counts: str
    rows: Mapping[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRow:
    """A row that the page doesn't have; it goes behind the row of phone `after_id`."""

    row: Row
    after_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What an open page has to change. Rows it has keep their place."""

    changed: Sequence[Row]
    new: Sequence[NewRow]
    gone_ids: Sequence[int]
    counts_changed: bool

    @property
    def is_nothing(self) -> bool:
        """Whether the page is up to date."""
        return not (self.changed or self.new or self.gone_ids or self.counts_changed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the rows of a page show beside the phones themselves."""

    library: Library
    columns: Sequence[Column] = USUAL
    names: KeyNames = NO_NAMES
    """For those of the columns that show any."""


def make_rows(page: PhonePage, catalog: Catalog, shown: Shown) -> list[Row]:
    """Return the rows of a page."""
    return [_make_row(page, phone, catalog, shown) for phone in page.phones]


def write_token(counts: FleetCounts, total: int, rows: Sequence[Row]) -> str:
    """Return the token of what a page shows."""
    parts = [f"{row.phone.id}-{row.version}" for row in rows]
    return ".".join([_counts_version(counts, total), *parts])


def read_token(text: str) -> Seen:
    """Return what a token says; one that can't be read says that nothing is shown."""
    counts, _, rest = text[:LONGEST_TOKEN].partition(".")
    rows: dict[int, str] = {}
    for part in rest.split("."):
        number, _, version = part.partition("-")
        if number.isascii() and number.isdecimal():
            rows[int(number)] = version
    return Seen(counts=counts, rows=rows)


def find_changes(seen: Seen, page: PhonePage, rows: Sequence[Row]) -> Changes:
    """Return how what is so now differs from what the page shows."""
    changed: list[Row] = []
    new: list[NewRow] = []
    previous: int | None = None
    for row in rows:
        shown = seen.rows.get(row.phone.id)
        if shown is None:
            new.append(NewRow(row=row, after_id=previous))
        elif shown != row.version:
            changed.append(row)
        previous = row.phone.id
    here = {row.phone.id for row in rows}
    return Changes(
        changed=changed,
        new=new,
        gone_ids=[phone_id for phone_id in seen.rows if phone_id not in here],
        counts_changed=seen.counts != _counts_version(page.counts, page.total),
    )


def _make_row(page: PhonePage, phone: Phone, catalog: Catalog, shown: Shown) -> Row:
    names = shown.names
    is_late = page.is_late(phone)
    is_outdated = (
        phone.fetched_revision is not None and phone.fetched_revision < phone.config_revision
    )
    modules = [_module_name(slug, catalog) for slug in names.modules_of(phone)]
    row = Row(
        phone=phone,
        model=catalog.find_model(phone.model_slug),
        is_late=is_late,
        is_outdated=is_outdated,
        offer=shown.library.offer_for(phone),
        choices=list_choices(phone, catalog),
        layout=names.layout_of(phone),
        profile=names.profile_of(phone),
        modules=modules,
        version="",
    )
    return replace(row, version=_row_version(row, shown.columns))


def _module_name(slug: str, catalog: Catalog) -> str:
    found = catalog.module_models.get(slug)
    return found.name if found else slug


def _row_version(row: Row, columns: Sequence[Column]) -> str:
    """Return a mark of all that a row shows; how long ago something was isn't part of it."""
    phone = row.phone
    line = phone.extension
    return _mark(
        phone.status,
        phone.status_reason,
        phone.unconfirmed_since_at,
        phone.display_name,
        phone.place,
        (line.number, line.name) if line else None,
        phone.model_slug,
        phone.mac,
        phone.ip_address,
        phone.firmware,
        row.offer.to_version if row.offer else None,
        phone.last_registered_at,
        phone.disabled_at,
        phone.told_model,
        phone.told_mac,
        row.is_late,
        row.is_outdated,
        *(_ADDED[one](row) for one in columns if one in _ADDED),
    )


_ADDED: Mapping[Column, Callable[[Row], object]] = {
    Column.MODULES: lambda row: row.modules,
    Column.LAYOUT: lambda row: row.layout,
    Column.PROFILE: lambda row: row.profile,
    Column.SERIAL: lambda row: row.phone.serial_number,
    Column.CHECKED_IN: lambda row: row.phone.last_check_in_at,
    Column.CONFIG: lambda row: (
        row.phone.fetched_revision,
        row.phone.config_revision,
        row.phone.unwritable_reason,
    ),
}
"""What the columns beside the usual ones show; they count only where they stand."""


def _counts_version(counts: FleetCounts, total: int) -> str:
    return _mark(total, *counts.by_status.values(), *counts.by_flag.values())


def _mark(*values: object) -> str:
    return hashlib.blake2s(repr(values).encode()).hexdigest()[:VERSION_CHARS]
