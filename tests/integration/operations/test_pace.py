"""How fast orders leave: neither a PBX nor a site is flooded, and sites take turns."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from phoneprov.operations.commands import queue_command
from phoneprov.operations.delivery import deliver_commands
from phoneprov.operations.models import CommandKind
from phoneprov.operations.pace import Pace
from tests.integration.operations.post import Post, add_registered
from tests.integration.rows import ALICE, NOON, World

WINDOW_S = 1.0


def queue(world: World, sites: Sequence[str]) -> dict[str, str]:
    """Order a reboot of one phone at each of the addresses; return the address by number."""
    places: dict[str, str] = {}
    for at, address in enumerate(sites):
        phone = add_registered(world, str(2000 + at), f"805ec02{at:05x}")
        phone.ip_address = address
        places[str(2000 + at)] = address
        queue_command(world.session, phone, CommandKind.REBOOT, actor=ALICE, now=NOON)
    world.session.commit()
    return places


def run(world: World, pace: Pace, *, step_s: float, times: int) -> list[tuple[float, str]]:
    """Let the job run at these seconds; return when each number's order left."""
    left: list[tuple[float, str]] = []
    for turn in range(times):
        post, at_s = Post(), turn * step_s
        deliver_commands(
            world.sessions, world.catalog, post, NOON + timedelta(seconds=at_s), pace=pace
        )
        left += [(at_s, notify.aor.partition("@")[0]) for _, notify in post.sent]
    return left


def most_in_a_second(moments: Sequence[float]) -> int:
    return max(sum(start <= one < start + WINDOW_S for one in moments) for start in moments)


def test_five_leave_in_a_second_and_one_to_an_address(world: World) -> None:
    """R48: however often the job runs; sixty phones at twelve sites take twelve seconds."""
    places = queue(world, [f"192.0.2.{one % 12}" for one in range(60)])
    left = run(world, Pace(), step_s=0.5, times=26)
    assert len(left) == 60
    assert most_in_a_second([at for at, _ in left]) == 5
    for address in set(places.values()):
        moments = [at for at, number in left if places[number] == address]
        assert most_in_a_second(moments) == 1
    assert left[-1][0] <= 13


def test_both_limits_can_be_set(world: World) -> None:
    places = queue(world, ["192.0.2.1"] * 6 + ["192.0.2.2"] * 6)
    left = run(world, Pace(per_second=3, per_address=2), step_s=1, times=3)
    assert Counter(at for at, _ in left) == {0: 3, 1: 3, 2: 3}
    assert max(Counter((at, places[number]) for at, number in left).values()) == 2


def test_a_site_with_hundreds_does_not_keep_the_others_waiting(world: World) -> None:
    """Its orders were given first; those of the other sites leave beside them all the same."""
    places = queue(world, ["192.0.2.1"] * 70 + ["198.51.100.7", "203.0.113.9"])
    (first, *_) = [run(world, Pace(), step_s=1, times=1)]
    assert {places[number] for _, number in first} == set(places.values())


def test_sites_take_turns(world: World) -> None:
    """With more sites than leave in a second each gets as many as the others, whatever its place."""
    places = queue(world, [f"192.0.2.{site}" for site in range(10) for _ in range(4)])
    left = run(world, Pace(), step_s=1, times=4)
    assert Counter(Counter(places[number] for _, number in left).values()) == {2: 10}


def test_phones_of_unknown_address_are_places_of_their_own(world: World) -> None:
    queue(world, [""] * 5)
    assert len(run(world, Pace(), step_s=1, times=1)) == 5
