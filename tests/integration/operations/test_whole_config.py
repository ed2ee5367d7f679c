"""Reboot (clear cache): the phone takes its whole config again, not a 304 of a broken one."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from phoneprov.core.clock import utc_now
from phoneprov.core.errors import PbxError
from phoneprov.core.settings import load_settings
from phoneprov.fleet.models import Phone, Registration
from phoneprov.fleet.status import PhoneStatus
from phoneprov.operations.commands import order
from phoneprov.operations.confirmation import confirm_by_check_ins
from phoneprov.operations.delivery import deliver_commands
from phoneprov.operations.models import CommandKind, CommandState
from phoneprov.provisioning.answer import Answering
from phoneprov.provisioning.exchange import Answer, Ask
from phoneprov.simulator.vendors.base import Outcome
from tests.integration.operations.post import Post, add_registered, commands
from tests.integration.provisioning.office import PHONES, Office
from tests.integration.rows import ALICE, NOON, World


@pytest.fixture
def answering(world: World) -> Iterator[Answering]:
    settings = load_settings(public_url="http://phones.example.net")
    made = Answering(
        catalog=world.catalog, settings=settings, sessions=world.sessions, clock=lambda: NOON
    )
    yield made
    made.close()


def reboot(world: World, phone: Phone, after_s: float = 0) -> None:
    """Order a reboot and send it."""
    at = NOON + timedelta(seconds=after_s)
    order(world.session, phone, CommandKind.REBOOT, catalog=world.catalog, actor=ALICE, now=at)
    world.session.commit()
    assert deliver_commands(world.sessions, world.catalog, Post(), at) == 1
    world.session.expire_all()


def fetch(answering: Answering, phone: Phone, etag: str = "") -> Answer:
    path = f"/prov/t/{phone.token}/{phone.mac}.cfg"
    return answering.answer(Ask(method="GET", path=path, address="10.1.1.1", if_none_match=etag))


def etag_of(answer: Answer) -> str:
    return dict(answer.headers)["ETag"]


def test_a_matching_etag_gets_the_whole_file_once_more(world: World, answering: Answering) -> None:
    """R134: and from then on the new one is good for a 304 again."""
    phone = add_registered(world)
    first = fetch(answering, phone)
    assert fetch(answering, phone, etag_of(first)).status == 304
    reboot(world, phone)
    again = fetch(answering, phone, etag_of(first))
    assert again.status == 200
    assert etag_of(again) != etag_of(first)
    assert fetch(answering, phone, etag_of(again)).status == 304


def test_another_process_lets_go_of_it_too(world: World, answering: Answering) -> None:
    """R134: the revision grows along, which every process follows."""
    phone = add_registered(world)
    before = phone.config_revision
    reboot(world, phone)
    assert phone.config_revision > before
    assert fetch(answering, phone).status == 200


def test_other_phones_and_a_resync_change_nothing(world: World, answering: Answering) -> None:
    phone, other = add_registered(world), add_registered(world, "202", "805ec01a2b3d")
    etags = [etag_of(fetch(answering, one)) for one in (phone, other)]
    order(world.session, phone, CommandKind.RESYNC, catalog=world.catalog, actor=ALICE, now=NOON)
    world.session.commit()
    deliver_commands(world.sessions, world.catalog, Post(), NOON)
    assert fetch(answering, phone, etags[0]).status == 304
    reboot(world, phone)
    assert fetch(answering, other, etags[1]).status == 304


@pytest.mark.parametrize("slug", PHONES)
def test_a_simulated_phone_takes_it_over_again(
    world: World, answering: Answering, slug: str
) -> None:
    """R134: firmware leaves a file alone that it has already, so the file is another now."""
    office = Office(world, answering, slug)
    office.check()
    office.check()
    phone = office.phone
    phone.last_registered_at = NOON
    world.session.add(
        Registration(pbx_id=world.pbx.id, phone_id=phone.id, aor="201@sip.acme.example",
                     uri="sip:201@10.1.1.7:5060", registered_at=NOON, observed_at=NOON)
    )  # fmt: skip
    phone.status = PhoneStatus.ONLINE
    world.session.commit()
    assert office.check() is Outcome.UNCHANGED
    reboot(world, phone)
    if slug.startswith("polycom"):
        assert office.check() is Outcome.APPLIED, "the config that makes it obey"
        confirm_by_check_ins(world.session, answering.check_ins.drain()[0], NOON)
        world.session.commit()
        deliver_commands(world.sessions, world.catalog, Post(), NOON)
    assert office.check() in {Outcome.APPLIED, Outcome.REBOOT}
    assert any(b"Taken anew: 1" in body for body in office.bodies)
    assert office.check() is Outcome.UNCHANGED
    assert office.users == ["201"]


def test_a_link_that_fails_first_does_not_cost_a_polycom_its_reboot(world: World) -> None:
    """A NOTIFY that did not leave is none of the two it takes."""
    phone = add_registered(world, model="polycom-vvx-401", mac="64167f1a2b3c")
    order(world.session, phone, CommandKind.REBOOT, catalog=world.catalog, actor=ALICE, now=NOON)
    world.session.commit()
    lost = Post(PbxError("the link is down", permanent=False))
    deliver_commands(world.sessions, world.catalog, lost, NOON)
    later = utc_now() + timedelta(minutes=1)
    assert deliver_commands(world.sessions, world.catalog, Post(), later) == 1
    world.session.expire_all()
    assert phone.is_reboot_armed


@pytest.mark.parametrize("kind", [CommandKind.REBOOT, CommandKind.RESET])
def test_an_order_waits_for_the_end_of_a_call(world: World, kind: CommandKind) -> None:
    """R123: where the PBX tells of it; a resync ends no call and goes at once."""
    phone = add_registered(world)
    contact = world.session.scalars(select(Registration)).one()
    contact.is_in_call = True
    order(world.session, phone, kind, catalog=world.catalog, actor=ALICE, now=NOON)
    world.session.commit()
    post = Post()
    assert deliver_commands(world.sessions, world.catalog, post, NOON) == 0
    assert commands(world)[0].evidence == "Waits until the call on the phone has ended."
    order(world.session, phone, CommandKind.RESYNC, catalog=world.catalog, actor=ALICE, now=NOON)
    world.session.commit()
    assert deliver_commands(world.sessions, world.catalog, post, NOON) == 1
    contact.is_in_call = False
    world.session.commit()
    assert deliver_commands(world.sessions, world.catalog, post, NOON + timedelta(seconds=11)) == 1
    assert commands(world)[0].state == CommandState.SENT
