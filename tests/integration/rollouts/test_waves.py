"""A roll-out from its first phone to its last: canary, watching, batches (R53, R54)."""

from datetime import timedelta

from sqlalchemy import select

from phoneprov.firmware.models import FirmwareTurn
from phoneprov.firmware.rollout_models import PartState, RolloutState
from phoneprov.fleet.models import PhoneEvent, Registration
from phoneprov.fleet.registrations import freeze_contacts
from phoneprov.fleet.status import PhoneStatus
from phoneprov.operations.models import Command, CommandKind
from phoneprov.tenancy.models import AuditEntry
from tests.integration.rollouts.conftest import MINUTE, NEW, OLD, Fleet, on_both


@on_both
def test_it_goes_from_canary_over_watching_to_batches(fleet: Fleet) -> None:
    phones = fleet.phones(7)
    rollout = fleet.start(phones, fleet.image(), canary_phones=2, batch_phones=3, verify_minutes=30)
    assert fleet.advance() == 2
    canaries = fleet.updating()
    assert fleet.advance() == 0
    assert fleet.updating() == canaries, "nobody else while the canary is under way"
    fleet.take_all(phones)
    fleet.advance()
    assert fleet.states(phones).count(PartState.DONE) == 2
    fleet.advance()
    fleet.session.refresh(rollout)
    assert rollout.verify_until == fleet.now - timedelta(seconds=5) + timedelta(minutes=30)
    fleet.watch(timedelta(minutes=29))
    assert fleet.updating() == []
    fleet.watch(timedelta(minutes=3))
    assert len(fleet.updating()) == 3
    fleet.take_all(phones)
    fleet.watch(timedelta(minutes=1, seconds=5))
    assert fleet.states(phones).count(PartState.DONE) == 5
    fleet.watch(timedelta(minutes=2))
    fleet.take_all(phones)
    fleet.watch(timedelta(minutes=3))
    fleet.session.refresh(rollout)
    assert rollout.state is RolloutState.DONE
    assert rollout.closed_at is not None
    assert fleet.states(phones) == [PartState.DONE] * 7
    assert {phone.firmware for phone in phones} == {NEW}
    assert fleet.count(FirmwareTurn) == 7


def test_one_phone_is_a_roll_out_of_one(fleet: Fleet) -> None:
    """Nobody comes after it, so nothing is watched for."""
    phone = fleet.phone(display_name="Front desk")
    rollout = fleet.start([phone], fleet.image())
    assert rollout.name == f"Front desk to {NEW}"
    fleet.advance()
    fleet.take(phone)
    fleet.advance()
    fleet.advance()
    fleet.session.refresh(rollout)
    assert rollout.state is RolloutState.DONE
    assert fleet.part(phone).reason == f"It is back with {NEW} and registered again."


def test_a_turn_is_an_order_an_event_and_a_status(fleet: Fleet) -> None:
    """R128: it is Updating from its turn to its end, whatever it does meanwhile."""
    phone = fleet.phone()
    fleet.start([phone], fleet.image())
    assert fleet.status(phone) is PhoneStatus.ONLINE
    fleet.advance()
    assert fleet.status(phone) is PhoneStatus.UPDATING
    assert NEW in phone.status_reason
    assert "5 to 10 minutes" in phone.status_reason
    command = fleet.session.scalars(select(Command)).one()
    assert (command.phone_id, command.kind) == (phone.id, CommandKind.RESYNC)
    fleet.ask(phone)
    fleet.download(phone)
    fleet.leave(phone)
    fleet.advance()
    assert fleet.status(phone) is PhoneStatus.UPDATING
    fleet.ask(phone, running=NEW)
    fleet.register(phone)
    fleet.advance()
    assert fleet.status(phone) is PhoneStatus.ONLINE
    assert phone.updating_until is None
    texts = fleet.session.scalars(
        select(PhoneEvent.text).where(PhoneEvent.kind == "firmware").order_by(PhoneEvent.id)
    ).all()
    assert texts == [
        f"It is its turn to take firmware {OLD} → {NEW}.",
        f"Firmware update done: It is back with {NEW} and registered again.",
    ]
    actions = fleet.session.scalars(
        select(AuditEntry.action).where(AuditEntry.action.startswith("rollout"))
    ).all()
    assert actions[0] == "rollout.start"


def test_a_polycom_is_restarted_because_it_looks_at_boot_only(fleet: Fleet) -> None:
    phone = fleet.phone("6.4.5.100", model_slug="polycom-vvx-411")
    image = fleet.image_for("polycom-vvx-411", "6.4.6.2453", vendor="polycom")
    fleet.start([phone], image)
    fleet.advance()
    command = fleet.session.scalars(select(Command)).one()
    assert command.kind is CommandKind.REBOOT


def test_downloads_at_once_are_limited_over_all_roll_outs(fleet: Fleet) -> None:
    phones = fleet.phones(8)
    image = fleet.image()
    fleet.most_downloads = 3
    fleet.start(phones[:4], image, canary_phones=4)
    fleet.start(phones[4:], image, canary_phones=4)
    assert fleet.advance() == 3
    assert fleet.advance() == 0
    fleet.download(phones[0])
    assert fleet.advance() == 1


@on_both
def test_intermediate_versions_are_taken_first(fleet: Fleet) -> None:
    phone = fleet.phone("108.80.0.1")
    between = fleet.image("108.85.0.1")
    goal = fleet.image(required_version="108.85.0.1")
    plan = fleet.plan([phone], goal)
    assert plan.phones[0].steps == ("108.85.0.1", NEW)
    rollout = fleet.start([phone], goal)
    fleet.advance()
    assert fleet.turn(phone).firmware_id == between.id
    fleet.take(phone)
    fleet.advance()
    assert fleet.turn(phone).firmware_id == goal.id
    assert fleet.part(phone).state is PartState.UPDATING
    fleet.take(phone)
    fleet.advance()
    fleet.advance()
    fleet.session.refresh(rollout)
    assert rollout.state is RolloutState.DONE
    assert fleet.part(phone).state is PartState.DONE
    assert fleet.part(phone).from_version == "108.80.0.1"


def test_the_canary_has_to_stay_registered_while_it_is_watched(fleet: Fleet) -> None:
    phones = fleet.phones(4)
    rollout = fleet.start(phones, fleet.image(), canary_phones=1)
    fleet.advance()
    first = next(phone for phone in phones if phone.id in fleet.updating())
    fleet.take(first)
    fleet.watch(5 * MINUTE)
    fleet.leave(first)
    fleet.watch(2 * MINUTE)
    fleet.session.refresh(rollout)
    assert rollout.state is RolloutState.HALTED
    assert "did not stay registered" in rollout.halted_reason
    assert fleet.count(FirmwareTurn) == 1


@on_both
def test_a_lost_link_is_no_proof_while_the_canary_is_watched(fleet: Fleet) -> None:
    """Nobody goes on and nobody fails until it is known again how the canary is."""
    phones = fleet.phones(3)
    rollout = fleet.start(phones, fleet.image(), canary_phones=1, verify_minutes=10)
    fleet.advance()
    fleet.take_all(phones)
    fleet.watch(2 * MINUTE)
    freeze_contacts(fleet.session, fleet.world.pbx.id, fleet.now)
    fleet.watch(15 * MINUTE)
    fleet.session.refresh(rollout)
    assert rollout.state is RolloutState.RUNNING
    assert fleet.count(FirmwareTurn) == 1
    for phone in phones:
        for contact in fleet.session.scalars(
            select(Registration).where(Registration.phone_id == phone.id)
        ):
            contact.unconfirmed_since_at = None
    fleet.watch(3 * MINUTE)
    assert fleet.count(FirmwareTurn) == 3
