"""Of several processes on one database, one holds the scheduler's work and the PBX links."""

import fcntl
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO

import structlog
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

log = structlog.get_logger(__name__)

TRY_EVERY_S = 5.0
ADVISORY_LOCK = 0x70686F6E65
"""`phone` in ASCII: the number of our advisory lock in PostgreSQL."""


class Holder:
    """Tries to become the holder, and tells when it is."""

    def __init__(self, engine: Engine, data_dir: Path, on_hold: Callable[[], None]) -> None:
        self._engine = engine
        self._lock_file = data_dir / "jobs.lock"
        self._on_hold = on_hold
        self._file: IO[str] | None = None
        self._connection: Connection | None = None
        self._held = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="phoneprov-holder", daemon=True)

    def is_holder(self) -> bool:
        """Tell whether this process holds the work."""
        return self._held.is_set()

    def start(self) -> None:
        """Try at once, then every five seconds: a holder that dies is replaced by then."""
        self._try()
        self._thread.start()

    def stop(self) -> None:
        """Let go, so that another process takes over."""
        self._stopping.set()
        self._thread.join(TRY_EVERY_S)
        self._held.clear()
        if self._connection is not None:
            self._connection.close()
        if self._file is not None:
            self._file.close()

    def _run(self) -> None:
        while not self._stopping.wait(TRY_EVERY_S):
            if not self._held.is_set():
                self._try()

    def _try(self) -> None:
        is_sqlite = self._engine.dialect.name == "sqlite"
        if self._lock_by_file() if is_sqlite else self._lock_by_database():
            self._held.set()
            log.info("holds jobs and PBX links")
            self._on_hold()

    def _lock_by_file(self) -> bool:
        if self._file is None:
            self._file = self._lock_file.open("w")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _lock_by_database(self) -> bool:
        """Take PostgreSQL's advisory lock on a connection that stays open for it."""
        try:
            if self._connection is None:
                self._connection = self._engine.connect().execution_options(
                    isolation_level="AUTOCOMMIT"
                )
            taken = self._connection.scalar(
                text("SELECT pg_try_advisory_lock(:number)"), {"number": ADVISORY_LOCK}
            )
        except SQLAlchemyError:
            self._connection = None
            return False
        return bool(taken)
