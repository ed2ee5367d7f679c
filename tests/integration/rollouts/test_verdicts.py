"""What becomes of each phone: done, failed by name, away, gone (R129)."""

from datetime import datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import select

from phoneprov.firmware.models import FirmwareTurn, TurnState
from phoneprov.firmware.rollout_models import PartState, RolloutState
from phoneprov.fleet.models import Phone
from phoneprov.fleet.phones import delete_phone, disable_phone, unassign_phone
from phoneprov.fleet.status import PhoneStatus
from phoneprov.operations.commands import finish
from phoneprov.operations.models import Command, CommandState
from phoneprov.operations.rollouts import judging
from phoneprov.operations.rollouts.judge import TurnFacts, Verdict, judge_turn
from tests.integration.rollouts.conftest import HOUR, MINUTE, NEW, OLD, TICK, Fleet
from tests.integration.rows import ALICE


def fail(fleet: Fleet, span: timedelta = HOUR) -> str:
    """Let time pass and return why the one phone failed."""
    fleet.watch(span)
    turn = fleet.session.scalars(select(FirmwareTurn)).one()
    assert turn.state is TurnState.FAILED
    return turn.evidence


def begin(fleet: Fleet) -> Phone:
    """Add a phone and let its turn come."""
    phone = fleet.phone()
    fleet.start([phone], fleet.image())
    fleet.advance()
    return phone


def test_never_asked_for_its_config(fleet: Fleet) -> None:
    begin(fleet)
    assert fail(fleet) == "It never asked for its config, so it never asked for the file."


def test_never_asked_for_the_file(fleet: Fleet) -> None:
    """It goes on asking for its config, which gives it no more time."""
    phone = begin(fleet)
    for _ in range(40):
        if phone.id in fleet.updating():
            fleet.ask(phone)
        fleet.advance(after=MINUTE)
    assert fail(fleet, MINUTE) == "It took its config, and never asked for the file."


def test_a_step_at_the_last_moment_counts(fleet: Fleet) -> None:
    """What came between two looks has its own time, though the step before it ran out meanwhile."""
    phone = begin(fleet)
    fleet.ask(phone)
    fleet.advance()
    deadline = fleet.turn(phone).deadline_after
    assert deadline is not None
    fleet.watch(deadline - fleet.now - TICK)
    fleet.now = deadline
    fleet.download(phone)
    fleet.advance()
    assert fleet.part(phone).state is PartState.UPDATING
    assert fail(fleet) == "It took the whole file and was not back within 20 minutes."


def test_a_download_that_breaks_off_is_named_so(fleet: Fleet) -> None:
    phone = begin(fleet)
    fleet.ask(phone)
    fleet.download(phone, 0.6)
    assert fail(fleet) == "Its download broke off at 60 % and did not go on."


def test_a_download_that_always_breaks_at_the_same_place_ends(fleet: Fleet) -> None:
    """Starting over gives no more time; only bytes that it had not had before do."""
    phone = begin(fleet)
    fleet.ask(phone)
    for _ in range(20):
        if phone.id in fleet.updating():
            fleet.download(phone, 0.6)
        fleet.advance(after=MINUTE)
    assert fail(fleet, MINUTE) == "Its download broke off at 60 % and did not go on."


def test_a_slow_download_has_its_time(fleet: Fleet) -> None:
    phone = begin(fleet)
    fleet.ask(phone)
    for percent in range(0, 100, 5):
        fleet.download(phone, percent / 100)
        fleet.watch(5 * MINUTE)
    fleet.take(phone)
    fleet.advance()
    assert fleet.part(phone).state is PartState.DONE


def test_not_back_in_time(fleet: Fleet) -> None:
    phone = begin(fleet)
    fleet.ask(phone)
    fleet.download(phone)
    fleet.leave(phone)
    fleet.watch(19 * MINUTE)
    assert fleet.status(phone) is PhoneStatus.UPDATING
    assert fail(fleet) == "It took the whole file and was not back within 20 minutes."
    assert fleet.status(phone) is PhoneStatus.OFFLINE


def test_back_with_its_old_version(fleet: Fleet) -> None:
    """The loop ends with its turn: from then on its config names no firmware."""
    phone = begin(fleet)
    fleet.take(phone, comes_back_with=OLD)
    fleet.advance()
    assert fail(fleet, MINUTE) == f"It came back with its old version, {OLD}."
    assert fleet.updating() == []
    assert fleet.status(phone) is PhoneStatus.ONLINE


def test_back_with_a_third_version(fleet: Fleet) -> None:
    phone = begin(fleet)
    fleet.take(phone, comes_back_with="108.1.0.1")
    assert fail(fleet, MINUTE) == f"It came back with 108.1.0.1 instead of {NEW}."


def test_back_but_not_registered(fleet: Fleet) -> None:
    """A contact left over from before it restarted is no registration."""
    phone = begin(fleet)
    fleet.ask(phone)
    fleet.download(phone)
    fleet.now += 5 * MINUTE
    fleet.ask(phone, running=NEW)
    fleet.advance()
    assert fleet.part(phone).state is PartState.UPDATING
    assert fail(fleet) == f"It is back with {NEW}, but not registered again."


def test_back_and_registered_a_little_later(fleet: Fleet) -> None:
    phone = begin(fleet)
    fleet.ask(phone)
    fleet.download(phone)
    fleet.now += 5 * MINUTE
    fleet.ask(phone, running=NEW)
    fleet.watch(3 * MINUTE)
    fleet.register(phone)
    fleet.advance()
    assert fleet.part(phone).state is PartState.DONE


def test_one_that_was_never_registered_need_not_be(fleet: Fleet) -> None:
    """It checks in only: nothing can be ordered of it, and it finds its turn by itself."""
    phone = fleet.phone(is_there=False)
    fleet.now += MINUTE
    fleet.ask(phone)
    fleet.start([phone], fleet.image())
    fleet.advance()
    assert fleet.count(Command) == 0
    fleet.watch(HOUR)
    fleet.ask(phone)
    fleet.download(phone)
    fleet.now += 5 * MINUTE
    fleet.ask(phone, running=NEW)
    fleet.advance()
    assert fleet.part(phone).reason == f"It is back with {NEW}."


def test_one_that_is_away_keeps_its_turn(fleet: Fleet) -> None:
    """It holds nobody up, fails nothing, and takes it when it is there again."""
    phones = fleet.phones(3)
    away = fleet.phone(is_there=False)
    rollout = fleet.start(
        [*phones, away], fleet.image(), canary_phones=1, batch_phones=2, verify_minutes=0
    )
    for _ in range(4):
        fleet.advance()
        fleet.take_all(phones)
        fleet.watch(2 * MINUTE)
    assert fleet.states(phones) == [PartState.DONE] * 3
    assert fleet.part(away).state is PartState.WAITING
    assert "away" in fleet.part(away).reason
    fleet.watch(5 * HOUR)
    fleet.session.refresh(rollout)
    assert rollout.state is RolloutState.RUNNING
    fleet.register(away)
    fleet.advance()
    assert fleet.updating() == [away.id]
    fleet.take(away)
    fleet.watch(2 * MINUTE)
    fleet.session.refresh(rollout)
    assert rollout.state is RolloutState.DONE


def test_one_that_leaves_before_it_asked_waits_again(fleet: Fleet) -> None:
    phone = begin(fleet)
    fleet.leave(phone)
    fleet.watch(20 * MINUTE)
    assert fleet.part(phone).state is PartState.WAITING
    assert fleet.updating() == []
    assert fleet.status(phone) is PhoneStatus.OFFLINE


def test_whoever_is_away_to_the_end_is_left_alone(fleet: Fleet) -> None:
    away = fleet.phone(is_there=False)
    rollout = fleet.start([away], fleet.image(), ends_at=fleet.now + 2 * HOUR)
    fleet.watch(3 * HOUR)
    fleet.session.refresh(rollout)
    assert rollout.state is RolloutState.DONE
    part = fleet.part(away)
    assert part.state is PartState.SKIPPED
    assert part.reason.startswith("The roll-out ended before it could take it.")


def test_others_go_first_where_the_whole_canary_is_away(fleet: Fleet) -> None:
    phones = fleet.phones(4)
    fleet.start(phones, fleet.image(), canary_phones=1, batch_phones=2)
    first = next(p for p in phones if fleet.part(p).wave == 0)
    fleet.leave(first)
    fleet.watch(2 * MINUTE)
    assert len(fleet.updating()) == 1
    assert fleet.updating() != [first.id]
    going = next(p for p in phones if p.id in fleet.updating())
    assert fleet.part(going).wave == 0, "it is the canary now"


def test_nobody_is_taken_out_of_a_call(fleet: Fleet) -> None:
    phone = fleet.phone()
    fleet.set_in_call(phone, value=True)
    fleet.start([phone], fleet.image())
    fleet.watch(HOUR)
    assert fleet.count(FirmwareTurn) == 0
    assert "call" in fleet.part(phone).reason
    fleet.set_in_call(phone, value=False)
    fleet.advance()
    assert fleet.updating() == [phone.id]


def test_a_call_that_begins_before_it_has_begun_goes_first(fleet: Fleet) -> None:
    """Its order had not left yet; with the turn it is taken back."""
    phone = begin(fleet)
    fleet.set_in_call(phone, value=True)
    fleet.watch(HOUR)
    assert fleet.updating() == []
    part = fleet.part(phone)
    assert part.state is PartState.WAITING
    assert "call" in part.reason
    assert fleet.session.scalars(select(Command.state)).all() == [CommandState.EXPIRED]
    fleet.set_in_call(phone, value=False)
    fleet.advance()
    assert fleet.updating() == [phone.id]


def test_one_that_no_order_reached_takes_it_at_its_own_check(fleet: Fleet) -> None:
    """A PBX that forwards no NOTIFY makes no failed update."""
    phone = begin(fleet)
    command = fleet.session.scalars(select(Command)).one()
    command.sent_at = fleet.now
    finish(fleet.session, command, CommandState.FAILED, "No way.", fleet.now + MINUTE)
    fleet.watch(55 * MINUTE)
    assert fleet.part(phone).state is PartState.UPDATING
    fleet.take(phone)
    fleet.advance()
    assert fleet.part(phone).state is PartState.DONE


@pytest.mark.parametrize("what", ["delete", "disable", "unassign"])
@pytest.mark.parametrize("is_begun", [False, True])
def test_one_that_is_taken_away_drops_out(fleet: Fleet, what: str, *, is_begun: bool) -> None:
    phones = fleet.phones(2)
    rollout = fleet.start(phones, fleet.image(), canary_phones=2)
    gone, other = phones
    part_id = fleet.part(gone).id
    if is_begun:
        fleet.advance()
    verb = {"delete": delete_phone, "disable": disable_phone, "unassign": unassign_phone}[what]
    verb(fleet.session, gone, actor=ALICE, now=fleet.now)
    fleet.advance()
    part = fleet.session.get_one(type(fleet.part(other)), part_id)
    assert part.state is PartState.SKIPPED
    assert {"delete": "deleted", "disable": "disabled", "unassign": "extension"}[
        what
    ] in part.reason
    fleet.take(other)
    fleet.watch(2 * MINUTE)
    fleet.session.refresh(rollout)
    assert rollout.state is RolloutState.DONE


def test_one_that_was_updated_by_hand_is_left_alone(fleet: Fleet) -> None:
    phone = fleet.phone()
    fleet.start([phone], fleet.image())
    phone.firmware = NEW
    fleet.advance()
    assert fleet.part(phone).state is PartState.SKIPPED
    assert fleet.part(phone).reason == f"It runs {NEW} already."


def test_going_back_is_only_on_purpose(fleet: Fleet) -> None:
    phone = fleet.phone("108.88.0.1")
    image = fleet.image()
    assert "newer" in (fleet.plan([phone], image).phones[0].reason or "")
    fleet.start([phone], image, allows_downgrade=True)
    fleet.advance()
    fleet.take(phone)
    fleet.advance()
    assert fleet.part(phone).state is PartState.DONE


def test_one_that_cant_be_judged_keeps_nobody_from_a_verdict(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever goes wrong with one phone; it is judged as soon as that is mended."""
    odd, *others = phones = fleet.phones(3)
    fleet.start(phones, fleet.image(), canary_phones=3)
    fleet.advance()
    for phone in phones:
        fleet.ask(phone)
        fleet.take(phone)
    calls = count()

    def fail_first(facts: TurnFacts, now: datetime) -> Verdict:
        if next(calls) == 0:
            raise RuntimeError("something nobody thought of")
        return judge_turn(facts, now)

    monkeypatch.setattr(judging, "judge_turn", fail_first)
    fleet.advance()
    assert fleet.states(phones).count(PartState.DONE) == len(others)
    assert fleet.states([odd]) == [PartState.UPDATING]
    fleet.advance()
    assert fleet.states(phones) == [PartState.DONE] * 3
