"""Runs the server: jobs and PBX links beside waitress, and a clean stop."""

import errno
import gc
import signal
import sys
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, NoReturn, Protocol

import structlog
from flask import Flask
from sqlalchemy import Engine
from waitress.server import BaseWSGIServer, create_server

from phoneprov.core.errors import SettingsError
from phoneprov.core.settings import Settings
from phoneprov.firmware.progress import flush_downloads
from phoneprov.jobs.holder import Holder
from phoneprov.jobs.scheduler import Scheduler
from phoneprov.jobs.table import Workbench, list_jobs
from phoneprov.operations.pace import Pace
from phoneprov.operations.recording import flush_check_ins
from phoneprov.web.database import db
from phoneprov.web.runtime import EXTENSION, Runtime

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

log = structlog.get_logger(__name__)

MOST_CONNECTIONS = 4_000
BACKLOG = 2_048
MOST_ACCEPTED_AT_ONCE = 100
SWITCH_S = 0.0002
LARGEST_HEADER_BYTES = 16 * 1024
LARGEST_BODY_BYTES = 16 * 1024 * 1024

HINTS = {
    errno.EADDRINUSE: "Another program listens there: stop it, or choose another port.",
    errno.EADDRNOTAVAIL: "This machine does not have that address: 127.0.0.1 and 0.0.0.0 it has.",
    errno.EACCES: "Ports below 1024 are for root: put a proxy in front, or choose another port.",
}


class Server(Protocol):
    """What listens and answers."""

    def run(self) -> None:
        """Serve until SystemExit or KeyboardInterrupt."""


class BackgroundWork:
    """Jobs and links of one process, from start to stop.

    Every process writes its own check-ins and follows the changes of others; what only one may
    do is left out where `PHONEPROV_RUN_JOBS=0` says so.
    """

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
            pace=Pace(
                per_second=runtime.settings.orders_per_second,
                per_address=runtime.settings.orders_per_address,
            ),
            firmware=runtime.firmware,
            settings=runtime.settings,
        )
        self.holder = Holder(
            _engine_of(app),
            runtime.settings.data_dir,
            on_hold=runtime.links.start,
            on_loss=runtime.links.stop,
        )
        jobs = list_jobs(bench)
        if not runtime.settings.run_jobs:
            jobs = tuple(job for job in jobs if not job.holder_only)
        self.scheduler = Scheduler(jobs, self.holder.is_holder)
        runtime.scheduler = self.scheduler

    def start(self) -> None:
        """Start the jobs; the links follow as soon as this process holds them."""
        if self._runtime.settings.run_jobs:
            self.holder.start()
        self.scheduler.start()

    def stop(self) -> None:
        """Stop jobs and links, then write the check-ins that are still in memory."""
        self.scheduler.stop()
        self.holder.stop()
        flush_check_ins(self._runtime.sessions, self._runtime.answering.check_ins)
        flush_downloads(self._runtime.sessions, self._runtime.answering.images.downloads)


def run_server(app: Flask) -> None:
    """Serve until SIGTERM or Ctrl-C; requests in flight are finished.

    waitress alone would die of SIGTERM with the request unanswered, so it becomes SystemExit.
    Raises SettingsError when the address can't be listened on.
    """
    runtime: Runtime = app.extensions[EXTENSION]
    settings = runtime.settings
    with _told_plainly(settings):
        server = make_server(
            app,
            host=settings.host,
            port=settings.port,
            threads=settings.threads,
            on_arrival=runtime.precedence.note_arrival,
        )
    work = BackgroundWork(app)
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _leave)
    settle_memory()
    share_time()
    try:
        work.start()
        log.info("serving", address=f"http://{settings.host}:{settings.port}")
        server.run()
    finally:
        work.stop()
        runtime.answering.close()
        log.info("stopped")


def make_server(
    app: "WSGIApplication",
    *,
    host: str,
    port: int,
    threads: int,
    on_arrival: Callable[[], None],
) -> Server:
    """Return a waitress that listens as ours does; raises OSError where it can't.

    `on_arrival` is called as soon as somebody has come, before what they want is read.
    """
    sockets: dict[int, object] = {}
    server: Server = create_server(
        app,
        map=sockets,
        host=host,
        port=port,
        threads=threads,
        ident=None,
        connection_limit=MOST_CONNECTIONS,
        backlog=BACKLOG,
        asyncore_use_poll=True,
        max_request_header_size=LARGEST_HEADER_BYTES,
        max_request_body_size=LARGEST_BODY_BYTES,
        clear_untrusted_proxy_headers=False,
    )
    for listener in [one for one in sockets.values() if isinstance(one, BaseWSGIServer)]:
        _accept_many(listener, sockets, on_arrival)
    return server


def _accept_many(
    listener: BaseWSGIServer, sockets: Collection[int], on_arrival: Callable[[], None]
) -> None:
    """Let a listener take all who wait at each turn of waitress's loop, not one.

    A turn is long while many images go out; at one phone a turn those who come to fetch their
    config would queue behind all who came at once for an image.
    """
    accept_one: Callable[[], None] = listener.handle_accept

    def accept_many() -> None:
        on_arrival()
        for _ in range(MOST_ACCEPTED_AT_ONCE):
            before = len(sockets)
            accept_one()
            if len(sockets) == before:
                return

    listener.handle_accept = accept_many  # type: ignore[method-assign]


def share_time() -> None:
    """Let a thread that can't go on hand over within a fraction of a ms.

    Python's own 5 ms are longer than it takes to answer a phone, and a thread that computes in the
    background would keep each of them waiting for so long.
    """
    sys.setswitchinterval(SWITCH_S)


def settle_memory() -> None:
    """Let the garbage collector pass over what stays for good: models, catalogue, templates.

    It would walk through all of it again and again while it holds up every phone that asks.
    """
    gc.collect()
    gc.freeze()


@contextmanager
def _told_plainly(settings: Settings) -> Iterator[None]:
    """Turn the traceback of an address that can't be listened on into a message about it."""
    try:
        yield
    except OSError as error:
        place = f"PHONEPROV_HOST={settings.host}, PHONEPROV_PORT={settings.port}"
        hint = HINTS.get(error.errno or 0, "Choose another address or port.")
        raise SettingsError(f"{place}: {error.strerror}. {hint}") from error


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    del frame
    signal.signal(number, signal.SIG_IGN)  # a second one must not cut the clean stop short
    raise SystemExit(0)


def _engine_of(app: Flask) -> Engine:
    with app.app_context():
        return db.engine
