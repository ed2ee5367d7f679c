"""From what Asterisk tells to the status of a phone, through the links as they run."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from phoneprov.core.clock import utc_now
from phoneprov.fleet.models import Phone, Registration
from phoneprov.fleet.refresh import mark_overdue_phones_offline
from phoneprov.fleet.status import PhoneStatus
from phoneprov.operations.links import LinkSupervisor
from phoneprov.pbx.link import LinkStatus, Notify, NotifyOutcome
from phoneprov.pbx.models import Pbx
from phoneprov.tenancy.models import Tenant
from tests.integration.rows import MAC, World, small_world
from tests.rigs.asterisk import SECRET, USER, FakeAsterisk
from tests.rigs.recordings import LIST, change_event, detail_item
from tests.rigs.sinks import wait_for

URI = "sip:201@10.1.1.7:5060"
AGENT = f"Yealink SIP-T46U 108.86.0.90 {MAC}"


@pytest.fixture
def asterisk() -> Iterator[FakeAsterisk]:
    with FakeAsterisk() as rig:
        yield rig


@pytest.fixture
def world(tmp_path: Path, asterisk: FakeAsterisk) -> Iterator[World]:
    """Yield a tenant on an Asterisk."""
    with small_world(tmp_path, kind="asterisk") as made:
        reach(made.pbx, asterisk)
        made.session.commit()
        yield made


@pytest.fixture
def links(world: World) -> Iterator[LinkSupervisor]:
    made = LinkSupervisor(catalog=world.catalog, sessions=world.sessions)
    yield made
    made.stop()


def reach(pbx: Pbx, asterisk: FakeAsterisk) -> None:
    pbx.link_address, pbx.link_user, pbx.link_secret = asterisk.address, USER, SECRET


def add_phone(
    world: World, number: str = "201", mac: str = MAC, tenant: Tenant | None = None
) -> int:
    """Add a phone that has checked in."""
    line = world.extension(number, tenant=tenant)
    phone = world.phone(mac=mac, extension=line, tenant=tenant)
    phone.first_check_in_at = phone.last_check_in_at = utc_now()
    world.session.commit()
    return phone.id


def row(world: World, phone_id: int) -> Phone:
    world.session.expire_all()
    world.session.rollback()
    return world.session.get_one(Phone, phone_id)


def status_of(world: World, phone_id: int) -> PhoneStatus:
    return PhoneStatus(row(world, phone_id).status)


def becomes(world: World, phone_id: int, status: PhoneStatus) -> None:
    wait_for(lambda: status_of(world, phone_id) is status, 10, f"the phone is {status}")


def item(aor: str = "201", uri: str = URI, agent: str = AGENT, **changes: Any) -> str:
    expires = int((utc_now() + timedelta(minutes=30)).timestamp())
    return detail_item(aor, uri, agent=agent, expires=expires, **changes)


def is_up(world: World) -> bool:
    world.session.expire_all()
    world.session.rollback()
    return world.session.get_one(Pbx, world.pbx.id).link_status is LinkStatus.UP


def test_the_life_of_a_phone(world: World, asterisk: FakeAsterisk, links: LinkSupervisor) -> None:
    """R25, R26, R91, R92: Registered, Online, Offline by the tenant's limit, and back."""
    phone_id = add_phone(world)
    links.start()
    wait_for(lambda: is_up(world), 10, "the link is up")
    assert status_of(world, phone_id) is PhoneStatus.PENDING

    asterisk.items = [item(status="NonQualified")]
    asterisk.tell(change_event("201", URI, "NonQualified"))
    becomes(world, phone_id, PhoneStatus.REGISTERED)
    assert row(world, phone_id).last_registered_at is not None

    asterisk.tell(change_event("201", URI, "Reachable", 730))
    becomes(world, phone_id, PhoneStatus.ONLINE)
    assert "answered OPTIONS" in row(world, phone_id).status_reason

    before = utc_now()
    asterisk.tell(change_event("201", URI, "Unreachable"))
    becomes(world, phone_id, PhoneStatus.REGISTERED)
    with world.sessions.begin() as session:
        assert mark_overdue_phones_offline(session, before + timedelta(seconds=20)) == 0
    with world.sessions.begin() as session:
        assert mark_overdue_phones_offline(session, before + timedelta(seconds=61)) == 1
    assert status_of(world, phone_id) is PhoneStatus.OFFLINE

    asterisk.tell(change_event("201", URI, "Reachable", 730))
    becomes(world, phone_id, PhoneStatus.ONLINE)
    asterisk.items = []
    asterisk.tell(change_event("201", URI, "Removed"))
    becomes(world, phone_id, PhoneStatus.REGISTERED)
    with world.sessions.begin() as session:
        assert mark_overdue_phones_offline(session, utc_now() + timedelta(seconds=61)) == 1
    assert status_of(world, phone_id) is PhoneStatus.OFFLINE


def test_a_lost_link_leaves_statuses_and_says_since_when(
    world: World, asterisk: FakeAsterisk, links: LinkSupervisor
) -> None:
    """S13, R92: nobody turns Offline; after the reconnection the list decides."""
    stays = add_phone(world)
    leaves = add_phone(world, "202", "805ec0aaaaaa")
    other = "sip:202@10.1.1.8:5060"
    asterisk.items = [item(), item("202", other, agent="Yealink SIP-T46U 108 805ec0aaaaaa")]
    links.start()
    becomes(world, stays, PhoneStatus.ONLINE)
    becomes(world, leaves, PhoneStatus.ONLINE)

    asterisk.stop()
    wait_for(lambda: row(world, stays).unconfirmed_since_at, 10, "it is not confirmed")
    assert status_of(world, stays) is PhoneStatus.ONLINE
    with world.sessions.begin() as session:
        assert mark_overdue_phones_offline(session, utc_now() + timedelta(hours=2)) == 0

    asterisk.items = [item(status="NonQualified")]
    asterisk.start_again()
    wait_for(lambda: row(world, stays).unconfirmed_since_at is None, 15, "it is confirmed")
    assert status_of(world, stays) is PhoneStatus.REGISTERED
    asterisk.tell(change_event("201", URI, "Reachable", 730))
    becomes(world, stays, PhoneStatus.ONLINE)
    with world.sessions.begin() as session:
        mark_overdue_phones_offline(session, utc_now() + timedelta(seconds=61))
    assert status_of(world, leaves) is PhoneStatus.OFFLINE
    assert status_of(world, stays) is PhoneStatus.ONLINE


def test_a_link_that_is_switched_off_confirms_nothing(
    world: World, asterisk: FakeAsterisk, links: LinkSupervisor
) -> None:
    phone_id = add_phone(world)
    asterisk.items = [item()]
    links.start()
    becomes(world, phone_id, PhoneStatus.ONLINE)
    world.session.get_one(Pbx, world.pbx.id).is_active = False
    world.session.commit()
    links.reload_soon()
    wait_for(lambda: row(world, phone_id).unconfirmed_since_at, 10, "it is not confirmed")


def test_a_phone_that_nobody_asks_stays_registered(
    world: World, asterisk: FakeAsterisk, links: LinkSupervisor
) -> None:
    """R91: qualify is off; Online would be a guess. Also long after the expiry that was listed."""
    phone_id = add_phone(world)
    asterisk.items = [item(status="NonQualified", every_s=0)]
    links.start()
    becomes(world, phone_id, PhoneStatus.REGISTERED)
    with world.sessions.begin() as session:
        mark_overdue_phones_offline(session, utc_now() + timedelta(hours=5))
    assert status_of(world, phone_id) is PhoneStatus.REGISTERED


def test_an_order_goes_through_the_running_link(
    world: World, asterisk: FakeAsterisk, links: LinkSupervisor
) -> None:
    """R3, R48."""
    phone_id = add_phone(world)
    asterisk.items = [item()]
    links.start()
    becomes(world, phone_id, PhoneStatus.ONLINE)
    result = links.send_notify(world.pbx.id, Notify(aor="201", uri=URI, event="check-sync"))
    assert result.outcome is NotifyOutcome.ACCEPTED
    assert asterisk.sent_to("PJSIPNotify")[0]["Variable"] == "Event=check-sync"


def test_equal_numbers_on_one_asterisk_are_kept_apart(
    world: World, asterisk: FakeAsterisk, links: LinkSupervisor
) -> None:
    """R65: the endpoint's name says whose it is; phones of one tenant never show the other's."""
    globex = world.other_tenant()
    world.pbx.endpoint_pattern = "{number}-{tenant}"
    ours = add_phone(world)
    theirs = add_phone(world, mac="805ec0bbbbbb", tenant=globex)
    asterisk.items = [item("201-globex", "sip:201-globex@10.2.2.2:5060", agent="some phone")]
    links.start()
    becomes(world, theirs, PhoneStatus.ONLINE)
    assert status_of(world, ours) is PhoneStatus.PENDING
    uri = "sip:201-acme@10.1.1.7:5060"
    asterisk.items.append(item("201-acme", uri, agent="some phone", status="Unreachable"))
    asterisk.tell(change_event("201-acme", uri, "NonQualified"))
    becomes(world, ours, PhoneStatus.REGISTERED)
    assert status_of(world, theirs) is PhoneStatus.ONLINE
    asterisk.tell(change_event("201-globex", "sip:201-globex@10.2.2.2:5060", "Removed"))
    becomes(world, theirs, PhoneStatus.REGISTERED)
    kept = {one.aor: one.phone_id for one in world.session.scalars(select(Registration))}
    assert kept == {"201-acme": ours, "201-globex": theirs}


def test_equal_numbers_on_two_asterisks_are_kept_apart(
    world: World, asterisk: FakeAsterisk, links: LinkSupervisor
) -> None:
    """R65: even the same address of record and the same contact URI, behind two NATs."""
    with FakeAsterisk() as second:
        other = Pbx(
            name="Second",
            kind="asterisk",
            sip_domain="sip.globex.example",
            registrar_host="pbx.globex.example",
            created_at=utc_now(),
        )
        reach(other, second)
        world.session.add(other)
        world.session.flush()
        globex = world.other_tenant()
        globex.pbx_id = other.id
        ours = add_phone(world)
        theirs = add_phone(world, mac="805ec0bbbbbb", tenant=globex)
        asterisk.items = [item(agent="some phone")]
        second.items = [item(agent="some phone", status="Unreachable")]
        links.start()
        becomes(world, ours, PhoneStatus.ONLINE)
        becomes(world, theirs, PhoneStatus.REGISTERED)
        second.tell(change_event("201", URI, "Reachable", 900))
        asterisk.tell(change_event("201", URI, "Unreachable"))
        becomes(world, theirs, PhoneStatus.ONLINE)
        becomes(world, ours, PhoneStatus.REGISTERED)
        links.send_notify(other.id, Notify(aor="201", uri=URI, event="check-sync"))
        assert len(second.sent_to("PJSIPNotify")) == 1
        assert asterisk.sent_to("PJSIPNotify") == []
        links.stop()


def test_five_hundred_phones_cost_few_statements(
    world: World, asterisk: FakeAsterisk, links: LinkSupervisor
) -> None:
    """R51: all register and answer at once, and later all go silent: a thousand events each."""
    phones = {str(number): f"805ec1{number:06d}" for number in range(1000, 1500)}
    ids = [add_phone_quietly(world, number, mac) for number, mac in phones.items()]
    world.session.commit()
    uris = {number: f"sip:{number}@10.0.0.9:{number}" for number in phones}
    asterisk.items = [
        item(number, uris[number], agent=f"Yealink SIP-T46U 108.86.0.90 {mac}")
        for number, mac in phones.items()
    ]
    links.start()
    wait_for(lambda: count(world, PhoneStatus.ONLINE) == len(ids), 30, "all are Online")
    statements: list[str] = []
    engine = world.session.get_bind()

    def note(*said: object) -> None:
        statements.append(str(said[2]))

    event.listen(engine, "before_cursor_execute", note)
    words = ("Unreachable", "Reachable")
    asterisk.tell("".join(change_event(n, uri, word) for n, uri in uris.items() for word in words))
    asterisk.tell("".join(change_event(n, uri, "Unreachable") for n, uri in uris.items()))

    def all_silent() -> bool:
        event.remove(engine, "before_cursor_execute", note)
        silent = count(world, PhoneStatus.REGISTERED) == len(ids)
        event.listen(engine, "before_cursor_execute", note)
        return silent

    wait_for(all_silent, 60, "all have gone silent", every_s=1)
    event.remove(engine, "before_cursor_execute", note)
    reads = [one for one in statements if one.startswith("SELECT")]
    assert len(reads) < 500, "reads grow with batches, not with events"
    assert len(statements) < 5 * len(ids)
    assert len(asterisk.sent_to(LIST)) < 5


def add_phone_quietly(world: World, number: str, mac: str) -> int:
    return world.phone(mac=mac, extension=world.extension(number)).id


def count(world: World, status: PhoneStatus) -> int:
    world.session.rollback()
    return len(world.session.scalars(select(Phone.id).where(Phone.status == status)).all())
