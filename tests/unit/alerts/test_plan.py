"""What becomes a message now: who is told what, when, and how often."""

from datetime import UTC, datetime, timedelta

import pytest

from phoneprov.alerts.kinds import AlertKind, Pace
from phoneprov.alerts.plan import Turn, concerns, is_entitled, may_speak, plan_items
from phoneprov.tenancy.models import Role, Tenant
from tests.unit.alerts.rows import NOON, incident, minutes, person, subscription, told


def turns(*args: object) -> list[Turn]:
    return [item.turn for item in plan_items(*args)]  # type: ignore[arg-type]  # the rule's own


@pytest.mark.parametrize(("after", "expected"), [(4.9, []), (5, [Turn.DOWN]), (60, [Turn.DOWN])])
def test_a_phone_is_told_after_its_minutes(after: float, expected: list[Turn]) -> None:
    assert turns(subscription(), [incident()], {}, NOON + minutes(after)) == expected


def test_what_was_told_is_not_told_again() -> None:
    assert turns(subscription(), [incident()], told(), NOON + minutes(60)) == []


def test_its_return_is_told_once() -> None:
    """To those who were told that it was gone, and who want to know."""
    back = incident(back_at=NOON + minutes(14), ended_at=NOON + minutes(16), longest_s=840)
    now = NOON + minutes(16)
    assert turns(subscription(), [back], told(), now) == [Turn.BACK]
    assert turns(subscription(), [back], told(is_end_told=True), now) == []
    assert turns(subscription(tells_recovery=False), [back], told(), now) == []


def test_a_short_absence_is_told_to_nobody() -> None:
    back = incident(back_at=NOON + minutes(4), ended_at=NOON + minutes(6), longest_s=240)
    assert turns(subscription(), [back], {}, NOON + minutes(6)) == []


def test_what_came_and_went_in_quiet_hours_is_one_item() -> None:
    """Not its fall and its return: how things stand when somebody may be told."""
    back = incident(back_at=NOON + minutes(60), ended_at=NOON + minutes(62), longest_s=3600)
    assert turns(subscription(), [back], {}, NOON + minutes(300)) == [Turn.WAS]


def test_a_phone_that_was_disabled_is_not_told_of() -> None:
    """R95: neither that it is gone nor that it would be back."""
    moot = incident(ended_at=NOON + minutes(10), is_moot=True)
    assert turns(subscription(), [moot], {}, NOON + minutes(11)) == []
    assert turns(subscription(), [moot], told(), NOON + minutes(11)) == []


def test_what_was_wrong_before_somebody_subscribed_is_no_news() -> None:
    new = subscription(created_at=NOON + minutes(1))
    assert turns(new, [incident()], {}, NOON + minutes(60)) == []


def test_what_keeps_going_on_and_off_is_told_however_short() -> None:
    unsteady = incident(falls=4, back_at=NOON + minutes(1), longest_s=60)
    assert turns(subscription(), [unsteady], {}, NOON + minutes(2)) == [Turn.DOWN]


def test_an_outage_is_told_within_two_minutes_to_those_who_want_that() -> None:
    """For others it stands for its phones, after their minutes."""
    outage = incident(kind=AlertKind.MANY_OFFLINE, detail={"count": 50, "there": 60})
    assert turns(subscription(), [outage], {}, NOON + minutes(1.5)) == [Turn.DOWN]
    only_phones = subscription(kinds=[AlertKind.PHONE_OFFLINE])
    assert turns(only_phones, [outage], {}, NOON + minutes(1.5)) == []
    assert turns(only_phones, [outage], {}, NOON + minutes(5)) == [Turn.DOWN]
    only_outages = subscription(kinds=[AlertKind.MANY_OFFLINE])
    assert turns(only_outages, [incident()], {}, NOON + minutes(60)) == []


def test_a_phone_left_over_from_an_outage_is_not_told_again_but_its_return_is() -> None:
    left = incident(id=11, outage_id=10)
    assert turns(subscription(), [left], told(is_end_told=True), NOON + minutes(60)) == []
    back = incident(id=11, outage_id=10, back_at=NOON, ended_at=NOON + minutes(2))
    now = NOON + minutes(60)
    assert turns(subscription(), [back], told(is_end_told=True), now) == [Turn.BACK]


def test_a_happening_is_told_at_once_and_once() -> None:
    failed = incident(kind=AlertKind.FIRMWARE_FAILED)
    wants = subscription(kinds=[AlertKind.FIRMWARE_FAILED])
    assert turns(wants, [failed], {}, NOON) == [Turn.HAPPENED]
    assert turns(wants, [failed], told(), NOON + minutes(9)) == []


def test_nobody_is_told_of_another_tenant() -> None:
    foreign = incident(tenant_id=2)
    assert not concerns(subscription(), foreign)
    everything = subscription(user=person(Role.PROVIDER, None), tenant_id=None, tenant=None)
    assert concerns(everything, foreign)


def test_a_link_is_the_providers_business() -> None:
    """Of the whole installation, or of the PBX that the tenant is on."""
    kinds = list(AlertKind)
    lost = incident(kind=AlertKind.LINK_LOST, tenant_id=None, phone_id=None, pbx_id=7)
    petra = person(Role.PROVIDER, None)
    assert not concerns(subscription(kinds=kinds), lost)
    assert concerns(subscription(kinds=kinds, user=petra, tenant_id=None, tenant=None), lost)
    assert concerns(subscription(kinds=kinds, user=petra), lost)
    elsewhere = Tenant(id=2, slug="globex", name="Globex", pbx_id=8)
    assert not concerns(subscription(kinds=kinds, user=petra, tenant_id=2, tenant=elsewhere), lost)
    unknown = incident(kind=AlertKind.UNKNOWN_MAC, tenant_id=None, phone_id=None, pbx_id=None)
    assert concerns(subscription(kinds=kinds, user=petra, tenant_id=None, tenant=None), unknown)
    assert not concerns(subscription(kinds=kinds, user=petra), unknown)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, True),
        ({"user": person(Role.VIEWER)}, False),
        ({"user": person(active=False)}, False),
        ({"user": person(tenant_id=2)}, False),
        ({"tenant_id": None}, False),
        ({"user": person(Role.PROVIDER, None)}, True),
        ({"user": person(Role.PROVIDER, None), "tenant_id": None}, True),
        ({"ended_at": NOON}, False),
    ],
)
def test_who_was_removed_or_demoted_is_told_nothing(
    fields: dict[str, object],
    expected: bool,  # noqa: FBT001 - a table
) -> None:
    assert is_entitled(subscription(**fields)) is expected


def test_quiet_hours_hold_everything_back() -> None:
    """22:00 to 07:00 in Berlin; what is due at 03:00 is told at 07:00."""
    wants = subscription(quiet_from=22 * 60, quiet_until=7 * 60)
    night = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
    items = plan_items(wants, [incident(down_at=night)], {}, night + minutes(5))
    assert len(items) == 1
    assert not may_speak(wants, items, sent_last_hour=0, now=night + minutes(5))
    assert may_speak(wants, items, sent_last_hour=0, now=datetime(2026, 11, 24, 6, 0, tzinfo=UTC))


def test_a_digest_collects_from_the_first_on() -> None:
    wants = subscription(pace=Pace.COLLECTED, collect_minutes=30)
    items = plan_items(wants, [incident(), incident(id=11)], {}, NOON + minutes(20))
    assert len(items) == 2
    assert not may_speak(wants, items, sent_last_hour=0, now=NOON + minutes(34))
    assert may_speak(wants, items, sent_last_hour=0, now=NOON + minutes(35))


def test_a_daily_digest_waits_for_its_time() -> None:
    """08:00 in Berlin is 07:00 UTC in November."""
    wants = subscription(pace=Pace.DAILY)
    items = plan_items(wants, [incident()], {}, NOON + minutes(5))
    assert not may_speak(wants, items, sent_last_hour=0, now=NOON + timedelta(hours=18))
    assert may_speak(wants, items, sent_last_hour=0, now=NOON + timedelta(hours=19))


def test_so_many_an_hour_and_no_more() -> None:
    wants = subscription(most_per_hour=3)
    items = plan_items(wants, [incident()], {}, NOON + minutes(5))
    assert may_speak(wants, items, sent_last_hour=2, now=NOON)
    assert not may_speak(wants, items, sent_last_hour=3, now=NOON)


def test_nothing_is_said_where_nothing_is_to_be_said() -> None:
    assert not may_speak(subscription(), (), sent_last_hour=0, now=NOON)
