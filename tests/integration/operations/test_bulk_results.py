"""What comes of an order to many phones: seen to until each phone is settled."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from phoneprov.fleet.models import Phone
from phoneprov.fleet.queries import list_events
from phoneprov.fleet.status import PhoneStatus
from phoneprov.operations.bulk.cancel import cancel_bulk
from phoneprov.operations.bulk.outcomes import (
    Outcome,
    Tally,
    count_outcomes,
    list_not_done,
    list_results,
)
from phoneprov.operations.bulk.plan import plan_bulk, start_bulk
from phoneprov.operations.bulk.run import run_bulks
from phoneprov.operations.bulk.tasks import read_task
from phoneprov.operations.commands import finish, list_commands, order
from phoneprov.operations.confirmation import confirm_by_check_ins
from phoneprov.operations.delivery import deliver_commands
from phoneprov.operations.models import BulkAction, BulkOperation, CommandKind, CommandState
from tests.integration.operations.post import REFUSED, Post, add_registered, asked
from tests.integration.rows import ALICE, NOON, World


@pytest.fixture
def chosen(world: World) -> list[Phone]:
    """Return four phones that are Online, each at an address of its own."""
    return [add_registered(world, str(201 + n), f"805ec01a2b{n:02x}") for n in range(4)]


def start(world: World, action: BulkAction, chosen: Sequence[Phone]) -> BulkOperation:
    task = read_task(world.session, world.catalog, world.tenant.id, action, "")
    plan = plan_bulk(world.session, world.tenant.id, task, [one.id for one in chosen])
    operation = start_bulk(world.session, world.tenant.id, plan, actor=ALICE, now=NOON)
    world.session.commit()
    while run_bulks(world.sessions, world.catalog):
        pass
    world.session.expire_all()
    return operation


def tally(world: World, operation: BulkOperation) -> Tally:
    world.session.commit()
    world.session.expire_all()
    return count_outcomes(world.session, [operation])[operation.id]


def settle(world: World, phone: Phone, state: CommandState, evidence: str) -> None:
    (command, *_) = list_commands(world.session, phone.id)
    finish(world.session, command, state, evidence, NOON + timedelta(minutes=1))
    world.session.commit()


def test_each_phone_goes_from_queued_to_the_end(world: World, chosen: list[Phone]) -> None:
    """R48, R122: written down is no result; sent is none either; what the phone does is."""
    operation = start(world, BulkAction.REBOOT, chosen)
    queued = tally(world, operation)
    assert queued.counts == {Outcome.QUEUED: 4}
    assert (queued.is_running, queued.is_open, queued.settled) == (False, True, 0)
    deliver_commands(world.sessions, world.catalog, Post(), NOON + timedelta(days=9))
    assert tally(world, operation).counts == {Outcome.SENT: 4}
    later = NOON + timedelta(days=9, minutes=1)
    confirm_by_check_ins(world.session, [asked(chosen[0], later)], later)
    world.session.commit()
    settle(world, chosen[1], CommandState.FAILED, "The phone refused.")
    settle(world, chosen[2], CommandState.EXPIRED, "There was no way to the phone.")
    found = tally(world, operation)
    wanted = {Outcome.CONFIRMED: 1, Outcome.FAILED: 1, Outcome.EXPIRED: 1, Outcome.SENT: 1}
    assert found.counts == wanted
    assert (found.settled, found.not_done, found.is_open) == (3, 2, True)
    results = list_results(world.session, operation, page=1, size=10)
    assert [one.outcome.value for one in results] == ["failed", "expired", "sent", "confirmed"]
    assert results[0].evidence == "The phone refused."
    assert results[0].at == NOON + timedelta(minutes=1)
    assert "Asked for" in results[3].evidence
    only = list_results(world.session, operation, page=1, size=10, only=Outcome.EXPIRED)
    assert [one.phone_id for one in only] == [chosen[2].id]


def test_a_refusal_is_a_result(world: World, chosen: list[Phone]) -> None:
    operation = start(world, BulkAction.RESYNC, chosen[:1])
    deliver_commands(world.sessions, world.catalog, Post(REFUSED), NOON + timedelta(days=9))
    assert tally(world, operation).counts == {Outcome.FAILED: 1}
    (result,) = list_results(world.session, operation, page=1, size=10)
    assert result.evidence == "The phone refused: answered 481 Gone after 9 ms."


def test_a_repetition_is_for_those_that_have_not_got_it(world: World, chosen: list[Phone]) -> None:
    """R122: neither for who is done nor for who still waits; a deleted phone is none."""
    away = world.phone("805ec0aaaaaa")
    world.session.commit()
    operation = start(world, BulkAction.REBOOT, [*chosen, away])
    settle(world, chosen[0], CommandState.CONFIRMED, "Came back.")
    settle(world, chosen[1], CommandState.FAILED, "The phone refused.")
    settle(world, chosen[2], CommandState.FAILED, "The phone refused.")
    world.session.delete(chosen[2])
    world.session.commit()
    assert list(list_not_done(world.session, operation)) == [chosen[1].id, away.id]
    again = start(world, BulkAction.REBOOT, [chosen[1], away])
    assert tally(world, again).counts == {Outcome.QUEUED: 1, Outcome.SKIPPED: 1}
    assert tally(world, operation).counts[Outcome.FAILED] == 1


def test_an_order_that_was_open_already_is_the_phones_result(
    world: World, chosen: list[Phone]
) -> None:
    """A second order does nothing more, so the first one says what comes of it."""
    phone = chosen[0]
    order(world.session, phone, CommandKind.REBOOT, catalog=world.catalog, actor=ALICE, now=NOON)
    world.session.commit()
    operation = start(world, BulkAction.REBOOT, [phone])
    assert len(list_commands(world.session, phone.id)) == 1
    assert tally(world, operation).counts == {Outcome.QUEUED: 1}


@pytest.mark.parametrize("action", [BulkAction.REBOOT, BulkAction.RESET])
def test_who_cannot_be_reached_now_is_not_restarted(
    world: World, chosen: list[Phone], action: BulkAction
) -> None:
    """R123: by name; a restart hours later, when it is back, would come as a surprise."""
    chosen[0].status = PhoneStatus.OFFLINE
    chosen[1].unconfirmed_since_at = NOON
    chosen[2].disabled_at = NOON
    world.session.commit()
    task = read_task(world.session, world.catalog, world.tenant.id, action, "")
    plan = plan_bulk(world.session, world.tenant.id, task, [one.id for one in chosen])
    assert [one.phone_id for one in plan.will] == [chosen[3].id]
    assert {reason: [one.name for one in ones] for reason, ones in plan.left_alone.items()} == {
        "It is Offline, so nothing can reach it now.": ["Person 201"],
        "The link to its PBX is down, so nothing can reach it now.": ["Person 202"],
        "The phone is disabled; enable it first.": ["Person 203"],
    }


def test_a_resync_waits_for_who_is_away(world: World, chosen: list[Phone]) -> None:
    """It does no harm whenever it comes."""
    chosen[0].status = PhoneStatus.OFFLINE
    world.session.commit()
    operation = start(world, BulkAction.RESYNC, chosen[:1])
    assert tally(world, operation).counts == {Outcome.QUEUED: 1}


def test_an_action_without_orders_is_done_when_it_is_done(
    world: World, chosen: list[Phone]
) -> None:
    operation = start(world, BulkAction.UNASSIGN, chosen)
    found = tally(world, operation)
    assert (found.counts, found.is_open) == ({Outcome.DONE: 4}, False)


def test_orders_that_have_not_left_are_cancelled(world: World, chosen: list[Phone]) -> None:
    """What is sent is out of reach; what somebody else ordered before stays ordered."""
    order(
        world.session, chosen[0], CommandKind.REBOOT, catalog=world.catalog, actor=ALICE,
        now=NOON - timedelta(minutes=1),
    )  # fmt: skip
    world.session.commit()
    operation = start(world, BulkAction.REBOOT, chosen)
    (sent,) = list_commands(world.session, chosen[1].id)
    sent.state, sent.sent_at = CommandState.SENT, NOON
    (halfway,) = list_commands(world.session, chosen[2].id)
    halfway.tries = 1
    world.session.commit()
    assert tally(world, operation).can_cancel
    assert cancel_bulk(world.session, operation, actor=ALICE, now=NOON + timedelta(minutes=2))
    found = tally(world, operation)
    assert found.counts == {Outcome.CANCELLED: 1, Outcome.QUEUED: 2, Outcome.SENT: 1}
    (first, *_) = list_results(world.session, operation, page=1, size=10)
    assert (first.phone_id, first.evidence) == (chosen[3].id, "Cancelled before it was sent.")
    (dropped,) = list_commands(world.session, chosen[3].id)
    assert dropped.state is CommandState.EXPIRED
    events = list_events(world.session, chosen[3].id)
    assert "Reboot: cancelled before it was sent." in [one.text for one in events]
    assert not cancel_bulk(world.session, operation, actor=ALICE, now=NOON + timedelta(minutes=3))
    assert list(list_not_done(world.session, operation)) == [chosen[3].id]
