"""What is done with one connection to Asterisk: the first list, then events, lists and pings."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from phoneprov.core.clock import utc_now
from phoneprov.pbx.asterisk.contacts import (
    LIST_ACTION,
    ContactDetail,
    read_change,
    read_detail,
)
from phoneprov.pbx.asterisk.frames import Frame
from phoneprov.pbx.asterisk.session import AmiSession
from phoneprov.pbx.asterisk.table import ContactTable
from phoneprov.pbx.link import (
    ContactState,
    LinkChanged,
    LinkSettings,
    LinkSink,
    LinkStatus,
    Snapshot,
)

LOOK_S = 0.5
REST_AFTER_LIST = 5
"""A list is asked again for new contacts after this many times what the last one took."""
DEAF = (
    "Asterisk tells no changes, so they are seen up to half a minute late: let the eventfilter "
    "lines of the AMI user in manager.conf pass ContactStatus"
)
SHUT_DOWN, RESTARTS = "Asterisk was shut down", "Asterisk is restarting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often the link looks and how long it waits, in seconds."""

    ping_s: float = 10.0
    """Between two signs that the connection is alive."""
    answer_s: float = 8.0
    """Longest silence in which an answer is due: with `ping_s` a dead link shows within 18 s."""
    snapshot_s: float = 300.0
    look_s: float = 30.0
    """Between two looks at the list as long as no event has come: a filter may keep them away."""
    new_contact_s: float = 0.5
    """How long new contacts gather before the list is asked whose they are."""
    back_off_s: tuple[float, ...] = (1.0, 2.0, 5.0, 10.0, 30.0)
    refused_s: float = 300.0
    """After a refused password or certificate, which only a person can put right."""
    steady_s: float = 30.0
    """A connection that lasted so long starts the back-off anew."""


class Watch:
    """Keeps a table of contacts up over one session, and reports what changes."""

    def __init__(
        self, session: AmiSession, table: ContactTable, sink: LinkSink, pace: Pace
    ) -> None:
        self._session = session
        self._table = table
        self._sink = sink
        self._pace = pace
        self._pbx_started_at: datetime | None = None
        self._hears_changes = False
        self._is_deaf = False
        self._ping_at = self._snapshot_at = self._look_at = 0.0
        self._rested_at = 0.0
        self._new_at: float | None = None
        self.farewell = ""
        """Why Asterisk said that it would close the connection."""

    def begin(self, settings: LinkSettings) -> None:
        """Log in, wait until Asterisk has started, and report all contacts.

        Raises PbxError.
        """
        self._session.log_in(settings.user, settings.secret)
        uptime_s = self._session.wait_until_booted().get("Uptime")
        if uptime_s.isdecimal() and len(uptime_s) < len("9999999999"):
            self._pbx_started_at = utc_now() - timedelta(seconds=int(uptime_s))
        self._take_events()
        taken_at, details = self._list()
        contacts = self._table.take_list(details, taken_at)
        self._sink.observe(LinkChanged(status=LinkStatus.UP, at=utc_now()))
        self._report_all(taken_at, contacts)
        self._ping_at = time.monotonic() + self._pace.ping_s

    def step(self) -> None:
        """Wait for the next thing to do, and do it. Raises PbxError when the link is lost."""
        due = [self._ping_at, self._snapshot_at]
        due += [] if self._hears_changes else [self._look_at]
        due += [] if self._new_at is None else [self._new_at]
        self._session.read(min(LOOK_S, min(due) - time.monotonic()))
        self._take_events()
        now = time.monotonic()
        if now >= self._snapshot_at:
            taken_at, details = self._list()
            self._report_all(taken_at, self._table.take_list(details, taken_at))
        elif (self._new_at is not None and now >= self._new_at) or self._should_look(now):
            self._report_news()
        if now >= self._ping_at:
            self._session.ask("Ping")
            self._ping_at = time.monotonic() + self._pace.ping_s

    def _should_look(self, now: float) -> bool:
        return not self._hears_changes and now >= self._look_at

    def _list(self) -> tuple[datetime, Sequence[ContactDetail]]:
        """Return the whole list and when it was asked for; events wait until it is taken."""
        taken_at, began = utc_now(), time.monotonic()
        frames = self._session.ask_list(LIST_ACTION)
        ended = time.monotonic()
        self._rested_at = ended + REST_AFTER_LIST * (ended - began)
        self._look_at = ended + self._pace.look_s
        self._new_at = None
        return taken_at, [detail for detail in map(read_detail, frames) if detail is not None]

    def _report_all(self, taken_at: datetime, contacts: Sequence[ContactState]) -> None:
        self._snapshot_at = time.monotonic() + self._pace.snapshot_s
        self._sink.observe(
            Snapshot(
                taken_at=taken_at,
                contacts=tuple(contacts),
                pbx_started_at=self._pbx_started_at,
            )
        )

    def _report_news(self) -> None:
        taken_at, details = self._list()
        news = self._table.take_news(details, taken_at)
        for one in news:
            self._sink.observe(one)
        if news and not self._hears_changes and not self._is_deaf:
            self._is_deaf = True
            self._sink.observe(LinkChanged(status=LinkStatus.UP, at=utc_now(), reason=DEAF))

    def _take_events(self) -> None:
        at = utc_now()
        for frame in self._session.take_events():
            self._take(frame, at)
        if self._table.has_new and self._new_at is None:
            self._new_at = max(time.monotonic() + self._pace.new_contact_s, self._rested_at)

    def _take(self, frame: Frame, at: datetime) -> None:
        if frame.event == "Shutdown":
            self.farewell = RESTARTS if frame.get("Restart") == "True" else SHUT_DOWN
            return
        change = read_change(frame)
        if change is None:
            return
        self._note_hearing(at)
        observation = self._table.take_change(change, at)
        if observation is not None:
            self._sink.observe(observation)

    def _note_hearing(self, at: datetime) -> None:
        self._hears_changes = True
        if self._is_deaf:
            self._is_deaf = False
            self._sink.observe(LinkChanged(status=LinkStatus.UP, at=at))
