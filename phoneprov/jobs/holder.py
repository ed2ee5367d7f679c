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
STOP_S = 10.0
ADVISORY_LOCK = 0x70686F6E65
"""`phone` in ASCII: the number of our advisory lock in PostgreSQL."""

NOTICE_DEATH = (
    "SET tcp_keepalives_idle = 3",
    "SET tcp_keepalives_interval = 2",
    "SET tcp_keepalives_count = 2",
)
"""Without these PostgreSQL would keep the lock of a host that lost power for two hours."""


class Holder:
    """Tries to become the holder, tells whether it is, and notices when it is no more.

    `on_hold` and `on_loss` start and stop what only the holder may run; both are called from
    the holder's own thread, one after another.
    """

    def __init__(
        self,
        engine: Engine,
        data_dir: Path,
        *,
        on_hold: Callable[[], None],
        on_loss: Callable[[], None],
    ) -> None:
        self._engine = engine
        self._lock_file = data_dir / "jobs.lock"
        self._on_hold = on_hold
        self._on_loss = on_loss
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
        self._thread.start()

    def stop(self) -> None:
        """Stop the work, then let go, so that another process takes over."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(STOP_S)
        self._lose()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._look()
            except SQLAlchemyError:
                log.warning("the lock on jobs and PBX links can't be had now")
                self._lose()
            self._stopping.wait(TRY_EVERY_S)

    def _look(self) -> None:
        """Take the lock, or make sure that it is still ours.

        Raises SQLAlchemyError when the database does not answer: then another process may have
        the lock already, and this one must not go on as if it had it.
        """
        if self._held.is_set():
            if self._connection is not None:
                self._connection.scalar(text("SELECT 1"))
            return
        is_sqlite = self._engine.dialect.name == "sqlite"
        if self._lock_by_file() if is_sqlite else self._lock_by_database():
            self._on_hold()
            self._held.set()
            log.info("holds jobs and PBX links")

    def _lose(self) -> None:
        if self._held.is_set():
            self._held.clear()
            self._on_loss()
            log.info("holds jobs and PBX links no more")
        if self._connection is not None:
            # Given back to the pool, the connection would keep the lock.
            self._connection.invalidate()
            self._connection.close()
            self._connection = None
        if self._file is not None:
            self._file.close()
            self._file = None

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
        if self._connection is None:
            self._connection = self._engine.connect().execution_options(
                isolation_level="AUTOCOMMIT"
            )
            for setting in NOTICE_DEATH:
                self._connection.execute(text(setting))
        query = text("SELECT pg_try_advisory_lock(:number)")
        return bool(self._connection.scalar(query, {"number": ADVISORY_LOCK}))
