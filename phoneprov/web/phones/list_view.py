"""What the list of phones shows: read once for the page, its table, and its live changes."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from flask import url_for
from werkzeug.datastructures import MultiDict

from phoneprov.core.clock import utc_now
from phoneprov.firmware.queries import list_behind
from phoneprov.fleet.facets import NO_NAMES, read_key_names
from phoneprov.fleet.filters import NONE, PAGE_SIZES, Flag, PhoneFilters
from phoneprov.fleet.list_tastes import find_taste
from phoneprov.fleet.ordering import Sort
from phoneprov.fleet.profiles import find_profile
from phoneprov.fleet.queries import PhonePage, list_phones
from phoneprov.fleet.status import PhoneStatus
from phoneprov.layouts.queries import find_layout
from phoneprov.web.access import current_tenant, signed_in_user
from phoneprov.web.database import session
from phoneprov.web.phones.columns import NAMED, Column, read_columns, write_columns
from phoneprov.web.phones.query import read_filters, sorted_by, write_filters
from phoneprov.web.phones.rows import Row, Shown, make_rows, write_token
from phoneprov.web.runtime import runtime

STATUS_ORDER = (
    PhoneStatus.ONLINE,
    PhoneStatus.REGISTERED,
    PhoneStatus.PROVISIONING,
    PhoneStatus.UPDATING,
    PhoneStatus.PENDING,
    PhoneStatus.OFFLINE,
    PhoneStatus.DISABLED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListView:
    """What the templates of the list need."""

    page: PhonePage
    filters: PhoneFilters
    columns: tuple[Column, ...]
    has_own_columns: bool
    """Whether the address says which columns; else they are the person's."""
    is_compact: bool
    rows: list[Row]
    token: str
    models: list[tuple[str, str, int]]
    """Slug, name and number of phones of the models that the tenant has."""

    only: list[tuple[str, str]]
    """What of a list the phones have, in words, and the address without that."""

    sizes = PAGE_SIZES
    flags = tuple(Flag)
    sorts = Sort

    @property
    def numbers(self) -> list[tuple[PhoneStatus | Flag, int]]:
        """The counts that are the filters: statuses from best to worst, then the flags."""
        counts = self.page.counts
        statuses = [(status, counts.by_status.get(status, 0)) for status in STATUS_ORDER]
        return [*statuses, *((flag, counts.by_flag.get(flag, 0)) for flag in Flag)]

    @property
    def column_text(self) -> str:
        """The columns as an address carries them."""
        return write_columns(self.columns)

    def address(self, **changes: object) -> str:
        """Return the address of the list with some filters changed."""
        filters = replace(self.filters, **changes)  # type: ignore[arg-type]
        return address_of(self._parts(filters))

    def sort_address(self, column: Sort) -> str:
        """Return the address of the list in the order of a column."""
        return address_of(self._parts(sorted_by(self.filters, column)))

    def sort_word(self, column: Sort) -> str:
        """Return that order as the address says it; the usual one has no word."""
        return str(write_filters(sorted_by(self.filters, column)).get("sort", ""))

    @property
    def parts(self) -> dict[str, Any]:
        """The filters as parts of an address, whatever the page and the columns."""
        return write_filters(replace(self.filters, page=1))

    @property
    def query_text(self) -> str:
        """Return all that is asked for as an address would carry it, whatever the page."""
        return urlencode(self._parts(replace(self.filters, page=1)), doseq=True)

    @property
    def live_address(self) -> str:
        """Return where this page asks for what has changed; with the columns that it has."""
        slug = current_tenant().slug
        parts = {**write_filters(self.filters), "columns": self.column_text}
        return url_for("phones.live", tenant_slug=slug, **parts, seen=self.token)

    def _parts(self, filters: PhoneFilters) -> dict[str, Any]:
        own = {"columns": self.column_text} if self.has_own_columns else {}
        return {**write_filters(filters), **own}


def address_of(parts: dict[str, Any]) -> str:
    """Return the address of the tenant's list with these parts."""
    return url_for("phones.index", tenant_slug=current_tenant().slug, **parts)


def read_list(args: MultiDict[str, str]) -> ListView:
    """Return what an address asks for, with the person's own columns where it names none."""
    catalog = runtime().catalog
    filters = read_filters(args)
    taste = find_taste(session(), signed_in_user().id)
    asked = args.get("columns", "")
    columns = read_columns(asked or taste.columns)
    library, behind = list_behind(session(), catalog, current_tenant().id)
    page = list_phones(session(), catalog, current_tenant(), filters, now=utc_now(), behind=behind)
    names = NO_NAMES if NAMED.isdisjoint(columns) else read_key_names(session(), page.phones)
    rows = make_rows(page, catalog, Shown(library=library, columns=columns, names=names))
    return ListView(
        page=page,
        filters=replace(filters, page=page.number),
        columns=columns,
        has_own_columns=bool(asked),
        is_compact=taste.is_compact,
        rows=rows,
        token=write_token(page.counts, page.total, rows),
        models=_name_models(page),
        only=_say_only(filters),
    )


def _name_models(page: PhonePage) -> list[tuple[str, str, int]]:
    catalog = runtime().catalog
    named = [
        (slug, model.full_name if model else slug, count)
        for slug, count in page.counts.by_model.items()
        for model in [catalog.find_model(slug)]
    ]
    return sorted(named, key=lambda model: model[1])


def _say_only(filters: PhoneFilters) -> list[tuple[str, str]]:
    """Return what is filtered by beside what is in sight; another tenant's has no name here."""
    module = runtime().catalog.module_models.get(filters.module_slug)
    said: list[tuple[str, str, dict[str, Any]]] = [
        ("of profile ", _profile_name(filters.profile_id), {"profile_id": 0}),
        ("of layout ", _layout_name(filters.layout_id), {"layout_id": 0}),
        ("with firmware ", filters.firmware, {"firmware": ""}),
        ("with module ", module.name if module else filters.module_slug, {"module_slug": ""}),
        ("", filters.line.label.lower() if filters.line else "", {"line": None}),
    ]
    return [
        (f"{words}{name}", address_of(write_filters(replace(filters, **without, page=1))))
        for words, name, without in said
        if name
    ]


def _profile_name(profile_id: int) -> str:
    if profile_id in {0, NONE}:
        return "none" if profile_id else ""
    profile = find_profile(session(), current_tenant().id, profile_id)
    return profile.name if profile else "that is gone"


def _layout_name(layout_id: int) -> str:
    if layout_id in {0, NONE}:
        return "none" if layout_id else ""
    layout = find_layout(session(), current_tenant().id, layout_id)
    return layout.name if layout else "that is gone"
