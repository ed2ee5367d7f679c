"""The roll-outs of a tenant, how far each is."""

from dataclasses import dataclass

from flask import render_template, request
from sqlalchemy import case, func, select

from phoneprov.firmware.rollout_models import OPEN_ROLLOUTS, Rollout, RolloutState
from phoneprov.fleet.queries import last_page
from phoneprov.tenancy.models import for_tenant
from phoneprov.web.access import current_tenant
from phoneprov.web.database import session
from phoneprov.web.firmware.blueprint import name_models
from phoneprov.web.htmx import is_htmx
from phoneprov.web.rollouts.blueprint import NO_NEWS, Answer, blueprint
from phoneprov.web.rollouts.showing import count_each, list_models, mark_of
from phoneprov.web.rollouts.tally import Tally

PAGE_SIZE = 50
MOST_MODELS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One roll-out as the list shows it."""

    rollout: Rollout
    tally: Tally
    models: str

    @property
    def title(self) -> str:
        """What it is called."""
        return self.rollout.name

    @property
    def shown(self) -> tuple[object, ...]:
        """What the row says."""
        return self.rollout.id, self.rollout.state, sorted(self.tally.counts.items())


@blueprint.get("")
def index() -> Answer:
    """Show the roll-outs: those that go on first, then the newest."""
    last = last_page(_count(), PAGE_SIZE)
    page = min(max(request.args.get("page", 1, type=int), 1), last)
    rows = _list_rows(page)
    mark = mark_of([row.shown for row in rows], last)
    if is_htmx() and request.args.get("seen") == mark:
        return "", NO_NEWS
    return render_template(
        "rollouts/_list.html" if is_htmx() else "rollouts/index.html",
        rows=rows,
        page=page,
        last=last,
        mark=mark,
        is_open=any(row.rollout.state is RolloutState.RUNNING for row in rows),
    )


def _count() -> int:
    query = select(func.count()).where(Rollout.tenant_id == current_tenant().id)
    return session().scalar(query) or 0


def _list_rows(page: int) -> list[Row]:
    is_over = case((Rollout.state.in_(OPEN_ROLLOUTS), 0), else_=1)
    rollouts = session().scalars(
        for_tenant(current_tenant().id, Rollout)
        .order_by(is_over, Rollout.created_at.desc(), Rollout.id.desc())
        .offset((page - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE)
    )
    found = list(rollouts)
    ids = [one.id for one in found]
    tallies, models = count_each(session(), ids), list_models(session(), ids)
    return [
        Row(rollout=one, tally=tallies[one.id], models=_name(models.get(one.id, [])))
        for one in found
    ]


def _name(slugs: list[str]) -> str:
    names = ", ".join(name_models(tuple(slugs[:MOST_MODELS])))
    more = len(slugs) - MOST_MODELS
    return f"{names} and {more} more" if more > 0 else names
