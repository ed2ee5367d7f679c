"""Several contacts of one phone, several phones on one extension: as each kind of PBX tells it."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from phoneprov.fleet.contacts import list_strays
from phoneprov.fleet.models import Registration
from phoneprov.fleet.refresh import refresh_statuses
from phoneprov.fleet.registrations import apply_gone, apply_snapshot
from phoneprov.fleet.status import PhoneStatus
from phoneprov.fleet.strays import match_strays
from phoneprov.fleet.telling_apart import INDISTINCT
from phoneprov.operations.posted import take_posted
from phoneprov.pbx.freeswitch.contacts import read_registrations
from phoneprov.pbx.kamailio.contacts import read_dump
from phoneprov.pbx.link import ContactGone, ContactState, Snapshot
from phoneprov.pbx.webhook.posted import Posted, PostedEvent, PostedKind
from tests.integration.rows import MAC, NOON, World
from tests.rigs.freeswitch import Line, listing

AOR = "201@sip.acme.example"
OTHER_MAC = "805ec0aaaaaa"

Told = tuple[str, str, str]
"""Contact URI, where it came from, User-Agent."""


def by_freeswitch(world: World, told: Sequence[Told]) -> None:
    lines = []
    for number, (uri, source, agent) in enumerate(told):
        address, _, port = source.rpartition(":")
        lines.append(
            Line(AOR, f"<{uri};fs_nat=yes;fs_path=x>", call_id=str(number), agent=agent,
                 address=address, port=port)
        )  # fmt: skip
    found = read_registrations(listing(*lines).encode(), "internal", NOON)
    _apply(world, [one.contact for one in found])


def by_kamailio(world: World, told: Sequence[Told]) -> None:
    contacts: list[dict[str, Any]] = [
        {
            "Contact": {
                "Address": uri,
                "User-Agent": agent,
                "Received": f"sip:{source}",
                "Last-Keepalive": int(NOON.timestamp()),
                "KA-Roundtrip": 400,
                "Last-Modified": int(NOON.timestamp()),
            }
        }
        for uri, source, agent in told
    ]
    info = {"AoR": AOR, "Contacts": contacts}
    _apply(world, read_dump({"Domains": [{"Domain": {"AoRs": [{"Info": info}]}}]}, NOON))


def by_webhook(world: World, told: Sequence[Told]) -> None:
    world.pbx.kind = "webhook"
    kinds = (PostedKind.REGISTERED, PostedKind.REACHABLE)
    events = [
        PostedEvent(kind=kind, aor=AOR, uri=uri, at=NOON, expires=timedelta(seconds=600),
                    source=source, user_agent=agent)
        for uri, source, agent in told
        for kind in kinds
    ]  # fmt: skip
    take_posted(world.session, world.pbx, Posted(events=tuple(events)), NOON)
    world.session.flush()


def _apply(world: World, contacts: Sequence[ContactState]) -> None:
    snapshot = Snapshot(taken_at=NOON, contacts=tuple(contacts))
    touched = apply_snapshot(world.session, world.pbx.id, snapshot)
    refresh_statuses(world.session, touched, NOON)


KINDS = [by_freeswitch, by_kamailio, by_webhook]
Tell = Callable[[World, Sequence[Told]], None]


def owners(world: World) -> dict[str, int | None]:
    return {row.uri: row.phone_id for row in world.session.scalars(select(Registration))}


@pytest.mark.parametrize("tell", KINDS)
def test_a_phone_with_two_contacts_is_online_by_either(world: World, tell: Tell) -> None:
    """Forked: the loss of one is not the loss of the phone."""
    phone = world.phone(extension=world.extension())
    uris = ["sip:201@10.1.1.7:5060", "sip:201@10.1.1.7:5060;transport=tcp"]
    tell(world, [(uri, "10.1.1.7:5060", "some") for uri in uris])
    assert owners(world) == dict.fromkeys(uris, phone.id)
    gone = ContactGone(aor=AOR, uri=uris[0], observed_at=NOON, reason="expired")
    touched = apply_gone(world.session, world.pbx.id, gone)
    refresh_statuses(world.session, touched, NOON)
    assert phone.status == PhoneStatus.ONLINE


@pytest.mark.parametrize("tell", KINDS)
def test_two_phones_behind_one_nat(world: World, tell: Tell) -> None:
    """By the port in the contact, which the router doesn't rewrite; User-Agents say nothing."""
    line = world.extension()
    desk = world.phone(extension=line)
    home = world.phone(mac=OTHER_MAC, extension=line, local_sip_port=5062)
    desk.ip_address = home.ip_address = "192.0.2.7"
    world.session.flush()
    told = [
        ("sip:201@10.1.1.7:5060", "192.0.2.7:40111", "some"),
        ("sip:201@10.1.1.8:5062", "192.0.2.7:40112", "some"),
    ]
    tell(world, told)
    assert owners(world) == {told[0][0]: desk.id, told[1][0]: home.id}


@pytest.mark.parametrize("tell", KINDS)
def test_the_mac_in_the_user_agent_goes_before_all(world: World, tell: Tell) -> None:
    line = world.extension()
    desk = world.phone(extension=line)
    home = world.phone(mac=OTHER_MAC, extension=line)
    home.ip_address = "10.1.1.7"
    world.session.flush()
    agent = f"Yealink SIP-T46U 108.86.0.90 {MAC}"
    tell(world, [("sip:201@10.1.1.7:5060", "10.1.1.7:5060", agent)])
    assert owners(world) == {"sip:201@10.1.1.7:5060": desk.id}


@pytest.mark.parametrize("tell", KINDS)
def test_what_cannot_be_told_apart_is_nobodys_and_both_can_say_so(world: World, tell: Tell) -> None:
    line = world.extension()
    phones = [world.phone(mac=mac, extension=line) for mac in (MAC, OTHER_MAC)]
    tell(world, [("sip:201@10.5.5.5:5060", "192.0.2.9:40111", "some")])
    for phone in phones:
        phone.extension, phone.tenant = line, world.tenant
        [stray] = list_strays(world.session, phone, world.pbx)
        assert "can't be told apart" in stray.match_note
        assert phone.status == PhoneStatus.PENDING


def test_a_stray_of_another_tenant_is_not_shown(world: World) -> None:
    """R65: the same number under another domain."""
    line = world.extension()
    phone = world.phone(extension=line)
    phone.extension, phone.tenant = line, world.tenant
    _apply(world, [ContactState(aor="201@elsewhere.example", uri="sip:201@10.5.5.5")])
    assert list(list_strays(world.session, phone, world.pbx)) == []


def test_what_no_database_takes_is_left_out(world: World) -> None:
    """A phone may put anything into its contact; the rest of the list still counts."""
    phone = world.phone(extension=world.extension())
    hostile = [
        ContactState(aor="201@a\x00b", uri="sip:x"),
        ContactState(aor="201@" + "a" * 300, uri="sip:x"),
        ContactState(aor="202@a", uri="sip:" + "x" * 600),
        ContactState(aor="", uri="sip:x"),
    ]
    honest = ContactState(
        aor=AOR,
        uri="sip:201@10.1.1.7",
        user_agent="evil\x00\x1b[31m" + "u" * 400,
        call_id="c" * 400,
    )
    _apply(world, [*hostile, honest])
    [row] = world.session.scalars(select(Registration))
    assert row.phone_id == phone.id
    assert row.user_agent.startswith("evil[31mu")
    assert (len(row.user_agent), len(row.call_id)) == (250, 255)


def test_a_phone_that_is_added_later_finds_its_contact(world: World) -> None:
    """A PBX that tells only changes says nothing when the change is ours."""
    line = world.extension()
    _apply(world, [ContactState(aor=AOR, uri="sip:201@10.1.1.7", is_watched=True)])
    assert match_strays(world.session, NOON) == 0
    phone = world.phone(extension=line)
    assert match_strays(world.session, NOON) == 1
    assert phone.status == PhoneStatus.REGISTERED
    assert phone.last_registered_at == NOON
    assert match_strays(world.session, NOON) == 0


def test_a_second_phone_makes_a_stray_of_nobody(world: World) -> None:
    """What is matched stays so; the note of what isn't follows what is known now."""
    line = world.extension()
    _apply(world, [ContactState(aor=AOR, uri="sip:201@10.5.5.5")])
    for mac in (MAC, OTHER_MAC):
        world.phone(mac=mac, extension=line)
    assert match_strays(world.session, NOON) == 0
    [row] = world.session.scalars(select(Registration))
    assert row.match_note == INDISTINCT
