"""Runs the PBX links: one per active PBX, and one thread that writes what they observe."""

import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from phoneprov.catalog.catalog import Catalog
from phoneprov.core.clock import utc_now
from phoneprov.core.errors import PbxError
from phoneprov.core.precedence import in_background
from phoneprov.fleet.matching import DIRECT_PREFIX
from phoneprov.fleet.models import Phone, Registration
from phoneprov.operations.observations import apply_observations, mark_links_unknown
from phoneprov.pbx.kinds import make_link
from phoneprov.pbx.link import (
    LinkSettings,
    Notify,
    NotifyResult,
    Observation,
    PbxLink,
    ProbeTarget,
)
from phoneprov.pbx.models import Pbx
from phoneprov.pbx.pbxs import link_settings
from phoneprov.tenancy.models import Extension, Tenant

log = structlog.get_logger(__name__)

MOST_WAITING = 20_000
MOST_AT_ONCE = 500
TICK_S = 0.5
STOP_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PbxFacts:
    """What a running link was made of; another value means a new link."""

    pbx_id: int
    kind: str
    settings: LinkSettings


class QueueSink:
    """Takes what one link observes and puts it into the supervisor's queue."""

    def __init__(
        self,
        pbx_id: int,
        waiting: "queue.Queue[tuple[int, Observation]]",
        targets: Callable[[], Sequence[ProbeTarget]],
    ) -> None:
        self._pbx_id = pbx_id
        self._waiting = waiting
        self._targets = targets

    def observe(self, observation: Observation) -> None:
        """Queue an observation; a full queue drops it, the next snapshot makes up for it."""
        try:
            self._waiting.put_nowait((self._pbx_id, observation))
        except queue.Full:
            log.warning("link observations dropped", pbx=self._pbx_id)

    def probe_targets(self) -> Sequence[ProbeTarget]:
        """Return the phones that the direct link should probe now."""
        return self._targets()


class LinkSupervisor:
    """Keeps a link running for each active PBX."""

    def __init__(self, *, catalog: Catalog, sessions: sessionmaker[Session]) -> None:
        self._catalog = catalog
        self._sessions = sessions
        self.waiting: queue.Queue[tuple[int, Observation]] = queue.Queue(MOST_WAITING)
        self._links: dict[PbxFacts, PbxLink] = {}
        self._reload = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def is_running(self) -> bool:
        """Whether this process holds the links."""
        return self._thread is not None

    def start(self) -> None:
        """Start the links and the thread that writes their observations; also after `stop`."""
        with self._sessions.begin() as session:
            mark_links_unknown(session, utc_now())
        self._stopping.clear()
        self._reload.set()
        self._thread = threading.Thread(target=self._run, name="phoneprov-links", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop all links and write what they had observed."""
        if self._thread is None:
            return
        self._stopping.set()
        self._thread.join(STOP_S)
        self._thread = None
        for link in self._links.values():
            link.stop()
        self._links.clear()

    def reload_soon(self) -> None:
        """Look at the PBXs again within half a second: one was added, changed or removed."""
        self._reload.set()

    def send_notify(self, pbx_id: int, notify: Notify) -> NotifyResult:
        """Send a NOTIFY through the PBX's link.

        Raises PbxError when there is no running link, or it could not hand the NOTIFY over.
        """
        for facts, link in list(self._links.items()):
            if facts.pbx_id == pbx_id:
                return link.send_notify(notify)
        raise PbxError("the link to this PBX is not running")

    def _run(self) -> None:
        while not self._stopping.is_set():
            if self._reload.is_set():
                self._reload.clear()
                self._match_links()
            self._write(self._gather())
        self._write(self._gather())

    def _gather(self) -> list[tuple[int, Observation]]:
        gathered: list[tuple[int, Observation]] = []
        try:
            gathered.append(self.waiting.get(timeout=TICK_S))
            while len(gathered) < MOST_AT_ONCE:
                gathered.append(self.waiting.get_nowait())
        except queue.Empty:
            pass
        return gathered

    def _write(self, gathered: list[tuple[int, Observation]]) -> None:
        if not gathered:
            return
        try:
            with in_background(), self._sessions.begin() as session:
                apply_observations(session, gathered, utc_now())
        except SQLAlchemyError:
            log.exception("observations not written", count=len(gathered))

    def _match_links(self) -> None:
        """Start links of new PBXs, stop those of removed ones, renew changed ones."""
        try:
            with self._sessions() as session:
                wanted = {_facts(row) for row in session.scalars(select(Pbx).where(Pbx.is_active))}
        except SQLAlchemyError:
            log.exception("PBXs not read")
            self._reload.set()
            return
        for facts in set(self._links) - wanted:
            self._links.pop(facts).stop()
        for facts in wanted - set(self._links):
            link = make_link(facts.kind, facts.settings)
            self._links[facts] = link
            link.start(QueueSink(facts.pbx_id, self.waiting, _targets_of(self._sessions, facts)))


def _facts(row: Pbx) -> PbxFacts:
    return PbxFacts(pbx_id=row.id, kind=row.kind, settings=link_settings(row))


def _targets_of(
    sessions: sessionmaker[Session], facts: PbxFacts
) -> Callable[[], Sequence[ProbeTarget]]:
    def read_targets() -> Sequence[ProbeTarget]:
        with sessions() as session:
            return _list_targets(session, facts.pbx_id)

    return read_targets


def _list_targets(session: Session, pbx_id: int) -> Sequence[ProbeTarget]:
    """Return the phones of a PBX that told us they are registered, at their last address."""
    query = (
        select(Phone.id, Registration.source, Extension.sip_user, Pbx.transport)
        .join(Registration, Registration.phone_id == Phone.id)
        .join(Extension, Extension.id == Phone.extension_id)
        .join(Tenant, Tenant.id == Phone.tenant_id)
        .join(Pbx, Pbx.id == Tenant.pbx_id)
        .where(
            Pbx.id == pbx_id,
            Registration.pbx_id == pbx_id,
            Registration.gone_at.is_(None),
            Phone.disabled_at.is_(None),
        )
    )
    targets = []
    for phone_id, source, user, transport in session.execute(query):
        host, _, port = source.rpartition(":")
        if host and port.isdigit():
            key = f"{DIRECT_PREFIX}{phone_id}"
            targets.append(
                ProbeTarget(key=key, host=host, port=int(port), user=user, transport=transport)
            )
    return targets
