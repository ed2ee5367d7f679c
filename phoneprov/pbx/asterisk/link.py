"""The live link to an Asterisk: connects, keeps watch, and connects again."""

import random
import threading
import time
from datetime import datetime, timedelta

import structlog

from phoneprov.core.clock import utc_now
from phoneprov.core.errors import PbxError
from phoneprov.pbx.asterisk import notify as notifying
from phoneprov.pbx.asterisk.check import check_link
from phoneprov.pbx.asterisk.session import AmiSession, accepted
from phoneprov.pbx.asterisk.table import ContactTable
from phoneprov.pbx.asterisk.watch import Pace, Watch
from phoneprov.pbx.asterisk.wire import open_wire
from phoneprov.pbx.link import (
    LinkChanged,
    LinkCheck,
    LinkSettings,
    LinkSink,
    LinkStatus,
    Notify,
    NotifyOutcome,
    NotifyResult,
)

log = structlog.get_logger(__name__)

STOP_S = 2.0
NOTIFY_S = 4.5
JITTER = 0.25
"""Waits differ by so much, that many links don't come back at one instant."""
STOPPED = "the link was switched off"


class AsteriskLink:
    """A PbxLink over Asterisk's manager interface."""

    def __init__(self, settings: LinkSettings, pace: Pace | None = None) -> None:
        self._settings = settings
        self._pace = pace or Pace()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._session: AmiSession | None = None
        self._table = ContactTable(timedelta(seconds=settings.register_expires_s))
        self._failures = 0
        self._complaint: str | None = None
        """Why the link is down, as last reported; None while it is up or was never lost."""
        self._is_up = False

    def start(self, sink: LinkSink) -> None:
        """Start the link's thread and return at once."""
        self._thread = threading.Thread(
            target=self._run, args=(sink,), name="phoneprov-asterisk", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Close the connection; one that is just being made is left to its own timeout."""
        self._stopping.set()
        session = self._session
        if session is not None:
            session.wake()
        if self._thread is not None:
            self._thread.join(STOP_S)

    def send_notify(self, notify: Notify) -> NotifyResult:
        """Let Asterisk send a NOTIFY to one contact.

        Raises PbxError when it could not be handed over.
        """
        session = self._session
        if session is None or not self._is_up:
            raise PbxError("the link to Asterisk is down")
        endpoint = self._table.sole_endpoint(notify.aor, notify.uri)
        answer = session.submit(notifying.ACTION, notifying.notify_fields(notify, endpoint))
        answer.is_whole.wait(NOTIFY_S)
        if answer.frame is None:
            return NotifyResult(outcome=NotifyOutcome.NO_ANSWER, evidence=notifying.UNKNOWN)
        accepted(notifying.ACTION, answer)
        return notifying.sent(endpoint)

    def check(self) -> LinkCheck:
        """Log in a second time and say what was found."""
        return check_link(self._settings)

    def _run(self, sink: LinkSink) -> None:
        while not self._stopping.is_set():
            began = time.monotonic()
            problem = self._live(sink)
            lost_at = self._let_go()
            if time.monotonic() - began >= self._pace.steady_s:
                self._failures = 0
            if not self._stopping.is_set():
                self._complain(sink, problem.message, lost_at)
                self._stopping.wait(self._next_wait_s(problem))
        if self._is_up:
            self._complain(sink, STOPPED, utc_now())

    def _live(self, sink: LinkSink) -> PbxError:
        """Connect and keep watch; return why that ended."""
        watch: Watch | None = None
        try:
            wire = open_wire(self._settings)
            session = AmiSession(wire, answer_s=self._pace.answer_s, is_over=self._stopping.is_set)
            self._session = session
            watch = Watch(session, self._table, sink, self._pace)
            watch.begin(self._settings)
            self._is_up, self._complaint = True, None
            while not self._stopping.is_set():
                watch.step()
        except PbxError as error:
            return PbxError(watch.farewell, permanent=False) if watch and watch.farewell else error
        except Exception as error:  # the border of a thread: the link must come back
            log.exception("asterisk link failed")
            return PbxError(f"unexpected answer: {type(error).__name__}")
        return PbxError(STOPPED)

    def _let_go(self) -> datetime:
        """Close the connection and return until when it told anything."""
        session, self._session = self._session, None
        now = utc_now()
        if session is None:
            return now
        session.close()
        lost_at = now - timedelta(seconds=time.monotonic() - session.heard_at)
        if self._is_up:
            self._table.note_lost(lost_at)
        return lost_at

    def _complain(self, sink: LinkSink, reason: str, lost_at: datetime) -> None:
        """Report that the link is down, once for each reason."""
        at = lost_at if self._is_up else utc_now()
        self._is_up = False
        if reason != self._complaint:
            self._complaint = reason
            sink.observe(LinkChanged(status=LinkStatus.DOWN, at=at, reason=reason))

    def _next_wait_s(self, problem: PbxError) -> float:
        steps = self._pace.back_off_s
        wait_s = steps[min(self._failures, len(steps) - 1)]
        self._failures += 1
        if problem.permanent:
            wait_s = self._pace.refused_s
        return wait_s * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - no secret
