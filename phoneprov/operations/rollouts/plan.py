"""Before a roll-out: which phones take what in which wave, when, and which are left alone."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, defer, joinedload, selectinload

from phoneprov.catalog.catalog import Catalog
from phoneprov.core.errors import InvalidValueError
from phoneprov.firmware.models import Firmware, FirmwareTurn
from phoneprov.firmware.offers import Library, find_step, load_library
from phoneprov.firmware.rollout_models import CANARY, PartState, Rollout, RolloutPhone
from phoneprov.firmware.turns import say_needless, say_unfit
from phoneprov.firmware.windows import Span, Window, next_window
from phoneprov.fleet.behind import running_of
from phoneprov.fleet.inherited import time_zone_of
from phoneprov.fleet.models import Phone
from phoneprov.fleet.queries import title_phone
from phoneprov.fleet.status import PhoneStatus
from phoneprov.operations.rollouts.drafts import RolloutDraft, check_draft
from phoneprov.operations.rollouts.windows import read_rules
from phoneprov.tenancy.models import Extension, Tenant, for_tenant

AT_ONCE = 500
MOST_PHONES = 10_000
MOST_STEPS = 8
NO_WAVE = -1
OPEN_PARTS = (PartState.WAITING, PartState.UPDATING)
_THERE = (PhoneStatus.ONLINE, PhoneStatus.REGISTERED)
_FOREVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPhone:
    """One phone of a plan; `reason` says why it is left alone."""

    phone_id: int
    name: str
    model_slug: str
    from_version: str
    """Empty where it has not told yet."""
    steps: tuple[str, ...] = ()
    """The versions it takes one after the other; the last is the goal."""
    reason: str | None = None
    wave: int = NO_WAVE
    """0 is the canary."""
    position: int = 0
    first_window: Span | None = None
    """Its window that is open or next; None where it takes it now."""
    zone: str = ""
    is_there: bool = False
    """Whether it can be reached at this moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedWave:
    """The phones that go together."""

    number: int
    phones: tuple[PlannedPhone, ...]

    @property
    def is_canary(self) -> bool:
        """Whether they go first, and are watched before the others follow."""
        return self.number == CANARY

    @property
    def first_window(self) -> Span | None:
        """The earliest window of its phones; None where they take it now."""
        spans = [one.first_window for one in self.phones if one.first_window]
        return min(spans, key=lambda span: (span.start, span.end), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutPlan:
    """What a roll-out would do."""

    tenant_id: int
    firmware: Firmware
    draft: RolloutDraft
    phones: tuple[PlannedPhone, ...]

    @property
    def will(self) -> list[PlannedPhone]:
        """The phones that take it, in their order."""
        found = [one for one in self.phones if one.reason is None]
        return sorted(found, key=lambda one: (one.wave, one.position))

    @property
    def left_alone(self) -> dict[str, list[PlannedPhone]]:
        """The others, by reason."""
        found: dict[str, list[PlannedPhone]] = {}
        for one in self.phones:
            if one.reason is not None:
                found.setdefault(one.reason, []).append(one)
        return found

    @property
    def waves(self) -> list[PlannedWave]:
        """The canary, then the batches."""
        found: dict[int, list[PlannedPhone]] = defaultdict(list)
        for one in self.will:
            found[one.wave].append(one)
        return [PlannedWave(number=wave, phones=tuple(found[wave])) for wave in sorted(found)]


def plan_rollout(  # noqa: PLR0913 - whom, what, how, when
    session: Session,
    catalog: Catalog,
    tenant: Tenant,
    phone_ids: Collection[int],
    *,
    firmware: Firmware,
    draft: RolloutDraft,
    now: datetime,
) -> RolloutPlan:
    """Return what would be done to these phones; those of another tenant are none.

    Reads in batches. Raises InvalidValueError, with its field, for a draft that can't be done and
    for more phones than can be done at once; field `in_windows` where the tenant has no window.
    """
    check_draft(draft, now)
    if len(phone_ids) > MOST_PHONES:
        raise InvalidValueError(f"At most {MOST_PHONES:,} phones at once.", field=None)
    rules = read_rules(session, tenant.id)
    if draft.in_windows and not rules:
        message = "There is no maintenance window yet; add one first, or let it begin now."
        raise InvalidValueError(message, field="in_windows")
    planner = _Planner(session, catalog, firmware, draft, _Clock(rules, now))
    phones = [
        one for batch in _read(session, tenant.id, phone_ids) for one in planner.plan_batch(batch)
    ]
    return RolloutPlan(
        tenant_id=tenant.id, firmware=firmware, draft=draft, phones=_arrange(phones, draft)
    )


def find_steps(
    library: Library, goal: Firmware, phone: Phone, *, allows_downgrade: bool = False
) -> tuple[Firmware, ...] | None:
    """Return what a phone takes one after the other to come to `goal`.

    None where an intermediate version that it needs is not in the library.
    """
    version, found = phone.firmware, library.list_for(running_of(phone))
    if not version or (allows_downgrade and say_needless(phone, goal, allows_downgrade=False)):
        return (goal,)
    steps: list[Firmware] = []
    while len(steps) < MOST_STEPS:
        step = find_step(goal, version, found)
        if step is None:
            return None
        steps.append(step)
        if step.id == goal.id:
            return tuple(steps)
        version = step.version
    return None


class _Clock:
    """The next window by zone; a fleet has few zones."""

    def __init__(self, rules: Sequence[Window], now: datetime) -> None:
        self._rules, self._now = rules, now
        self._spans: dict[str, Span | None] = {}

    def next_window(self, zone: str) -> Span | None:
        if zone not in self._spans:
            self._spans[zone] = next_window(self._rules, ZoneInfo(zone), self._now)
        return self._spans[zone]


class _Planner:
    """What is looked up once for all phones of a plan."""

    def __init__(
        self,
        session: Session,
        catalog: Catalog,
        firmware: Firmware,
        draft: RolloutDraft,
        clock: _Clock,
    ) -> None:
        self._session, self._catalog = session, catalog
        self._draft, self._clock = draft, clock
        self._firmware = session.scalars(
            select(Firmware)
            .where(Firmware.id == firmware.id)
            .options(selectinload(Firmware.fits))
            .execution_options(populate_existing=True)
        ).one()
        self._slugs = frozenset(self._firmware.model_slugs)
        self._library = load_library(session, catalog)

    def plan_batch(self, phones: Sequence[Phone]) -> Iterator[PlannedPhone]:
        taken = find_taken(self._session, [phone.id for phone in phones])
        return (self._plan(phone, taken.get(phone.id)) for phone in phones)

    def _plan(self, phone: Phone, taken: str | None) -> PlannedPhone:
        zone = time_zone_of(phone).value
        one = PlannedPhone(
            phone_id=phone.id,
            name=title_phone(phone),
            model_slug=phone.model_slug,
            from_version=phone.firmware,
            zone=zone,
            first_window=self._clock.next_window(zone) if self._draft.in_windows else None,
            is_there=phone.status in _THERE and phone.unconfirmed_since_at is None,
        )
        reason = say_out(phone) or taken or self._find_obstacle(phone)
        steps = None if reason else self._find_steps(phone)
        if steps is None:
            missing = reason or self._say_missing(phone)
            return replace(one, reason=missing, first_window=None)
        return replace(one, steps=tuple(step.version for step in steps))

    def _find_obstacle(self, phone: Phone) -> str | None:
        return say_unfit(
            self._catalog,
            phone,
            self._firmware,
            is_for_model=phone.model_slug in self._slugs,
        ) or say_needless(phone, self._firmware, allows_downgrade=self._draft.allows_downgrade)

    def _find_steps(self, phone: Phone) -> tuple[Firmware, ...] | None:
        return find_steps(
            self._library,
            self._firmware,
            phone,
            allows_downgrade=self._draft.allows_downgrade,
        )

    def _say_missing(self, phone: Phone) -> str:
        return say_missing(phone, self._firmware)


def say_missing(phone: Phone, goal: Firmware) -> str:
    """Return that the way of a phone to `goal` has a gap."""
    return (
        f"It runs {phone.firmware} and has to take {goal.required_version} before {goal.version}; "
        "the library has nothing for it on the way there."
    )


def say_out(phone: Phone) -> str | None:
    """Return why a phone takes part in no roll-out at all, or None if it may."""
    if phone.disabled_at is not None:
        return "It is disabled."
    if phone.extension_id is None:
        return "It has no extension, so it can't be told to begin or seen to be back."
    if phone.first_check_in_at is None:
        return "It has never asked for its config."
    return None


def find_taken(session: Session, phone_ids: Sequence[int]) -> Mapping[int, str]:
    """Return by phone why it is taken already: an open roll-out, or an update under way."""
    turns = session.scalars(
        select(FirmwareTurn.phone_id).where(
            FirmwareTurn.phone_id.in_(phone_ids), FirmwareTurn.closed_at.is_(None)
        )
    )
    taken = dict.fromkeys(turns, "Another firmware update of this phone is under way.")
    rows = session.execute(
        select(RolloutPhone.phone_id, Rollout.name)
        .join(Rollout, Rollout.id == RolloutPhone.rollout_id)
        .where(RolloutPhone.phone_id.in_(phone_ids), RolloutPhone.state.in_(OPEN_PARTS))
    )
    for phone_id, name in rows:
        taken[phone_id or 0] = f"It is in the roll-out “{name}”."
    return taken


def _arrange(phones: Sequence[PlannedPhone], draft: RolloutDraft) -> tuple[PlannedPhone, ...]:
    """Give each phone its wave: a mixed canary that is there, then batches by their windows."""
    will = [one for one in phones if one.reason is None]
    canary = _choose_canary(will, draft.canary_phones)
    first = {one.phone_id for one in canary}
    rest = sorted((one for one in will if one.phone_id not in first), key=_by_window)
    places = {one.phone_id: (CANARY, at) for at, one in enumerate(canary)}
    for at, one in enumerate(rest):
        places[one.phone_id] = (CANARY + 1 + at // draft.batch_phones, at % draft.batch_phones)
    return tuple(
        replace(one, wave=places[one.phone_id][0], position=places[one.phone_id][1])
        if one.phone_id in places
        else one
        for one in phones
    )


def _choose_canary(will: Sequence[PlannedPhone], count: int) -> Sequence[PlannedPhone]:
    """Choose phones that are there now, of as many models and versions as there is room for."""
    kinds: dict[tuple[str, str], list[PlannedPhone]] = defaultdict(list)
    for one in sorted(will, key=lambda one: (not one.is_there, _by_window(one))):
        kinds[one.model_slug, one.from_version].append(one)
    turns = [
        (not one.is_there, turn, -len(found), one)
        for found in kinds.values()
        for turn, one in enumerate(found)
    ]
    turns.sort(key=lambda turn: (*turn[:3], _by_window(turn[3])))
    return [one for *_, one in turns[:count]]


def _by_window(one: PlannedPhone) -> tuple[datetime, str, int]:
    start = one.first_window.start if one.first_window else _FOREVER
    return start, one.name.casefold(), one.phone_id


def _read(
    session: Session, tenant_id: int, phone_ids: Collection[int]
) -> Iterator[Sequence[Phone]]:
    """Yield the phones in batches, without their secrets."""
    wanted = sorted(set(phone_ids))
    for start in range(0, len(wanted), AT_ONCE):
        query = for_tenant(tenant_id, Phone).where(Phone.id.in_(wanted[start : start + AT_ONCE]))
        yield session.scalars(
            query.order_by(Phone.id).options(
                *(defer(secret, raiseload=True) for secret in (Phone.token, Phone.admin_password)),
                joinedload(Phone.tenant),
                joinedload(Phone.profile),
                joinedload(Phone.extension).defer(Extension.sip_password, raiseload=True),
            )
        ).all()
