"""A roll-out's page, and the changes that an open one asks for."""

from flask import redirect, render_template, request

from phoneprov.core.clock import utc_now
from phoneprov.web.htmx import is_htmx
from phoneprov.web.rollouts.blueprint import (
    NO_NEWS,
    ROLLOUT,
    Answer,
    address_of,
    blueprint,
    get_rollout,
)
from phoneprov.web.rollouts.view import read_view

PARTS = {
    "head": "rollouts/_head.html",
    "standing": "rollouts/_standing.html",
    "phones": "rollouts/_phones.html",
    "events": "rollouts/_events.html",
}


@blueprint.get(ROLLOUT)
def show(rollout_id: int) -> Answer:
    """Show how far a roll-out is, what it waits for, and what became of each phone."""
    rollout = get_rollout(rollout_id)
    return render_template("rollouts/show.html", view=read_view(rollout, request.args, utc_now()))


@blueprint.get(f"{ROLLOUT}/live")
def live(rollout_id: int) -> Answer:
    """Give the parts of the page that have changed; nothing when nothing has."""
    rollout = get_rollout(rollout_id)
    if not is_htmx():
        return redirect(address_of(rollout), 303)
    view = read_view(rollout, request.args, utc_now())
    seen = request.args.get("seen", "").split(".")
    marks = view.marks
    is_readable = len(seen) == len(marks)
    before = dict(zip(marks, seen, strict=True)) if is_readable else {}
    changed = [(name, PARTS[name]) for name, mark in marks.items() if before.get(name) != mark]
    if not changed:
        return "", NO_NEWS
    return render_template("rollouts/_live.html", view=view, changed=changed)
