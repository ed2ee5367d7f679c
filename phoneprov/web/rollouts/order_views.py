"""Halt, resume, cancel a roll-out, give failed phones another turn: asked first, then done."""

from collections.abc import Callable, Mapping

from flask import flash, redirect, render_template, request

from phoneprov.core.clock import utc_now
from phoneprov.core.errors import NotAllowedError
from phoneprov.firmware.rollout_models import Rollout
from phoneprov.operations.rollouts.stopping import (
    cancel_rollout,
    halt_rollout,
    resume_rollout,
    retry_phones,
)
from phoneprov.web.access import admin_only
from phoneprov.web.acting import current_actor
from phoneprov.web.database import session
from phoneprov.web.rollouts.blueprint import (
    REFUSED,
    ROLLOUT,
    Answer,
    address_of,
    blueprint,
    get_rollout,
)
from phoneprov.web.rollouts.showing import count_phones
from phoneprov.web.rollouts.verbs import Verb, ask, find_obstacle

_BOTH = ["GET", "POST"]
_DO: Mapping[Verb, Callable[..., object]] = {
    Verb.HALT: halt_rollout,
    Verb.RESUME: resume_rollout,
    Verb.RETRY: retry_phones,
    Verb.CANCEL: cancel_rollout,
}
_DONE = {
    Verb.HALT: "Halted. Nothing new is begun.",
    Verb.RESUME: "Resumed.",
    Verb.RETRY: "Those that failed get another turn.",
    Verb.CANCEL: "Cancelled. What was done stays done.",
}


@blueprint.route(f"{ROLLOUT}/halt", methods=_BOTH)
@admin_only
def halt(rollout_id: int) -> Answer:
    """Begin nothing new for now."""
    return _ask_or_do(get_rollout(rollout_id), Verb.HALT)


@blueprint.route(f"{ROLLOUT}/resume", methods=_BOTH)
@admin_only
def resume(rollout_id: int) -> Answer:
    """Go on with what waits."""
    return _ask_or_do(get_rollout(rollout_id), Verb.RESUME)


@blueprint.route(f"{ROLLOUT}/retry", methods=_BOTH)
@admin_only
def retry(rollout_id: int) -> Answer:
    """Give the phones that failed another turn."""
    return _ask_or_do(get_rollout(rollout_id), Verb.RETRY)


@blueprint.route(f"{ROLLOUT}/cancel", methods=_BOTH)
@admin_only
def cancel(rollout_id: int) -> Answer:
    """Leave the phones that wait as they are."""
    return _ask_or_do(get_rollout(rollout_id), Verb.CANCEL)


def _ask_or_do(rollout: Rollout, verb: Verb) -> Answer:
    tally = count_phones(session(), rollout)
    reason = find_obstacle(rollout, tally, verb)
    if request.method == "GET" or reason is not None:
        return _question(rollout, verb, reason)
    try:
        _DO[verb](session(), rollout, actor=current_actor(), now=utc_now())
    except NotAllowedError as refusal:
        return _question(rollout, verb, refusal.message)
    flash(_DONE[verb], "done")
    return redirect(address_of(rollout), 303)


def _question(rollout: Rollout, verb: Verb, reason: str | None) -> Answer:
    page = render_template(
        "rollouts/confirm.html",
        rollout=rollout,
        question=ask(rollout, count_phones(session(), rollout), verb),
        reason=reason,
    )
    return (page, REFUSED) if request.method == "POST" else page
