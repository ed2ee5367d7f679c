"""What happened in a roll-out, in order: what was ordered of it, and what became of its phones."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from phoneprov.firmware.rollout_models import PartState, Rollout, RolloutPhone
from phoneprov.operations.rollouts.stopping import BY_HAND
from phoneprov.operations.rollouts.trail import list_trail
from phoneprov.tenancy.audit import SYSTEM

MOST_PHONES = 30
_VERBS = {
    "rollout.start": "Started",
    "rollout.halt": "Halted",
    "rollout.resume": "Resumed",
    "rollout.retry": "Failed phones get another turn",
    "rollout.cancel": "Cancelled",
    "rollout.end": "Ended",
}
_OVER = (PartState.DONE, PartState.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One line of it."""

    at: datetime
    text: str


def list_happenings(session: Session, rollout: Rollout) -> list[Happening]:
    """Return what happened, the newest first: all orders, and the phones that ended last."""
    found = [*_list_orders(session, rollout), *_list_ends(session, rollout)]
    return sorted(found, key=lambda one: one.at, reverse=True)


def _list_orders(session: Session, rollout: Rollout) -> Iterable[Happening]:
    for entry in list_trail(session, rollout):
        is_plain = not entry.note or entry.note.startswith(BY_HAND.rstrip("."))
        note = "" if is_plain else f": {entry.note.rstrip('.')}"
        by = "" if entry.user_name == SYSTEM.name else f" by {entry.user_name}"
        verb = _VERBS.get(entry.action, entry.action)
        yield Happening(at=entry.at, text=f"{verb}{by}{note}.")


def _list_ends(session: Session, rollout: Rollout) -> Iterable[Happening]:
    parts = session.scalars(
        select(RolloutPhone)
        .where(RolloutPhone.rollout_id == rollout.id, RolloutPhone.state.in_(_OVER))
        .order_by(RolloutPhone.changed_at.desc(), RolloutPhone.id.desc())
        .limit(MOST_PHONES)
    )
    for part in parts:
        what = "is done" if part.state is PartState.DONE else "failed"
        why = f": {part.reason.rstrip('.')}" if part.reason else ""
        yield Happening(at=part.changed_at, text=f"{part.phone_name} {what}{why}.")
