"""A finding: what we see, the likely cause, the one next step, the evidence."""

from dataclasses import dataclass
from enum import StrEnum

from phoneprov.fleet.diagnosis.symptoms import Symptom


class StepAction(StrEnum):
    """What a step's button does."""

    EDIT = "edit"
    """Opens the phone's form, filled with the step's values."""
    ALLOW = "allow"
    """Lets the phone in once more without its own address."""
    REBOOT = "reboot"
    """Restarts it, so that it takes its whole config."""
    OPEN_LAYOUT = "open_layout"
    OPEN_MODULE_LAYOUT = "open_module_layout"
    OPEN_KEY = "open_key"
    """Opens a key that the phone has of its own."""
    SHOW_WAYS = "show_ways"
    """Opens the page of how phones find this server."""
    SHOW_REQUESTS = "show_requests"
    """Opens what the phone asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """The one thing to do now. Without an action it is for a person, away from here."""

    words: str
    action: StepAction | None = None
    values: tuple[tuple[str, str], ...] = ()
    """Fields and what they are to be, for a form."""
    layout_id: int = 0
    place: tuple[int, int] = (0, 0)
    """Module (0: the phone itself) and position of a key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is, or may be, the matter."""

    title: str
    cause: str
    step: NextStep | None = None
    checks: tuple[str, ...] = ()
    """What to look at meanwhile, in order."""
    evidence: tuple[str, ...] = ()
    symptom: Symptom | None = None
    """Which trouble it is counted as; None where it is none of the five."""
