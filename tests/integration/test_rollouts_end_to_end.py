"""Roll-outs through the real server with simulated phones of all vendors (R53, R54, R125–R130).

Real file names, ranges, reboots, new User-Agents: a whole night from the library to the last wave,
each way in which a phone fails, and each way in which the night itself does.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

import pytest

from phoneprov.firmware.models import TurnState
from phoneprov.firmware.rollout_models import PartState, RolloutState
from phoneprov.simulator.identity import Vendor
from phoneprov.simulator.images import UpgradeEnd, UpgradeHabit
from tests.rigs.firmware import CASES
from tests.rigs.hasty import HastyServer
from tests.rigs.night import Desk, Night
from tests.rigs.nights import a_night, has_taken_it_once, is_over, until
from tests.rigs.sinks import wait_for

YEALINK = CASES[0]
ASKED_AGAIN = "It took the whole file, restarted, and asked for it again"
NOT_BACK = "It took the whole file and was not back within"
FAILURES = (UpgradeEnd.NEVER_RETURNS, UpgradeEnd.OLD_VERSION, UpgradeEnd.GIVES_UP)


@dataclass(frozen=True)
class Running:
    """One night in which everything happens at once; each test follows its own phones."""

    night: Night
    waves: Sequence[Sequence[Desk]]
    rollouts: Sequence[int]
    failing: Mapping[tuple[Vendor, UpgradeEnd], Desk]
    resuming: Sequence[Desk]
    wanted: Sequence[Desk]
    """Three, of which two roll-outs each want the one in the middle."""
    away: Sequence[Desk]
    """One that is there, and one that has lost its power."""


@pytest.fixture(scope="module")
def whole_night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with a_night(HastyServer(tmp_path_factory.mktemp("night"))) as night:
        night.fill_library()
        night.open_window()
        made = Running(
            night,
            waves=[night.add_desks(case, 3) for case in CASES],
            rollouts=[],
            failing={
                (case.vendor, end): night.add_desks(case, habit=ends_so(end))[0]
                for case in CASES
                for end in FAILURES
            },
            resuming=[
                night.add_desks(case, habit=ends_so(UpgradeEnd.RESUMES))[0] for case in CASES
            ],
            wanted=night.add_desks(YEALINK, 3),
            away=night.add_desks(YEALINK, 2),
        )
        ordered = [desk for own in made.waves for desk in own]
        alone = [*made.failing.values(), *made.resuming]
        night.wait_until_there([*ordered, *alone, *made.wanted, *made.away])
        made.away[-1].phone.power_off()
        rollouts = [night.start(own, timing="windows", verify_minutes="1") for own in made.waves]
        for desk in alone:
            night.start([desk])
        polycom = made.resuming[-1]  # it looks for firmware when it is started, and only then
        wait_for(lambda: has_broken(polycom), 40, "its download broke off")
        wait_for(lambda: polycom.phone.is_settled, 20, "it is up again")
        polycom.phone.reboot()
        yield replace(made, rollouts=rollouts)


@pytest.fixture
def running(whole_night: Running) -> Running:
    whole_night.night.office.take_over()
    return whole_night


def ends_so(end: UpgradeEnd) -> UpgradeHabit:
    return UpgradeHabit(install_s=1.0, end=end)


def test_library_window_canary_waves_done(running: Running) -> None:
    """R54, R126: a phone of each vendor first, watched for a minute; then the others, all at once."""
    night, rollouts = running.night, running.rollouts
    everybody = [desk for own in running.waves for desk in own]
    wait_for(lambda: is_over(night, rollouts), 150, "all roll-outs are done", 0.5)
    for desk in everybody:
        has_taken_it_once(night, desk)
    for rollout in rollouts:
        first, *others = night.parts(rollout)
        assert [first.wave, *(one.wave for one in others)] == [0, 1, 1]
        assert first.turn is not None
        assert first.turn.closed_at is not None
        begun = [one.turn.opened_at for one in others if one.turn]
        assert len(begun) == 2
        assert min(begun) >= first.turn.closed_at + timedelta(minutes=1)


def test_each_way_to_fail_is_named(running: Running) -> None:
    """R129: phones of every vendor that do not return, are back as they were, or break at 60 %."""
    night, desks = running.night, running.failing
    for desk in desks.values():
        until(night, desk, PartState.FAILED, 120)
    for (vendor, end), desk in desks.items():
        part, turns = night.part_of(desk), night.turns_of(desk)
        assert [turn.state for turn in turns] == [TurnState.FAILED]
        assert night.office.running(desk.id) == desk.case.old
        wait_for(partial(is_halted, night, desk), 20, "its roll-out halts by itself")
        if end is UpgradeEnd.NEVER_RETURNS:
            assert part.reason.startswith(NOT_BACK)
        elif end is UpgradeEnd.OLD_VERSION and vendor is Vendor.POLYCOM:
            # Its updater takes the image again before it asks for the config that tells it is back.
            assert part.reason == f"{ASKED_AGAIN}: it does not come to run {desk.case.new}."
        elif end is UpgradeEnd.OLD_VERSION:
            assert part.reason == f"It came back with its old version, {desk.case.old}."
        else:
            assert 60 <= turns[0].percent < 100
            percent = turns[0].percent
            assert part.reason == f"Its download broke off at {percent} % and did not go on."


def test_a_download_that_breaks_is_resumed_by_range(running: Running) -> None:
    """It breaks at 60 %; at its next try the phone asks for the rest only, and is done.

    A Polycom tries again when it is started the next time.
    """
    night, desks = running.night, running.resuming
    for desk in desks:
        until(night, desk, PartState.DONE)
        has_taken_it_once(night, desk)
        assert has_broken(desk)


def is_halted(night: Night, desk: Desk) -> bool:
    return night.read(night.part_of(desk).rollout_id).state is RolloutState.HALTED


def has_broken(desk: Desk) -> bool:
    return any("broke off" in event.text for event in list(desk.phone.events))


def test_two_rollouts_that_want_one_phone(running: Running) -> None:
    """R125: sent in the same moment; each phone is in one of them and has one turn."""
    night, desks = running.night, running.wanted
    forms = [night.plan(desks[:2], order_key="one"), night.plan(desks[1:], order_key="two")]
    url = f"{night.office.person.url}/t/acme/rollouts/plan"
    with ThreadPoolExecutor(2) as pool:
        answers = list(
            pool.map(lambda form: night.office.person.http.post(url, data=form, timeout=30), forms)
        )
    assert any(answer.status_code == 200 for answer in answers)
    for desk in desks:
        if not is_in_one(night, desk):
            night.start([desk])  # the plan that came second was shown again, and says why
    for desk in desks:
        until(night, desk, PartState.DONE)
        has_taken_it_once(night, desk)


def is_in_one(night: Night, desk: Desk) -> bool:
    return bool(night.parts_of(desk))


def test_a_phone_that_is_away_keeps_its_turn(running: Running) -> None:
    """R127: it costs the others nothing, and it takes its turn when it is back."""
    night = running.night
    here, away = running.away
    wait_for(lambda: night.status_of(away) == "offline", 100, "it is missed")
    rollout = night.start([here, away])
    until(night, here, PartState.DONE)
    part = night.part_of(away)
    assert (part.state, part.turn) == (PartState.WAITING, None)
    away.phone.power_on()
    until(night, away, PartState.DONE)
    has_taken_it_once(night, away)
    wait_for(lambda: is_over(night, [rollout]), 20, "the roll-out is done")
