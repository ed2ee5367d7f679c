"""Everything that a roll-out's page shows, read once for the page and for its live changes."""

from dataclasses import dataclass, replace
from datetime import datetime

from flask import url_for
from werkzeug.datastructures import MultiDict

from phoneprov.firmware.models import Firmware
from phoneprov.firmware.rollout_models import PartState, Rollout, RolloutState
from phoneprov.fleet.queries import last_page
from phoneprov.operations.rollouts.queries import WaveSummary, summarise
from phoneprov.web.access import current_tenant
from phoneprov.web.database import session
from phoneprov.web.rollouts.history import Happening, list_happenings
from phoneprov.web.rollouts.showing import (
    Choice,
    PhoneLine,
    count_lines,
    list_failures,
    list_lines,
    list_waits,
    mark_of,
)
from phoneprov.web.rollouts.standing import Standing, say_standing
from phoneprov.web.rollouts.tally import Tally
from phoneprov.web.rollouts.verbs import Verb, list_verbs
from phoneprov.web.rollouts.words import name_wave

PAGE_SIZE = 100
WAVES_BEFORE, MOST_WAVES = 2, 12
MOST_WAVE = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveLine:
    """A wave as the page shows it."""

    number: int
    tally: Tally
    is_current: bool
    standing: str

    @property
    def title(self) -> str:
        """What it is called."""
        return name_wave(self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutView:
    """What the templates of the page need."""

    rollout: Rollout
    firmware: Firmware | None
    tally: Tally
    waves: list[WaveLine]
    more_waves: int
    failures: dict[str, list[PhoneLine]]
    phones: list[PhoneLine]
    choice: Choice
    page: int
    last: int
    now: Standing | None
    waits: list[tuple[str, int]]
    """What phones whose wave has come wait for, with how many do."""
    events: list[Happening]

    @property
    def title(self) -> str:
        """What it is called."""
        return self.rollout.name

    @property
    def is_open(self) -> bool:
        """Whether it still changes by itself."""
        return self.rollout.state.is_open

    @property
    def verbs(self) -> list[Verb]:
        """What can be ordered now."""
        return list_verbs(self.rollout, self.tally)

    @property
    def counts(self) -> list[tuple[PartState, int]]:
        """How many phones there are in each state; they are the filters."""
        return self.tally.shown

    @property
    def wave_title(self) -> str:
        """What the wave that is asked for is called."""
        return "" if self.choice.wave is None else name_wave(self.choice.wave).lower()

    @property
    def marks(self) -> dict[str, str]:
        """A mark of each part, the same as long as it would look the same."""
        rollout = self.rollout
        standing = (rollout.state, rollout.halted_reason, self.now, self.tally.counts)
        return {
            "head": mark_of(rollout.state, self.verbs)[:6],
            "standing": mark_of(standing, self.waits, self.waves, self.failures)[:6],
            "phones": mark_of(self.phones, self.last)[:6],
            "events": mark_of(self.events)[:6],
        }

    @property
    def live_address(self) -> str:
        """Where the page asks for what has changed."""
        return self._address("live", self.choice, self.page, seen=".".join(self.marks.values()))

    def address(
        self, *, state: PartState | None = None, wave: int | None = None, page: int = 1
    ) -> str:
        """Return the address of the page with these phones."""
        return self._address("show", Choice(state=state, wave=wave), page)

    def _address(self, view: str, choice: Choice, page: int, **more: str) -> str:
        return url_for(
            f"rollouts.{view}",
            tenant_slug=current_tenant().slug,
            rollout_id=self.rollout.id,
            state=choice.state.value if choice.state else None,
            wave=choice.wave,
            page=page if page > 1 else None,
            **more,  # type: ignore[arg-type]
        )


def read_view(rollout: Rollout, args: MultiDict[str, str], now: datetime) -> RolloutView:
    """Return what an address asks for; what makes no sense counts as not asked."""
    choice = _read_choice(args)
    summary = summarise(session(), rollout, now)
    tally = Tally(counts=summary.counts)
    last = last_page(count_lines(session(), rollout, choice), PAGE_SIZE)
    page = min(max(args.get("page", 1, type=int), 1), last)
    waves = [_say_wave(rollout, one) for one in summary.waves]
    shown = _around_current(waves, rollout.wave)
    return RolloutView(
        rollout=rollout,
        firmware=rollout.firmware,
        tally=tally,
        waves=shown,
        more_waves=len(waves) - len(shown),
        failures=list_failures(session(), rollout) if tally.failed else {},
        phones=list_lines(session(), rollout, choice, page=page, size=PAGE_SIZE),
        choice=choice,
        page=page,
        last=last,
        now=say_standing(summary, now),
        waits=list_waits(session(), rollout) if rollout.state is RolloutState.RUNNING else [],
        events=list_happenings(session(), rollout),
    )


def _read_choice(args: MultiDict[str, str]) -> Choice:
    word, wave = args.get("state", ""), args.get("wave", type=int)
    is_state = word in set(PartState)
    choice = Choice(state=PartState(word) if is_state else None)
    is_wave = wave is not None and 0 <= wave <= MOST_WAVE
    return replace(choice, wave=wave) if is_wave else choice


def _around_current(waves: list[WaveLine], current: int) -> list[WaveLine]:
    """Return at most so many waves: those around the current one."""
    at = next((number for number, one in enumerate(waves) if one.number >= current), len(waves))
    start = max(0, min(at - WAVES_BEFORE, len(waves) - MOST_WAVES))
    return waves[start : start + MOST_WAVES]


def _say_wave(rollout: Rollout, wave: WaveSummary) -> WaveLine:
    tally = Tally(counts=wave.counts)
    is_running = rollout.state is RolloutState.RUNNING
    is_current = wave.number == rollout.wave and rollout.state is not RolloutState.DONE
    standing = "waits for the one before"
    if not tally.waiting and not tally.updating:
        is_verified = is_running and is_current and rollout.verify_until is not None
        standing = "done, being watched" if is_verified else "over"
    elif rollout.state is RolloutState.CANCELLED:
        standing = "cancelled"
    elif is_current or wave.number < rollout.wave:
        standing = _say_current(tally, is_running=is_running)
    return WaveLine(number=wave.number, tally=tally, is_current=is_current, standing=standing)


def _say_current(tally: Tally, *, is_running: bool) -> str:
    if tally.updating:
        return f"{tally.updating} updating"
    return f"{tally.waiting} waiting" if is_running else "halted"
