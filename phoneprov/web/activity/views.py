"""Who did what: in one tenant, or everywhere for the provider."""

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from phoneprov.web.access import current_tenant, provider_only
from phoneprov.web.activity.queries import ActivityFilter, list_activity
from phoneprov.web.activity.words import action_label, change_lines, shows_subject
from phoneprov.web.database import session

Answer = str | Response | tuple[str, int]

blueprint = Blueprint("activity", __name__)

LAST_PAGE = 10_000
LONGEST_WORD = 254


@blueprint.context_processor
def _give_words() -> dict[str, object]:
    return {
        "action_label": action_label,
        "change_lines": change_lines,
        "shows_subject": shows_subject,
    }


@blueprint.get("/t/<tenant_slug>/activity")
def index() -> Answer:
    """Show what was done in a tenant."""
    return _page(current_tenant().id)


@blueprint.get("/activity")
@provider_only
def everywhere() -> Answer:
    """Show what was done in all tenants and to the installation."""
    return _page(None)


def _page(tenant_id: int | None) -> Answer:
    wanted = ActivityFilter(
        tenant_id=tenant_id,
        person=_word("person"),
        action=_word("action"),
        page=min(max(request.args.get("page", 1, int), 1), LAST_PAGE),
    )
    page = list_activity(session(), wanted)
    return render_template("activity/index.html", page=page, wanted=wanted)


def _word(name: str) -> str:
    return request.args.get(name, "").replace("\0", "")[:LONGEST_WORD]
