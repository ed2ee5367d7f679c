"""The live link to a Kamailio: reads its location table every few seconds."""

import random
import threading
from datetime import datetime, timedelta

import structlog

from phoneprov.core.clock import utc_now
from phoneprov.core.errors import PbxError
from phoneprov.core.text import as_sentence
from phoneprov.pbx.kamailio.contacts import read_dump
from phoneprov.pbx.kamailio.notify import send_notify
from phoneprov.pbx.kamailio.rpc import DUMP_S, KamailioRpc
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

BACK_OFF_S = (1.0, 2.0, 5.0, 5.0, 10.0)
"""A PBX that was away is seen again within 10 s, so that its phones are confirmed within 15."""
JITTER = 0.2
LEAST_OFTEN = timedelta(seconds=30)
"""A snapshot is reported at least this often, even when nothing changed."""
STOP_S = 2.0
LONGEST_UPTIME_S = 100 * 365 * 86_400
START_JITTER = timedelta(seconds=2)


class KamailioLink:
    """A PbxLink over Kamailio's JSON-RPC."""

    def __init__(self, settings: LinkSettings) -> None:
        self._settings = settings
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._failures = 0
        self._told: str | None = None
        self._is_up = False
        self._started_at: datetime | None = None
        self._reported: Snapshot | None = None
        self._probes = False
        """Whether a contact has ever answered an OPTIONS: the last ones left may be dead."""

    def start(self, sink: LinkSink) -> None:
        """Start polling and return at once."""
        self._thread = threading.Thread(
            target=self._run, args=(sink,), name="phoneprov-kamailio", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop polling; a request in flight is left to its own deadline."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(STOP_S)

    def send_notify(self, notify: Notify) -> NotifyResult:
        """Send a NOTIFY through Kamailio and wait for the phone's answer.

        Raises PbxError when it could not be handed over.
        """
        rpc = KamailioRpc(self._settings.address)
        return send_notify(rpc, notify, self._settings.sip_domain)

    def check(self) -> LinkCheck:
        """Try the RPC and say what was found."""
        rpc = KamailioRpc(self._settings.address)
        try:
            version = rpc.call("core.version")
            contacts = read_dump(rpc.call("ul.dump"), utc_now())
        except PbxError as error:
            return LinkCheck(is_ok=False, findings=(as_sentence(error.message),))
        pings = (
            "It sends OPTIONS to its contacts, so Online can be told from Registered."
            if any(contact.is_probed for contact in contacts)
            else "No contact has answered an OPTIONS yet; without usrloc's ka_mode phones stay "
            "Registered."
        )
        return LinkCheck(
            is_ok=True,
            findings=(
                f"Reached {str(version).strip()}.",
                f"Contacts in its location table: {len(contacts)}.",
                pings,
            ),
        )

    def _run(self, sink: LinkSink) -> None:
        rpc = KamailioRpc(self._settings.address)
        while not self._stopping.is_set():
            self._stopping.wait(self._poll(rpc, sink))

    def _poll(self, rpc: KamailioRpc, sink: LinkSink) -> float:
        """Look once; return the seconds until the next look."""
        try:
            snapshot = self._take_snapshot(rpc)
        except PbxError as error:
            return self._fail(sink, error)
        except Exception as error:  # the border of a thread: the link must look again
            log.exception("kamailio link failed")
            return self._fail(sink, PbxError(f"unexpected answer: {type(error).__name__}"))
        self._failures, self._told = 0, None
        if not self._is_up:
            self._is_up = True
            self._reported = None
            sink.observe(LinkChanged(status=LinkStatus.UP, at=snapshot.taken_at))
        if self._is_news(snapshot):
            self._reported = snapshot
            sink.observe(snapshot)
        return self._settings.poll_s

    def _take_snapshot(self, rpc: KamailioRpc) -> Snapshot:
        taken_at = utc_now()
        uptime = rpc.call("core.uptime")
        dump = rpc.call("ul.dump", answer_s=DUMP_S)
        contacts = read_dump(dump, taken_at, is_known_to_probe=self._probes)
        self._probes = any(contact.is_probed for contact in contacts) or self._probes
        return Snapshot(
            taken_at=taken_at,
            contacts=contacts,
            pbx_started_at=self._steady_start(taken_at, uptime),
            is_memory_only=True,
        )

    def _steady_start(self, now: datetime, uptime: object) -> datetime | None:
        """Return since when Kamailio runs; whole seconds of uptime make it waver, so it is kept."""
        if not isinstance(uptime, dict) or "uptime" not in uptime:
            return None
        seconds = uptime["uptime"]
        if not isinstance(seconds, int) or not 0 <= seconds <= LONGEST_UPTIME_S:
            return None
        told = now - timedelta(seconds=seconds)
        if self._started_at is None or abs(told - self._started_at) > START_JITTER:
            self._started_at = told
        return self._started_at

    def _is_news(self, snapshot: Snapshot) -> bool:
        last = self._reported
        if last is None or snapshot.taken_at - last.taken_at >= LEAST_OFTEN:
            return True
        return last.pbx_started_at != snapshot.pbx_started_at or _material(last) != _material(
            snapshot
        )

    def _fail(self, sink: LinkSink, error: PbxError) -> float:
        wait_s = BACK_OFF_S[min(self._failures, len(BACK_OFF_S) - 1)]
        if error.message != self._told:
            self._told = error.message
            sink.observe(LinkChanged(status=LinkStatus.DOWN, at=utc_now(), reason=error.message))
        self._failures += 1
        self._is_up = False
        return wait_s * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - spreads reconnects


def _material(snapshot: Snapshot) -> tuple[tuple[object, ...], ...]:
    """Return what makes one snapshot differ from another; the seconds left until expiry don't."""
    return tuple(
        (
            contact.aor,
            contact.uri,
            contact.user_agent,
            contact.source,
            contact.registered_at,
            contact.keepalive_at,
            contact.reachability,
            contact.is_probed,
        )
        for contact in snapshot.contacts
    )
