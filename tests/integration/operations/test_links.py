"""From a PBX's wire to the status of a phone: life, trouble, and recovery without anybody's help."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import select

from phoneprov.fleet.models import Phone
from phoneprov.fleet.status import PhoneStatus
from phoneprov.operations.links import LinkSupervisor
from phoneprov.pbx.link import LinkStatus
from phoneprov.pbx.models import Pbx
from tests.integration.rows import MAC, World, small_world
from tests.rigs.freeswitch import PASSWORD, FakeFreeswitch, Line, event
from tests.rigs.jsonrpc import FakeKamailio
from tests.rigs.links import make_links_quick
from tests.rigs.sinks import wait_for

AOR, URI = "201@sip.acme.example", "sip:201@10.1.1.7:5060"
SOON_S = 25.0


@dataclass
class Rig:
    """A fake PBX of one kind and the ways to trouble it."""

    kind: str
    address: str
    troubles: dict[str, Callable[[], None]]
    mend: Callable[[], None]
    secret: str = PASSWORD


def freeswitch_rig(fake: FakeFreeswitch) -> Rig:
    def change(**values: object) -> Callable[[], None]:
        def trouble() -> None:
            for name, value in values.items():
                setattr(fake, name, value)
            if not fake.is_deaf:
                fake.drop()

        return trouble

    def mend() -> None:
        fake.is_deaf, fake.password, fake.answers, fake.piece = False, PASSWORD, {}, 0
        fake.greeting = b"Content-Type: auth/request\n\n"
        fake.start()
        fake.drop()

    cut = b"Content-Type: api/response\nContent-Length: 4000\n\n<?xml version"
    troubles = {
        "killed": fake.stop,
        "half-open": change(is_deaf=True),
        "garbage": change(greeting=bytes(range(256)) * 200),
        "slow": change(answers={"api sofia": cut}),
        "wrong password": change(password="another"),
    }
    return Rig("freeswitch", fake.address, troubles, mend)


def kamailio_rig(fake: FakeKamailio) -> Rig:
    def change(mode: str, raw: bytes = b"") -> Callable[[], None]:
        def trouble() -> None:
            fake.mode, fake.raw = mode, raw

        return trouble

    def mend() -> None:
        fake.mode = "ok"
        fake.start()

    refusal = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 9\r\n\r\nForbidden"
    troubles = {
        "killed": fake.stop,
        "half-open": change("deaf"),
        "garbage": change("raw", bytes(range(256)) * 200),
        "slow": change("drip"),
        "wrong password": change("raw", refusal),
    }
    return Rig("kamailio", fake.url, troubles, mend)


REASONS = {
    ("freeswitch", "killed"): ("nothing listens", "closed the connection", "broke"),
    ("freeswitch", "half-open"): ("does not answer in time",),
    ("freeswitch", "garbage"): ("not FreeSWITCH's event socket",),
    ("freeswitch", "slow"): ("does not answer in time",),
    ("freeswitch", "wrong password"): ("refuses the password",),
    ("kamailio", "killed"): ("nothing listens", "hung up"),
    ("kamailio", "half-open"): ("does not answer in time",),
    ("kamailio", "garbage"): ("not Kamailio", "not JSON-RPC"),
    ("kamailio", "slow"): ("does not answer in time",),
    ("kamailio", "wrong password"): ("not JSON-RPC (HTTP 403)",),
}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let links try again at once and notice silence within a second."""
    make_links_quick(monkeypatch, poll_s=0.3)
    monkeypatch.setattr("phoneprov.pbx.freeswitch.link.HOPELESS_S", 0.3)
    monkeypatch.setattr("phoneprov.pbx.freeswitch.link.SNAPSHOT_S", 3.0)
    monkeypatch.setattr("phoneprov.pbx.kamailio.link.DUMP_S", 3.0)


@pytest.fixture
def said() -> Iterator[list[Any]]:
    """What is logged meanwhile."""
    with structlog.testing.capture_logs() as logs:
        yield logs


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with small_world(tmp_path) as made:
        yield made


@pytest.fixture
def fakes() -> Iterator[dict[str, Rig]]:
    line = Line(AOR, f'"" <{URI}>', agent="Yealink SIP-T46U 108.86.0.90")
    with (
        FakeFreeswitch({"internal": [line]}) as freeswitch,
        FakeKamailio([(AOR, URI)]) as kamailio,
    ):
        yield {"freeswitch": freeswitch_rig(freeswitch), "kamailio": kamailio_rig(kamailio)}


@contextlib.contextmanager
def running(world: World, rig: Rig) -> Iterator[LinkSupervisor]:
    """Run the links of a world whose PBX is this one."""
    world.pbx.kind, world.pbx.link_address = rig.kind, rig.address
    world.pbx.link_secret = rig.secret
    world.session.commit()
    links = LinkSupervisor(catalog=world.catalog, sessions=world.sessions)
    links.start()
    writer = links._thread
    assert writer is not None
    try:
        yield links
    finally:
        links.stop()
        writer.join(60)  # a busy machine may need longer than `stop` waits for the last of it


def look(world: World, phone_id: int) -> Phone:
    with world.sessions() as session:
        return session.get_one(Phone, phone_id)


def link_of(world: World) -> Pbx:
    with world.sessions() as session:
        return session.scalars(select(Pbx)).one()


@pytest.mark.parametrize(("kind", "trouble"), REASONS)
def test_a_troubled_link_says_why_and_comes_back(
    world: World, fakes: dict[str, Rig], said: list[Any], kind: str, trouble: str
) -> None:
    """S13, F15: no wrong status, no exception, the reason in words, recovery by itself."""
    rig = fakes[kind]
    phone_id = world.phone(extension=world.extension()).id
    with running(world, rig):
        wait_for(lambda: look(world, phone_id).status == PhoneStatus.ONLINE, SOON_S, "Online")
        rig.troubles[trouble]()

        def is_told() -> bool:
            pbx = link_of(world)
            is_down = pbx.link_status is LinkStatus.DOWN
            return is_down and any(one in pbx.link_reason for one in REASONS[kind, trouble])

        wait_for(is_told, SOON_S, f"the reason; {link_of(world).link_reason!r}")
        phone = look(world, phone_id)
        assert phone.status == PhoneStatus.ONLINE
        assert phone.unconfirmed_since_at is not None
        rig.mend()
        wait_for(lambda: link_of(world).link_status is LinkStatus.UP, SOON_S, "it is back")
        wait_for(lambda: not look(world, phone_id).unconfirmed_since_at, SOON_S, "confirmed")
        assert look(world, phone_id).status == PhoneStatus.ONLINE
    assert [one for one in said if one["log_level"] in {"error", "critical"}] == []


def test_a_phone_on_freeswitch_goes_through_its_life(world: World) -> None:
    """R23, R25, R26: registers, answers, falls silent, answers again, signs off."""
    phone_id = world.phone(extension=world.extension()).id

    def becomes(status: PhoneStatus) -> None:
        wait_for(lambda: look(world, phone_id).status == status, SOON_S, status.label)

    def fire(subclass: str, **headers: str) -> None:
        fake.fire(
            event(subclass, profile_name="internal", from_user="201", from_host="sip.acme.example",
                  call_id="call-1", **headers)
        )  # fmt: skip

    with FakeFreeswitch() as fake, running(world, freeswitch_rig(fake)):
        wait_for(lambda: fake.listeners, SOON_S, "it listens")
        wait_for(lambda: link_of(world).snapshot_at, SOON_S, "all is read")
        fire("sofia::register", contact=f"<{URI}>", expires="1800", user_agent=f"Yealink {MAC}")
        becomes(PhoneStatus.REGISTERED)
        assert look(world, phone_id).last_registered_at is not None
        state = {"sip_contact": f"<{URI}>", "sip_user": AOR}
        fire("sofia::sip_user_state", **{**state, "Ping_Status": "REACHABLE"})
        becomes(PhoneStatus.ONLINE)
        fire("sofia::sip_user_state", **{**state, "Ping_Status": "UNREACHABLE"})
        becomes(PhoneStatus.REGISTERED)
        fire("sofia::sip_user_state", **{**state, "Ping_Status": "REACHABLE"})
        becomes(PhoneStatus.ONLINE)
        fire("sofia::unregister", contact=f"<{URI}>")
        becomes(PhoneStatus.REGISTERED)
        assert "signed off" in look(world, phone_id).status_reason


def test_two_tenants_with_the_same_numbers_on_one_freeswitch(world: World) -> None:
    """R65: each by its own domain, as FusionPBX does it; neither is ever taken for the other."""
    world.tenant.sip_domain = "acme.pbx.example"
    globex = world.other_tenant(sip_domain="globex.pbx.example")
    ours = world.phone(extension=world.extension()).id
    theirs = world.phone(
        mac="805ec0bbbbbb", extension=world.extension(tenant=globex), tenant=globex
    ).id
    lines = [
        Line("201@globex.pbx.example", "<sip:201@10.2.2.2>", agent="some", call_id="call-g"),
        Line("201@elsewhere.example", "<sip:201@10.3.3.3>", agent="some", call_id="call-e"),
    ]
    with FakeFreeswitch({"internal": lines}) as fake, running(world, freeswitch_rig(fake)):
        wait_for(lambda: look(world, theirs).status == PhoneStatus.ONLINE, SOON_S, "theirs")
        assert look(world, ours).status == PhoneStatus.PENDING
        fake.fire(
            event("sofia::register", profile_name="internal", from_user="201",
                  from_host="acme.pbx.example", contact="<sip:201@10.2.2.2>", call_id="call-a",
                  expires="60", user_agent="some")
        )  # fmt: skip
        wait_for(lambda: look(world, ours).status == PhoneStatus.REGISTERED, SOON_S, "ours")
        fake.fire(
            event("sofia::unregister", profile_name="internal", from_user="201",
                  from_host="acme.pbx.example", contact="<sip:201@10.2.2.2>", call_id="call-a")
        )  # fmt: skip
        wait_for(lambda: "signed off" in look(world, ours).status_reason, SOON_S, "ours left")
        assert look(world, theirs).status == PhoneStatus.ONLINE


def test_a_huge_table_is_read(world: World) -> None:
    """5,000 contacts in one answer, of which one is ours."""
    phone_id = world.phone(extension=world.extension()).id
    many = [(f"{number}@sip.acme.example", f"sip:{number}@10.8.0.1") for number in range(5000)]
    with FakeKamailio([*many, (AOR, URI)]) as fake, running(world, kamailio_rig(fake)):
        wait_for(lambda: look(world, phone_id).status == PhoneStatus.ONLINE, SOON_S, "Online")
