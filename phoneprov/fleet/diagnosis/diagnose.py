"""Diagnose: all rules in order, the gravest first. Pure: the same circumstances, the same words."""

from collections.abc import Callable, Iterator, Sequence

from phoneprov.fleet.diagnosis.arriving import find_what_keeps_it_away
from phoneprov.fleet.diagnosis.circumstances import Circumstances
from phoneprov.fleet.diagnosis.fetching import find_what_stops_it
from phoneprov.fleet.diagnosis.finding import Finding
from phoneprov.fleet.diagnosis.identity import find_unwritable, find_wrong_identity
from phoneprov.fleet.diagnosis.lamps import find_dead_lamps
from phoneprov.fleet.diagnosis.network import find_rewriting
from phoneprov.fleet.diagnosis.registering import find_who_else_registers

Rule = Callable[[Circumstances], Iterator[Finding]]
RULES: Sequence[Rule] = (
    find_wrong_identity,
    find_unwritable,
    find_what_keeps_it_away,
    find_what_stops_it,
    find_who_else_registers,
    find_rewriting,
    find_dead_lamps,
)


def diagnose(known: Circumstances) -> Sequence[Finding]:
    """Return what is the matter with a phone.

    A disabled one raises no alarm (R95); only what says that it is another phone still counts.
    """
    rules = RULES if known.is_on else (find_wrong_identity,)
    found = [finding for rule in rules for finding in rule(known)]
    return [*found, *(_unconfirmed(known) if known.is_on else ())]


def _unconfirmed(known: Circumstances) -> Iterator[Finding]:
    """Yield what makes its status uncertain."""
    pbx = known.details.pbx
    if known.phone.unconfirmed_since_at is not None and pbx is not None:
        yield Finding(
            title="Its status is not confirmed.",
            cause=f"The link to {pbx.name} is down; the status is the last one known.",
            evidence=(pbx.link_reason,) if pbx.link_reason else (),
        )
