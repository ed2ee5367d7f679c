"""Before a roll-out: which phones take what in which wave, when, and which are left alone."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, defer, joinedload, selectinload

from phoneprov.catalog.catalog import Catalog
from phoneprov.core.errors import InvalidValueError
from phoneprov.firmware.models import Firmware
from phoneprov.firmware.offers import load_library
from phoneprov.firmware.rollout_models import CANARY
from phoneprov.firmware.turns import say_needless, say_unfit
from phoneprov.firmware.windows import Span, Window, next_window
from phoneprov.fleet.inherited import time_zone_of
from phoneprov.fleet.models import Phone
from phoneprov.fleet.queries import title_phone
from phoneprov.fleet.sights import REACHABLE
from phoneprov.operations.rollouts.arranging import PlannedPhone, arrange_waves
from phoneprov.operations.rollouts.drafts import RolloutDraft, check_draft
from phoneprov.operations.rollouts.obstacles import find_steps, find_taken, say_missing, say_out
from phoneprov.operations.rollouts.windows import read_rules
from phoneprov.tenancy.models import Extension, Tenant, for_tenant

AT_ONCE = 500
MOST_PHONES = 10_000


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
        tenant_id=tenant.id, firmware=firmware, draft=draft, phones=arrange_waves(phones, draft)
    )


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
            is_there=phone.status in REACHABLE and phone.unconfirmed_since_at is None,
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
