"""PBXs whose packets are lost on the way, by a real network that says nothing about it."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog

from phoneprov.fleet.models import Phone
from phoneprov.fleet.status import PhoneStatus
from phoneprov.operations.links import LinkSupervisor
from phoneprov.pbx.link import LinkStatus
from phoneprov.pbx.models import Pbx
from phoneprov.tenancy.models import Tenant
from tests.integration.rows import NOON, World, small_world
from tests.rigs.components import require_component
from tests.rigs.far_side import FarSide
from tests.rigs.freeswitch import PASSWORD, FakeFreeswitch, Line, event
from tests.rigs.kamailio import KamailioRig
from tests.rigs.links import make_links_quick
from tests.rigs.person import Person
from tests.rigs.ports import free_port
from tests.rigs.server import ServerRig
from tests.rigs.sinks import wait_for
from tests.rigs.sipp import SippPhone

SOON_S = 25.0
PROMPT_S = 3.0
"""A link in good health is followed as quickly while others wait for theirs."""
DOMAIN = "sip.acme.example"
pytestmark = [pytest.mark.component(name) for name in ("kamailio", "sipp", "iproute2")]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let links try again at once and notice silence within a second."""
    make_links_quick(monkeypatch, poll_s=0.5)


@pytest.fixture
def said() -> Iterator[list[Any]]:
    """What is logged meanwhile."""
    with structlog.testing.capture_logs() as logs:
        yield logs


@pytest.fixture
def far() -> Iterator[FarSide]:
    for name in ("kamailio", "sipp"):
        require_component(name)
    with FarSide() as made:
        yield made


@pytest.fixture
def far_kamailio(far: FarSide, tmp_path: Path) -> Iterator[KamailioRig]:
    """A real Kamailio on the far side, with a phone that has registered there."""
    users = {"201": "secret-201"}
    with KamailioRig(
        tmp_path, users, (DOMAIN,), host=far.host, client=far.near, inside=far.inside
    ) as rig:
        phone = SippPhone(
            tmp_path, user="201", password=users["201"], domain=DOMAIN,
            registrar=(far.host, rig.sip_port), local=(far.host, free_port()),
            agent="Yealink SIP-T46U 108.86.0.90 805ec01a2b3c",
        )  # fmt: skip
        with far.inside():
            phone.start()
        try:
            yield rig
        finally:
            phone.lose_power()


@pytest.fixture
def far_freeswitch(far: FarSide) -> Iterator[FakeFreeswitch]:
    """An event socket on the far side: its connection is kept, and so left half-open."""
    line = Line("202@far.example", '"" <sip:202@10.1.1.8:5060>')
    fake = FakeFreeswitch({"internal": [line]}, host=far.host)
    with far.inside():
        fake.start()
    yield fake
    fake.stop()


@pytest.fixture
def near_freeswitch() -> Iterator[FakeFreeswitch]:
    line = Line("203@near.example", '"" <sip:203@10.1.1.9:5060>')
    with FakeFreeswitch({"internal": [line]}) as fake:
        yield fake


@dataclass
class Watched:
    """A PBX and its one phone, by their numbers in the database."""

    world: World
    pbx_id: int
    phone_id: int

    @property
    def pbx(self) -> Pbx:
        with self.world.sessions() as session:
            return session.get_one(Pbx, self.pbx_id)

    @property
    def phone(self) -> Phone:
        with self.world.sessions() as session:
            return session.get_one(Phone, self.phone_id)

    def is_confirmed(self) -> bool:
        return self.phone.status == PhoneStatus.ONLINE and not self.phone.unconfirmed_since_at


def add_freeswitch(world: World, number: str, fake: FakeFreeswitch, name: str) -> Watched:
    pbx = Pbx(
        name=name, kind="freeswitch", sip_domain=f"{name}.example", registrar_host=f"{name}.example",
        registrar_port=5060, created_at=NOON, link_address=fake.address, link_secret=PASSWORD,
    )  # fmt: skip
    world.session.add(pbx)
    world.session.flush()
    tenant = Tenant(slug=name, name=name, pbx_id=pbx.id, created_at=NOON)
    world.session.add(tenant)
    world.session.flush()
    extension = world.extension(number, tenant=tenant)
    phone = world.phone(f"805ec0000{number}", extension=extension, tenant=tenant)
    return Watched(world, pbx.id, phone.id)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with small_world(tmp_path) as made:
        yield made


@pytest.fixture
def links(world: World) -> Iterator[LinkSupervisor]:
    """The links, not yet started; they end before the PBXs do."""
    made = LinkSupervisor(catalog=world.catalog, sessions=world.sessions)
    yield made
    writer = made._thread
    made.stop()
    if writer is not None:
        writer.join(60)


def says_down(watched: Watched, words: str) -> bool:
    """Whether the link is told to be down for this reason; the status must not have turned."""
    assert watched.phone.status == PhoneStatus.ONLINE
    pbx = watched.pbx
    return pbx.link_status is LinkStatus.DOWN and words in pbx.link_reason


def test_lost_packets_turn_no_status_and_hold_up_no_other_link(
    far: FarSide,
    world: World,
    far_kamailio: KamailioRig,
    far_freeswitch: FakeFreeswitch,
    near_freeswitch: FakeFreeswitch,
    links: LinkSupervisor,
    said: list[Any],
) -> None:
    """S13, F15: without RST or FIN the reason is told, nothing turns, and all comes back alone."""
    world.pbx.link_address = far_kamailio.rpc_url
    kamailio = Watched(world, world.pbx.id, world.phone(extension=world.extension()).id)
    freeswitch = add_freeswitch(world, "202", far_freeswitch, "far")
    near = add_freeswitch(world, "203", near_freeswitch, "near")
    world.session.commit()
    links.start()
    for one in (kamailio, freeswitch, near):
        wait_for(one.is_confirmed, SOON_S, f"Online; {one.pbx.link_reason!r}")
    with far.dropping():
        heard = len(far_freeswitch.commands)
        wait_for(lambda: says_down(kamailio, "not answer in time"), SOON_S, "Kamailio's reason")
        wait_for(lambda: says_down(freeswitch, "in time"), SOON_S, "FreeSWITCH's reason")
        # By now each has tried to connect anew, which must not be taken for a PBX that is off.
        wait_for(lambda: says_down(freeswitch, "be reached in time"), SOON_S, "it tried again")
        assert len(far_freeswitch.commands) == heard, "a packet came through"
        for one in (kamailio, freeswitch):
            assert one.phone.unconfirmed_since_at is not None
        gone = {
            "from_user": "203",
            "from_host": "near.example",
            "contact": "<sip:203@10.1.1.9:5060>",
        }
        near_freeswitch.fire(
            event("sofia::unregister", profile_name="internal", call_id="call-1", **gone)
        )
        wait_for(lambda: "signed off" in near.phone.status_reason, PROMPT_S, "the near one follows")
        assert near.pbx.link_status is LinkStatus.UP
        for one in (kamailio, freeswitch):
            assert says_down(one, "in time")
    for one in (kamailio, freeswitch):
        wait_for(one.is_confirmed, SOON_S, f"confirmed again; {one.pbx.link_reason!r}")
        assert one.pbx.link_status is LinkStatus.UP
    assert [one for one in said if one["log_level"] in {"error", "critical"}] == []


def test_pages_are_served_while_packets_are_lost(
    far: FarSide, far_kamailio: KamailioRig, tmp_path: Path
) -> None:
    """F15: the whole server at its usual pace; the page tells the reason and that it is over."""
    with ServerRig(tmp_path) as server:
        person = Person(server.url).log_in()
        person.submit(
            "/pbxs/add", name="Main", kind="kamailio", sip_domain=DOMAIN,
            registrar_host=far.host, registrar_port=str(far_kamailio.sip_port),
            register_expires_s="60", link_address=far_kamailio.rpc_url,
        )  # fmt: skip

        def tells(*words: str) -> bool:
            began = time.monotonic()
            cell = person.read("/pbxs").select_one("td[id^=link-]")
            assert time.monotonic() - began < PROMPT_S, "the page was held up"
            assert cell is not None
            said = [one.text.strip() for one in cell.select(".status, .reason")]
            return said[: len(words)] == list(words)

        wait_for(lambda: tells("Up"), SOON_S, "the link is up")
        with far.dropping():
            why = "Kamailio does not answer in time."
            wait_for(lambda: tells("Down", why), SOON_S, "the page tells the reason")
        wait_for(lambda: tells("Up"), SOON_S, "the link is up again")
        person.close()


def test_nothing_is_left_of_the_far_side_after_a_failure() -> None:
    """The rig itself: no host and no cable stays behind, whatever happened on it."""
    made = FarSide()
    near_end = Path("/sys/class/net", f"{made.name}n")

    def fail_over_there() -> None:
        with made, made.dropping():
            assert near_end.exists()
            raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        fail_over_there()
    assert not near_end.exists()
    assert not Path("/run/netns", made.name).exists()
