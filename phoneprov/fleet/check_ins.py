"""Check-ins: gathered while phones are answered, written together once a second."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from phoneprov.fleet.contact_signs import agent_model
from phoneprov.fleet.events import write_event
from phoneprov.fleet.models import CheckIn, Phone, UnknownMac
from phoneprov.fleet.past_versions import say_change
from phoneprov.fleet.refresh import refresh_statuses

MOST_WAITING = 100_000
MOST_UNKNOWN = 1_000
KEPT_FOR = timedelta(days=8)
LONGEST_AGENT = 250
LONGEST_QUOTE = 120
LONGEST_REVISION = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInNote:
    """One answered request of a known phone, until it is written."""

    phone_id: int
    at: datetime
    method: str
    file_name: str
    answer: int
    size_bytes: int
    address: str
    admitted_by: str
    user_agent: str
    is_admitted: bool
    revision: int | None = None
    """Revision of the whole config that went out (or that the phone has, at 304)."""
    firmware: str | None = None
    hardware: str | None = None
    told_models: tuple[str, ...] = ()
    """Slugs of the models that go by the name in its User-Agent."""
    told_mac: str = ""
    has_agent_facts: bool = False
    is_tls: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownNote:
    """A request for a MAC address that is nobody's phone."""

    mac: str
    at: datetime
    address: str
    user_agent: str
    file_name: str


class CheckInBuffer:
    """What was answered and is not yet written; bounded, so that a storm can't fill memory."""

    def __init__(self) -> None:
        self._known: deque[Callable[[], CheckInNote]] = deque(maxlen=MOST_WAITING)
        self._returned: deque[CheckInNote] = deque(maxlen=MOST_WAITING)
        self._unknown: deque[UnknownNote] = deque(maxlen=MOST_UNKNOWN)
        self._lock = threading.Lock()

    def add(self, note: Callable[[], CheckInNote]) -> None:
        """Take a note (any thread); what it says is put together later, when nobody waits."""
        self._known.append(note)

    def add_unknown(self, note: UnknownNote) -> None:
        """Take a note of an unknown MAC (any thread)."""
        self._unknown.append(note)

    def drain(self) -> tuple[list[CheckInNote], list[UnknownNote]]:
        """Return all notes and forget them."""
        with self._lock:
            known = [*self._returned, *(self._known.popleft()() for _ in range(len(self._known)))]
            self._returned.clear()
            unknown = [self._unknown.popleft() for _ in range(len(self._unknown))]
        return known, unknown

    def put_back(self, known: Sequence[CheckInNote], unknown: Sequence[UnknownNote]) -> None:
        """Take notes back that could not be written (database busy); the oldest stay first."""
        with self._lock:
            self._returned.extendleft(reversed(known))
            self._unknown.extendleft(reversed(unknown))


def record_check_ins(session: Session, notes: Sequence[CheckInNote], now: datetime) -> set[int]:
    """Write notes to their phones and transcripts; return the phones that were admitted."""
    if not notes:
        return set()
    phones = {
        phone.id: phone
        for phone in session.scalars(
            select(Phone).where(Phone.id.in_({note.phone_id for note in notes}))
        )
    }
    kept = [note for note in notes if note.phone_id in phones]
    if kept:
        session.execute(insert(CheckIn), [_row(note) for note in kept])
    for note in kept:
        if note.is_admitted:
            _apply(session, phones[note.phone_id], note)
        else:
            _note_refusal(session, phones[note.phone_id], note)
    admitted = {note.phone_id for note in kept if note.is_admitted}
    refresh_statuses(session, admitted, now)
    return admitted


def record_unknown_macs(session: Session, notes: Sequence[UnknownNote]) -> None:
    """Remember who asked with an unknown MAC; the oldest beyond a thousand are forgotten."""
    for note in notes:
        row = session.get(UnknownMac, note.mac)
        if row is None:
            row = UnknownMac(mac=note.mac, first_seen_at=note.at, count=0)
            session.add(row)
        row.count += 1
        row.last_seen_at = note.at
        row.address = note.address
        row.user_agent = note.user_agent[:LONGEST_AGENT]
        row.file_name = note.file_name
    if notes:
        session.flush()
        oldest_kept = (
            select(UnknownMac.last_seen_at)
            .order_by(UnknownMac.last_seen_at.desc())
            .offset(MOST_UNKNOWN)
            .limit(1)
        )
        limit = session.scalar(oldest_kept)
        if limit is not None:
            session.execute(delete(UnknownMac).where(UnknownMac.last_seen_at <= limit))


def forget_old_check_ins(session: Session, now: datetime) -> int:
    """Delete transcripts older than eight days; return how many rows went."""
    result = session.execute(delete(CheckIn).where(CheckIn.at < now - KEPT_FOR))
    return int(result.rowcount)  # type: ignore[attr-defined]


def _row(note: CheckInNote) -> dict[str, object]:
    return {
        "phone_id": note.phone_id,
        "at": note.at,
        "method": note.method,
        "file_name": note.file_name,
        "answer": note.answer,
        "size_bytes": note.size_bytes,
        "address": note.address,
        "is_tls": note.is_tls,
        "admitted_by": note.admitted_by,
        "revision": note.revision,
        "user_agent": note.user_agent[:LONGEST_AGENT],
    }


def _apply(session: Session, phone: Phone, note: CheckInNote) -> None:
    """Bring the phone's facts up to a note; an older note never takes a newer fact back."""
    if phone.first_check_in_at is None:
        phone.first_check_in_at, phone.came_by = note.at, note.admitted_by
        write_event(session, phone.id, "config", f"First check-in from {note.address}.", at=note.at)
    if phone.refused_at is not None and note.at >= phone.refused_at:
        phone.refused_at, phone.refused_by = None, ""
    if phone.last_check_in_at is None or note.at >= phone.last_check_in_at:
        phone.last_check_in_at = note.at
        phone.poll_missed_at = None
        phone.ip_address, phone.ip_seen_at = note.address, note.at
        if note.has_agent_facts:
            _apply_agent(session, phone, note)
    if note.revision is not None and (phone.fetched_at is None or note.at >= phone.fetched_at):
        if phone.fetched_revision != note.revision:
            text = f"Took its config (revision {note.revision})."
            write_event(session, phone.id, "config", text, at=note.at)
        phone.fetched_revision, phone.fetched_at = note.revision, note.at


def _apply_agent(session: Session, phone: Phone, note: CheckInNote) -> None:
    phone.user_agent = note.user_agent[:LONGEST_AGENT]
    phone.agent_model = agent_model(note.user_agent)
    if note.firmware:
        if phone.firmware and phone.firmware != note.firmware:
            text = say_change(phone.firmware, note.firmware)
            write_event(session, phone.id, "config", text, at=note.at)
        phone.firmware, phone.firmware_seen_at = note.firmware, note.at
    if note.hardware:
        phone.hardware_revision = note.hardware[:LONGEST_REVISION]
    is_as_told = phone.model_slug in note.told_models or not note.told_models
    told_model = "" if is_as_told else note.told_models[0]
    if told_model != phone.told_model:
        phone.told_model = told_model
        if told_model:
            text = f"The phone says that it is another model: “{note.user_agent[:LONGEST_QUOTE]}”."
            write_event(session, phone.id, "warning", text, at=note.at)
    phone.told_mac = ""


def _note_refusal(session: Session, phone: Phone, note: CheckInNote) -> None:
    """Somebody asked for this phone's files and got nothing, perhaps it itself."""
    known_at = max(filter(None, (phone.last_check_in_at, phone.refused_at)), default=note.at)
    if note.at >= known_at:
        phone.refused_at, phone.refused_by = note.at, note.admitted_by
    if note.told_mac and phone.told_mac != note.told_mac:
        phone.told_mac = note.told_mac
        text = f"A phone that calls itself {note.told_mac} asked for this phone's files."
        write_event(session, phone.id, "warning", text, at=note.at)
