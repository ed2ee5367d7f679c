"""The list's filters as they stand in an address, both ways."""

from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum
from typing import Any, TypeVar

from werkzeug.datastructures import MultiDict

from phoneprov.fleet.filters import (
    LONGEST_SEARCH,
    NONE,
    PAGE_SIZES,
    Flag,
    LineUse,
    PhoneFilters,
)
from phoneprov.fleet.ordering import Sort
from phoneprov.fleet.status import PhoneStatus

Word = TypeVar("Word", bound=StrEnum)
LAST_PAGE = 100_000
LONGEST_SLUG = 60
NO_SUCH = "none"
"""The word in an address for those that have none."""
ID_DIGITS = 9


def read_filters(args: MultiDict[str, str]) -> PhoneFilters:
    """Return the filters that an address asks for; what makes no sense counts as not asked."""
    sort_text = args.get("sort", "")
    sort = _words(Sort, [sort_text.removeprefix("-")])
    size = args.get("per_page", PAGE_SIZES[0], type=int)
    line = _words(LineUse, [args.get("line", "")])
    return PhoneFilters(
        search=" ".join(args.get("q", "").replace("\0", "").split())[:LONGEST_SEARCH],
        statuses=_words(PhoneStatus, args.getlist("status")),
        model_slug=_read_word(args.get("model", "")),
        firmware=_read_word(args.get("firmware", "")),
        module_slug=_read_word(args.get("module", "")),
        line=line[0] if line else None,
        flags=_words(Flag, args.getlist("flag")),
        profile_id=_read_id(args.get("profile", "")),
        layout_id=_read_id(args.get("layout", "")),
        sort=sort[0] if sort else Sort.NAME,
        is_descending=bool(sort) and sort_text.startswith("-"),
        page=min(max(args.get("page", 1, type=int), 1), LAST_PAGE),
        page_size=size if size in PAGE_SIZES else PAGE_SIZES[0],
    )


def write_filters(filters: PhoneFilters) -> dict[str, Any]:
    """Return the parts of an address that asks for these filters, without what is usual."""
    usual = PhoneFilters()
    sort = ("-" if filters.is_descending else "") + filters.sort.value
    parts: dict[str, Any] = {
        "q": filters.search,
        "status": [status.value for status in filters.statuses],
        "model": filters.model_slug,
        "flag": [flag.value for flag in filters.flags],
        "profile": _write_id(filters.profile_id),
        "layout": _write_id(filters.layout_id),
        "firmware": filters.firmware,
        "module": filters.module_slug,
        "line": filters.line.value if filters.line else "",
        "sort": sort if sort != usual.sort.value else "",
        "per_page": filters.page_size if filters.page_size != usual.page_size else None,
        "page": filters.page if filters.page != 1 else None,
    }
    return {name: value for name, value in parts.items() if value}


def sorted_by(filters: PhoneFilters, column: Sort) -> PhoneFilters:
    """Return the filters in the order of a column; asked for twice it turns round."""
    is_same = filters.sort is column
    return replace(
        filters,
        sort=column,
        is_descending=not filters.is_descending if is_same else column.starts_descending,
        page=1,
    )


def _read_word(text: str) -> str:
    return text.replace("\0", "")[:LONGEST_SLUG]


def _write_id(number: int) -> int | str:
    return NO_SUCH if number == NONE else number


def _read_id(text: str) -> int:
    if text == NO_SUCH:
        return NONE
    return int(text) if text.isascii() and text.isdigit() and len(text) <= ID_DIGITS else 0


def _words(kind: type[Word], texts: Iterable[str]) -> tuple[Word, ...]:
    """Return the members that `texts` name, each once, in their own order."""
    wanted = set(texts)
    return tuple(member for member in kind if member.value in wanted)
