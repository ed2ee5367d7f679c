"""Reads of roll-outs, for screens."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import false, func, select
from sqlalchemy.orm import Session, joinedload

from phoneprov.firmware.rollout_models import (
    CANARY,
    NO_WAVE,
    OPEN_PARTS,
    PartState,
    Rollout,
    RolloutPhone,
)
from phoneprov.firmware.windows import Span, next_window
from phoneprov.fleet.models import Phone
from phoneprov.fleet.profile_models import Profile
from phoneprov.fleet.queries import last_page
from phoneprov.operations.rollouts.windows import read_rules
from phoneprov.tenancy.models import Tenant, for_tenant

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveSummary:
    """How the phones of one wave stand."""

    number: int
    counts: Mapping[PartState, int]

    @property
    def is_canary(self) -> bool:
        """Whether it goes first."""
        return self.number == CANARY

    @property
    def label(self) -> str:
        """The wave in words."""
        return "Canary" if self.is_canary else f"Batch {self.number}"

    @property
    def phones(self) -> int:
        """How many there are."""
        return sum(self.counts.values())

    @property
    def open_phones(self) -> int:
        """How many of them something is still to come of."""
        return sum(self.counts.get(state, 0) for state in OPEN_PARTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutSummary:
    """How a roll-out stands, in numbers."""

    rollout: Rollout
    counts: Mapping[PartState, int]
    """Of all phones, with those left alone from the start."""
    waves: tuple[WaveSummary, ...]
    failures: int
    """Failed phones that count toward its limit."""
    next_window: Span | None
    """The window that is open or next for a phone that waits; None where it goes on now."""

    @property
    def phones(self) -> int:
        """How many phones take part; those left alone from the start don't."""
        return sum(wave.phones for wave in self.waves)

    @property
    def done(self) -> int:
        """How many have taken it."""
        return self.counts.get(PartState.DONE, 0)

    @property
    def percent(self) -> int:
        """How much of it is over; 100 only when all is."""
        over = self.phones - sum(wave.open_phones for wave in self.waves)
        return over * 100 // self.phones if self.phones else 100


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutPage:
    """One page of the phones of a roll-out."""

    rows: Sequence[RolloutPhone]
    total: int
    page: int
    pages: int


def list_rollouts(session: Session, tenant_id: int, *, limit: int = 50) -> Sequence[Rollout]:
    """Return the newest roll-outs of a tenant."""
    query = for_tenant(tenant_id, Rollout).order_by(Rollout.created_at.desc(), Rollout.id.desc())
    return session.scalars(query.limit(limit).options(joinedload(Rollout.firmware))).all()


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


def list_rollout_phones(  # noqa: PLR0913 - what to narrow, which page
    session: Session,
    rollout: Rollout,
    *,
    state: PartState | None = None,
    wave: int | None = None,
    page: int = 1,
    size: int = PAGE_SIZE,
) -> RolloutPage:
    """Return a page of a roll-out's phones with their turns, in their order."""
    where = [RolloutPhone.rollout_id == rollout.id]
    if state is not None:
        where.append(RolloutPhone.state == state)
    if wave is not None:
        where.append(RolloutPhone.wave == wave)
    total = session.scalar(select(func.count()).select_from(RolloutPhone).where(*where)) or 0
    pages = last_page(total, size)
    page = min(max(1, page), pages)
    rows = session.scalars(
        select(RolloutPhone)
        .where(*where)
        .options(joinedload(RolloutPhone.turn))
        .order_by(
            RolloutPhone.wave == NO_WAVE, RolloutPhone.wave, RolloutPhone.position, RolloutPhone.id
        )
        .offset((page - 1) * size)
        .limit(size)
    ).all()
    return RolloutPage(rows=rows, total=total, page=page, pages=pages)


def summarise(session: Session, rollout: Rollout, now: datetime) -> RolloutSummary:
    """Return how a roll-out stands, in five queries at most, however many phones it has."""
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
        failures=count_failures(session, rollout.id),
        next_window=_find_next_window(session, rollout, now),
    )


def count_failures(session: Session, rollout_id: int) -> int:
    """Return how many failed phones count toward the limit of a roll-out."""
    query = select(func.count()).where(
        RolloutPhone.rollout_id == rollout_id,
        RolloutPhone.state == PartState.FAILED,
        RolloutPhone.is_forgiven == false(),
    )
    return session.scalar(query) or 0


def _find_next_window(session: Session, rollout: Rollout, now: datetime) -> Span | None:
    if not rollout.in_windows or not rollout.state.is_open:
        return None
    zones = session.scalars(
        select(func.coalesce(Phone.time_zone, Profile.time_zone, Tenant.time_zone))
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
