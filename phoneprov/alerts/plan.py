"""What becomes a message now: pure rules over what is wrong and who was told what.

Nothing is queued before somebody may be told: in quiet hours and while a digest collects, the
incidents themselves go on, and what is told afterwards is how things stand then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from phoneprov.alerts.hours import find_zone, is_quiet, next_daily
from phoneprov.alerts.incidents import HAPPENINGS
from phoneprov.alerts.kinds import AlertKind, Pace
from phoneprov.alerts.models import AlertIncident, AlertNotice, AlertSubscription
from phoneprov.alerts.steadiness import GATHER, LINK_GRACE, UNSTEADY_FALLS
from phoneprov.tenancy.models import Role

TOO_OLD = timedelta(days=3)
"""What nobody could be told of for so long is no news any more."""

Notices = Mapping[tuple[int, int], AlertNotice]
"""By the ids of subscription and incident."""


class Turn(StrEnum):
    """What is told of an incident."""

    DOWN = "down"
    BACK = "back"
    WAS = "was"
    """It was down and is back already: somebody could not be told in between."""
    HAPPENED = "happened"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing to be told."""

    incident: AlertIncident
    turn: Turn
    due_at: datetime


def plan_items(
    wants: AlertSubscription,
    incidents: Sequence[AlertIncident],
    notices: Notices,
    now: datetime,
) -> tuple[Item, ...]:
    """Return what a subscription is due to be told of, what came first first."""
    found = (
        _find_item(wants, one, _find_notice(wants, one, notices), now)
        for one in incidents
        if concerns(wants, one)
    )
    return tuple(sorted((one for one in found if one), key=lambda one: (one.due_at, one.turn)))


def may_speak(
    wants: AlertSubscription, items: Sequence[Item], *, sent_last_hour: int, now: datetime
) -> bool:
    """Tell whether the items go out now, as one message."""
    if not items or sent_last_hour >= wants.most_per_hour:
        return False
    zone = find_zone(wants.time_zone)
    if is_quiet(now, wants.quiet_from, wants.quiet_until, zone):
        return False
    ready_at = min(item.due_at for item in items)
    if wants.pace is Pace.COLLECTED:
        return now >= ready_at + timedelta(minutes=wants.collect_minutes)
    if wants.pace is Pace.DAILY:
        return now >= next_daily(ready_at, wants.daily_at, zone)
    return True


def is_entitled(wants: AlertSubscription) -> bool:
    """Tell whether its person may be told anything now: nobody who was removed or demoted."""
    user = wants.user
    if not user.is_active or wants.ended_at is not None or user.role == Role.VIEWER:
        return False
    return user.role == Role.PROVIDER or (
        wants.tenant_id is not None and wants.tenant_id == user.tenant_id
    )


def concerns(wants: AlertSubscription, incident: AlertIncident) -> bool:
    """Tell whether an incident is one of the tenant and kinds that somebody wants to know of."""
    if incident.kind.is_for_provider:
        if wants.user.role != Role.PROVIDER or incident.kind not in wants.kinds:
            return False
        if wants.tenant is None:
            return True
        return incident.pbx_id is not None and incident.pbx_id == wants.tenant.pbx_id
    if wants.tenant_id is not None and incident.tenant_id != wants.tenant_id:
        return False
    wanted = set(wants.kinds)
    if incident.kind is AlertKind.MANY_OFFLINE:  # for others it stands for its phones
        return bool(wanted & {AlertKind.MANY_OFFLINE, AlertKind.PHONE_OFFLINE})
    return incident.kind in wanted


def due_after(wants: AlertSubscription, kind: AlertKind) -> timedelta:
    """Return how long something of a kind has to last before somebody is told."""
    if kind in HAPPENINGS:
        return timedelta(0)
    if kind is AlertKind.LINK_LOST:
        return LINK_GRACE
    if kind is AlertKind.MANY_OFFLINE and kind in wants.kinds:
        return GATHER
    return timedelta(minutes=wants.offline_minutes)


def _find_item(
    wants: AlertSubscription, incident: AlertIncident, notice: AlertNotice | None, now: datetime
) -> Item | None:
    if notice is not None:
        return _find_end(wants, incident, notice)
    if incident.down_at < wants.created_at or now - incident.down_at > TOO_OLD:
        return None
    if incident.kind in HAPPENINGS:
        return Item(incident=incident, turn=Turn.HAPPENED, due_at=incident.began_at)
    due_at = _due_at(wants, incident)
    if incident.is_moot or due_at is None or due_at > now:
        return None
    turn = Turn.DOWN if incident.ended_at is None else Turn.WAS
    return Item(incident=incident, turn=turn, due_at=due_at)


def _find_end(
    wants: AlertSubscription, incident: AlertIncident, notice: AlertNotice
) -> Item | None:
    """Return the end of what somebody was told of, told once."""
    is_over = incident.ended_at is not None and not incident.is_moot
    if not is_over or not wants.tells_recovery:
        return None
    if notice.is_end_told and notice.incident_id == incident.id:
        return None
    return Item(incident=incident, turn=Turn.BACK, due_at=incident.ended_at or incident.down_at)


def _due_at(wants: AlertSubscription, incident: AlertIncident) -> datetime | None:
    """Return when an incident became worth telling, or will; None where it never was.

    What keeps going on and off is, however short each time.
    """
    after = due_after(wants, incident.kind)
    if incident.falls >= UNSTEADY_FALLS:
        return incident.down_at
    if incident.back_at is None:
        return incident.down_at + after
    if incident.longest_s >= after.total_seconds():
        return min(incident.down_at + after, incident.back_at)
    return None


def _find_notice(
    wants: AlertSubscription, incident: AlertIncident, notices: Notices
) -> AlertNotice | None:
    """Return whether somebody was told: of the incident, or of the outage that it was left from."""
    own = notices.get((wants.id, incident.id))
    if own is not None or incident.outage_id is None:
        return own
    return notices.get((wants.id, incident.outage_id))
