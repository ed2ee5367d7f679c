"""Writes the buffered check-ins, and what follows from them."""

import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from phoneprov.core.clock import utc_now
from phoneprov.fleet.check_ins import CheckInBuffer, record_check_ins, record_unknown_macs
from phoneprov.operations.confirmation import confirm_by_check_ins

log = structlog.get_logger(__name__)


def flush_check_ins(sessions: sessionmaker[Session], buffer: CheckInBuffer) -> int:
    """Write what was gathered in one transaction; return how many check-ins.

    When the database is busy or full the notes stay in the (bounded) buffer for the next run.
    """
    known, unknown = buffer.drain()
    if not known and not unknown:
        return 0
    try:
        with sessions.begin() as session:
            now = utc_now()
            record_check_ins(session, known, now)
            record_unknown_macs(session, unknown)
            confirm_by_check_ins(session, known, now)
    except OperationalError:
        log.warning("check-ins not written, kept for the next run", count=len(known))
        buffer.put_back(known, unknown)
        return 0
    return len(known)
