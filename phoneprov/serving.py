"""Runs the server: jobs and PBX links beside waitress, and a clean stop."""

import signal
import threading
from types import FrameType
from typing import NoReturn

import structlog
from flask import Flask
from sqlalchemy import Engine
from waitress.server import create_server

from phoneprov.jobs.holder import Holder
from phoneprov.jobs.scheduler import Scheduler
from phoneprov.jobs.table import Workbench, list_jobs
from phoneprov.operations.recording import flush_check_ins
from phoneprov.web.database import db
from phoneprov.web.runtime import EXTENSION, Runtime

log = structlog.get_logger(__name__)

MOST_CONNECTIONS = 4_000
BACKLOG = 2_048
LARGEST_HEADER_BYTES = 16 * 1024
LARGEST_BODY_BYTES = 16 * 1024 * 1024


class BackgroundWork:
    """Jobs and links of one process, from start to stop."""

    def __init__(self, app: Flask) -> None:
        runtime = app.extensions[EXTENSION]
        assert isinstance(runtime, Runtime)  # noqa: S101 - narrows Flask's untyped dict
        self._runtime = runtime
        bench = Workbench(
            catalog=runtime.catalog,
            sessions=runtime.sessions,
            answering=runtime.answering,
            links=runtime.links,
            own_files=runtime.own_files,
        )
        self.holder = Holder(_engine_of(app), runtime.settings.data_dir, runtime.links.start)
        self.scheduler = Scheduler(list_jobs(bench), self.holder.is_holder)
        runtime.scheduler = self.scheduler

    def start(self) -> None:
        """Start the jobs; the links follow as soon as this process holds them."""
        self.holder.start()
        self.scheduler.start()

    def stop(self) -> None:
        """Stop jobs and links, then write the check-ins that are still in memory."""
        self.scheduler.stop()
        self._runtime.links.stop()
        self.holder.stop()
        flush_check_ins(self._runtime.sessions, self._runtime.answering.check_ins)


def run_server(app: Flask) -> None:
    """Serve until SIGTERM or Ctrl-C; requests in flight are finished.

    waitress alone would die of SIGTERM with the request unanswered, so it becomes SystemExit.
    """
    runtime: Runtime = app.extensions[EXTENSION]
    settings = runtime.settings
    server = create_server(
        app,
        host=settings.host,
        port=settings.port,
        threads=settings.threads,
        ident=None,
        connection_limit=MOST_CONNECTIONS,
        backlog=BACKLOG,
        asyncore_use_poll=True,
        max_request_header_size=LARGEST_HEADER_BYTES,
        max_request_body_size=LARGEST_BODY_BYTES,
        clear_untrusted_proxy_headers=False,
    )
    work = BackgroundWork(app) if settings.run_jobs else None
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _leave)
    try:
        if work is not None:
            work.start()
        log.info("serving", address=f"http://{settings.host}:{settings.port}")
        server.run()
    finally:
        if work is not None:
            work.stop()
        runtime.answering.close()
        log.info("stopped")


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    del number, frame
    raise SystemExit(0)


def _engine_of(app: Flask) -> Engine:
    with app.app_context():
        return db.engine
