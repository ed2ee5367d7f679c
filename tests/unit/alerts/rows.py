"""Subscriptions and incidents for the rules, without a database."""

from datetime import UTC, datetime, timedelta

from phoneprov.alerts.kinds import AlertKind, Channel, Pace
from phoneprov.alerts.models import AlertIncident, AlertNotice, AlertSubscription
from phoneprov.tenancy.models import Role, Tenant, User

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ACME = 1


def minutes(count: float) -> timedelta:
    """Return so many minutes."""
    return timedelta(minutes=count)


def person(role: Role = Role.ADMIN, tenant_id: int | None = ACME, *, active: bool = True) -> User:
    """Return somebody who may be told."""
    return User(
        email="alice@acme.example", name="Alice", role=role, tenant_id=tenant_id, is_active=active
    )


def subscription(**fields: object) -> AlertSubscription:
    """Return a subscription of acme's admin to everything of a phone, at once."""
    values: dict[str, object] = {
        "id": 1,
        "user": person(),
        "tenant_id": ACME,
        "tenant": Tenant(id=ACME, slug="acme", name="Acme Ltd", pbx_id=7),
        "channel": Channel.EMAIL,
        "kinds": [AlertKind.PHONE_OFFLINE, AlertKind.MANY_OFFLINE],
        "offline_minutes": 5,
        "tells_recovery": True,
        "pace": Pace.AT_ONCE,
        "collect_minutes": 30,
        "daily_at": 8 * 60,
        "quiet_from": None,
        "quiet_until": None,
        "time_zone": "Europe/Berlin",
        "most_per_hour": 10,
        "created_at": NOON - timedelta(days=30),
        "ended_at": None,
    }
    return AlertSubscription(**(values | fields))


def incident(**fields: object) -> AlertIncident:
    """Return a phone of acme that went offline at noon."""
    values: dict[str, object] = {
        "id": 10,
        "kind": AlertKind.PHONE_OFFLINE,
        "key": "phone:3",
        "tenant_id": ACME,
        "phone_id": 3,
        "outage_id": None,
        "is_told_alone": True,
        "site": "",
        "subject": "Front desk (201)",
        "detail": {},
        "began_at": NOON,
        "down_at": NOON,
        "back_at": None,
        "longest_s": 0,
        "falls": 1,
        "ended_at": None,
        "is_moot": False,
    }
    return AlertIncident(**(values | fields))


def told(**fields: object) -> dict[tuple[int, int], AlertNotice]:
    """Return that subscription 1 was told of incident 10."""
    values: dict[str, object] = {"subscription_id": 1, "incident_id": 10, "is_end_told": False}
    notice = AlertNotice(told_at=NOON, **(values | fields))
    return {(notice.subscription_id, notice.incident_id): notice}
