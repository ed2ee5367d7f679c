"""What a person can order of a roll-out, what follows, and when it can't be."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from phoneprov.firmware.rollout_models import Rollout, RolloutState
from phoneprov.web.rollouts.tally import Tally


class Verb(StrEnum):
    """What can be ordered of a roll-out."""

    HALT = "halt"
    RESUME = "resume"
    RETRY = "retry"
    CANCEL = "cancel"

    @property
    def label(self) -> str:
        """The word on the button."""
        return "Retry failed" if self is Verb.RETRY else self.value.capitalize()

    @property
    def is_primary(self) -> bool:
        """Whether it is the next step."""
        return self is Verb.RESUME

    @property
    def is_dangerous(self) -> bool:
        """Whether it can't be taken back."""
        return self is Verb.CANCEL


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A confirmation: its title, what follows, the words on its button."""

    verb: Verb
    title: str
    follows: tuple[str, ...]
    button: str


def list_verbs(rollout: Rollout, tally: Tally) -> list[Verb]:
    """Return what can be ordered now, what stops everything last."""
    return [verb for verb in Verb if find_obstacle(rollout, tally, verb) is None]


def find_obstacle(rollout: Rollout, tally: Tally, verb: Verb) -> str | None:
    """Return why `verb` can't do anything now, or None if it can."""
    state = rollout.state
    if verb is Verb.HALT and state is not RolloutState.RUNNING:
        return f"It is {state.value}."
    if verb is Verb.RESUME and state is not RolloutState.HALTED:
        return f"It is {state.value}; only one that is halted is resumed."
    if verb is Verb.CANCEL and not state.is_open:
        return f"It is {state.value} already."
    if verb is Verb.RETRY and not state.is_open:
        return f"It is {state.value}. Start another one for the phones that failed."
    if verb is Verb.RETRY and not tally.failed:
        return "No phone has failed."
    return None


def ask(rollout: Rollout, tally: Tally, verb: Verb) -> Question:
    """Return the question before `verb` is done."""
    name = rollout.name
    return Question(
        verb=verb,
        title=f"{verb.label} {name}?"
        if verb is not Verb.RETRY
        else f"Retry what failed of {name}?",
        follows=tuple(line for line in _FOLLOWS[verb](tally) if line),
        button=_BUTTONS[verb](tally),
    )


def _count(number: int, one: str = "", many: str = "") -> str:
    return f"1 phone{one}" if number == 1 else f"{number} phones{many}"


def _halt(tally: Tally) -> tuple[str, ...]:
    waiting = _count(tally.waiting, " keeps", " keep")
    return (
        f"Nothing new is begun: {waiting} waiting.",
        _say_updating(tally),
        "Resume goes on from there.",
    )


def _resume(tally: Tally) -> tuple[str, ...]:
    failed = _count(tally.failed, " that failed stays as it is", " that failed stay as they are")
    return (
        f"It goes on with the {_count(tally.waiting, ' that waits', ' that wait')}.",
        f"{failed}; “Retry failed” gives another turn." if tally.failed else "",
    )


def _retry(tally: Tally) -> tuple[str, ...]:
    failed = _count(tally.failed, " that failed gets", " that failed get")
    return (
        f"{failed} another turn, in a window if the roll-out keeps to them.",
        (
            "Look at the reason first: the same may happen again. "
            "Each is offline for 5–10 minutes while it installs."
        ),
    )


def _cancel(tally: Tally) -> tuple[str, ...]:
    waiting = _count(tally.waiting, " that waits keeps", " that wait keep")
    done = _count(tally.done, " that is done stays so.", " that are done stay so.")
    return (
        (
            f"{waiting} the version running now. This can’t be taken back, "
            "but another roll-out can be started."
        ),
        _say_updating(tally),
        done if tally.done else "",
    )


def _say_updating(tally: Tally) -> str:
    if not tally.updating:
        return "No phone is updating now."
    updating = _count(tally.updating, " is", " are")
    return f"{updating} updating now: what has begun its download finishes it."


_FOLLOWS: Mapping[Verb, Callable[[Tally], tuple[str, ...]]] = {
    Verb.HALT: _halt,
    Verb.RESUME: _resume,
    Verb.RETRY: _retry,
    Verb.CANCEL: _cancel,
}
_BUTTONS: Mapping[Verb, Callable[[Tally], str]] = {
    Verb.HALT: lambda _: "Halt the roll-out",
    Verb.RESUME: lambda tally: f"Resume: {_count(tally.waiting)}",
    Verb.RETRY: lambda tally: f"Retry: {_count(tally.failed)}",
    Verb.CANCEL: lambda tally: f"Cancel for {_count(tally.waiting)}",
}
