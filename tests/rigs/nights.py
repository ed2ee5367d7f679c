"""What each night of roll-outs needs: everything brought up, and how to look at its phones."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace

import pytest

from phoneprov.firmware.models import TurnState
from phoneprov.firmware.rollout_models import PartState, RolloutState
from phoneprov.simulator.fleet import SimulatedFleet
from phoneprov.simulator.pbx import location, registrar, rpc
from tests.rigs.hasty import HastyServer
from tests.rigs.night import IMAGE_BYTES, Desk, Night, NightOffice, make_pbx
from tests.rigs.sinks import wait_for


@contextmanager
def a_night(server: HastyServer) -> Iterator[Night]:
    """Bring up everything for a night of roll-outs; the PBX goes by the server's clock."""
    with ExitStack() as stack:
        stack.enter_context(server)
        clock = stack.enter_context(pytest.MonkeyPatch.context())

        def tell_time() -> float:
            return server.now.timestamp()

        shifted = SimpleNamespace(**{**vars(time), "time": tell_time})
        for module in (location, registrar, rpc):
            clock.setattr(module, "time", shifted)
        pbx = stack.enter_context(make_pbx())
        office = NightOffice(server, pbx)
        stack.callback(office.close)
        fleet = stack.enter_context(SimulatedFleet(workers=24))
        yield Night(office, fleet)
        assert fleet.loop.failures == []
        assert pbx.failures == []


def is_over(night: Night, rollouts: Sequence[int]) -> bool:
    return all(night.read(one).state is RolloutState.DONE for one in rollouts)


def until(night: Night, desk: Desk, state: PartState, within_s: float = 60) -> None:
    """Wait until a phone's part stands so; tell how it stands where it does not."""
    try:
        wait_for(lambda: night.part_of(desk).state is state, within_s, f"{state} {desk.case.model}")
    except AssertionError:
        part, events = night.part_of(desk), list(desk.phone.events)[-15:]
        told = "\n".join(event.text for event in events)
        raise AssertionError(
            f"{desk.case.model} is {part.state}, not {state}: {part.reason}\n{told}"
        ) from None


def has_begun(night: Night, desk: Desk) -> bool:
    return any(turn.sent_bytes for turn in night.turns_of(desk))


def has_taken_it_once(night: Night, desk: Desk) -> None:
    """It had one turn, has the new version, is registered with it, and the proof is kept.

    A turn that begins before a server that was killed knows again who is registered proves the
    version only.
    """
    turns = night.turns_of(desk)
    assert [turn.state for turn in turns] == [TurnState.DONE], desk.case.model
    assert turns[0].sent_bytes == IMAGE_BYTES
    assert desk.phone.identity.firmware == desk.case.new
    assert night.office.running(desk.id) == desk.case.new
    part = night.part_of(desk)
    registered = " and registered again" if part.was_registered else ""
    assert part.reason == f"It is back with {desk.case.new}{registered}."
    assert desk.phone.is_registered
