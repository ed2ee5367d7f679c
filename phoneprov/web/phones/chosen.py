"""Which phones a person means who ticked some in the list, or took all that match."""

from collections.abc import Iterable
from urllib.parse import parse_qsl

from flask import request
from werkzeug.datastructures import MultiDict

from phoneprov.core.clock import utc_now
from phoneprov.firmware.queries import list_behind
from phoneprov.fleet.queries import keep_own_ids, list_matching_ids
from phoneprov.operations.bulk.plan import MOST_PHONES
from phoneprov.operations.bulk.tasks import ID_DIGITS
from phoneprov.web.access import current_tenant
from phoneprov.web.database import session
from phoneprov.web.phones.query import read_filters
from phoneprov.web.runtime import runtime

LONGEST_FILTER = 2000


def read_chosen() -> list[int]:
    """Return the ids that the list's form means: all that match, or those that were ticked."""
    if request.form.get("scope") != "all":
        return _list_ticked()
    return list_all_matching(request.form.get("filter", ""))


def list_all_matching(typed: str) -> list[int]:
    """Return the ids of all phones that the list would find with `typed` in its address."""
    filters = read_filters(MultiDict(parse_qsl(typed[:LONGEST_FILTER])))
    tenant, catalog = current_tenant(), runtime().catalog
    _, behind = list_behind(session(), catalog, tenant.id)
    found = list_matching_ids(
        session(), catalog, tenant, filters, now=utc_now(), limit=MOST_PHONES, behind=behind
    )
    return list(found)


def read_ids(text: str) -> list[int]:
    """Return the ids that a form carries from page to page; what is none is left out."""
    parts = text.split(",")
    return [int(one) for one in parts if one.isascii() and one.isdigit() and len(one) <= ID_DIGITS]


def write_ids(ids: Iterable[int]) -> str:
    """Return ids as a form carries them."""
    return ",".join(map(str, ids))


def _list_ticked() -> list[int]:
    """Return the ids that were ticked, without those of phones that are gone meanwhile."""
    wanted = {one for one in request.form.getlist("phone", type=int) if 0 < one < 2**31}
    return list(keep_own_ids(session(), current_tenant().id, wanted))[:MOST_PHONES]
