"""What has become of a phone's turn: one pure function of what was seen.

Time counts only by `deadline_after`, which is set anew whenever the phone comes a step further and
moved by whatever time nobody watched.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from phoneprov.catalog.model import Vendor
from phoneprov.firmware.versions import Comparison, compare_versions
from phoneprov.operations.rollouts.limits import (
    ASKS_WITHIN,
    BACK_AFTER,
    INSTALLS_WITHIN,
    REGISTERS_WITHIN,
    STALLS_AFTER,
)

ASKED_AGAIN = "It took the whole file, restarted, and asked for it again"


class Outcome(StrEnum):
    """What follows for the phone."""

    GOES_ON = "goes_on"
    DONE = "done"
    FAILED = "failed"
    AWAY = "away"
    """It wasn't there to take it; no fault, it waits again."""


class Stage(StrEnum):
    """How far it has come."""

    WAITING = "waiting"
    ASKED = "asked"
    DOWNLOADING = "downloading"
    INSTALLING = "installing"
    BACK = "back"


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnFacts:
    """What is known of a phone in its turn."""

    vendor: Vendor
    from_version: str
    to_version: str
    opened_at: datetime
    deadline_after: datetime | None
    has_config: bool
    """Whether it took the config that names the image."""
    fetched_at: datetime | None
    """When it last took its config, or was told that it has it."""
    started_at: datetime | None
    downloaded_at: datetime | None
    progress_at: datetime | None
    """When it was last sent any of the image."""
    sent_bytes: int
    percent: int
    running: str
    running_seen_at: datetime | None
    was_registered: bool
    is_registered: bool
    """Whether it has registered since it came back."""
    is_confirmed: bool
    """Whether it can be known at all if it is registered."""
    is_away: bool
    poll_interval: timedelta
    is_untold: bool = False
    """Whether no order reached it, so that it learns of its turn at its own next check."""

    @property
    def is_back(self) -> bool:
        """Whether it has shown the wanted version since its turn began."""
        if self.running_seen_at is None or self.running_seen_at < self.opened_at:
            return False
        if self.running == self.to_version:
            return True
        return compare_versions(self.vendor, self.running, self.to_version) is Comparison.SAME

    @property
    def asked_again(self) -> bool:
        """Whether it asked for the image once more when it had all of it."""
        if self.downloaded_at is None or self.progress_at is None:
            return False
        return self.progress_at > self.downloaded_at + BACK_AFTER

    @property
    def stage(self) -> Stage:
        """How far it has come."""
        if self.is_back:
            return Stage.BACK
        if self.downloaded_at is not None:
            return Stage.INSTALLING
        if self.started_at is not None:
            return Stage.DOWNLOADING
        return Stage.ASKED if self.has_config else Stage.WAITING

    @property
    def mark(self) -> str:
        """Changes with each step further, and with each byte of the image that is a new one."""
        if self.stage is Stage.WAITING and self.is_untold:
            return "untold"
        return f"{self.stage.value}:{self.sent_bytes}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What follows, and why, in words."""

    outcome: Outcome
    evidence: str = ""


GOES_ON = Verdict(outcome=Outcome.GOES_ON)


def judge_turn(facts: TurnFacts, now: datetime) -> Verdict:
    """Return what has become of a phone's turn."""
    is_late = facts.deadline_after is not None and now >= facts.deadline_after
    if facts.is_back:
        return _judge_back(facts, is_late=is_late)
    if _came_back_with_another(facts):
        return _failed(_say_other_version(facts))
    return _judge_late(facts) if is_late else GOES_ON


def limit_of(facts: TurnFacts) -> timedelta:
    """Return how long the step that it is at may take."""
    if facts.stage is Stage.WAITING and facts.is_untold:
        return ASKS_WITHIN + facts.poll_interval
    if facts.stage is Stage.DOWNLOADING and not facts.sent_bytes:
        # A web server in front sends it and tells nothing: it may be installing by then.
        return STALLS_AFTER + INSTALLS_WITHIN
    return {
        Stage.WAITING: ASKS_WITHIN,
        Stage.ASKED: ASKS_WITHIN,
        Stage.DOWNLOADING: STALLS_AFTER,
        Stage.INSTALLING: INSTALLS_WITHIN,
        Stage.BACK: REGISTERS_WITHIN,
    }[facts.stage]


def _judge_back(facts: TurnFacts, *, is_late: bool) -> Verdict:
    version = facts.running
    if not facts.was_registered:
        return Verdict(outcome=Outcome.DONE, evidence=f"It is back with {version}.")
    if facts.is_registered:
        text = f"It is back with {version} and registered again."
        return Verdict(outcome=Outcome.DONE, evidence=text)
    if is_late and facts.is_confirmed:
        return _failed(f"It is back with {version}, but not registered again.")
    return GOES_ON


def _came_back_with_another(facts: TurnFacts) -> bool:
    """Tell whether it began a new life after its download, and not with what it had taken."""
    if facts.downloaded_at is None or facts.running_seen_at is None or facts.fetched_at is None:
        return False
    return min(facts.running_seen_at, facts.fetched_at) > facts.downloaded_at + BACK_AFTER


def _say_other_version(facts: TurnFacts) -> str:
    if facts.running == facts.from_version:
        return f"It came back with its old version, {facts.running}."
    return f"It came back with {facts.running} instead of {facts.to_version}."


def _say_not_back(facts: TurnFacts) -> str:
    if facts.asked_again:
        return f"{ASKED_AGAIN}: it does not come to run {facts.to_version}."
    minutes = int(INSTALLS_WITHIN.total_seconds() // 60)
    return f"It took the whole file and was not back within {minutes} minutes."


def _judge_late(facts: TurnFacts) -> Verdict:
    if facts.stage is Stage.INSTALLING:
        return _failed(_say_not_back(facts))
    if facts.stage is Stage.DOWNLOADING:
        if not facts.sent_bytes:
            return _failed("It began to download the file and was not back in time.")
        return _failed(f"Its download broke off at {facts.percent} % and did not go on.")
    if facts.stage is Stage.ASKED:
        return _failed("It took its config, and never asked for the file.")
    if facts.is_away or not facts.is_confirmed:
        return Verdict(
            outcome=Outcome.AWAY, evidence="It went away before it asked for its config."
        )
    return _failed("It never asked for its config, so it never asked for the file.")


def _failed(evidence: str) -> Verdict:
    return Verdict(outcome=Outcome.FAILED, evidence=evidence)
