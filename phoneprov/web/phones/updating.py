"""How far a phone's firmware update is, step by step, and how the last one ended."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from phoneprov.firmware.models import FirmwareTurn, TurnState
from phoneprov.firmware.progress import Progress, Step, step_of
from phoneprov.firmware.rollout_models import Rollout
from phoneprov.firmware.turns import list_turns
from phoneprov.fleet.models import Phone
from phoneprov.operations.rollouts.queries import find_open_part_of
from phoneprov.web.database import session
from phoneprov.web.phones.update import NextWindow, find_next_window

SHOWN_FOR = timedelta(hours=1)
"""So long a verdict stands at the head of the page; the tab keeps it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One step on the way to the new version."""

    label: str
    is_taken: bool
    at: datetime | None = None
    """When it was taken, where that is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Updating:
    """The update that a phone's page shows."""

    rollout: Rollout | None
    """The roll-out that it is in; None when that is over for this phone."""
    turn: FirmwareTurn | None
    """None while it waits for its turn."""
    progress: Progress | None
    stages: tuple[Stage, ...]
    window: NextWindow | None
    """When it may begin, while it waits for a window."""
    waits_for: str
    """What it was found to wait for, in words."""

    @property
    def to_version(self) -> str:
        """The version that it takes or was to take."""
        if self.turn is not None:
            return self.turn.to_version
        return self.rollout.to_version if self.rollout else ""

    @property
    def percent(self) -> int | None:
        """How much of the image has gone out, while it goes out."""
        is_loading = self.progress is not None and self.progress.step is Step.DOWNLOADING
        return self.turn.percent if is_loading and self.turn else None

    @property
    def is_waiting(self) -> bool:
        """Whether its turn is still to come."""
        return self.progress is None and self.rollout is not None

    @property
    def has_failed(self) -> bool:
        """Whether it needs a person."""
        return self.turn is not None and self.turn.state is TurnState.FAILED


def read_updating(phone: Phone, now: datetime) -> Updating | None:
    """Return the update under way, else the one that ended within the hour; else None."""
    part = find_open_part_of(session(), phone.id)
    rollout = part.rollout if part else None
    newest = next(iter(list_turns(session(), phone.id, limit=1)), None)
    is_open = newest is not None and newest.closed_at is None
    if newest is not None and (is_open or (rollout is None and _ended_just_now(newest, now))):
        return Updating(
            rollout=rollout,
            turn=newest,
            progress=Progress(turn=newest, step=step_of(newest, phone)) if is_open else None,
            stages=_stages(newest, phone),
            window=None,
            waits_for="",
        )
    if rollout is None or part is None:
        return None
    window = find_next_window(phone, now) if rollout.in_windows else None
    return Updating(
        rollout=rollout,
        turn=None,
        progress=None,
        stages=(),
        window=window,
        waits_for=part.reason,
    )


def _ended_just_now(turn: FirmwareTurn, now: datetime) -> bool:
    return turn.closed_at is not None and now - turn.closed_at < SHOWN_FOR


def _stages(turn: FirmwareTurn, phone: Phone) -> tuple[Stage, ...]:
    """Return the way, each step as far as it was seen."""
    is_back = phone.firmware == turn.to_version or turn.state is TurnState.DONE
    loaded_at = turn.downloaded_at
    registered_at = phone.last_registered_at
    is_registered = is_back and _is_after(registered_at, loaded_at or turn.opened_at)
    return (
        Stage(label="Its turn", is_taken=True, at=turn.opened_at),
        Stage(label="Asked for its config", is_taken=_has_asked(turn, phone)),
        Stage(label="Download began", is_taken=turn.started_at is not None, at=turn.started_at),
        Stage(label="Has the whole file", is_taken=loaded_at is not None, at=loaded_at),
        Stage(label=f"Back with {turn.to_version}", is_taken=is_back),
        Stage(
            label="Registered again",
            is_taken=is_registered,
            at=registered_at if is_registered else None,
        ),
    )


def _has_asked(turn: FirmwareTurn, phone: Phone) -> bool:
    return turn.started_at is not None or step_of(turn, phone) is not Step.WAITING


def _is_after(moment: datetime | None, other: datetime) -> bool:
    return moment is not None and moment > other
