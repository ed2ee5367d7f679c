"""The list of phones, and the changes that an open list asks for every few seconds."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from flask import Response as FlaskResponse
from flask import make_response, redirect, render_template, request, url_for

from phoneprov.core.clock import utc_now
from phoneprov.firmware.queries import list_behind
from phoneprov.fleet.filters import PAGE_SIZES, Flag, PhoneFilters, Sort
from phoneprov.fleet.profiles import find_profile
from phoneprov.fleet.queries import PhonePage, list_phones
from phoneprov.fleet.status import PhoneStatus
from phoneprov.layouts.queries import find_layout
from phoneprov.web.access import current_tenant
from phoneprov.web.database import session
from phoneprov.web.htmx import is_htmx
from phoneprov.web.phones.blueprint import PHONES, Answer, blueprint
from phoneprov.web.phones.query import read_filters, sorted_by, write_filters
from phoneprov.web.phones.rows import Row, find_changes, make_rows, read_token, write_token
from phoneprov.web.runtime import runtime

NO_NEWS = 204
STATUS_ORDER = (
    PhoneStatus.ONLINE,
    PhoneStatus.REGISTERED,
    PhoneStatus.PROVISIONING,
    PhoneStatus.PENDING,
    PhoneStatus.OFFLINE,
    PhoneStatus.DISABLED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListView:
    """What the templates of the list need."""

    page: PhonePage
    filters: PhoneFilters
    rows: list[Row]
    token: str
    models: list[tuple[str, str, int]]
    """Slug, name and number of phones of the models that the tenant has."""

    only: list[tuple[str, str]]
    """Of which profile or layout the phones are, in words, and the address without that."""

    sizes = PAGE_SIZES
    flags = tuple(Flag)
    sorts = Sort

    @property
    def numbers(self) -> list[tuple[PhoneStatus | Flag, int]]:
        """The counts that are the filters: statuses from best to worst, then the flags."""
        counts = self.page.counts
        statuses = [(status, counts.by_status.get(status, 0)) for status in STATUS_ORDER]
        return [*statuses, *((flag, counts.by_flag.get(flag, 0)) for flag in Flag)]

    def address(self, **changes: object) -> str:
        """Return the address of the list with some filters changed."""
        return _address(replace(self.filters, **changes))  # type: ignore[arg-type]

    def sort_address(self, column: Sort) -> str:
        """Return the address of the list in the order of a column."""
        return _address(sorted_by(self.filters, column))

    @property
    def parts(self) -> dict[str, object]:
        """The filters as parts of an address, whatever the page."""
        return write_filters(replace(self.filters, page=1))

    @property
    def query_text(self) -> str:
        """Return the filters as an address would carry them, for what is done to all that match."""
        return urlencode(write_filters(self.filters), doseq=True)

    @property
    def live_address(self) -> str:
        """Return where this page asks for what has changed."""
        slug = current_tenant().slug
        parts = write_filters(self.filters)
        return url_for("phones.live", tenant_slug=slug, **parts, seen=self.token)


@blueprint.get(PHONES)
def index() -> Answer:
    """Show the phones; while somebody filters, only the table."""
    view = _read_list()
    if not is_htmx():
        return render_template("phones/index.html", view=view)
    response = make_response(render_template("phones/_list.html", view=view))
    response.headers["HX-Replace-Url"] = view.address()
    return response


@blueprint.get(f"{PHONES}/live")
def live() -> Answer:
    """Give what has changed since the page was drawn; nothing when nothing has."""
    view = _read_list()
    if not is_htmx():
        return redirect(view.address(), 303)
    seen = read_token(request.args.get("seen", ""))
    if bool(seen.rows) != bool(view.rows):
        return _whole_list(view)
    changes = find_changes(seen, view.page, view.rows)
    if changes.is_nothing:
        return "", NO_NEWS
    return render_template("phones/_live.html", view=view, changes=changes)


def _whole_list(view: ListView) -> FlaskResponse:
    """Draw the list anew: its first phone has come, or its last one has gone."""
    response = make_response(render_template("phones/_list.html", view=view, is_live=True))
    response.headers["HX-Retarget"] = "#phone-list"
    response.headers["HX-Reswap"] = "outerHTML"
    return response


def _read_list() -> ListView:
    catalog = runtime().catalog
    filters = read_filters(request.args)
    library, behind = list_behind(session(), catalog, current_tenant().id)
    page = list_phones(session(), catalog, current_tenant(), filters, now=utc_now(), behind=behind)
    rows = make_rows(page, catalog, library)
    names = [
        (slug, model.full_name if model else slug, count)
        for slug, count in page.counts.by_model.items()
        for model in [catalog.find_model(slug)]
    ]
    return ListView(
        page=page,
        filters=replace(filters, page=page.number),
        rows=rows,
        token=write_token(page.counts, page.total, rows),
        models=sorted(names, key=lambda model: model[1]),
        only=_say_only(filters),
    )


def _say_only(filters: PhoneFilters) -> list[tuple[str, str]]:
    """Return the profile and the layout that is filtered by; another tenant's has no name here."""
    tenant_id = current_tenant().id
    said: list[tuple[str, str]] = []
    if filters.profile_id:
        profile = find_profile(session(), tenant_id, filters.profile_id)
        name = profile.name if profile else "that is gone"
        said.append((f"profile {name}", _address(replace(filters, profile_id=0, page=1))))
    if filters.layout_id:
        layout = find_layout(session(), tenant_id, filters.layout_id)
        name = layout.name if layout else "that is gone"
        said.append((f"layout {name}", _address(replace(filters, layout_id=0, page=1))))
    return said


def _address(filters: PhoneFilters) -> str:
    slug = current_tenant().slug
    return url_for("phones.index", tenant_slug=slug, **write_filters(filters))
