"""How far phones have come with their image: gathered while it goes out, written now and then."""

from collections.abc import Iterable
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from phoneprov.core.clock import utc_now
from phoneprov.firmware.downloads import DownloadBoard, DownloadNote
from phoneprov.firmware.models import FirmwareTurn

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
