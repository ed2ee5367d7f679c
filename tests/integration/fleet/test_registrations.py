"""What PBX links observe becomes registrations, and these become statuses."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, select

from phoneprov.fleet.models import Phone, PhoneEvent, Registration
from phoneprov.fleet.refresh import mark_overdue_phones_offline, refresh_statuses
from phoneprov.fleet.registrations import (
    apply_contact,
    apply_gone,
    apply_snapshot,
    forget_old_registrations,
    freeze_after_start,
    freeze_contacts,
)
from phoneprov.fleet.status import PhoneStatus
from phoneprov.pbx.link import ContactGone, ContactState, Reachability, Snapshot
from tests.integration.rows import MAC, NOON, World


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def contact(user: str = "201", at: datetime = NOON, **changes: object) -> ContactState:
    state = ContactState(
        aor=f"{user}@sip.acme.example",
        uri=f"sip:{user}@10.1.1.7:5060",
        user_agent=f"Yealink SIP-T46U 108.86.0.90 {MAC}",
        source="10.1.1.7:5060",
        registered_at=at,
        expires_at=at + seconds(1800),
        reachability=Reachability.REACHABLE,
        is_probed=True,
        keepalive_at=at,
    )
    return replace(state, **changes)  # type: ignore[arg-type]


def snapshot(*contacts: ContactState, at: datetime = NOON, **changes: object) -> Snapshot:
    taken = Snapshot(taken_at=at, contacts=contacts)
    return replace(taken, **changes)  # type: ignore[arg-type]


def observe(world: World, taken: Snapshot) -> None:
    """Apply a snapshot and what follows from it, as the links' writer does."""
    touched = apply_snapshot(world.session, world.pbx.id, taken)
    world.session.flush()
    refresh_statuses(world.session, touched, taken.taken_at)
    world.session.flush()


def test_a_registered_phone_that_answers_is_online(world: World) -> None:
    """R25, R71: with the time of its last registration."""
    phone = world.phone(extension=world.extension())
    observe(world, snapshot(contact()))
    assert phone.status == PhoneStatus.ONLINE
    assert phone.last_registered_at == NOON


def test_a_phone_whose_contact_vanishes_turns_offline_by_its_own_deadline(world: World) -> None:
    """R26: the job asks only for rows whose deadline has passed."""
    phone = world.phone(extension=world.extension())
    observe(world, snapshot(contact()))
    observe(world, snapshot(at=NOON + seconds(30)))
    assert phone.status == PhoneStatus.REGISTERED
    assert mark_overdue_phones_offline(world.session, NOON + seconds(59)) == 0
    assert mark_overdue_phones_offline(world.session, NOON + seconds(60)) == 1
    assert phone.status == PhoneStatus.OFFLINE


def test_coming_back_says_how_long_it_was_away(world: World) -> None:
    """R94: back by the first sign of life, with the length of the outage."""
    phone = world.phone(extension=world.extension())
    observe(world, snapshot(contact()))
    observe(world, snapshot(at=NOON + seconds(70)))
    assert phone.status == PhoneStatus.OFFLINE
    observe(world, snapshot(contact(at=NOON + seconds(190)), at=NOON + seconds(190)))
    last = world.session.scalars(select(PhoneEvent).order_by(PhoneEvent.id.desc())).first()
    assert last is not None
    assert last.text.startswith("Back after 120 s offline.")
    assert phone.status == PhoneStatus.ONLINE


def test_a_changed_address_never_looks_like_a_phone_that_left(world: World) -> None:
    """DESIGN decision 1: the new contact comes before the old one is removed."""
    phone = world.phone(extension=world.extension())
    pbx_id = world.pbx.id
    old, new = contact(), contact(uri="sip:201@10.1.1.8:5060", at=NOON + seconds(5))
    touched = apply_contact(world.session, pbx_id, old, NOON)
    touched |= apply_contact(world.session, pbx_id, new, NOON + seconds(5))
    gone = ContactGone(aor=old.aor, uri=old.uri, observed_at=NOON + seconds(6), reason="removed")
    touched |= apply_gone(world.session, pbx_id, gone)
    world.session.flush()
    refresh_statuses(world.session, touched, NOON + seconds(7))
    assert phone.status == PhoneStatus.ONLINE


def test_an_old_observation_takes_nothing_back(world: World) -> None:
    """R88: late old events change nothing."""
    phone = world.phone(extension=world.extension())
    observe(world, snapshot(contact(at=NOON + seconds(10)), at=NOON + seconds(10)))
    late = ContactGone(aor=contact().aor, uri=contact().uri, observed_at=NOON, reason="removed")
    assert apply_gone(world.session, world.pbx.id, late) == set()
    observe(world, snapshot(at=NOON + seconds(1)))
    assert phone.status == PhoneStatus.ONLINE


def test_an_unchanged_snapshot_writes_nothing(world: World) -> None:
    """A link that looks every few seconds must not write every few seconds."""
    for number in range(201, 211):
        world.phone(mac=f"805ec0000{number}", extension=world.extension(str(number)))
    contacts = tuple(
        contact(str(number), user_agent=f"Yealink SIP-T46U 108.86.0.90 805ec0000{number}")
        for number in range(201, 211)
    )
    observe(world, snapshot(*contacts))
    world.session.commit()
    writes: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if not statement.lstrip().upper().startswith("SELECT"):
            writes.append(statement)

    engine = world.session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    assert (
        apply_snapshot(world.session, world.pbx.id, snapshot(*contacts, at=NOON + seconds(3)))
        == set()
    )
    world.session.commit()
    event.remove(engine, "before_cursor_execute", note)
    assert writes == []


def test_a_lost_link_freezes_its_phones(world: World) -> None:
    """S13: no phone turns Offline because we can't see it."""
    phone = world.phone(extension=world.extension())
    observe(world, snapshot(contact()))
    touched = freeze_contacts(world.session, world.pbx.id, NOON + seconds(10))
    refresh_statuses(world.session, touched, NOON + seconds(10))
    assert mark_overdue_phones_offline(world.session, NOON + seconds(3600)) == 0
    assert phone.status == PhoneStatus.ONLINE
    assert phone.unconfirmed_since_at == NOON + seconds(10)
    observe(world, snapshot(at=NOON + seconds(3700)))
    assert phone.status == PhoneStatus.OFFLINE
    assert phone.unconfirmed_since_at is None


def test_our_own_outage_turns_nobody_offline(world: World) -> None:
    """F16: evaluation starts after the first full look."""
    phone = world.phone(extension=world.extension())
    observe(world, snapshot(contact()))
    touched = freeze_after_start(world.session)
    refresh_statuses(world.session, touched, NOON + seconds(600))
    assert phone.status == PhoneStatus.ONLINE
    assert phone.unconfirmed_since_at == NOON


def test_a_watched_phone_that_signs_off_stood_until_then(world: World) -> None:
    """Its PBX told nothing for an hour because nothing changed; it is not Offline at once."""
    phone = world.phone(extension=world.extension())
    observe(world, snapshot(contact(is_watched=True)))
    later = NOON + seconds(3600)
    gone = ContactGone(aor=contact().aor, uri=contact().uri, observed_at=later, reason="removed")
    touched = apply_gone(world.session, world.pbx.id, gone)
    refresh_statuses(world.session, touched, later)
    assert phone.status == PhoneStatus.REGISTERED
    assert mark_overdue_phones_offline(world.session, later + seconds(59)) == 0
    assert mark_overdue_phones_offline(world.session, later + seconds(60)) == 1
    assert phone.status == PhoneStatus.OFFLINE


def test_after_our_own_outage_a_watched_phone_is_known_up_to_the_last_snapshot(
    world: World,
) -> None:
    phone = world.phone(extension=world.extension())
    observe(world, snapshot(contact(is_watched=True)))
    world.pbx.snapshot_at = NOON + seconds(900)
    touched = freeze_after_start(world.session)
    refresh_statuses(world.session, touched, NOON + seconds(1000))
    assert phone.status == PhoneStatus.ONLINE
    assert phone.unconfirmed_since_at == NOON + seconds(900)


def test_a_pbx_that_forgot_its_table_is_given_one_interval(world: World) -> None:
    """A restarted PBX with its table in memory lists nobody; that proves nothing yet."""
    phone = world.phone(extension=world.extension())
    observe(world, snapshot(contact()))
    restarted = NOON + seconds(300)
    freeze_contacts(world.session, world.pbx.id, NOON + seconds(30))
    early = snapshot(at=restarted + seconds(5), pbx_started_at=restarted, is_memory_only=True)
    observe(world, early)
    world.session.expire_all()
    refresh_statuses(world.session, [phone.id], restarted + seconds(5))
    assert phone.status == PhoneStatus.ONLINE
    assert phone.unconfirmed_since_at == NOON + seconds(30)
    observe(world, replace(early, taken_at=restarted + seconds(1801)))
    assert phone.status == PhoneStatus.OFFLINE


def test_two_phones_of_one_extension_are_told_apart(world: World) -> None:
    """By the MAC in the User-Agent, else by the address that fetched the config."""
    line = world.extension()
    desk = world.phone(extension=line)
    home = world.phone(mac="805ec0aaaaaa", extension=line)
    home.ip_address = "10.9.9.9"
    by_agent = contact()
    by_address = contact(uri="sip:201@10.9.9.9:5060", user_agent="some", source="10.9.9.9:5060")
    observe(world, snapshot(by_agent, by_address))
    owners = {row.uri: row.phone_id for row in world.session.scalars(select(Registration))}
    assert owners == {by_agent.uri: desk.id, by_address.uri: home.id}


def test_it_says_when_phones_cannot_be_told_apart(world: World) -> None:
    line = world.extension()
    for mac in (MAC, "805ec0aaaaaa"):
        world.phone(mac=mac, extension=line)
    observe(world, snapshot(contact(user_agent="some softphone")))
    row = world.session.scalars(select(Registration)).one()
    assert row.phone_id is None
    assert "can't be told apart" in row.match_note


def test_another_phone_on_the_extension_is_not_ours(world: World) -> None:
    """R57: registered by hardware that the dashboard doesn't name."""
    phone = world.phone(extension=world.extension())
    observe(world, snapshot(contact(user_agent="Yealink SIP-T46U 108.86.0.90 805ec0ffff01")))
    assert phone.status == PhoneStatus.PENDING
    row = world.session.scalars(select(Registration)).one()
    assert "another phone" in row.match_note


@pytest.mark.parametrize("domain", ["sip.globex.example", ""])
def test_two_tenants_with_the_same_number_are_never_confused(world: World, domain: str) -> None:
    """R65: the domain of the address of record decides; without one nobody is guessed."""
    ours = world.phone(extension=world.extension())
    globex = world.other_tenant(sip_domain="sip.globex.example")
    theirs = world.phone(
        mac="805ec0bbbbbb", extension=world.extension(tenant=globex), tenant=globex
    )
    aor = f"201@{domain}" if domain else "201"
    observe(world, snapshot(contact(aor=aor, user_agent="some")))
    assert ours.status == PhoneStatus.PENDING
    expected = PhoneStatus.ONLINE if domain else PhoneStatus.PENDING
    assert theirs.status == expected


def test_what_was_long_gone_is_forgotten(world: World) -> None:
    world.phone(extension=world.extension())
    observe(world, snapshot(contact()))
    observe(world, snapshot(at=NOON + seconds(5)))
    assert forget_old_registrations(world.session, NOON + timedelta(days=6)) == 0
    assert forget_old_registrations(world.session, NOON + timedelta(days=8)) == 1


def test_eight_healthy_hours_give_no_flip(world: World) -> None:
    """R92: a healthy phone is never Offline, at any register interval."""
    phone = world.phone(extension=world.extension())
    observe(world, snapshot(contact()))
    for tick in range(0, 8 * 3600, 15):
        now = NOON + seconds(tick)
        if tick % 30 == 0:
            refreshed = NOON + seconds(tick - tick % 900)
            observe(world, snapshot(contact(at=refreshed, keepalive_at=now), at=now))
        mark_overdue_phones_offline(world.session, now)
    flips = world.session.scalars(select(PhoneEvent).where(PhoneEvent.kind == "status")).all()
    assert [row.detail["to"] for row in flips] == ["online"]
    assert world.session.get_one(Phone, phone.id).status == PhoneStatus.ONLINE
