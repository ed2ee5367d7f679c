"""What the PBX links observe, applied to the registrations that are kept.

State is kept per contact (address of record and contact URI), and an observation older than
what is known changes nothing: a new contact that arrives before the old one is removed never
looks like a phone that left.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, delete, func, or_, select, update
from sqlalchemy.orm import Session

from phoneprov.fleet.absence import Absence
from phoneprov.fleet.contact_signs import read_signs
from phoneprov.fleet.incoming import fit_contact, fit_contacts
from phoneprov.fleet.matching import (
    DIRECT_PREFIX,
    Candidates,
    Match,
    list_candidates,
    match_contact,
)
from phoneprov.fleet.models import Phone, Registration
from phoneprov.pbx.link import ContactGone, ContactSeen, ContactState, Reachability, Snapshot
from phoneprov.pbx.models import Pbx
from phoneprov.tenancy.models import Tenant

KEPT_AFTER_GONE = timedelta(days=7)
EXPIRY_JITTER = timedelta(seconds=2)
COPIED = (
    "user_agent",
    "source",
    "call_id",
    "send_via",
    "expires_at",
    "reachability",
    "is_probed",
    "is_watched",
    "is_in_call",
    "round_trip_us",
)


def apply_snapshot(session: Session, pbx_id: int, snapshot: Snapshot) -> set[int]:
    """Bring the registrations of a PBX up to a snapshot; return the phones it touches."""
    known = _by_contact(session, Registration.pbx_id == pbx_id)
    touched: set[int] = set()
    contacts = tuple(fit_contacts(snapshot.contacts))
    new = [c for c in contacts if _is_unmatched(known.get(_key(c)), c)]
    candidates: Mapping[str, Candidates] = {}
    if new:
        candidates = list_candidates(session, pbx_id, new)
    for contact in contacts:
        row = known.pop(_key(contact), None)
        match = _match(contact, candidates) if _is_unmatched(row, contact) else None
        row = row or _new_row(session, pbx_id, contact, snapshot.taken_at)
        touched |= _apply(row, contact, match=match, at=snapshot.taken_at)
    absence = Absence(
        taken_at=snapshot.taken_at,
        pbx_started_at=snapshot.pbx_started_at,
        is_memory_only=snapshot.is_memory_only,
    )
    for row in known.values():
        touched |= _apply_absence(row, absence)
    return touched


def apply_contact(
    session: Session, pbx_id: int, contact: ContactState, observed_at: datetime
) -> set[int]:
    """Apply a single contact that is new, refreshed or changed its reachability."""
    return apply_contacts(session, pbx_id, [ContactSeen(contact=contact, observed_at=observed_at)])


def apply_contacts(session: Session, pbx_id: int, seen: Sequence[ContactSeen]) -> set[int]:
    """Apply contacts in the order they were seen; costs a few queries however many there are."""
    touched: set[int] = set()
    told: list[ContactSeen] = []
    for one in seen:
        fitting = fit_contact(one.contact)
        if fitting is None:
            continue
        if fitting.aor.startswith(DIRECT_PREFIX):
            touched |= _apply_probe(session, fitting, one.observed_at)
        else:
            told.append(replace(one, contact=fitting))
    aors = {one.contact.aor for one in told}
    which = (Registration.pbx_id == pbx_id, Registration.aor.in_(aors))
    known = _by_contact(session, *which) if told else {}
    candidates: Mapping[str, Candidates] = {}
    if any(_is_unmatched(known.get(_key(one.contact)), one.contact) for one in told):
        candidates = list_candidates(session, pbx_id, [one.contact for one in told])
    for one in told:
        contact, at = one.contact, one.observed_at
        row = known.get(_key(contact))
        match = _match(contact, candidates) if _is_unmatched(row, contact) else None
        row = known[_key(contact)] = row or _new_row(session, pbx_id, contact, at)
        touched |= _apply(row, contact, match=match, at=at)
    return touched


def apply_gone(session: Session, pbx_id: int, gone: ContactGone) -> set[int]:
    """Apply that a contact (or all of an AOR) was removed."""
    query = select(Registration).where(
        Registration.pbx_id == pbx_id,
        Registration.aor == gone.aor,
        Registration.gone_at.is_(None),
        Registration.observed_at <= gone.observed_at,
    )
    if gone.uri:
        query = query.where(Registration.uri == gone.uri)
    touched: set[int] = set()
    for row in session.scalars(query):
        _mark_gone(row, gone.observed_at, gone.reason)
        if row.phone_id:
            touched.add(row.phone_id)
    return touched


def freeze_contacts(session: Session, pbx_id: int, lost_at: datetime) -> set[int]:
    """Mark that nothing new is known of a PBX's contacts since `lost_at`.

    Returns the phones; their status stays what it was.
    """
    which = (
        Registration.pbx_id == pbx_id,
        Registration.gone_at.is_(None),
        Registration.unconfirmed_since_at.is_(None),
    )
    touched = {one for one in session.scalars(select(Registration.phone_id).where(*which)) if one}
    session.execute(update(Registration).where(*which).values(unconfirmed_since_at=lost_at))
    return touched


def freeze_after_start(session: Session) -> set[int]:
    """Mark all contacts as known up to their last sign of life: we ourselves were away.

    Those that their PBX watches show no signs between its snapshots, so the last of these counts.
    """
    which = (Registration.gone_at.is_(None), Registration.unconfirmed_since_at.is_(None))
    touched = {one for one in session.scalars(select(Registration.phone_id).where(*which)) if one}
    last_sign = func.coalesce(
        Registration.keepalive_at, Registration.registered_at, Registration.observed_at
    )
    looked_at = select(Pbx.snapshot_at).where(Pbx.id == Registration.pbx_id).scalar_subquery()
    known_until = case(
        (Registration.is_watched, func.coalesce(looked_at, last_sign)), else_=last_sign
    )
    session.execute(update(Registration).where(*which).values(unconfirmed_since_at=known_until))
    return touched


def forget_old_registrations(session: Session, now: datetime) -> int:
    """Delete contacts that have been gone for a week; return how many."""
    limit = now - KEPT_AFTER_GONE
    result = session.execute(
        delete(Registration).where(
            or_(
                Registration.gone_at < limit,
                Registration.phone_id.is_(None) & Registration.gone_at.is_not(None),
            )
        )
    )
    return int(result.rowcount)  # type: ignore[attr-defined]


def is_late(row: Registration, at: datetime) -> bool:
    """Tell whether something newer is known of a contact, its end included."""
    return at < row.observed_at or (row.gone_at is not None and at < row.gone_at)


def _is_unmatched(row: Registration | None, contact: ContactState) -> bool:
    return row is None or row.phone_id is None or row.user_agent != contact.user_agent


def _match(contact: ContactState, candidates: Mapping[str, Candidates]) -> Match:
    return match_contact(contact, candidates[contact.aor])


def _key(contact: ContactState) -> tuple[str, str]:
    return contact.aor, contact.uri


def _by_contact(
    session: Session, *which: ColumnElement[bool]
) -> dict[tuple[str, str], Registration]:
    rows = session.scalars(select(Registration).where(*which))
    return {(row.aor, row.uri): row for row in rows}


def _new_row(session: Session, pbx_id: int, contact: ContactState, at: datetime) -> Registration:
    row = Registration(pbx_id=pbx_id, aor=contact.aor, uri=contact.uri, observed_at=at)
    session.add(row)
    return row


def _apply(
    row: Registration, contact: ContactState, *, match: Match | None, at: datetime
) -> set[int]:
    """Write a contact to its row; return its phone if anything changed."""
    if is_late(row, at):
        return set()
    before = row.phone_id
    if match is not None and (row.phone_id, row.match_note) != (match.phone_id, match.note):
        row.phone_id, row.match_note = match.phone_id, match.note
    changed = _copy(row, contact) or before != row.phone_id
    if changed:
        row.observed_at = at
    return {one for one in (before, row.phone_id) if one} if changed else set()


def _copy(row: Registration, contact: ContactState) -> bool:
    values = {name: getattr(contact, name) for name in COPIED}
    values |= read_signs(contact.uri, contact.source, contact.user_agent)
    values["registered_at"] = _later(row.registered_at, contact.registered_at)
    values["keepalive_at"] = _later(row.keepalive_at, contact.keepalive_at)
    values |= {"gone_at": None, "gone_reason": "", "unconfirmed_since_at": None}
    if row.expires_at and contact.expires_at:
        values["expires_at"] = _steady(row.expires_at, contact.expires_at)
    changed = False
    for name, value in values.items():
        if getattr(row, name) != value:
            setattr(row, name, value)
            changed = True
    return changed


def _apply_absence(row: Registration, absence: Absence) -> set[int]:
    if row.gone_at is not None or row.observed_at > absence.taken_at:
        return set()
    if row.aor.startswith(DIRECT_PREFIX):
        return set()
    if not absence.is_proof(row):
        return _leave_open(row)
    _mark_gone(row, absence.taken_at, "not in the registrar's table")
    return {row.phone_id} if row.phone_id else set()


def _leave_open(row: Registration) -> set[int]:
    """Mark a contact as known up to its last sign of life: its absence proves nothing yet."""
    if row.unconfirmed_since_at is not None:
        return set()
    row.unconfirmed_since_at = row.keepalive_at or row.registered_at or row.observed_at
    return {row.phone_id} if row.phone_id else set()


def _mark_gone(row: Registration, at: datetime, reason: str) -> None:
    if row.is_watched and row.reachability is Reachability.REACHABLE:
        row.keepalive_at = _later(row.keepalive_at, row.unconfirmed_since_at or at)
    row.gone_at = at
    row.gone_reason = reason[:100]
    row.unconfirmed_since_at = None


def _apply_probe(session: Session, contact: ContactState, at: datetime) -> set[int]:
    """Apply an OPTIONS result of the direct link to what the phone told by action URL.

    Silence says something only of a phone that has answered before: one behind NAT never does, and
    must not be called Offline for it.
    """
    phone_id = int(contact.aor.removeprefix(DIRECT_PREFIX))
    touched: set[int] = set()
    rows = session.scalars(
        select(Registration)
        .join(Phone, Phone.id == Registration.phone_id)
        .join(Tenant, Tenant.id == Phone.tenant_id)
        .where(
            Registration.phone_id == phone_id,
            Registration.pbx_id == Tenant.pbx_id,
            Registration.gone_at.is_(None),
        )
    )
    for row in rows:
        if at < row.observed_at:
            continue
        if not row.is_probed and contact.reachability is not Reachability.REACHABLE:
            continue
        row.reachability = contact.reachability
        row.is_probed = True
        row.round_trip_us = contact.round_trip_us
        row.keepalive_at = _later(row.keepalive_at, contact.keepalive_at)
        row.unconfirmed_since_at = None
        row.observed_at = at
        touched.add(phone_id)
    return touched


def _steady(kept: datetime, told: datetime) -> datetime:
    """Keep an expiry that a PBX tells as whole seconds left, and so a little off each time."""
    return kept if abs(kept - told) <= EXPIRY_JITTER else told


def _later(first: datetime | None, second: datetime | None) -> datetime | None:
    if first is None or second is None:
        return first or second
    return max(first, second)
