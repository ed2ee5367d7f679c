"""The list of phones, and the changes that an open list asks for every few seconds."""

from flask import Response as FlaskResponse
from flask import make_response, redirect, render_template, request

from phoneprov.core.mac import find_mac, format_mac
from phoneprov.fleet.facets import read_facets
from phoneprov.fleet.filters import LineUse
from phoneprov.fleet.list_tastes import list_filters
from phoneprov.fleet.unknown_macs import count_unknown
from phoneprov.web.access import current_tenant, is_provider, signed_in_user
from phoneprov.web.database import session
from phoneprov.web.htmx import is_htmx
from phoneprov.web.phones.blueprint import PHONES, REFUSED, Answer, blueprint
from phoneprov.web.phones.columns import CHOOSABLE
from phoneprov.web.phones.list_view import ListView, address_of, read_list
from phoneprov.web.phones.rows import find_changes, read_token
from phoneprov.web.runtime import runtime

NO_NEWS = 204


@blueprint.get(PHONES)
def index() -> Answer:
    """Show the phones; while somebody filters, only the table."""
    view = read_list(request.args)
    if not is_htmx():
        return show_page(view)
    response = make_response(_draw_list(view))
    response.headers["HX-Replace-Url"] = view.address()
    return response


@blueprint.get(f"{PHONES}/live")
def live() -> Answer:
    """Give what has changed since the page was drawn; nothing when nothing has."""
    view = read_list(request.args)
    if not is_htmx():
        return redirect(view.address(), 303)
    seen = read_token(request.args.get("seen", ""))
    if bool(seen.rows) != bool(view.rows):
        return _whole_list(view)
    changes = find_changes(seen, view.page, view.rows)
    if changes.is_nothing:
        return "", NO_NEWS
    return render_template("phones/_live.html", view=view, changes=changes)


def show_page(view: ListView, *, name: str = "", error: str = "") -> Answer:
    """Show the whole page; with what was wrong with the `name` of a filter to save."""
    tenant, user = current_tenant(), signed_in_user()
    page = render_template(
        "phones/index.html",
        view=view,
        facets=read_facets(session(), tenant.id),
        modules=runtime().catalog.module_models,
        line_uses=tuple(LineUse),
        choosable=CHOOSABLE,
        saved=[
            (one, f"{address_of({})}?{one.query}")
            for one in list_filters(session(), tenant.id, user.id)
        ],
        filter_name=name,
        filter_error=error,
        **_list_values(view),
    )
    return (page, REFUSED) if error else page


def _draw_list(view: ListView, *, is_live: bool = False) -> str:
    return render_template("phones/_list.html", view=view, is_live=is_live, **_list_values(view))


def _list_values(view: ListView) -> dict[str, object]:
    """Return what an empty list offers: unknown phones that wait, a MAC that is nobody's yet."""
    if view.rows:
        return {}
    mac = find_mac(view.filters.search)
    return {
        "unknown_count": count_unknown(session()) if is_provider() else 0,
        "searched_mac": format_mac(mac) if mac else "",
    }


def _whole_list(view: ListView) -> FlaskResponse:
    """Draw the list anew: its first phone has come, or its last one has gone."""
    response = make_response(_draw_list(view, is_live=True))
    response.headers["HX-Retarget"] = "#phone-list"
    response.headers["HX-Reswap"] = "outerHTML"
    return response
