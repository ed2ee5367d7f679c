"""Opens turns for the phones whose turn it is, and says of the others what they wait for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from phoneprov.catalog.catalog import Catalog
from phoneprov.catalog.model import Vendor
from phoneprov.core.errors import NotAllowedError
from phoneprov.firmware.models import Firmware, FirmwareTurn
from phoneprov.firmware.offers import Library, load_library
from phoneprov.firmware.rollout_models import PartState, Rollout, RolloutPhone
from phoneprov.firmware.turns import say_needless, say_unfit
from phoneprov.firmware.windows import UPDATE_TAKES
from phoneprov.fleet.refresh import refresh_statuses
from phoneprov.fleet.sights import Sight
from phoneprov.operations.commands import why_not
from phoneprov.operations.models import CommandKind
from phoneprov.operations.rollouts.judging import DELETED, settle_part
from phoneprov.operations.rollouts.limits import ASKS_WITHIN
from phoneprov.operations.rollouts.obstacles import find_steps, say_missing, say_out
from phoneprov.operations.rollouts.openings import Openings
from phoneprov.operations.rollouts.turns import begin_turn, order_update

LOOKS_AT_BOOT = frozenset({Vendor.POLYCOM})
"""Vendors whose phones look for firmware when they start and not at a resync.
Source: docs/firmware.md, from the VVX administrator's guide (APP_FILE_PATH in the master file)."""
AWAY = "It is away; it keeps its turn until the roll-out ends."
IN_CALL = "It waits until the call on the phone has ended."
LINK_DOWN = "The link to its PBX is down, so nobody knows whether it is in a call."
NEXT_WINDOW = "It waits for its maintenance window."
NO_WINDOW = "The tenant has no maintenance window any more."
LITTLE_LEFT = "It waits for the next window; too little is left of this one."
OTHERS_FIRST = "It waits until others are done."


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What is at hand for opening turns of one roll-out."""

    session: Session
    catalog: Catalog
    rollout: Rollout
    goal: Firmware
    openings: Openings
    sights: Mapping[int, Sight]

    @property
    def now(self) -> datetime:
        """The moment at which all this is."""
        return self.openings.now


def drop_out(bench: Bench, parts: Sequence[RolloutPhone]) -> list[RolloutPhone]:
    """Leave alone the phones that can't take it any more; return the others."""
    slugs = frozenset(bench.goal.model_slugs)
    kept = []
    for part in parts:
        reason = _why_out(bench, bench.sights.get(part.phone_id or 0), slugs)
        if reason is None:
            kept.append(part)
        else:
            settle_part(part, PartState.SKIPPED, reason, bench.now)
    return kept


def open_turns(bench: Bench, parts: Sequence[RolloutPhone], *, room: int) -> int:
    """Open turns in order, so many as there is room for; return how many."""
    library: Library | None = None
    opened: list[int] = []
    for part in parts:
        sight = bench.sights[part.phone_id or 0]
        reason = say_wait(bench.rollout, bench.openings, sight)
        if reason is None and len(opened) >= room:
            reason = OTHERS_FIRST
        if reason is not None:
            if part.reason != reason:
                part.reason, part.changed_at = reason, bench.now
            continue
        library = library or load_library(bench.session, bench.catalog)
        if _open(bench, part, sight, library):
            opened.append(sight.phone.id)
    bench.session.flush()
    refresh_statuses(bench.session, opened, bench.now)
    return len(opened)


def say_wait(rollout: Rollout, openings: Openings, sight: Sight) -> str | None:
    """Return what a phone waits for whose wave it is; None where its turn may begin now."""
    if sight.is_away:
        return AWAY
    if rollout.in_windows:
        left = openings.left(rollout.tenant_id, sight.time_zone)
        if not left:
            has_any = openings.next_window(rollout.tenant_id, sight.time_zone)
            return NEXT_WINDOW if has_any else NO_WINDOW
        if left < UPDATE_TAKES:
            return LITTLE_LEFT
    if not sight.is_confirmed:
        return LINK_DOWN
    return IN_CALL if sight.is_in_call else None


def count_room(session: Session, rollout: Rollout, most_downloads: int) -> int:
    """Return how many more turns may be opened: of this batch, and of all downloads at once."""
    updating = session.scalar(
        select(func.count()).where(
            RolloutPhone.rollout_id == rollout.id, RolloutPhone.state == PartState.UPDATING
        )
    )
    loading = session.scalar(
        select(func.count()).where(
            FirmwareTurn.closed_at.is_(None), FirmwareTurn.downloaded_at.is_(None)
        )
    )
    in_batch = max(rollout.batch_phones, rollout.canary_phones) - (updating or 0)
    return max(0, min(in_batch, most_downloads - (loading or 0)))


def _why_out(bench: Bench, sight: Sight | None, slugs: frozenset[str]) -> str | None:
    if sight is None:
        return DELETED
    phone, goal = sight.phone, bench.goal
    return (
        say_out(phone)
        or say_unfit(bench.catalog, phone, goal, is_for_model=phone.model_slug in slugs)
        or say_needless(phone, goal, allows_downgrade=bench.rollout.allows_downgrade)
    )


def _open(bench: Bench, part: RolloutPhone, sight: Sight, library: Library) -> bool:
    session, rollout, phone = bench.session, bench.rollout, sight.phone
    steps = find_steps(library, bench.goal, phone, allows_downgrade=rollout.allows_downgrade)
    if steps is None:
        settle_part(part, PartState.SKIPPED, say_missing(phone, bench.goal), bench.now)
        return False
    kind = _order_for(bench, sight)
    waits = ASKS_WITHIN if kind else ASKS_WITHIN + sight.poll_interval
    try:
        begin_turn(
            session,
            bench.catalog,
            rollout,
            part,
            phone,
            firmware=steps[0],
            was_registered=sight.is_reachable,
            deadline_after=bench.now + waits,
            now=bench.now,
        )
    except NotAllowedError as error:
        part.reason, part.changed_at = error.message, bench.now
        return False
    if kind is not None:
        order_update(session, rollout, phone, kind, now=bench.now)
    return True


def _order_for(bench: Bench, sight: Sight) -> CommandKind | None:
    """Return what makes the phone look now; one that can't be told finds it at its next check."""
    at_boot = bench.goal.vendor in LOOKS_AT_BOOT
    kind = CommandKind.REBOOT if at_boot else CommandKind.RESYNC
    can_be_told = sight.is_reachable and why_not(sight.phone, kind, bench.catalog) is None
    return kind if can_be_told else None
