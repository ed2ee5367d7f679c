"""A roll-out that stops by itself, is halted, resumed, cancelled, and tried again (R53, R129)."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from phoneprov.alerts.kinds import AlertKind
from phoneprov.alerts.models import AlertIncident, AlertMessage
from phoneprov.alerts.tell import watch_and_tell
from phoneprov.core.errors import NotAllowedError
from phoneprov.firmware.models import FirmwareTurn, TurnState
from phoneprov.firmware.rollout_models import PartState, RolloutState
from phoneprov.fleet.config_state import ConfigState
from phoneprov.operations.models import Command, CommandState
from phoneprov.operations.rollouts.stopping import (
    cancel_rollout,
    halt_rollout,
    resume_rollout,
    retry_phones,
)
from phoneprov.tenancy.models import AuditEntry
from tests.factories import AlertSubscriptionFactory, UserFactory
from tests.integration.rollouts.conftest import MINUTE, NEW, OLD, Fleet, on_both
from tests.integration.rows import ALICE, NOON

HOURS = timedelta(hours=1)


def read_revisions(fleet: Fleet) -> dict[int, int]:
    """Return the config revision of each phone."""
    return {row.phone_id: row.revision for row in fleet.session.scalars(select(ConfigState))}


def test_a_failing_canary_stops_a_thousand_phones(fleet: Fleet) -> None:
    """Issue 6, done when 2: with at most the canary's phones touched."""
    phones = fleet.phones(1000)
    revisions = read_revisions(fleet)
    rollout = fleet.start(phones, fleet.image(), canary_phones=3, batch_phones=100)
    fleet.advance()
    canaries = fleet.updating()
    assert len(canaries) == 3
    by_id = {phone.id: phone for phone in phones}
    for phone_id in canaries:
        fleet.take(by_id[phone_id], comes_back_with=OLD)
    fleet.watch(6 * HOURS)
    fleet.session.refresh(rollout)
    assert rollout.state is RolloutState.HALTED
    assert "of the canary failed" in rollout.halted_reason
    assert f"old version, {OLD}" in rollout.halted_reason
    turned = set(fleet.session.scalars(select(FirmwareTurn.phone_id)))
    ordered = set(fleet.session.scalars(select(Command.phone_id)))
    bumped = {
        phone_id
        for phone_id, revision in read_revisions(fleet).items()
        if revision != revisions[phone_id]
    }
    assert turned == ordered == bumped == set(canaries)
    assert fleet.count(FirmwareTurn) == fleet.count(Command) == 3
    assert fleet.states(phones).count(PartState.WAITING) == 997


@on_both
def test_one_failed_canary_is_enough(fleet: Fleet) -> None:
    """The others of the canary that have not begun are taken back; who has begun may end."""
    phones = fleet.phones(6)
    rollout = fleet.start(phones, fleet.image(), canary_phones=3, max_failures=5)
    fleet.advance()
    bad, begun, slow = (p for p in phones if p.id in fleet.updating())
    fleet.ask(begun)
    fleet.download(begun, 0.5)
    fleet.take(bad, comes_back_with=OLD)
    fleet.advance()
    fleet.session.refresh(rollout)
    assert rollout.state is RolloutState.HALTED
    assert fleet.part(bad).state is PartState.FAILED
    assert fleet.part(slow).state is PartState.WAITING
    assert fleet.updating() == [begun.id]
    orders = fleet.session.scalars(select(Command.state).where(Command.phone_id == slow.id))
    assert orders.all() == [CommandState.EXPIRED]
    fleet.take(begun)
    fleet.advance()
    assert fleet.part(begun).state is PartState.DONE


def test_batches_halt_when_failures_reach_the_limit(fleet: Fleet) -> None:
    phones = fleet.phones(7)
    rollout = fleet.start(
        phones, fleet.image(), canary_phones=1, batch_phones=3, verify_minutes=0, max_failures=2
    )
    fleet.advance()
    fleet.take_all(phones)
    fleet.watch(4 * MINUTE)
    one, two, three = (p for p in phones if p.id in fleet.updating())
    fleet.take(one, comes_back_with=OLD)
    fleet.take(two)
    fleet.take(three)
    fleet.watch(3 * MINUTE)
    fleet.session.refresh(rollout)
    assert rollout.state is RolloutState.RUNNING, "one failure is below the limit"
    four = next(p for p in phones if p.id in fleet.updating())
    fleet.take(four, comes_back_with=OLD)
    fleet.watch(2 * MINUTE)
    fleet.session.refresh(rollout)
    assert rollout.state is RolloutState.HALTED
    assert "2 phones in all failed" in rollout.halted_reason
    assert fleet.updating() == []


@on_both
def test_somebody_is_told_of_the_halt(fleet: Fleet) -> None:
    """One incident for the roll-out and one for the phone that failed, each once."""
    phones = fleet.phones(3)
    rollout = fleet.start(phones, fleet.image(), canary_phones=1)
    fleet.advance()
    fleet.take(next(p for p in phones if p.id in fleet.updating()), comes_back_with=OLD)
    fleet.advance()
    alice = UserFactory(tenant_id=fleet.world.tenant.id)
    AlertSubscriptionFactory(
        user_id=alice.id,
        tenant_id=fleet.world.tenant.id,
        kinds=[AlertKind.FIRMWARE_FAILED.value],
        created_at=NOON,
    )
    for _ in range(2):
        watch_and_tell(fleet.session, "http://phones.example.net", fleet.now)
    rows = fleet.session.scalars(select(AlertIncident).order_by(AlertIncident.id)).all()
    assert {row.kind for row in rows} == {AlertKind.FIRMWARE_FAILED}
    of_rollout = [row for row in rows if row.key.startswith("rollout:")]
    assert len(of_rollout) == 1
    assert len(rows) == 2
    assert rollout.name in of_rollout[0].subject
    assert "of the canary failed" in of_rollout[0].detail["reason"]
    message = fleet.session.scalars(select(AlertMessage)).one()
    assert f"roll-out {rollout.name} has halted" in message.body
    assert f"http://phones.example.net/t/acme/rollouts/{rollout.id}" in message.body


def test_a_phone_that_updates_is_no_alarm(fleet: Fleet) -> None:
    """R128: offline as ordered; one that never returns is told of once its time is over."""
    phone = fleet.phone()
    fleet.start([phone], fleet.image())
    fleet.advance()
    fleet.ask(phone)
    fleet.download(phone)
    fleet.leave(phone)
    for _ in range(15):
        fleet.advance(after=MINUTE)
        watch_and_tell(fleet.session, "http://phones.example.net", fleet.now)
    assert fleet.session.scalar(select(func.count()).select_from(AlertIncident)) == 0
    fleet.watch(30 * MINUTE)
    watch_and_tell(fleet.session, "http://phones.example.net", fleet.now)
    kinds = set(fleet.session.scalars(select(AlertIncident.kind)))
    assert AlertKind.FIRMWARE_FAILED in kinds


@on_both
def test_it_is_resumed_with_the_rest_and_failed_ones_can_be_tried_again(fleet: Fleet) -> None:
    phones = fleet.phones(3)
    rollout = fleet.start(phones, fleet.image(), canary_phones=1, verify_minutes=0)
    fleet.advance()
    bad = next(p for p in phones if p.id in fleet.updating())
    fleet.take(bad, comes_back_with=OLD)
    fleet.advance()
    fleet.session.refresh(rollout)
    assert rollout.state is RolloutState.HALTED
    resume_rollout(fleet.session, rollout, actor=ALICE, now=fleet.now)
    fleet.watch(2 * MINUTE)
    assert len(fleet.updating()) == 2
    assert bad.id not in fleet.updating()
    assert retry_phones(fleet.session, rollout, actor=ALICE, now=fleet.now) == 1
    fleet.advance()
    assert bad.id in fleet.updating()
    fleet.take_all(phones)
    fleet.watch(2 * MINUTE)
    fleet.session.refresh(rollout)
    assert rollout.state is RolloutState.DONE
    assert fleet.states(phones) == [PartState.DONE] * 3
    actions = fleet.session.scalars(
        select(AuditEntry.action)
        .where(AuditEntry.action.startswith("rollout"))
        .order_by(AuditEntry.id)
    ).all()
    assert actions == [f"rollout.{one}" for one in ("start", "halt", "resume", "retry", "end")]


def test_only_what_is_halted_is_resumed(fleet: Fleet) -> None:
    phone = fleet.phone()
    image = fleet.image()
    rollout = fleet.start([phone], image)
    with pytest.raises(NotAllowedError, match="halted"):
        resume_rollout(fleet.session, rollout, actor=ALICE, now=fleet.now)
    assert halt_rollout(fleet.session, rollout, actor=ALICE, now=fleet.now)
    assert rollout.halted_reason == f"Halted by hand by {ALICE.name}."
    assert not halt_rollout(fleet.session, rollout, actor=ALICE, now=fleet.now)
    image.retired_at = fleet.now
    with pytest.raises(NotAllowedError, match="retired"):
        resume_rollout(fleet.session, rollout, actor=ALICE, now=fleet.now)
    with pytest.raises(NotAllowedError, match="over"):
        resume_rollout(fleet.session, rollout, actor=ALICE, now=rollout.ends_at)


@on_both
def test_cancelling_leaves_alone_who_has_not_begun(fleet: Fleet) -> None:
    phones = fleet.phones(4)
    rollout = fleet.start(phones, fleet.image(), canary_phones=2)
    fleet.advance()
    begun, slow = (p for p in phones if p.id in fleet.updating())
    fleet.ask(begun)
    fleet.download(begun, 0.3)
    assert cancel_rollout(fleet.session, rollout, actor=ALICE, now=fleet.now)
    assert not cancel_rollout(fleet.session, rollout, actor=ALICE, now=fleet.now)
    fleet.advance()
    assert fleet.updating() == [begun.id]
    fleet.session.refresh(slow)
    assert slow.updating_until is None
    fleet.take(begun)
    fleet.watch(5 * MINUTE)
    assert fleet.part(begun).state is PartState.DONE
    others = [p for p in phones if p is not begun]
    assert fleet.states(others) == [PartState.CANCELLED] * 3
    fleet.session.refresh(rollout)
    assert rollout.state is RolloutState.CANCELLED
    assert fleet.count(FirmwareTurn) == 2


def test_a_retired_firmware_halts_it(fleet: Fleet) -> None:
    phones = fleet.phones(3)
    image = fleet.image()
    rollout = fleet.start(phones, image, canary_phones=1)
    image.retired_at = fleet.now
    assert fleet.advance() == 0
    fleet.session.refresh(rollout)
    assert rollout.state is RolloutState.HALTED
    assert rollout.halted_reason == f"Firmware {NEW} was retired."


@on_both
def test_a_deleted_firmware_halts_it(fleet: Fleet) -> None:
    phones = fleet.phones(2)
    image = fleet.image()
    rollout = fleet.start(phones, image)
    fleet.session.delete(image)
    fleet.advance()
    fleet.session.refresh(rollout)
    assert rollout.state is RolloutState.HALTED
    assert "deleted" in rollout.halted_reason
    turns = fleet.session.scalars(select(FirmwareTurn).where(FirmwareTurn.state == TurnState.OPEN))
    assert turns.all() == []
