"""From what happens to phones and links to the messages that people get."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select

from phoneprov.alerts.incidents import forget_old_alerts, raise_alert, settle_alert
from phoneprov.alerts.kinds import AlertKind, Pace
from phoneprov.alerts.models import AlertIncident, AlertNotice
from phoneprov.firmware.models import FirmwareTurn, TurnState
from phoneprov.fleet.models import Phone, UnknownMac
from phoneprov.fleet.phones import delete_phone, disable_phone
from phoneprov.fleet.status import PhoneStatus
from phoneprov.operations.models import Command, CommandKind, CommandState
from phoneprov.pbx.link import LinkStatus
from phoneprov.tenancy.models import Role
from tests.integration.alerts.town import Town
from tests.integration.rows import ALICE

ONLINE = PhoneStatus.ONLINE


def test_a_phone_goes_and_comes_back(town: Town) -> None:
    """One message when it has been gone for five minutes, one when it is back for good."""
    town.subscribe()
    (phone, *_) = town.phones(10, display_name="Front desk")
    town.set([phone])
    town.wait(4.8)
    assert town.messages() == []
    town.wait(9.2)
    assert town.subjects() == ["Acme: Front desk (1000) is offline for 5 min"]
    town.set([phone], ONLINE)
    town.wait(3)
    assert town.subjects()[1:] == ["Acme: Front desk (1000) is back after 14 min"]
    town.wait(60, every_s=60)
    assert len(town.messages()) == 2


def test_the_message_says_where_to_look_and_holds_no_secret(town: Town) -> None:
    town.subscribe()
    (phone, *_) = town.phones(10, place="Room 12")
    row = town.world.session.get_one(Phone, phone)
    town.set([phone])
    town.wait(6)
    (message,) = town.messages()
    assert f"https://phones.example.net/t/acme/phones/{phone}" in message.body
    assert "Since 2026-11-23 13:00 CET." in message.body
    assert "Place: Room 12." in message.body
    everything = f"{message.subject}{message.body}{message.items}"
    assert row.token not in everything
    assert "secret-1000" not in everything


def test_fifty_phones_of_a_place_are_one_message(town: Town) -> None:
    """Within two minutes, however they trickle in; and one when the place is back."""
    town.subscribe()
    ids = town.phones(50)
    for start in range(0, 50, 10):
        town.set(ids[start : start + 10])
        town.wait(0.25)
    town.wait(20)
    assert town.subjects() == ["Acme: 50 phones at 5.6.7.8 are offline for 1 min"]
    assert "50 of 50 phones went within a few minutes" in town.messages()[0].body
    town.set(ids[:48], ONLINE)
    town.wait(4)
    assert town.subjects()[1:] == ["Acme: 50 phones at 5.6.7.8 are back after 21 min"]
    assert "Still offline: Person 1048 (1048), Person 1049 (1049)." in town.messages()[1].body
    town.wait(30)
    town.set(ids[48:], ONLINE)
    town.wait(4)
    assert town.subjects()[2:] == ["Acme: 2 back to normal"]


def test_it_is_one_message_for_those_who_only_want_single_phones(town: Town) -> None:
    """After their minutes; nobody gets fifty."""
    town.subscribe(kinds=[AlertKind.PHONE_OFFLINE], offline_minutes=10)
    town.set(town.phones(50))
    town.wait(9.8)
    assert town.messages() == []
    town.wait(30)
    assert len(town.messages()) == 1


def test_phones_that_fall_later_at_a_place_that_is_out_say_nothing_more(town: Town) -> None:
    town.subscribe()
    ids = town.phones(20)
    town.set(ids[:12])
    town.wait(10)
    town.set(ids[12:])
    town.wait(20)
    assert len(town.messages()) == 1
    outage = town.world.session.scalars(
        select(AlertIncident).where(AlertIncident.kind == AlertKind.MANY_OFFLINE)
    ).one()
    assert outage.detail["count"] == 20


def test_a_whole_tenant_at_several_places_is_one_message(town: Town) -> None:
    town.subscribe()
    everywhere = [*town.phones(8), *town.phones(8, address="9.9.9.9")]
    town.set(everywhere)
    town.wait(20)
    assert town.subjects() == ["Acme: 16 phones at several places are offline for 1 min"]


def test_a_flapping_phone_gives_few_messages(town: Town) -> None:
    """Ten hours of six minutes off and six on: four, not a hundred."""
    town.subscribe(most_per_hour=60)
    (phone, *_) = town.phones(10)
    for _ in range(50):
        town.set([phone])
        town.wait(6, every_s=60)
        town.set([phone], ONLINE)
        town.wait(6, every_s=60)
    assert len(town.messages()) <= 4
    town.wait(70, every_s=60)
    assert "steady again" in town.subjects()[-1]


def test_a_lost_link_is_one_message_and_none_of_its_phones(town: Town) -> None:
    """R128, S13: nothing is known of them, so nothing is said; the provider is told of the link."""
    petra = town.subscribe(town.person(Role.PROVIDER), everywhere=True)
    alice = town.subscribe()
    ids = town.phones(30)
    pbx = town.world.pbx
    pbx.link_status, pbx.link_lost_at = LinkStatus.DOWN, town.now
    pbx.link_reason = "the PBX does not answer"
    town.set(ids)
    town.wait(30)
    assert town.subjects(petra) == ["link to Main is lost for 1 min"]
    assert "The PBX does not answer." in town.messages(petra)[0].body
    assert town.subjects(alice) == []
    town.set(ids, ONLINE)
    pbx.link_status, pbx.link_lost_at, pbx.link_status_at = LinkStatus.UP, None, town.now
    town.world.session.commit()
    town.wait(20)
    assert town.subjects(petra)[1:] == ["link to Main is back after 30 min"]
    assert town.subjects(alice) == []


def test_a_link_that_is_made_anew_is_no_alarm(town: Town) -> None:
    """A restart of this server, or a renewed link: back within a minute."""
    town.subscribe(town.person(Role.PROVIDER), everywhere=True)
    pbx = town.world.pbx
    pbx.link_status, pbx.link_lost_at = LinkStatus.CONNECTING, town.now
    town.world.session.commit()
    town.wait(0.8)
    pbx.link_status, pbx.link_lost_at = LinkStatus.UP, None
    town.world.session.commit()
    town.wait(10)
    assert town.messages() == []


def test_a_phone_that_is_not_confirmed_raises_no_alarm(town: Town) -> None:
    town.subscribe()
    (phone, *_) = town.phones(10)
    town.world.session.get_one(Phone, phone).unconfirmed_since_at = town.now
    town.set([phone])
    town.wait(20)
    assert town.messages() == []


def test_a_disabled_phone_raises_no_alarm(town: Town) -> None:
    """R95: not while it is, and what was told of before isn't told to be back."""
    town.subscribe()
    first, second, *_ = town.phones(20)
    session = town.world.session
    disable_phone(session, session.get_one(Phone, first), actor=ALICE, now=town.now)
    town.set([second])
    town.wait(6)
    assert len(town.messages()) == 1
    disable_phone(session, session.get_one(Phone, second), actor=ALICE, now=town.now)
    session.commit()
    town.wait(20)
    assert len(town.messages()) == 1


def test_a_deleted_phone_is_told_of_no_more(town: Town) -> None:
    town.subscribe()
    (phone, *_) = town.phones(10)
    town.set([phone])
    town.wait(2)
    session = town.world.session
    delete_phone(session, session.get_one(Phone, phone), actor=ALICE, now=town.now)
    session.commit()
    town.wait(20)
    assert town.messages() == []


def test_a_phone_that_reboots_on_order_raises_no_alarm(town: Town) -> None:
    """R128: until the order has failed; then its silence is its own."""
    town.subscribe()
    (phone, *_) = town.phones(10)
    order = Command(
        phone_id=phone, kind=CommandKind.REBOOT, state=CommandState.SENT, queued_at=town.now,
        next_try_at=town.now, expires_at=town.now + timedelta(hours=1),
    )  # fmt: skip
    town.world.session.add(order)
    town.set([phone])
    town.wait(10)
    assert town.messages() == []
    order.state = CommandState.FAILED
    town.world.session.commit()
    town.wait(1)
    assert len(town.messages()) == 1


def test_an_unknown_phone_is_told_to_the_provider_once_per_address(town: Town) -> None:
    """A scan with a thousand MAC addresses is one message."""
    petra = town.subscribe(town.person(Role.PROVIDER), everywhere=True)
    alice = town.subscribe()
    town.wait(1)
    for number in range(1000):
        town.world.session.add(
            UnknownMac(
                mac=f"805ec3{number:06x}", first_seen_at=town.now, last_seen_at=town.now,
                address="7.7.7.7", user_agent="Yealink\r\nBcc: x@example.com",
            )
        )  # fmt: skip
        if number % 100 == 0:
            town.world.session.commit()
            town.wait(0.5)
    town.world.session.commit()
    town.wait(5)
    assert town.subjects(petra) == ["an unknown phone asked for a config from 7.7.7.7"]
    assert "80:5e:c3:00:00:00" in town.messages(petra)[0].body
    assert town.subjects(alice) == []


def test_a_firmware_failure_is_raised_by_whoever_knows(town: Town) -> None:
    """Once for one key, and its mending is told to those who were told."""
    town.subscribe()
    (phone, *_) = town.phones(10)
    tenant_id = town.world.tenant.id
    for _ in range(3):
        with town.world.sessions.begin() as session:
            raise_alert(
                session, AlertKind.FIRMWARE_FAILED, "Front desk", key="firmware:7:1", at=town.now,
                tenant_id=tenant_id, phone_id=phone, detail={"reason": "still the old version"},
            )  # fmt: skip
        town.wait(1)
    assert town.subjects() == ["Acme: firmware update failed: Front desk"]
    assert "Still the old version." in town.messages()[0].body
    with town.world.sessions.begin() as session:
        assert settle_alert(session, "firmware:7:1", at=town.now) == 1
    town.wait(1)
    assert town.subjects()[1:] == ["Acme: firmware update mended: Front desk"]


def turn_of(town: Town, phone: int, **fields: object) -> FirmwareTurn:
    """Let it be a phone's turn to take a firmware."""
    values: dict[str, object] = {
        "phone_id": phone, "to_version": "96.86.0.75", "revision": 1, "opened_at": town.now,
        "opened_by": "alice@acme.example", "size_bytes": 1000,
    }  # fmt: skip
    turn = FirmwareTurn(**(values | fields))
    town.world.session.add(turn)
    town.world.session.commit()
    return turn


def test_a_failed_turn_to_take_firmware_is_told_once(town: Town) -> None:
    """Nothing in the room of the firmware knows of alerts."""
    town.subscribe()
    (phone, *_) = town.phones(10, display_name="Front desk")
    town.wait(1)
    turn = turn_of(town, phone)
    turn.state, turn.closed_at = TurnState.FAILED, town.now
    turn.evidence = "it came back with 96.85.0.5"
    town.world.session.commit()
    town.wait(30)
    assert town.subjects() == ["Acme: firmware update failed: Front desk"]
    assert "It came back with 96.85.0.5." in town.messages()[0].body


def test_a_phone_that_is_being_updated_raises_no_alarm(town: Town) -> None:
    """R128: from the first byte on; half an hour after the last it is a phone that is gone."""
    town.subscribe()
    (phone, *_) = town.phones(10)
    turn_of(town, phone, started_at=town.now, downloaded_at=town.now)
    town.set([phone])
    town.wait(29)
    assert town.messages() == []
    town.wait(2)
    assert len(town.messages()) == 1


def test_a_turn_that_has_not_begun_excuses_nobody(town: Town) -> None:
    town.subscribe()
    (phone, *_) = town.phones(10)
    turn_of(town, phone)
    town.set([phone])
    town.wait(6)
    assert len(town.messages()) == 1


def test_nobody_hears_of_another_tenant(town: Town) -> None:
    globex = town.world.other_tenant()
    charlie = town.subscribe(town.person(tenant=globex))
    town.set(town.phones(20))
    town.wait(20)
    assert town.messages(charlie) == []


def test_somebody_who_was_demoted_hears_nothing_more(town: Town) -> None:
    alice = town.person()
    bob = town.person()
    town.subscribe(alice)
    town.subscribe(bob)
    alice.role = Role.VIEWER
    bob.is_active = False
    town.set(town.phones(20))
    town.wait(20)
    assert town.messages() == []


def test_quiet_hours_end_with_one_message(town: Town) -> None:
    """Two phones, one back already: how things stand at the end."""
    row = town.subscribe(quiet_from=12 * 60, quiet_until=15 * 60)
    first, second, *_ = town.phones(20)
    town.set([first])
    town.wait(30)
    town.set([first], ONLINE)
    town.set([second])
    town.wait(85, every_s=60)
    assert town.messages() == []
    town.wait(6)
    assert town.subjects(row) == ["Acme: 2 alerts"]
    body = town.messages()[0].body
    assert "was offline for 30 min, now back" in body
    assert "is offline for 1 h 30 min" in body


def test_a_digest_tells_all_at_once(town: Town) -> None:
    town.subscribe(pace=Pace.COLLECTED, collect_minutes=30)
    for phone in town.phones(40)[:4]:
        town.set([phone])
        town.wait(6)
    assert town.messages() == []
    town.wait(12)
    assert town.subjects() == ["Acme: 4 alerts"]


def test_too_many_messages_become_one(town: Town) -> None:
    """What the rate limit holds back is told together when it allows."""
    town.subscribe(most_per_hour=2)
    for phone in town.phones(60)[:5]:
        town.set([phone])
        town.wait(7)
    assert len(town.messages()) == 2
    town.wait(31)
    assert town.subjects()[2:] == ["Acme: 3 alerts"]


@pytest.mark.parametrize("count", [5, 500])
def test_it_asks_the_database_as_often_for_five_as_for_five_hundred(town: Town, count: int) -> None:
    """Twenty queries at most in the tick in which they fall, and in the one that tells."""
    town.subscribe()
    town.subscribe(town.person(Role.PROVIDER), everywhere=True)
    town.set(town.phones(count))
    engine = town.world.session.get_bind()
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    for after in (0, 2, 3):
        town.now += timedelta(minutes=after)
        asked.clear()
        town.run()
        assert len(asked) <= 20, asked
    assert len(town.messages()) == 2
    assert town.subjects()[0] == f"Acme: {count} phones at 5.6.7.8 are offline for 2 min"
    town.set(town.numbers, ONLINE)
    for after in (0, 3):
        town.now += timedelta(minutes=after)
        asked.clear()
        town.run()
        assert len(asked) <= 20, asked
    assert len(town.messages()) == 4


def test_what_is_over_for_a_month_is_forgotten(town: Town) -> None:
    town.subscribe()
    (phone, *_) = town.phones(10)
    town.set([phone])
    town.wait(6)
    town.set([phone], ONLINE)
    town.wait(5)
    with town.world.sessions.begin() as session:
        forget_old_alerts(session, town.now + timedelta(days=29))
    assert len(town.messages()) == 2
    for one in town.messages():
        one.state = type(one.state)("sent")
    town.world.session.commit()
    with town.world.sessions.begin() as session:
        forget_old_alerts(session, town.now + timedelta(days=31))
    assert town.messages() == []
    assert town.world.session.scalars(select(AlertIncident)).all() == []
    assert town.world.session.scalars(select(AlertNotice)).all() == []
