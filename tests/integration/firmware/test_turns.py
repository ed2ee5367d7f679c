"""Whose turn it is: opened and closed with a new revision, never two at once."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from phoneprov.core.errors import NotAllowedError
from phoneprov.firmware.downloads import DownloadNote
from phoneprov.firmware.models import Firmware, FirmwareTurn, TurnState
from phoneprov.firmware.progress import Progress, Step, record_downloads, step_of
from phoneprov.firmware.turns import (
    close_turn,
    find_obstacle,
    find_open_turn,
    find_servable_turn,
    image_key,
    list_turns,
    open_turn,
)
from phoneprov.fleet.models import Phone, PhoneEvent
from tests.integration.firmware.conftest import SIZE, Shelf
from tests.integration.rows import NOON, World

NAME = "T46U-108.87.0.15.rom"


@pytest.fixture
def firmware(shelf: Shelf) -> Firmware:
    return shelf.add(NAME, "108.87.0.15", model_slugs=("yealink-t46u",), hardware="108")


@pytest.fixture
def phone(world: World) -> Phone:
    row = world.phone()
    row.firmware = "108.86.0.90"
    world.session.flush()
    return row


def begin(
    world: World, phone: Phone, firmware: Firmware, *, allows_downgrade: bool = False
) -> FirmwareTurn:
    return open_turn(
        world.session,
        world.catalog,
        phone,
        firmware,
        opened_by="petra",
        now=NOON,
        allows_downgrade=allows_downgrade,
    )


def test_a_turn_begins_and_ends_with_a_new_revision(
    world: World, phone: Phone, firmware: Firmware
) -> None:
    before = phone.config_revision
    turn = begin(world, phone, firmware)
    assert phone.config_revision == before + 1
    assert turn.revision == before + 1
    assert (turn.from_version, turn.to_version) == ("108.86.0.90", "108.87.0.15")
    assert find_open_turn(world.session, phone.id) is turn
    assert close_turn(world.session, turn, TurnState.DONE, "It is back.", now=NOON)
    assert phone.config_revision == before + 2
    assert find_open_turn(world.session, phone.id) is None
    assert not close_turn(world.session, turn, TurnState.FAILED, "late", now=NOON)
    assert turn.state is TurnState.DONE
    assert phone.config_revision == before + 2
    texts = world.session.scalars(select(PhoneEvent.text).where(PhoneEvent.kind == "firmware"))
    assert texts.all() == [
        "It is its turn to take firmware 108.86.0.90 → 108.87.0.15.",
        "Firmware update done: It is back.",
    ]


def test_a_phone_has_one_turn_at_a_time(world: World, phone: Phone, firmware: Firmware) -> None:
    turn = begin(world, phone, firmware)
    with pytest.raises(NotAllowedError, match="under way"):
        begin(world, phone, firmware)
    close_turn(world.session, turn, TurnState.CANCELLED, "by hand", now=NOON)
    again = begin(world, phone, firmware)
    assert list_turns(world.session, phone.id) == [again, turn]


def test_the_database_itself_allows_no_second_turn(
    world: World, phone: Phone, firmware: Firmware
) -> None:
    """Two roll-outs that ask in the same moment: one of them fails, whatever they checked."""
    turn = begin(world, phone, firmware)
    twin = FirmwareTurn(
        phone_id=phone.id,
        firmware_id=firmware.id,
        to_version=turn.to_version,
        revision=1,
        opened_at=NOON,
        opened_by="other",
        size_bytes=1,
    )
    world.session.add(twin)
    with pytest.raises(IntegrityError):
        world.session.flush()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"firmware": "108.87.0.15"}, "runs 108.87.0.15 already"),
        ({"firmware": "108.88.0.1"}, "newer than 108.87.0.15"),
        ({"firmware": "66.86.0.15"}, "another hardware revision"),
        ({"model_slug": "yealink-t54w"}, "not for this phone's model"),
        ({"model_slug": "gone-model"}, "not for this phone's model"),
        ({"told_model": "yealink-t54w"}, "says that it is another model"),
    ],
)
def test_it_says_why_a_phone_cant_take_it(
    world: World, phone: Phone, firmware: Firmware, changes: dict[str, str], reason: str
) -> None:
    for name, value in changes.items():
        setattr(phone, name, value)
    with pytest.raises(NotAllowedError, match=reason):
        begin(world, phone, firmware)
    assert find_open_turn(world.session, phone.id) is None


def test_going_back_needs_a_purpose(world: World, phone: Phone, firmware: Firmware) -> None:
    phone.firmware = "108.88.0.1"
    assert find_obstacle(world.session, world.catalog, phone, firmware)
    assert begin(world, phone, firmware, allows_downgrade=True).from_version == "108.88.0.1"


def test_a_retired_image_is_nobodys_turn(
    world: World, phone: Phone, firmware: Firmware, shelf: Shelf
) -> None:
    shelf.confirm(firmware, is_retired=True)
    with pytest.raises(NotAllowedError, match="retired"):
        begin(world, phone, firmware)


def test_the_intermediate_version_has_to_be_there(
    world: World, phone: Phone, firmware: Firmware, shelf: Shelf
) -> None:
    shelf.confirm(firmware, required_version="108.86.0.100")
    with pytest.raises(NotAllowedError, match=r"has to take 108\.86\.0\.100 before"):
        begin(world, phone, firmware)


def test_another_version_reaches_those_whose_turn_it_is(
    world: World, phone: Phone, firmware: Firmware, shelf: Shelf
) -> None:
    begin(world, phone, firmware)
    before = phone.config_revision
    shelf.confirm(firmware, "108.87.0.16")
    assert phone.config_revision == before + 1
    shelf.confirm(firmware, "108.87.0.16", notes="Only words.")
    assert phone.config_revision == before + 1


def test_the_rest_of_an_image_is_given_for_a_while(
    world: World, phone: Phone, firmware: Firmware
) -> None:
    """A phone that had begun may end its download; one that had not begun may not begin."""
    key = image_key(firmware)
    turn = begin(world, phone, firmware)
    assert find_servable_turn(world.session, phone.id, key, NOON) is turn
    assert find_servable_turn(world.session, phone.id, "0" * 16, NOON) is None
    turn.started_at = NOON
    close_turn(world.session, turn, TurnState.CANCELLED, "by hand", now=NOON)
    soon, late = NOON + timedelta(minutes=29), NOON + timedelta(minutes=31)
    assert find_servable_turn(world.session, phone.id, key, soon) is turn
    assert find_servable_turn(world.session, phone.id, key, late) is None
    other = begin(world, phone, firmware)
    close_turn(world.session, other, TurnState.CANCELLED, "by hand", now=NOON)
    turn.started_at = None
    assert find_servable_turn(world.session, phone.id, key, soon) is None


def test_progress_is_told_step_by_step(world: World, phone: Phone, firmware: Firmware) -> None:
    turn = begin(world, phone, firmware)

    def step() -> tuple[Step, str]:
        found = Progress(turn=turn, step=step_of(turn, phone))
        return found.step, found.words.removeprefix("Updating to 108.87.0.15: ")

    def sent(reached: int) -> None:
        note = DownloadNote(turn_id=turn.id, began_at=NOON, reached=reached, sent=reached)
        record_downloads(world.session, [note], NOON)

    assert step() == (Step.WAITING, "waits until it asks for its config")
    phone.fetched_revision = turn.revision
    assert step()[0] is Step.ASKED
    sent(0)
    assert step() == (Step.DOWNLOADING, "downloading")
    sent(SIZE * 43 // 100)
    assert step() == (Step.DOWNLOADING, "downloading 43 %")
    sent(100)  # another request of the same phone began anew: it has had more than that
    assert turn.percent == 43
    sent(SIZE - 1)
    assert step() == (Step.DOWNLOADING, "downloading 99 %")
    sent(SIZE)
    assert step()[0] is Step.INSTALLING
    assert turn.downloaded_at == NOON


def test_what_ended_is_not_moved_any_more(world: World, phone: Phone, firmware: Firmware) -> None:
    turn = begin(world, phone, firmware)
    close_turn(world.session, turn, TurnState.FAILED, "too late", now=NOON)
    note = DownloadNote(turn_id=turn.id, began_at=NOON, reached=SIZE, sent=SIZE)
    record_downloads(
        world.session, [note, DownloadNote(turn_id=99, began_at=NOON, reached=1, sent=1)], NOON
    )
    assert turn.downloaded_at is None
    assert find_open_turn(world.session, phone.id) is None
