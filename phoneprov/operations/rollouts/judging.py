"""Looks at every open turn of the roll-outs and notes what has become of it."""

from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from phoneprov.catalog.catalog import Catalog
from phoneprov.catalog.model import Vendor
from phoneprov.firmware.models import FirmwareTurn, TurnState
from phoneprov.firmware.rollout_models import LONGEST_REASON, PartState, RolloutPhone
from phoneprov.fleet.refresh import refresh_statuses
from phoneprov.fleet.sights import Sight, read_sights
from phoneprov.operations.delivery import NO_REACTION
from phoneprov.operations.models import Command, CommandState
from phoneprov.operations.rollouts.judge import Outcome, TurnFacts, judge_turn, limit_of
from phoneprov.operations.rollouts.limits import BEGINS_BEFORE, SLACK
from phoneprov.operations.rollouts.obstacles import say_out
from phoneprov.operations.rollouts.openings import Openings
from phoneprov.operations.rollouts.turns import end_turn

WINDOW_CLOSES = "It had not begun, and too little is left of its window; it waits for the next one."
CALL_BEGAN = "A call began on it before it had begun; it waits until that has ended."
DELETED = "The phone was deleted meanwhile."
log = structlog.get_logger(__name__)

_STEP = timedelta(seconds=30)
"""A deadline is written again when it moves by that much, not with every byte."""


def judge_open_turns(session: Session, catalog: Catalog, openings: Openings, now: datetime) -> int:
    """Judge all phones that are updating, whatever became of their roll-out; return how many."""
    parts = session.scalars(
        select(RolloutPhone)
        .where(RolloutPhone.state == PartState.UPDATING)
        .options(joinedload(RolloutPhone.turn).joinedload(FirmwareTurn.firmware))
        .options(joinedload(RolloutPhone.rollout))
        .order_by(RolloutPhone.id)
        .execution_options(populate_existing=True)
    ).all()
    sights = read_sights(session, [one.phone_id for one in parts if one.phone_id], now)
    untold = _list_untold(session)
    for part in parts:
        sight = sights.get(part.phone_id or 0)
        is_untold, number = part.turn_id in untold, part.id
        try:
            with session.begin_nested():
                _judge_part(session, catalog, part, sight, openings, is_untold=is_untold)
        except Exception:  # one phone must not keep all others from their verdicts
            log.exception("phone's update not judged", part=number)
    session.flush()
    return len(parts)


def settle_part(part: RolloutPhone, state: PartState, reason: str, now: datetime) -> None:
    """Note how a phone stands in its roll-out from now on."""
    part.state, part.changed_at = state, now
    part.reason = reason[:LONGEST_REASON]


def _judge_part(  # noqa: PLR0913 - a phone, and what is seen around it
    session: Session,
    catalog: Catalog,
    part: RolloutPhone,
    sight: Sight | None,
    openings: Openings,
    *,
    is_untold: bool,
) -> None:
    now, turn = openings.now, part.turn
    if sight is None or turn is None:
        settle_part(part, PartState.SKIPPED, DELETED, now)
        return
    if turn.closed_at is not None:
        settle_part(part, PartState.SKIPPED, turn.evidence or "Its turn was ended.", now)
        return
    if turn.started_at is None and _end_not_begun(session, part, sight, openings):
        return
    model = catalog.find_model(sight.phone.model_slug)
    vendor = model.vendor if model else Vendor.YEALINK
    facts = replace(_read_facts(part, turn, sight, vendor), is_untold=is_untold)
    _set_deadline(session, part, turn, facts, sight)
    verdict = judge_turn(replace(facts, deadline_after=turn.deadline_after), now)
    if verdict.outcome is Outcome.DONE:
        _note_done(session, part, turn, verdict.evidence, now)
    elif verdict.outcome is Outcome.FAILED:
        end_turn(session, part, TurnState.FAILED, verdict.evidence, now=now)
        settle_part(part, PartState.FAILED, verdict.evidence, now)
    elif verdict.outcome is Outcome.AWAY:
        _wait_again(session, part, verdict.evidence, now)


def _list_untold(session: Session) -> AbstractSet[int]:
    """Return the open turns whose order reached nobody: no way, or refused on the way."""
    rows = session.execute(
        select(FirmwareTurn.id, Command.sent_at, Command.finished_at)
        .join(Command, Command.phone_id == FirmwareTurn.phone_id)
        .where(
            FirmwareTurn.closed_at.is_(None),
            FirmwareTurn.started_at.is_(None),
            Command.queued_at == FirmwareTurn.opened_at,
            Command.state.in_((CommandState.FAILED, CommandState.EXPIRED)),
        )
    ).all()
    return {
        row.id
        for row in rows
        if not row.sent_at or not row.finished_at or row.finished_at - row.sent_at < NO_REACTION
    }


def _end_not_begun(session: Session, part: RolloutPhone, sight: Sight, openings: Openings) -> bool:
    """Take the turn back from a phone that can't begin any more; return whether that was so."""
    now = openings.now
    reason = say_out(sight.phone)
    if reason is not None:
        end_turn(session, part, TurnState.CANCELLED, reason, now=now)
        settle_part(part, PartState.SKIPPED, reason, now)
        return True
    if sight.is_in_call:
        _wait_again(session, part, CALL_BEGAN, now)
        return True
    rollout = part.rollout
    if rollout.in_windows and openings.left(rollout.tenant_id, sight.time_zone) < BEGINS_BEFORE:
        _wait_again(session, part, WINDOW_CLOSES, now)
        return True
    return False


def _wait_again(session: Session, part: RolloutPhone, evidence: str, now: datetime) -> None:
    """Let a phone that was no fault of wait for another turn, if its roll-out still has any."""
    end_turn(session, part, TurnState.CANCELLED, evidence, now=now)
    is_open = part.rollout.state.is_open
    settle_part(part, PartState.WAITING if is_open else PartState.CANCELLED, evidence, now)


def _note_done(
    session: Session, part: RolloutPhone, turn: FirmwareTurn, evidence: str, now: datetime
) -> None:
    rollout = part.rollout
    end_turn(session, part, TurnState.DONE, evidence, now=now)
    if turn.firmware_id == rollout.firmware_id or turn.to_version == rollout.to_version:
        settle_part(part, PartState.DONE, evidence, now)
    elif rollout.state.is_open:
        text = f"It runs {turn.to_version} now; {rollout.to_version} is next."
        settle_part(part, PartState.WAITING, text, now)
    else:
        text = f"It runs {turn.to_version}; cancelled before {rollout.to_version}."
        settle_part(part, PartState.CANCELLED, text, now)


def _read_facts(part: RolloutPhone, turn: FirmwareTurn, sight: Sight, vendor: Vendor) -> TurnFacts:
    phone = sight.phone
    seen_at = phone.firmware_seen_at
    fetched = phone.fetched_revision
    return TurnFacts(
        vendor=vendor,
        from_version=turn.from_version,
        to_version=turn.to_version,
        opened_at=turn.opened_at,
        deadline_after=turn.deadline_after,
        has_config=fetched is not None and fetched >= turn.revision,
        fetched_at=phone.fetched_at,
        started_at=turn.started_at,
        downloaded_at=turn.downloaded_at,
        progress_at=turn.progress_at,
        sent_bytes=turn.sent_bytes,
        percent=turn.percent,
        running=phone.firmware,
        running_seen_at=seen_at,
        was_registered=part.was_registered and say_out(phone) is None,
        is_registered=seen_at is not None and sight.is_registered_since(seen_at, phone.firmware),
        is_confirmed=sight.is_confirmed,
        is_away=sight.is_away,
        poll_interval=sight.poll_interval,
    )


def _set_deadline(
    session: Session, part: RolloutPhone, turn: FirmwareTurn, facts: TurnFacts, sight: Sight
) -> None:
    """Give a phone that has come a step further the time that the step after it takes."""
    if not part.mark:
        part.mark = facts.mark
        if facts.mark.startswith("waiting"):
            return  # the deadline that it began with is for this
    elif part.mark == facts.mark:
        return
    deadline = sight.now + limit_of(facts)
    if turn.deadline_after and abs(deadline - turn.deadline_after) < _STEP:
        return
    part.mark, turn.deadline_after = facts.mark, deadline
    sight.phone.updating_until = deadline + SLACK
    refresh_statuses(session, [sight.phone.id], sight.now)
