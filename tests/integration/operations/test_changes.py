"""A phone whose accounts change is told at once, over the contact it had."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from phoneprov.core.clock import utc_now
from phoneprov.core.errors import PbxError
from phoneprov.fleet.drafts import PhoneDraft
from phoneprov.fleet.models import Farewell, Phone, Registration
from phoneprov.fleet.phones import delete_phone
from phoneprov.operations import changes
from phoneprov.operations.confirmation import confirm_by_check_ins
from phoneprov.operations.delivery import close_overdue_commands, deliver_commands
from phoneprov.operations.farewells import send_farewells
from phoneprov.operations.models import CommandState
from phoneprov.pbx.link import LinkStatus, NotifyResult
from phoneprov.tenancy.models import Extension
from tests.integration.operations.post import (
    REFUSED,
    SILENT,
    Post,
    add_registered,
    asked,
    commands,
)
from tests.integration.rows import ALICE, MAC, NOON, World

LATER = NOON + timedelta(seconds=5)


def reassign(world: World, phone: Phone, **fields: object) -> None:
    values: dict[str, object] = {
        "mac": phone.mac,
        "model_slug": phone.model_slug,
        "extension_id": phone.extension_id,
    }
    draft = PhoneDraft(**{**values, **fields})  # type: ignore[arg-type]
    changes.change_phone(
        world.session, world.catalog, phone, draft, keep_password=True, actor=ALICE, now=NOON
    )


def do(world: World, phone: Phone, verb: str) -> None:
    if verb == "reassign":
        reassign(world, phone, extension_id=world.extension("299").id)
    elif verb == "delete extension":
        line = world.session.get_one(Extension, phone.extension_id)
        assert changes.remove_extension(world.session, line, actor=ALICE, now=NOON) == 1
    else:
        getattr(changes, f"{verb}_phone")(world.session, phone, actor=ALICE, now=NOON)
    world.session.commit()


def deliver(world: World, post: Post) -> int:
    return deliver_commands(world.sessions, world.catalog, post, LATER)


@pytest.mark.parametrize("verb", ["disable", "unassign", "reassign", "delete extension"])
def test_it_is_told_to_read_its_config(world: World, verb: str) -> None:
    """R27, R64: the old registration is forgotten here, but the phone is still behind it."""
    phone = add_registered(world)
    do(world, phone, verb)
    post = Post()
    assert deliver(world, post) == 1
    _, notify = post.sent[0]
    assert notify.uri == "sip:201@10.1.1.1:5060"
    assert notify.event == "check-sync;reboot=false"
    password = "" if verb == "delete extension" else "secret-201"
    assert notify.auth_password == password
    at = utc_now() + timedelta(seconds=9)
    assert confirm_by_check_ins(world.session, [asked(phone, at)], at) == 1
    assert commands(world)[0].state == CommandState.CONFIRMED


def test_enabling_tells_it_where_it_was_last(world: World) -> None:
    """R27: switched off, it has left the registrar."""
    phone = add_registered(world)
    phone.disabled_at = NOON
    world.session.scalars(select(Registration)).one().gone_at = NOON
    do(world, phone, "enable")
    post = Post()
    assert deliver(world, post) == 1


def test_a_phone_that_nothing_leads_to_gets_no_order(world: World) -> None:
    phone = add_registered(world)
    world.session.scalars(select(Registration)).one().gone_at = NOON
    do(world, phone, "unassign")
    assert commands(world) == []


def test_other_changes_and_other_hardware_order_nothing(world: World) -> None:
    phone = add_registered(world)
    reassign(world, phone, display_name="Lobby")
    reassign(world, phone, mac="805ec0ffffff", extension_id=world.extension("299").id)
    assert commands(world) == []


@pytest.mark.parametrize(
    "answer",
    [REFUSED, SILENT, PbxError("no such contact", permanent=True), PbxError("the link is down")],
)
def test_one_that_reaches_nobody_ends_calmly(world: World, answer: NotifyResult | PbxError) -> None:
    """It is no failure: the phone takes the change at its next check."""
    phone = add_registered(world)
    do(world, phone, "disable")
    deliver(world, Post(answer))
    close_overdue_commands(world.session, utc_now() + timedelta(hours=2))
    [command] = commands(world)
    assert command.state == CommandState.EXPIRED
    assert command.evidence.endswith("The phone takes the change at its next check.")


def test_disable_and_enable_in_a_row_are_one_resync(world: World) -> None:
    phone = add_registered(world)
    do(world, phone, "disable")
    do(world, phone, "enable")
    assert len(commands(world)) == 1


def test_one_that_was_sent_before_the_change_does_not_count(world: World) -> None:
    phone = add_registered(world)
    do(world, phone, "disable")
    deliver(world, Post())
    do(world, phone, "enable")
    states = [one.state for one in commands(world)]
    assert states == [CommandState.SENT, CommandState.QUEUED]


def test_a_phone_that_comes_by_itself_needs_no_telling(world: World) -> None:
    phone = add_registered(world)
    do(world, phone, "disable")
    old = asked(phone, LATER, revision=phone.config_revision - 1)
    new = asked(phone, LATER, revision=phone.config_revision)
    assert confirm_by_check_ins(world.session, [old], LATER) == 0
    assert confirm_by_check_ins(world.session, [new], LATER) == 1
    assert commands(world)[0].evidence == "The phone took the change by itself."


def delete(world: World, model: str = "yealink-t46u") -> Farewell:
    phone = add_registered(world, model=model)
    delete_phone(world.session, phone, actor=ALICE, now=NOON)
    world.pbx.link_status = LinkStatus.UP
    world.session.commit()
    return world.session.scalars(select(Farewell)).one()


@pytest.mark.parametrize(
    ("answer", "note"),
    [(Post().answer, "answered 200 OK after 41 ms"), (PbxError("it is busy"), "it is busy")],
)
def test_a_deleted_phone_is_told_to_read_its_farewell(
    world: World, answer: NotifyResult | PbxError, note: str
) -> None:
    """R140: once, and the page of removed phones says what came of it."""
    farewell = delete(world)
    post = Post(answer)
    assert send_farewells(world.sessions, world.catalog, post) == 1
    assert send_farewells(world.sessions, world.catalog, post) == 0
    world.session.refresh(farewell)
    assert farewell.mac == MAC
    assert farewell.resync_note == note
    assert post.sent[0][1].uri == "sip:201@10.1.1.1:5060"
    assert post.sent[0][1].auth_password == ""


def test_a_farewell_waits_for_its_link(world: World) -> None:
    delete(world)
    world.pbx.link_status = LinkStatus.DOWN
    world.session.commit()
    assert send_farewells(world.sessions, world.catalog, Post()) == 0
    world.pbx.link_status = LinkStatus.UP
    world.session.commit()
    assert send_farewells(world.sessions, world.catalog, Post()) == 1


def test_a_farewell_holds_no_transaction_while_it_is_sent(world: World) -> None:
    """Deleted tenants take their farewells along; the writer doesn't mind."""
    farewell = delete(world)
    post = Post()

    def vanish() -> None:
        with world.sessions.begin() as session:
            session.delete(session.get_one(Farewell, farewell.id))

    post.meanwhile = vanish
    assert send_farewells(world.sessions, world.catalog, post) == 1


def test_a_model_that_is_gone_has_no_way(world: World) -> None:
    farewell = delete(world)
    farewell.model_slug = "no-such-model"
    world.session.commit()
    post = Post()
    send_farewells(world.sessions, world.catalog, post)
    world.session.refresh(farewell)
    assert farewell.resync_note == "no way to tell the phone"
    assert post.sent == []
