"""Brings the derived columns of phones up to date with their facts."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from phoneprov.fleet.events import write_event
from phoneprov.fleet.models import Phone, Registration
from phoneprov.fleet.status import ContactFacts, PhoneFacts, PhoneStatus, Verdict, derive_status
from phoneprov.pbx.kinds import PbxKind
from phoneprov.pbx.models import Pbx

BATCH = 500


def refresh_statuses(session: Session, phone_ids: Collection[int], now: datetime) -> int:
    """Derive the status of these phones anew and keep what changed; return how many changed.

    The change is a compare-and-set on the old status: of two processes that see the same
    deadline pass, one writes it and its event.
    """
    changed = 0
    ids = sorted(phone_ids)
    session.flush()
    for start in range(0, len(ids), BATCH):
        changed += _refresh_batch(session, ids[start : start + BATCH], now)
    return changed


def mark_overdue_phones_offline(session: Session, now: datetime) -> int:
    """Derive anew each phone whose own deadline has passed; return how many changed."""
    due = session.scalars(
        select(Phone.id).where(Phone.recheck_after.is_not(None), Phone.recheck_after <= now)
    ).all()
    return refresh_statuses(session, due, now)


def phone_facts(
    phone: Phone, contacts: Iterable[Registration], heard: Mapping[int, datetime | None]
) -> PhoneFacts:
    """Return the facts that a phone's status is derived from.

    `heard`: when each PBX that posts to us did so last, by its id.
    """
    return PhoneFacts(
        is_disabled=phone.disabled_at is not None,
        has_extension=phone.extension_id is not None,
        first_check_in_at=phone.first_check_in_at,
        last_check_in_at=phone.last_check_in_at,
        contacts=tuple(_contact_facts(one, heard.get(one.pbx_id)) for one in contacts),
        last_registered_at=phone.last_registered_at,
        keepalive_limit=timedelta(seconds=phone.tenant.keepalive_limit_s),
        updating_until=phone.updating_until,
        updating_to=phone.updating_to,
    )


def _contact_facts(contact: Registration, known_until: datetime | None) -> ContactFacts:
    return ContactFacts(
        registered_at=contact.registered_at,
        expires_at=contact.expires_at,
        gone_at=contact.gone_at,
        reachability=contact.reachability,
        is_probed=contact.is_probed,
        is_watched=contact.is_watched,
        keepalive_at=contact.keepalive_at,
        round_trip_us=contact.round_trip_us,
        unconfirmed_since_at=contact.unconfirmed_since_at,
        known_until=known_until,
    )


def _refresh_batch(session: Session, ids: Collection[int], now: datetime) -> int:
    phones = session.scalars(
        select(Phone)
        .where(Phone.id.in_(ids))
        .options(joinedload(Phone.tenant))
        .execution_options(populate_existing=True)
    ).all()
    contacts: dict[int, list[Registration]] = {}
    for contact in session.scalars(
        select(Registration)
        .where(Registration.phone_id.in_(ids))
        .execution_options(populate_existing=True)
    ):
        contacts.setdefault(contact.phone_id or 0, []).append(contact)
    heard = read_heard(session)
    changed = 0
    for phone in phones:
        own = contacts.get(phone.id, [])
        _keep_latest(phone, own)
        verdict = derive_status(phone_facts(phone, own, heard), now)
        changed += _settle(session, phone, verdict, now)
    return changed


def read_heard(session: Session) -> Mapping[int, datetime | None]:
    """Return when each PBX that posts to us did so last; for other kinds its link tells."""
    query = select(Pbx.id, Pbx.heard_at).where(Pbx.kind == PbxKind.WEBHOOK.value)
    return {row.id: row.heard_at for row in session.execute(query)}


def _settle(session: Session, phone: Phone, verdict: Verdict, now: datetime) -> bool:
    if phone.recheck_after != verdict.recheck_after:
        phone.recheck_after = verdict.recheck_after
    if phone.unconfirmed_since_at != verdict.unconfirmed_since_at:
        phone.unconfirmed_since_at = verdict.unconfirmed_since_at
    if phone.status == verdict.status:
        if phone.status_reason != verdict.reason:
            phone.status_reason = verdict.reason
        return False
    return _change_status(session, phone, verdict, now)


def _keep_latest(phone: Phone, contacts: list[Registration]) -> None:
    """Keep the latest times on the phone itself; contacts are forgotten.

    A PBX that can't tell when a phone registered last still shows that it had by the moment it
    was first seen there.
    """
    registered = [c.registered_at for c in contacts if c.registered_at]
    if not registered and phone.last_registered_at is None:
        registered = [c.observed_at for c in contacts if c.gone_at is None]
    signs = [c.keepalive_at for c in contacts if c.keepalive_at] + registered
    if registered and (not phone.last_registered_at or max(registered) > phone.last_registered_at):
        phone.last_registered_at = max(registered)
    if signs and (not phone.last_keepalive_at or max(signs) > phone.last_keepalive_at):
        phone.last_keepalive_at = max(signs)


def _change_status(session: Session, phone: Phone, verdict: Verdict, now: datetime) -> bool:
    before = PhoneStatus(phone.status)
    since = phone.status_since_at
    session.flush()
    result = session.execute(
        update(Phone)
        .where(Phone.id == phone.id, Phone.status == before)
        .values(status=verdict.status, status_reason=verdict.reason, status_since_at=now)
        .execution_options(synchronize_session="fetch")
    )
    if not result.rowcount:  # type: ignore[attr-defined]
        return False
    detail: dict[str, object] = {"from": before.value, "to": verdict.status.value}
    text = f"{verdict.status.label}: {verdict.reason}"
    if before is PhoneStatus.OFFLINE:
        away_s = int((now - since).total_seconds())
        detail["away_s"] = away_s
        text = f"Back after {away_s} s offline. {text}"
    write_event(session, phone.id, "status", text, at=now, detail=detail)
    return True
