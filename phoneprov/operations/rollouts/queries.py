"""Reads of roll-outs, for screens."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from phoneprov.firmware.rollout_models import (
    NO_WAVE,
    OPEN_PARTS,
    PartState,
    Rollout,
    RolloutPhone,
)
from phoneprov.firmware.windows import Span, next_window
from phoneprov.fleet.inherited import ZONE_NAME
from phoneprov.fleet.models import Phone
from phoneprov.fleet.profile_models import Profile
from phoneprov.operations.rollouts.windows import read_rules
from phoneprov.tenancy.models import Tenant, for_tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveSummary:
    """How the phones of one wave stand."""

    number: int
    counts: Mapping[PartState, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutSummary:
    """How a roll-out stands, in numbers."""

    rollout: Rollout
    counts: Mapping[PartState, int]
    """Of all phones, with those left alone from the start."""
    waves: tuple[WaveSummary, ...]
    next_window: Span | None
    """The window that is open or next for a phone that waits; None where it goes on now."""


def find_rollout(session: Session, tenant_id: int, rollout_id: int) -> Rollout | None:
    """Return one roll-out of a tenant, with its image."""
    query = for_tenant(tenant_id, Rollout).where(Rollout.id == rollout_id)
    return session.scalar(query.options(joinedload(Rollout.firmware)))


def find_open_rollout_of(session: Session, phone_id: int) -> Rollout | None:
    """Return the roll-out that a phone waits in or is updating in."""
    part = find_open_part_of(session, phone_id)
    return part.rollout if part else None


def find_open_part_of(session: Session, phone_id: int) -> RolloutPhone | None:
    """Return how a phone stands in its open roll-out, with that roll-out and its turn."""
    return session.scalar(
        select(RolloutPhone)
        .where(RolloutPhone.phone_id == phone_id, RolloutPhone.state.in_(OPEN_PARTS))
        .options(joinedload(RolloutPhone.rollout), joinedload(RolloutPhone.turn))
    )


def summarise(session: Session, rollout: Rollout, now: datetime) -> RolloutSummary:
    """Return how a roll-out stands, in three queries at most, however many phones it has."""
    rows = session.execute(
        select(RolloutPhone.wave, RolloutPhone.state, func.count())
        .where(RolloutPhone.rollout_id == rollout.id)
        .group_by(RolloutPhone.wave, RolloutPhone.state)
    ).all()
    counts: dict[PartState, int] = defaultdict(int)
    waves: dict[int, dict[PartState, int]] = defaultdict(dict)
    for wave, state, number in rows:
        counts[state] += number
        if wave != NO_WAVE:
            waves[wave][state] = number
    return RolloutSummary(
        rollout=rollout,
        counts=dict(counts),
        waves=tuple(WaveSummary(number=one, counts=waves[one]) for one in sorted(waves)),
        next_window=_find_next_window(session, rollout, now),
    )


def _find_next_window(session: Session, rollout: Rollout, now: datetime) -> Span | None:
    if not rollout.in_windows or not rollout.state.is_open:
        return None
    zones = session.scalars(
        select(ZONE_NAME)
        .select_from(RolloutPhone)
        .join(Phone, Phone.id == RolloutPhone.phone_id)
        .join(Tenant, Tenant.id == Phone.tenant_id)
        .outerjoin(Profile, Profile.id == Phone.profile_id)
        .where(RolloutPhone.rollout_id == rollout.id, RolloutPhone.state == PartState.WAITING)
        .where(RolloutPhone.wave <= rollout.wave)
        .distinct()
    ).all()
    rules = read_rules(session, rollout.tenant_id)
    spans = [next_window(rules, ZoneInfo(zone), now) for zone in zones]
    found = [span for span in spans if span is not None]
    return min(found, key=lambda span: (span.start, span.end), default=None)
