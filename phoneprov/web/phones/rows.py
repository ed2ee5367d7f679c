"""The rows of the list, and how an open page learns which of them changed.

The page carries a token that names each row it shows with the version it shows. A poll brings the
token along, so that the answer holds what changed since and nothing else; when nothing did, there
is no answer at all. The server remembers nothing of it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from phoneprov.catalog.catalog import Catalog
from phoneprov.catalog.model import PhoneModel
from phoneprov.firmware.offers import Library, Offer
from phoneprov.fleet.models import Phone
from phoneprov.fleet.queries import FleetCounts, PhonePage
from phoneprov.web.phones.choices import Choice, list_choices

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


def make_rows(page: PhonePage, catalog: Catalog, library: Library) -> list[Row]:
    """Return the rows of a page."""
    return [_make_row(page, phone, catalog, library.offer_for(phone)) for phone in page.phones]


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


def _make_row(page: PhonePage, phone: Phone, catalog: Catalog, offer: Offer | None) -> Row:
    is_late = page.is_late(phone)
    is_outdated = (
        phone.fetched_revision is not None and phone.fetched_revision < phone.config_revision
    )
    return Row(
        phone=phone,
        model=catalog.find_model(phone.model_slug),
        is_late=is_late,
        is_outdated=is_outdated,
        offer=offer,
        choices=list_choices(phone, catalog),
        version=_row_version(phone, offer, is_late=is_late, is_outdated=is_outdated),
    )


def _row_version(phone: Phone, offer: Offer | None, *, is_late: bool, is_outdated: bool) -> str:
    """Return a mark of all that a row shows; how long ago something was isn't part of it."""
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
        offer.to_version if offer else None,
        phone.last_registered_at,
        phone.disabled_at,
        phone.told_model,
        phone.told_mac,
        is_late,
        is_outdated,
    )


def _counts_version(counts: FleetCounts, total: int) -> str:
    return _mark(total, *counts.by_status.values(), *counts.by_flag.values())


def _mark(*values: object) -> str:
    return hashlib.blake2s(repr(values).encode()).hexdigest()[:VERSION_CHARS]
