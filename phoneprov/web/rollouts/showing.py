"""What the pages of roll-outs show, read in a few queries however many phones there are."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, defer, joinedload

from phoneprov.firmware.models import FirmwareTurn
from phoneprov.firmware.progress import Progress, step_of
from phoneprov.firmware.rollout_models import CANARY, PartState, Rollout, RolloutPhone
from phoneprov.fleet.models import Phone
from phoneprov.fleet.queries import title_phone
from phoneprov.tenancy.models import Extension
from phoneprov.web.rollouts.tally import Tally, tally_of
from phoneprov.web.rollouts.words import name_wave

MARK_CHARS = 16
ORDER = (RolloutPhone.wave < CANARY, RolloutPhone.wave, RolloutPhone.position, RolloutPhone.id)
"""Wave by wave; those that were left alone from the start come last."""
MOST_FAILED = 200
"""So many failed phones are named with their reason; the list below has all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneLine:
    """One phone of a roll-out as its page shows it."""

    row_id: int
    phone_id: int | None
    """None: it was deleted meanwhile."""
    name: str
    state: PartState
    from_version: str
    words: str
    percent: int | None
    """How much of the image has gone out, while it goes out."""
    wave_title: str
    changed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which phones of a roll-out somebody wants to see."""

    state: PartState | None = None
    wave: int | None = None

    @property
    def is_narrow(self) -> bool:
        """Whether not all are asked for."""
        return self.state is not None or self.wave is not None

    def narrow(self, query: Select[RolloutPhone]) -> Select[RolloutPhone]:
        """Return the query for those alone."""
        if self.state is not None:
            query = query.where(RolloutPhone.state == self.state)
        return query if self.wave is None else query.where(RolloutPhone.wave == self.wave)


def count_phones(session: Session, rollout: Rollout) -> Tally:
    """Return how far a roll-out is."""
    return count_each(session, [rollout.id])[rollout.id]


def count_each(session: Session, rollout_ids: Collection[int]) -> dict[int, Tally]:
    """Return how far each of some roll-outs is, in one query."""
    rows = session.execute(
        select(RolloutPhone.rollout_id, RolloutPhone.state, func.count())
        .where(RolloutPhone.rollout_id.in_(rollout_ids))
        .group_by(RolloutPhone.rollout_id, RolloutPhone.state)
    )
    found: dict[int, list[tuple[PartState, int]]] = defaultdict(list)
    for rollout_id, state, count in rows:
        found[rollout_id].append((state, count))
    return {one: tally_of(found[one]) for one in rollout_ids}


def list_models(session: Session, rollout_ids: Collection[int]) -> dict[int, list[str]]:
    """Return the models of the phones of some roll-outs, most phones first."""
    rows = session.execute(
        select(RolloutPhone.rollout_id, Phone.model_slug, func.count())
        .join(Phone, Phone.id == RolloutPhone.phone_id)
        .where(
            RolloutPhone.rollout_id.in_(rollout_ids),
            RolloutPhone.state != PartState.SKIPPED,
        )
        .group_by(RolloutPhone.rollout_id, Phone.model_slug)
        .order_by(func.count().desc(), Phone.model_slug)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for rollout_id, slug, _ in rows:
        found[rollout_id].append(slug)
    return found


def list_lines(
    session: Session, rollout: Rollout, choice: Choice, *, page: int, size: int
) -> list[PhoneLine]:
    """Return one page of the phones in the order of their turns; `page` counts from 1."""
    query = choice.narrow(_of(rollout)).order_by(*ORDER)
    return _read(session, query.offset((page - 1) * size).limit(size))


def count_lines(session: Session, rollout: Rollout, choice: Choice) -> int:
    """Return how many phones such a choice finds."""
    query = choice.narrow(_of(rollout)).with_only_columns(func.count())
    return session.scalar(query) or 0


def list_failures(session: Session, rollout: Rollout) -> dict[str, list[PhoneLine]]:
    """Return the phones that failed by the reason, the most usual first."""
    choice = Choice(state=PartState.FAILED)
    query = choice.narrow(_of(rollout)).order_by(RolloutPhone.changed_at.desc()).limit(MOST_FAILED)
    found: dict[str, list[PhoneLine]] = {}
    for line in _read(session, query):
        found.setdefault(line.words or "No reason was noted.", []).append(line)
    return dict(sorted(found.items(), key=lambda item: -len(item[1])))


def list_waits(session: Session, rollout: Rollout) -> list[tuple[str, int]]:
    """Return what phones whose wave has come wait for, with how many do, most phones first."""
    rows = session.execute(
        select(RolloutPhone.reason, func.count())
        .where(
            RolloutPhone.rollout_id == rollout.id,
            RolloutPhone.state == PartState.WAITING,
            RolloutPhone.wave <= rollout.wave,
            RolloutPhone.reason != "",
        )
        .group_by(RolloutPhone.reason)
        .order_by(func.count().desc(), RolloutPhone.reason)
    )
    return [(reason, count) for reason, count in rows]


def mark_of(*shown: object) -> str:
    """Return the same as long as what is shown would look the same."""
    return hashlib.blake2s(repr(shown).encode()).hexdigest()[:MARK_CHARS]


def _of(rollout: Rollout) -> Select[RolloutPhone]:
    return select(RolloutPhone).where(RolloutPhone.rollout_id == rollout.id)


def _read(session: Session, query: Select[RolloutPhone]) -> list[PhoneLine]:
    rows = session.scalars(query).all()
    phones = _read_phones(session, [one.phone_id for one in rows if one.phone_id])
    turns = _read_turns(session, [one.turn_id for one in rows if one.turn_id])
    return [_line(one, phones.get(one.phone_id or 0), turns.get(one.turn_id or 0)) for one in rows]


def _read_phones(session: Session, ids: Sequence[int]) -> dict[int, Phone]:
    query = (
        select(Phone)
        .where(Phone.id.in_(ids))
        .options(
            joinedload(Phone.extension).defer(Extension.sip_password, raiseload=True),
            defer(Phone.token, raiseload=True),
        )
    )
    return {one.id: one for one in session.scalars(query)}


def _read_turns(session: Session, ids: Sequence[int]) -> dict[int, FirmwareTurn]:
    query = select(FirmwareTurn).where(FirmwareTurn.id.in_(ids))
    return {one.id: one for one in session.scalars(query)}


def _line(row: RolloutPhone, phone: Phone | None, turn: FirmwareTurn | None) -> PhoneLine:
    words, percent = row.reason, None
    if row.state is PartState.UPDATING and phone and turn and turn.closed_at is None:
        words = Progress(turn=turn, step=step_of(turn, phone)).words
        is_loading = turn.started_at is not None and turn.downloaded_at is None
        percent = turn.percent if is_loading else None
    elif row.state is PartState.DONE and not words and turn:
        words = turn.evidence
    return PhoneLine(
        row_id=row.id,
        phone_id=row.phone_id,
        name=title_phone(phone) if phone else row.phone_name,
        state=row.state,
        from_version=row.from_version,
        words=words,
        percent=percent,
        wave_title=name_wave(row.wave),
        changed_at=row.changed_at,
    )
