"""When the next window opens, zone by zone, and which roll-outs keep to the windows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from phoneprov.firmware.rollout_models import (
    OPEN_ROLLOUTS,
    MaintenanceWindow,
    Rollout,
    RolloutState,
)
from phoneprov.firmware.window_words import zone_of
from phoneprov.firmware.windows import Span, next_window
from phoneprov.fleet.inherited import ZONE_NAME
from phoneprov.fleet.models import Phone
from phoneprov.fleet.profile_models import Profile
from phoneprov.tenancy.models import Tenant, for_tenant
from phoneprov.web.windows.calendar import Running


@dataclass(frozen=True, slots=True, kw_only=True)
class NextRun:
    """When the phones of one zone may update next."""

    zone: str
    phones: int
    opens_at: datetime
    closes_at: datetime
    is_open: bool
    there: tzinfo
    here: tzinfo

    @property
    def is_same_clock(self) -> bool:
        """Whether the clock there shows what the tenant's shows, all through that run."""
        return all(
            moment.astimezone(self.there).utcoffset() == moment.astimezone(self.here).utcoffset()
            for moment in (self.opens_at, self.closes_at)
        )

    @property
    def there_words(self) -> str:
        """From when to when by their clock."""
        return self._words(self.there)

    @property
    def here_words(self) -> str:
        """From when to when by the tenant's clock."""
        return self._words(self.here)

    def _words(self, zone: tzinfo) -> str:
        opens, closes = self.opens_at.astimezone(zone), self.closes_at.astimezone(zone)
        is_same_day = opens.date() == closes.date()
        until = f"{closes:%H:%M}" if is_same_day else f"{closes:%a %H:%M}"
        if self.is_open:
            return f"until {until}"
        return f"{opens:%a} {opens.day} {opens:%b, %H:%M} until {until}"


def list_next_runs(
    session: Session, tenant: Tenant, windows: Sequence[MaintenanceWindow], now: datetime
) -> list[NextRun]:
    """Return the next run of each zone in which the tenant has phones, most phones first."""
    here = zone_of(tenant.time_zone)
    rules = tuple(one.window for one in windows)
    found: list[NextRun] = []
    for zone, phones in count_zones(session, tenant).items():
        there = zone_of(zone)
        span = next_window(rules, there, now)
        if span is not None:
            found.append(_run(zone, phones, span, there, here, now))
    return found


def count_zones(session: Session, tenant: Tenant) -> dict[str, int]:
    """Return how many phones there are in each time zone, most phones first."""
    rows = session.execute(
        select(ZONE_NAME, func.count())
        .select_from(Phone)
        .join(Tenant, Tenant.id == Phone.tenant_id)
        .outerjoin(Profile, Profile.id == Phone.profile_id)
        .where(Phone.tenant_id == tenant.id)
        .group_by(ZONE_NAME)
    )
    counted = {str(name): count for name, count in rows}
    return dict(sorted(counted.items(), key=lambda one: (-one[1], one[0])))


def list_running(session: Session, tenant_id: int, zone: tzinfo, now: datetime) -> list[Running]:
    """Return the open roll-outs that keep to the windows, the oldest first."""
    rollouts = session.scalars(
        for_tenant(tenant_id, Rollout)
        .where(Rollout.in_windows, Rollout.state.in_(OPEN_ROLLOUTS))
        .order_by(Rollout.created_at, Rollout.id)
    )
    return [
        Running(
            rollout_id=one.id,
            name=one.name,
            is_halted=one.state is RolloutState.HALTED,
            until=max(one.ends_at or now, now).astimezone(zone).date(),
        )
        for one in rollouts
    ]


def _run(  # noqa: PLR0913, PLR0917 - a run is all of these
    zone: str, phones: int, span: Span, there: tzinfo, here: tzinfo, now: datetime
) -> NextRun:
    return NextRun(
        zone=zone,
        phones=phones,
        opens_at=span.start,
        closes_at=span.end,
        is_open=span.start <= now,
        there=there,
        here=here,
    )
