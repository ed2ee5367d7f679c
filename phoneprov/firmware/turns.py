"""Whose turn it is: the only thing that makes a config name a firmware.

A phone that merely polls is never told of one, so it never upgrades by accident. Opening and
closing a turn changes the config, so both bump its revision; what happens in between (download,
reboot, the version it comes back with) is noted by whoever sees it and judged by whoever opened
the turn.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from phoneprov.catalog.catalog import Catalog
from phoneprov.core.errors import NotAllowedError
from phoneprov.firmware.models import Firmware, FirmwareFit, FirmwareTurn, TurnState
from phoneprov.firmware.offers import fits
from phoneprov.firmware.versions import Comparison, compare_versions, is_at_least
from phoneprov.fleet.behind import running_of
from phoneprov.fleet.events import write_event
from phoneprov.fleet.models import Phone
from phoneprov.fleet.revisions import touch_phones

RETRY_RANGE = timedelta(minutes=30)
"""So long after its turn a phone that had begun still gets the rest of the image: cutting it off
in the middle helps nobody."""
LONGEST_EVIDENCE = 300
_SERVABLE = (
    select(FirmwareTurn)
    .join(FirmwareTurn.firmware)
    .where(
        FirmwareTurn.phone_id == bindparam("phone_id"),
        or_(
            FirmwareTurn.closed_at.is_(None),
            (FirmwareTurn.closed_at > bindparam("closed_after"))
            & FirmwareTurn.started_at.is_not(None),
        ),
    )
    .order_by(FirmwareTurn.opened_at.desc(), FirmwareTurn.id.desc())
    .options(contains_eager(FirmwareTurn.firmware))
)
"""Built once: hundreds of phones may ask for their image in the same second."""


def open_turn(  # noqa: PLR0913 - a phone, an image, by whom, until when
    session: Session,
    catalog: Catalog,
    phone: Phone,
    firmware: Firmware,
    *,
    opened_by: str,
    now: datetime,
    deadline_after: datetime | None = None,
    allows_downgrade: bool = False,
) -> FirmwareTurn:
    """Let it be a phone's turn; its next config names the image.

    Raises NotAllowedError with the reason where the phone can't take it: it has a turn already,
    is another model or hardware, runs it, needs another one before, or would go back without that
    being wanted.
    """
    obstacle = find_obstacle(session, catalog, phone, firmware, allows_downgrade=allows_downgrade)
    if obstacle:
        raise NotAllowedError(obstacle)
    touch_phones(session, [phone.id], now)
    turn = FirmwareTurn(
        phone_id=phone.id,
        firmware=firmware,
        to_version=firmware.version,
        from_version=phone.firmware,
        revision=phone.config_revision,
        opened_at=now,
        opened_by=opened_by,
        deadline_after=deadline_after,
        size_bytes=firmware.size_bytes,
    )
    session.add(turn)
    session.flush()
    before = f"{phone.firmware} → " if phone.firmware else "to "
    text = f"It is its turn to take firmware {before}{firmware.version}."
    write_event(session, phone.id, "firmware", text, at=now)
    return turn


def close_turn(
    session: Session, turn: FirmwareTurn, state: TurnState, evidence: str, *, now: datetime
) -> bool:
    """End a turn; the next config names no firmware. Returns False where it had ended before."""
    if turn.closed_at is not None:
        return False
    turn.state, turn.closed_at = state, now
    turn.evidence = evidence[:LONGEST_EVIDENCE]
    session.flush()
    touch_phones(session, [turn.phone_id], now)
    words = {
        TurnState.DONE: "Firmware update done",
        TurnState.FAILED: "Firmware update failed",
        TurnState.CANCELLED: "Firmware update cancelled",
    }
    text = f"{words[state]}: {evidence}"
    write_event(session, turn.phone_id, "firmware", text, at=now)
    return True


def find_obstacle(
    session: Session,
    catalog: Catalog,
    phone: Phone,
    firmware: Firmware,
    *,
    allows_downgrade: bool = False,
) -> str | None:
    """Return why a phone can't take an image now, or None if it can."""
    if find_open_turn(session, phone.id) is not None:
        return "Another firmware update of this phone is under way."
    is_for_model = session.get(FirmwareFit, (firmware.id, phone.model_slug)) is not None
    reason = say_unfit(catalog, phone, firmware, is_for_model=is_for_model)
    return reason or _find_obstacle_of_version(phone, firmware, allows_downgrade=allows_downgrade)


def say_unfit(
    catalog: Catalog, phone: Phone, firmware: Firmware, *, is_for_model: bool
) -> str | None:
    """Return why an image is not for this phone at all, whatever it runs; None if it is."""
    if not firmware.is_offered:
        return f"Firmware {firmware.version} is retired or not confirmed yet."
    if not is_for_model or catalog.find_model(phone.model_slug) is None:
        return f"Firmware {firmware.version} is not for this phone's model."
    if phone.told_model:
        return "The phone says that it is another model than here; change the model first."
    if not fits(firmware, running_of(phone)):
        return f"Firmware {firmware.version} is for another hardware revision."
    return None


def say_needless(phone: Phone, firmware: Firmware, *, allows_downgrade: bool) -> str | None:
    """Return why a phone's own version speaks against an image that is for it."""
    comparison = compare_versions(firmware.vendor, firmware.version, phone.firmware)
    if comparison is Comparison.SAME:
        return f"It runs {phone.firmware} already."
    if comparison is Comparison.OLDER and not allows_downgrade:
        return f"It runs {phone.firmware}, which is newer than {firmware.version}."
    return None


def find_open_turn(session: Session, phone_id: int) -> FirmwareTurn | None:
    """Return a phone's open turn with its image."""
    return session.scalar(
        select(FirmwareTurn)
        .where(FirmwareTurn.phone_id == phone_id, FirmwareTurn.closed_at.is_(None))
        .options(joinedload(FirmwareTurn.firmware))
    )


def find_servable_turn(
    session: Session, phone_id: int, key: str, now: datetime
) -> FirmwareTurn | None:
    """Return the turn by which a phone may have the image whose hash begins with `key`.

    That is its open turn, or one that ended a moment ago after its download had begun.
    """
    turns = session.scalars(_SERVABLE, {"phone_id": phone_id, "closed_after": now - RETRY_RANGE})
    return next((one for one in turns if one.firmware and image_key(one.firmware) == key), None)


def list_turns(session: Session, phone_id: int, *, limit: int = 20) -> Sequence[FirmwareTurn]:
    """Return a phone's turns, the newest first."""
    return session.scalars(
        select(FirmwareTurn)
        .where(FirmwareTurn.phone_id == phone_id)
        .order_by(FirmwareTurn.opened_at.desc(), FirmwareTurn.id.desc())
        .limit(limit)
    ).all()


def image_key(firmware: Firmware) -> str:
    """Return the folder that stands for an image in a phone's address: other bytes, other key."""
    return firmware.sha256[:16]


def _find_obstacle_of_version(
    phone: Phone, firmware: Firmware, *, allows_downgrade: bool
) -> str | None:
    reason = say_needless(phone, firmware, allows_downgrade=allows_downgrade)
    if reason:
        return reason
    vendor, running, needed = firmware.vendor, phone.firmware, firmware.required_version
    if needed and running and not is_at_least(vendor, running, needed):
        return f"It runs {running} and has to take {needed} before {firmware.version}."
    return None
