"""How far phones have come with their image: gathered while it goes out, written now and then."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import structlog
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from phoneprov.core.clock import utc_now
from phoneprov.firmware.downloads import DownloadBoard, DownloadNote
from phoneprov.firmware.models import FirmwareTurn
from phoneprov.fleet.models import Phone

log = structlog.get_logger(__name__)


def flush_downloads(sessions: sessionmaker[Session], board: DownloadBoard) -> int:
    """Write how far the downloads of this process are; return how many had moved.

    What can't be written now (a busy database) is no loss: the next run tells where they are by
    then, and the last bytes of a download are told again until they are written.
    """
    notes = board.drain()
    if not notes:
        return 0
    try:
        with sessions.begin() as session:
            record_downloads(session, notes, utc_now())
    except OperationalError:
        log.warning("downloads not written, kept for the next run", count=len(notes))
        board.put_back(notes)
        return 0
    return len(notes)


def record_downloads(session: Session, notes: Iterable[DownloadNote], now: datetime) -> None:
    """Bring turns up to what was sent. Several requests of one phone (ranges) add up.

    A turn that has ended keeps what it had: what a phone takes after that decides nothing.
    """
    by_turn: dict[int, list[DownloadNote]] = {}
    for note in notes:
        by_turn.setdefault(note.turn_id, []).append(note)
    turns = session.scalars(
        select(FirmwareTurn).where(FirmwareTurn.id.in_(by_turn), FirmwareTurn.closed_at.is_(None))
    )
    for turn in turns:
        own = by_turn[turn.id]
        reached = max(note.reached for note in own)
        turn.started_at = turn.started_at or min(note.began_at for note in own)
        turn.progress_at = now
        turn.sent_bytes = min(max(turn.sent_bytes, reached), turn.size_bytes)
        if turn.sent_bytes >= turn.size_bytes and turn.downloaded_at is None:
            turn.downloaded_at = now


class Step(StrEnum):
    """How far a phone has come in its turn."""

    WAITING = "waiting"
    ASKED = "asked"
    DOWNLOADING = "downloading"
    INSTALLING = "installing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a phone has come, in words for people."""

    turn: FirmwareTurn
    step: Step

    @property
    def words(self) -> str:
        """One line: what it is doing, and how much of it is done."""
        turn = self.turn
        to = f"Updating to {turn.to_version}"
        if self.step is Step.INSTALLING:
            return f"{to}: it has the whole file and installs it"
        if self.step is Step.DOWNLOADING:
            known = f" {turn.percent} %" if turn.sent_bytes else ""
            return f"{to}: downloading{known}"
        if self.step is Step.ASKED:
            return f"{to}: it has the config that names the file"
        return f"{to}: waits until it asks for its config"


def step_of(turn: FirmwareTurn, phone: Phone) -> Step:
    """Return how far a phone has come, from what was seen of it."""
    if turn.downloaded_at is not None:
        return Step.INSTALLING
    if turn.started_at is not None:
        return Step.DOWNLOADING
    has_it = phone.fetched_revision is not None and phone.fetched_revision >= turn.revision
    return Step.ASKED if has_it else Step.WAITING
