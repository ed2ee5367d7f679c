"""What a person remembers of the list: columns, row height, and filters with a name."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import abort, flash, redirect, request
from werkzeug.datastructures import MultiDict

from phoneprov.core.clock import utc_now
from phoneprov.core.errors import InvalidValueError
from phoneprov.fleet.list_tastes import choose_taste, delete_filter, find_filter, save_filter
from phoneprov.web.access import current_tenant, own_account, signed_in_user
from phoneprov.web.database import session
from phoneprov.web.phones.blueprint import PHONES, Answer, blueprint
from phoneprov.web.phones.columns import ALWAYS, SEPARATOR, USUAL, read_columns, write_columns
from phoneprov.web.phones.index import show_page
from phoneprov.web.phones.list_view import address_of, read_list
from phoneprov.web.phones.query import read_filters, write_filters

LONGEST_QUERY = 2000
FILTERS = f"{PHONES}/filters"


@blueprint.post(f"{PHONES}/columns")
@own_account
def choose_columns() -> Answer:
    """Remember which columns a person wants to see, and how close together; for all tenants."""
    posted = request.form.getlist("column")
    columns = USUAL if "usual" in request.form else read_columns(_join([*ALWAYS, *posted]))
    text = "" if columns == USUAL else write_columns(columns)
    choose_taste(session(), signed_in_user().id, columns=text, is_compact="compact" in request.form)
    parts = _read_query(request.form.get("query", ""))
    parts.pop("columns", None)
    return redirect(address_of(parts), 303)


@blueprint.post(FILTERS)
@own_account
def save() -> Answer:
    """Give what the list asks for now a name."""
    parts = _read_query(request.form.get("query", ""))
    name = request.form.get("name", "")
    try:
        row = save_filter(
            session(),
            tenant_id=current_tenant().id,
            user_id=signed_in_user().id,
            name=name,
            query=urlencode(parts, doseq=True),
            now=utc_now(),
        )
    except InvalidValueError as fault:
        return show_page(read_list(MultiDict(parts)), name=name, error=fault.message)
    flash(f"Filter “{row.name}” saved.", "done")
    return redirect(address_of(parts), 303)


@blueprint.post(f"{FILTERS}/<int:filter_id>/delete")
@own_account
def forget(filter_id: int) -> Answer:
    """Forget one of a person's own filters."""
    saved = find_filter(session(), current_tenant().id, signed_in_user().id, filter_id)
    if saved is None:
        abort(404)
    delete_filter(session(), saved)
    flash(f"Filter “{saved.name}” deleted.", "done")
    return redirect(address_of({}), 303)


def _join(words: list[str]) -> str:
    return SEPARATOR.join(word[:20] for word in words[:50])


def _read_query(text: str) -> dict[str, Any]:
    """Return what stands behind a question mark as the list would write it itself."""
    args = MultiDict(parse_qsl(text[:LONGEST_QUERY]))
    parts: dict[str, Any] = dict(write_filters(read_filters(args)))
    parts.pop("page", None)
    if args.get("columns"):
        parts["columns"] = write_columns(read_columns(args["columns"]))
    return parts
