"""Nights of roll-outs in which the server or the clock is what goes wrong (R126, R130).

Apart from the other nights, because each of these sets the clock of the simulated PBX.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from phoneprov.firmware.rollout_models import PartState
from phoneprov.simulator.images import UpgradeHabit
from tests.rigs.firmware import CASES
from tests.rigs.hasty import SHORT, HastyServer
from tests.rigs.night import Desk, Night
from tests.rigs.nights import a_night, has_begun, has_taken_it_once, is_over, until
from tests.rigs.sinks import wait_for

YEALINK = CASES[0]
SLOW = UpgradeHabit(install_s=1.0, bytes_per_s=1_000_000)
"""Sixteen seconds for its image."""


def test_killed_in_the_middle(tmp_path: Path) -> None:
    """R126: kill -9 while they download and while they install; nothing twice, nothing forgotten."""
    server = HastyServer(tmp_path, limits={**SHORT, "STALLS_AFTER": 60})
    with a_night(server) as night:
        night.fill_library()
        desks = [night.add_desks(case, 2, SLOW) for case in CASES]
        everybody = [desk for own in desks for desk in own]
        night.wait_until_there(everybody)
        rollouts = [night.start(own) for own in desks]
        canaries = [own[0] for own in desks]
        wait_for(lambda: any(has_begun(night, one) for one in everybody), 40, "one downloads")
        assert "updating" in {night.status_of(desk) for desk in canaries}
        kill_and_start(night)
        wait_for(lambda: any(has_all(night, one) for one in canaries), 60, "one installs")
        kill_and_start(night)
        killed_at, rebooted = server.now, set[int]()

        def all_done() -> bool:
            start_again(night, desks[-1], killed_at, rebooted)
            return is_over(night, rollouts)

        wait_for(all_done, 90, "all roll-outs are done", 0.5)
        for desk in everybody:
            has_taken_it_once(night, desk)


def start_again(
    night: Night, desks: Sequence[Desk], killed_at: datetime, rebooted: set[int]
) -> None:
    """Restart a Polycom that the server left in the middle: it looks for an image at boots only."""
    for desk in desks:
        is_left = desk.phone.is_settled and desk.phone.identity.firmware == desk.case.old
        had_its_turn = any(turn.opened_at < killed_at for turn in night.turns_of(desk))
        if is_left and had_its_turn and desk.id not in rebooted:
            rebooted.add(desk.id)
            desk.phone.reboot()


def has_all(night: Night, desk: Desk) -> bool:
    return any(turn.downloaded_at for turn in night.turns_of(desk))


def kill_and_start(night: Night) -> None:
    night.office.server.kill()
    night.office.server.start()


def test_a_window_that_summer_time_cuts_short_closes_in_the_middle(tmp_path: Path) -> None:
    """R54, R130: 01:00–03:30 ends at 01:30 UTC in the night that has no hour from two to three.

    The phone that has begun ends normally; the one after it waits for the next night.
    """
    closes = datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    limits = {**SHORT, "UPDATE_TAKES": 8, "BEGINS_BEFORE": 4}
    server = HastyServer(tmp_path, closes - timedelta(seconds=120), limits)
    with a_night(server) as night:
        night.fill_library([YEALINK])
        first, second = night.add_desks(YEALINK, 2, SLOW)
        night.wait_until_there([first, second])
        night.open_window("01:00", "03:30")
        assert server.now < closes - timedelta(seconds=20), "all was ready in time"
        server.set_clock(closes - timedelta(seconds=20))
        rollout = night.start([first, second], timing="windows")
        if night.part_of(second).wave == 0:  # with the clock set, either may look away for a moment
            first, second = second, first
        wait_for(lambda: has_begun(night, first), 40, "the first one downloads")
        until(night, first, PartState.DONE)
        has_taken_it_once(night, first)
        turn = night.turns_of(first)[0]
        assert turn.closed_at is not None
        assert turn.opened_at < closes < turn.closed_at
        wait_for(
            lambda: night.part_of(second).reason == "It waits for its maintenance window.",
            30,
            "the second one waits",
        )
        assert night.turns_of(second) == []
        page = night.office.person.read(f"/t/acme/rollouts/{rollout}").get_text(" ", strip=True)
        assert "It waits for the next window, which opens" in page


def test_an_hour_that_is_shown_twice_opens_the_window_twice(tmp_path: Path) -> None:
    """R130: 02:00–02:40 is past at 00:59 UTC and open again at 01:00, when clocks are put back."""
    back = datetime(2026, 10, 25, 1, 0, tzinfo=UTC)
    server = HastyServer(tmp_path, back - timedelta(seconds=60))
    with a_night(server) as night:
        night.fill_library([YEALINK])
        desk = night.add_desks(YEALINK)[0]
        night.wait_until_there([desk])
        night.open_window("02:00", "02:40")
        night.start([desk], timing="windows")
        assert server.now < back, "all was ready in time"
        wait_for(
            lambda: night.part_of(desk).reason == "It waits for its maintenance window.",
            15,
            "the engine has looked",
        )
        assert night.turns_of(desk) == []
        server.set_clock(max(server.now, back - timedelta(seconds=2)))
        until(night, desk, PartState.DONE)
        has_taken_it_once(night, desk)
        assert night.turns_of(desk)[0].opened_at >= back
