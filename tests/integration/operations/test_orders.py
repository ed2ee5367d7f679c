"""An order is queued, sent, and closed by what the phone does."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from phoneprov.core.clock import utc_now
from phoneprov.core.errors import NotAllowedError, PbxError
from phoneprov.fleet.models import Phone, PhoneEvent, Registration
from phoneprov.operations.commands import list_commands, order
from phoneprov.operations.confirmation import confirm_by_check_ins
from phoneprov.operations.delivery import close_overdue_commands, deliver_commands
from phoneprov.operations.models import Command, CommandKind, CommandState
from tests.integration.operations.post import (
    REFUSED,
    SILENT,
    Post,
    add_registered,
    asked,
    commands,
)
from tests.integration.rows import ALICE, NOON, World


def give(world: World, phone: Phone, kind: CommandKind = CommandKind.RESYNC) -> Command:
    made = order(world.session, phone, kind, catalog=world.catalog, actor=ALICE, now=NOON)
    world.session.commit()
    return made


def deliver(world: World, post: Post, after_s: float = 0) -> int:
    at = NOON + timedelta(seconds=after_s)
    return deliver_commands(world.sessions, world.catalog, post, at)


def confirm(world: World, phone: Phone, after_s: float = 60, **fields: object) -> int:
    at = NOON + timedelta(seconds=after_s)
    count = confirm_by_check_ins(world.session, [asked(phone, at, **fields)], at)
    world.session.commit()
    return count


def test_it_goes_to_the_contact_of_the_phone(world: World) -> None:
    """R3: with the vendor's event, and the line's own credentials for a challenge."""
    phone = add_registered(world)
    give(world, phone, CommandKind.REBOOT)
    post = Post()
    assert deliver(world, post) == 1
    pbx_id, notify = post.sent[0]
    assert pbx_id == world.pbx.id
    assert notify.aor == "201@sip.acme.example"
    assert notify.uri == "sip:201@10.1.1.1:5060"
    assert notify.event == "check-sync;reboot=true"
    assert (notify.auth_user, notify.auth_password) == ("201", "secret-201")
    [command] = commands(world)
    assert command.state == CommandState.SENT
    assert command.evidence == "Answered 200 OK after 41 ms."
    assert deliver(world, post) == 0


def test_a_second_click_does_nothing_more(world: World) -> None:
    phone = add_registered(world)
    first = give(world, phone)
    assert give(world, phone) is first
    assert [one.id for one in list_commands(world.session, phone.id)] == [first.id]


@pytest.mark.parametrize("model", ["no-such-model"])
def test_it_is_refused_with_the_reason(world: World, model: str) -> None:
    """R95: a model that is not in the catalogue has no order."""
    phone = add_registered(world)
    phone.model_slug = model
    with pytest.raises(NotAllowedError, match="not in the catalogue"):
        give(world, phone)


def test_only_a_check_in_confirms_it(world: World) -> None:
    """R3: what the phone does is the proof; an older request or somebody else's is none."""
    phone = add_registered(world)
    other = add_registered(world, "202", "805ec01a2b3d")
    give(world, phone)
    deliver(world, Post())
    assert confirm_by_check_ins(world.session, [], NOON) == 0
    assert confirm(world, phone, after_s=-3600) == 0
    assert confirm(world, other) == 0
    assert confirm(world, phone, is_admitted=False) == 0
    assert confirm(world, phone) == 1
    [command] = commands(world)
    assert command.state == CommandState.CONFIRMED
    assert "Asked for 805ec01a2b3c.cfg 60 s later." in command.evidence


def test_a_reset_is_confirmed_by_first_contact_only(world: World) -> None:
    """A phone that forgot everything comes without its own address, into its opened window."""
    phone = add_registered(world)
    phone.window_opened_at = None
    give(world, phone, CommandKind.RESET)
    deliver(world, Post())
    world.session.expire_all()
    assert phone.window_opened_at is not None
    assert confirm(world, phone) == 0
    assert confirm(world, phone, admitted_by="window") == 1


def test_a_polycom_is_armed_before_it_is_restarted(world: World) -> None:
    """Two NOTIFYs: fetch the config that obeys, then obey; afterwards it is disarmed again."""
    phone = add_registered(world, model="polycom-vvx-401", mac="64167f1a2b3c")
    give(world, phone, CommandKind.REBOOT)
    post = Post()
    deliver(world, post)
    world.session.expire_all()
    assert phone.is_reboot_armed
    assert confirm(world, phone, revision=phone.config_revision - 1) == 0
    assert commands(world)[0].state == CommandState.SENT
    confirm(world, phone, revision=phone.config_revision)
    assert commands(world)[0].state == CommandState.QUEUED
    assert deliver(world, post, after_s=3600)
    world.session.expire_all()
    assert not phone.is_reboot_armed
    assert [notify.event for _, notify in post.sent] == ["check-sync", "check-sync"]
    assert confirm(world, phone, after_s=7200, revision=phone.config_revision) == 1


def test_it_waits_for_a_phone_that_is_not_registered(world: World) -> None:
    """R95: and expires in the end, with its reason."""
    phone = add_registered(world)
    give(world, phone)
    world.session.scalars(select(Registration)).one().gone_at = NOON
    world.session.commit()
    post = Post()
    assert deliver(world, post) == 0
    assert commands(world)[0].evidence == "Waits until the phone is registered again."
    assert close_overdue_commands(world.session, NOON + timedelta(hours=23)) == 0
    assert close_overdue_commands(world.session, NOON + timedelta(hours=24)) == 1
    assert commands(world)[0].state == CommandState.EXPIRED
    assert commands(world)[0].evidence == "There was no way to the phone."


@pytest.mark.parametrize("is_permanent", [True, False])
def test_a_link_that_cannot_send_is_tried_again_if_that_can_help(
    world: World, *, is_permanent: bool
) -> None:
    phone = add_registered(world)
    give(world, phone)
    deliver(world, Post(PbxError("the link is not running", permanent=is_permanent)))
    [command] = commands(world)
    wanted = CommandState.FAILED if is_permanent else CommandState.QUEUED
    assert command.state == wanted
    assert "the link is not running" in command.evidence.lower()


def test_a_refusal_fails_it_and_silence_leaves_it_open(world: World) -> None:
    phone = add_registered(world)
    other = add_registered(world, "202", "805ec01a2b3d")
    give(world, phone)
    deliver(world, Post(REFUSED))
    give(world, other)
    deliver(world, Post(SILENT))
    refused, silent = commands(world)
    assert refused.state == CommandState.FAILED
    assert refused.evidence == "The phone refused: answered 481 Gone after 9 ms."
    assert silent.state == CommandState.SENT
    assert close_overdue_commands(world.session, utc_now() + timedelta(minutes=11)) == 1
    assert silent.state == CommandState.FAILED
    assert "Nothing followed within 10 minutes." in silent.evidence


def test_a_site_gets_one_at_a_time_and_a_run_five(world: World) -> None:
    """Neither a site's line nor a PBX is flooded."""
    phones = [add_registered(world, str(201 + n), f"805ec01a2b{n:02x}") for n in range(7)]
    phones[1].ip_address = phones[0].ip_address
    for phone in phones:
        give(world, phone)
    post = Post()
    assert [deliver(world, post), deliver(world, post)] == [5, 2]
    first = {notify.aor.partition("@")[0] for _, notify in post.sent[:5]}
    assert first == {"201", "203", "204", "205", "206"}


def test_a_phone_that_is_deleted_meanwhile_takes_its_order_along(world: World) -> None:
    phone = add_registered(world)
    give(world, phone)
    post = Post()

    def vanish() -> None:
        with world.sessions.begin() as session:
            session.delete(session.get_one(Phone, phone.id))

    post.meanwhile = vanish
    assert deliver(world, post) == 1
    assert commands(world) == []


def test_each_step_stands_in_the_timeline(world: World) -> None:
    phone = add_registered(world)
    give(world, phone)
    deliver(world, Post(REFUSED))
    query = select(PhoneEvent.text).where(PhoneEvent.kind == "command").order_by(PhoneEvent.id)
    texts = list(world.session.scalars(query))
    assert texts[0] == "Resync (read config again) ordered by alice@acme.example."
    assert texts[1].startswith("Resync (read config again): failed. The phone refused")
