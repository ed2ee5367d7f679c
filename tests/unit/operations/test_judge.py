"""What has become of a phone's turn: rules alone (R129)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from phoneprov.catalog.model import Vendor
from phoneprov.operations.rollouts.clock import find_gap
from phoneprov.operations.rollouts.judge import (
    Outcome,
    Stage,
    TurnFacts,
    judge_turn,
    limit_of,
)
from phoneprov.operations.rollouts.waves import (
    Move,
    WaveFacts,
    decide_move,
    has_failed_too_often,
)

OPENED = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DEADLINE = OPENED + 15 * MINUTE
OLD, NEW = "108.86.0.90", "108.87.0.15"

WAITING = TurnFacts(
    vendor=Vendor.YEALINK,
    from_version=OLD,
    to_version=NEW,
    opened_at=OPENED,
    deadline_after=DEADLINE,
    has_config=False,
    fetched_at=OPENED - 30 * MINUTE,
    started_at=None,
    downloaded_at=None,
    progress_at=None,
    sent_bytes=0,
    percent=0,
    running=OLD,
    running_seen_at=OPENED - 30 * MINUTE,
    was_registered=True,
    is_registered=True,
    is_confirmed=True,
    is_away=False,
    poll_interval=60 * MINUTE,
)
ASKED = replace(
    WAITING, has_config=True, fetched_at=OPENED + MINUTE, running_seen_at=OPENED + MINUTE
)
LOADING = replace(ASKED, started_at=OPENED + MINUTE, sent_bytes=600, percent=60)
LOADED = replace(LOADING, downloaded_at=OPENED + 3 * MINUTE, sent_bytes=1000, percent=100)
BACK = replace(LOADED, running=NEW, running_seen_at=OPENED + 8 * MINUTE, is_registered=False)
STAGES = {
    Stage.WAITING: WAITING,
    Stage.ASKED: ASKED,
    Stage.DOWNLOADING: LOADING,
    Stage.INSTALLING: LOADED,
    Stage.BACK: BACK,
}


@pytest.mark.parametrize("stage", Stage)
def test_each_step_has_its_time(stage: Stage) -> None:
    facts = STAGES[stage]
    assert facts.stage is stage
    early, late = DEADLINE - timedelta(seconds=1), DEADLINE
    assert judge_turn(facts, early).outcome is Outcome.GOES_ON
    assert judge_turn(facts, late).outcome is Outcome.FAILED
    assert limit_of(facts) >= 5 * MINUTE


def test_each_step_further_is_another_mark() -> None:
    marks = [facts.mark for facts in STAGES.values()]
    marks.append(replace(LOADING, sent_bytes=601).mark)
    assert len(set(marks)) == 6
    assert replace(ASKED, fetched_at=OPENED + 9 * MINUTE).mark == ASKED.mark


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (WAITING, "never asked for its config"),
        (ASKED, "took its config, and never asked for the file"),
        (LOADING, "broke off at 60 %"),
        (replace(LOADING, sent_bytes=0, percent=0), "began to download"),
        (LOADED, "not back within 20 minutes"),
        (replace(LOADED, progress_at=OPENED + 3 * MINUTE), "not back within 20 minutes"),
        (replace(LOADED, progress_at=OPENED + 6 * MINUTE), f"again: it does not come to run {NEW}"),
        (BACK, f"back with {NEW}, but not registered again"),
    ],
)
def test_each_failure_is_named(facts: TurnFacts, words: str) -> None:
    verdict = judge_turn(facts, DEADLINE)
    assert verdict.outcome is Outcome.FAILED
    assert words in verdict.evidence


def test_back_and_registered_is_done_whenever_that_is() -> None:
    facts = replace(BACK, is_registered=True)
    for now in (OPENED + 9 * MINUTE, DEADLINE + 60 * MINUTE):
        assert judge_turn(facts, now).outcome is Outcome.DONE


def test_one_that_was_not_registered_need_not_be() -> None:
    assert judge_turn(replace(BACK, was_registered=False), OPENED).outcome is Outcome.DONE


def test_what_cant_be_known_fails_nobody() -> None:
    """The link to its PBX is down: it may be registered."""
    facts = replace(BACK, is_confirmed=False)
    assert judge_turn(facts, DEADLINE + 60 * MINUTE).outcome is Outcome.GOES_ON


def test_a_version_seen_before_its_turn_proves_nothing() -> None:
    facts = replace(LOADING, running=NEW, running_seen_at=OPENED - MINUTE)
    assert facts.stage is Stage.DOWNLOADING


def test_versions_are_compared_as_the_vendor_counts() -> None:
    facts = replace(BACK, to_version="7.6.2SR7", running="7.6.2-SR7", vendor=Vendor.CISCO)
    assert facts.is_back


@pytest.mark.parametrize(
    ("running", "words"),
    [(OLD, f"old version, {OLD}"), ("108.1.0.1", f"108.1.0.1 instead of {NEW}")],
)
def test_back_with_another_version_is_judged_at_once(running: str, words: str) -> None:
    later = OPENED + 6 * MINUTE
    facts = replace(LOADED, running=running, running_seen_at=later, fetched_at=later)
    verdict = judge_turn(facts, later)
    assert verdict.outcome is Outcome.FAILED
    assert words in verdict.evidence


def test_a_request_that_was_under_way_is_no_coming_back() -> None:
    """Its config and its image cross: it asked while the last bytes went out."""
    soon = OPENED + 3 * MINUTE + timedelta(seconds=5)
    facts = replace(LOADED, running_seen_at=soon, fetched_at=soon)
    assert judge_turn(facts, soon).outcome is Outcome.GOES_ON


def test_one_that_was_not_there_is_no_failure() -> None:
    for facts in (replace(WAITING, is_away=True), replace(WAITING, is_confirmed=False)):
        assert judge_turn(facts, DEADLINE).outcome is Outcome.AWAY


def test_a_web_server_in_front_tells_nothing_so_it_has_more_time() -> None:
    blind = replace(LOADING, sent_bytes=0)
    assert limit_of(blind) > limit_of(LOADING)


def test_one_that_no_order_reached_has_the_time_of_its_own_check() -> None:
    untold = replace(WAITING, is_untold=True)
    assert untold.mark != WAITING.mark
    assert limit_of(untold) == limit_of(WAITING) + untold.poll_interval
    assert replace(ASKED, is_untold=True).mark == ASKED.mark


WAVE = WaveFacts(
    is_canary=True,
    updating=0,
    waiting_here=0,
    waiting_away=0,
    waiting_later=10,
    done=2,
    forgiven=0,
    watch_until=None,
)


@pytest.mark.parametrize(
    ("changes", "move"),
    [
        ({}, Move.WATCH),
        ({"updating": 1}, Move.WAIT),
        ({"waiting_here": 1}, Move.WAIT),
        ({"waiting_away": 3}, Move.WATCH),
        ({"watch_until": OPENED + MINUTE}, Move.WAIT),
        ({"watch_until": OPENED}, Move.NEXT),
        ({"watch_until": OPENED, "is_watch_sure": False}, Move.WAIT),
        ({"done": 0, "waiting_away": 2}, Move.MORE_CANARIES),
        ({"done": 0}, Move.MORE_CANARIES),
        ({"done": 0, "forgiven": 1}, Move.NEXT),
        ({"waiting_later": 0}, Move.FINISH),
        ({"waiting_later": 0, "waiting_away": 1}, Move.WAIT),
        ({"is_canary": False}, Move.NEXT),
        ({"is_canary": False, "updating": 1}, Move.WAIT),
        ({"is_canary": False, "waiting_here": 1}, Move.WAIT),
        ({"is_canary": False, "waiting_away": 5}, Move.NEXT),
        ({"is_canary": False, "waiting_later": 0}, Move.FINISH),
    ],
)
def test_a_wave_follows_when_the_one_before_is_over(changes: dict[str, object], move: Move) -> None:
    found = replace(WAVE, **changes)  # type: ignore[arg-type]
    assert decide_move(found, OPENED) is move


@pytest.mark.parametrize(
    ("failures", "of_canary", "halts"),
    [(0, 0, False), (2, 0, False), (3, 0, True), (4, 0, True), (1, 1, True)],
)
def test_too_many_failures_halt_it(failures: int, of_canary: int, *, halts: bool) -> None:
    assert has_failed_too_often(failures=failures, of_canary=of_canary, limit=3) is halts


@pytest.mark.parametrize(
    ("passed", "gap"),
    [
        (timedelta(seconds=5), timedelta(0)),
        (timedelta(minutes=2), timedelta(0)),
        (timedelta(minutes=3), timedelta(minutes=3)),
        (timedelta(days=400), timedelta(days=400)),
        (timedelta(seconds=-1), timedelta(seconds=-1)),
        (timedelta(days=-2), timedelta(days=-2)),
    ],
)
def test_time_that_nobody_watched_is_a_gap(passed: timedelta, gap: timedelta) -> None:
    assert find_gap(OPENED, OPENED + passed) == gap
