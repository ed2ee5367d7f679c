"""The live link to a FreeSWITCH: reads all registrations, then follows the events."""

import random
import re
import threading
import time
from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog

from phoneprov.core.clock import utc_now
from phoneprov.core.errors import PbxError
from phoneprov.pbx.freeswitch.check import check_link
from phoneprov.pbx.freeswitch.contacts import Listed, read_profiles, read_registrations
from phoneprov.pbx.freeswitch.notify import send_notify
from phoneprov.pbx.freeswitch.socket import SNAPSHOT_S, EventSocket, check_word
from phoneprov.pbx.freeswitch.table import REASONS, ContactTable
from phoneprov.pbx.link import (
    LinkChanged,
    LinkCheck,
    LinkSettings,
    LinkSink,
    LinkStatus,
    Notify,
    NotifyResult,
    Snapshot,
)

log = structlog.get_logger(__name__)

PLAIN_EVENTS = ("HEARTBEAT", "SHUTDOWN")
SOFIA_EVENTS = (
    "sofia::register",
    "sofia::unregister",
    "sofia::expire",
    "sofia::sip_user_state",
)
BACK_OFF_S = (1.0, 2.0, 5.0, 10.0, 30.0)
HOPELESS_S = 60.0
"""Between two tries where asking again can't help until somebody mends it."""
JITTER = 0.2
TICK_S = 0.5
SNAPSHOT_EVERY_S = 300.0
LOOK_AGAIN_S = 15.0
"""Between two lists while a new phone has not been asked by OPTIONS yet."""
SILENT_S = 25.0
"""FreeSWITCH says HEARTBEAT every 20 s; after this long without a byte we ask it something."""
STOP_S = 2.0
START_JITTER = timedelta(seconds=2)

_UPTIME = re.compile(r"UP (\d+) years?, (\d+) days?, (\d+) hours?, (\d+) minutes?, (\d+) seconds?")


class FreeswitchLink:
    """A PbxLink over FreeSWITCH's event socket."""

    def __init__(self, settings: LinkSettings, *, silent_s: float = SILENT_S) -> None:
        self._settings = settings
        self._silent_s = silent_s
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._table = ContactTable()
        self._is_up = False
        self._failures = 0
        self._told: str | None = None
        self._started_at: datetime | None = None

    def start(self, sink: LinkSink) -> None:
        """Start reading and return at once."""
        self._thread = threading.Thread(
            target=self._run, args=(sink,), name="phoneprov-freeswitch", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop reading; a command in flight is left to its own timeout."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(STOP_S)

    def send_notify(self, notify: Notify) -> NotifyResult:
        """Send a NOTIFY to one registration, over a connection of its own.

        Raises PbxError when it could not be handed over, or the phone is not registered there
        any more: FreeSWITCH would say +OK all the same.
        """
        if not self._is_up:
            raise PbxError("there is no connection to FreeSWITCH now")
        held = self._table.find(notify.aor, notify.uri)
        if held is None:
            raise PbxError("the phone is no longer registered by this contact")
        with EventSocket(self._settings.address, self._settings.secret) as connection:
            return send_notify(connection, notify, held.send_via or notify.send_via)

    def check(self) -> LinkCheck:
        """Try the event socket and say what was found."""
        return check_link(self._settings)

    def _run(self, sink: LinkSink) -> None:
        while not self._stopping.is_set():
            try:
                with EventSocket(self._settings.address, self._settings.secret) as connection:
                    self._follow(sink, connection)
            except PbxError as error:
                self._stopping.wait(self._fail(sink, error))
            except Exception as error:  # the border of a thread: the link must try again
                log.exception("freeswitch link failed")
                unexpected = PbxError(f"unexpected answer: {type(error).__name__}")
                self._stopping.wait(self._fail(sink, unexpected))

    def _follow(self, sink: LinkSink, connection: EventSocket) -> None:
        """Subscribe, read all, then apply each event until the link is lost or stopped."""
        connection.listen(PLAIN_EVENTS, SOFIA_EVENTS)
        read_at = self._read_all(sink, connection)
        while not self._stopping.is_set():
            event = connection.next_event(TICK_S)
            if event is not None:
                self._apply(sink, event)
            if time.monotonic() - connection.heard_at > self._silent_s:
                connection.ask("status")
            waits = self._table.waits_for_pings(utc_now())
            if time.monotonic() - read_at > (LOOK_AGAIN_S if waits else SNAPSHOT_EVERY_S):
                read_at = self._read_all(sink, connection)

    def _read_all(self, sink: LinkSink, connection: EventSocket) -> float:
        """Report all registrations; what happens meanwhile is applied before them."""
        taken_at = utc_now()
        started_at = self._steady_start(taken_at, connection.ask("status"))
        listed: list[Listed] = []
        for profile in read_profiles(connection.ask("sofia xmlstatus")):
            command = f"sofia xmlstatus profile {check_word(profile, 'a profile')} reg"
            answer = connection.ask(command, wait_s=SNAPSHOT_S)
            listed += read_registrations(answer, profile, taken_at)
        if not self._is_up:
            self._is_up, self._failures, self._told = True, 0, None
            sink.observe(LinkChanged(status=LinkStatus.UP, at=taken_at))
        for event in connection.take_events():
            self._apply(sink, event)
        contacts = self._table.replace_all(listed, taken_at)
        sink.observe(Snapshot(taken_at=taken_at, contacts=contacts, pbx_started_at=started_at))
        return time.monotonic()

    def _apply(self, sink: LinkSink, event: Mapping[str, str]) -> None:
        now = utc_now()
        kind = event.get("event-subclass", "")
        if event.get("event-name") == "SHUTDOWN":
            raise PbxError("FreeSWITCH is shutting down")
        if kind == "sofia::register":
            seen = self._table.register(event, now)
        elif kind == "sofia::sip_user_state":
            seen = self._table.answer(event, now)
        else:
            seen = None
        if seen is not None:
            sink.observe(seen)
        if kind in REASONS:
            for gone in self._table.leave(event, now, event.get("reason") or REASONS[kind]):
                sink.observe(gone)

    def _steady_start(self, now: datetime, status: bytes) -> datetime | None:
        """Return since when FreeSWITCH runs; whole seconds of uptime make it waver."""
        found = _UPTIME.search(status.decode("utf-8", "replace"))
        if found is None:
            return None
        years, days, hours, minutes, seconds = (int(part) for part in found.groups())
        days = min(days + years * 365, 36_500)
        told = now - timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        if self._started_at is None or abs(told - self._started_at) > START_JITTER:
            self._started_at = told
        return self._started_at

    def _fail(self, sink: LinkSink, error: PbxError) -> float:
        """Report that the link is down, once for each reason; return the seconds to wait."""
        if self._stopping.is_set():
            return 0.0
        if error.message != self._told:
            self._told = error.message
            sink.observe(LinkChanged(status=LinkStatus.DOWN, at=utc_now(), reason=error.message))
        steps = BACK_OFF_S[min(self._failures, len(BACK_OFF_S) - 1)]
        wait_s = HOPELESS_S if error.permanent else steps
        self._failures += 1
        self._is_up = False
        return wait_s * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - spreads reconnects
