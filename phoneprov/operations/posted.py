"""Takes what a webhook PBX posts, and notices when it has fallen silent."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from phoneprov.fleet.models import Registration
from phoneprov.fleet.refresh import refresh_statuses
from phoneprov.fleet.registrations import apply_contact, apply_gone, is_late
from phoneprov.operations.observations import apply_observations
from phoneprov.pbx.kinds import PbxKind
from phoneprov.pbx.link import (
    ContactGone,
    ContactState,
    LinkChanged,
    LinkStatus,
    Reachability,
    Snapshot,
)
from phoneprov.pbx.models import Pbx
from phoneprov.pbx.webhook.posted import Posted, PostedEvent, PostedKind, Taken

_REASONS = {PostedKind.UNREGISTERED: "un-registered", PostedKind.EXPIRED: "expired"}


def take_posted(session: Session, pbx: Pbx, posted: Posted, now: datetime) -> Taken:
    """Apply a post. The same post again changes nothing, an older event neither.

    Even an empty one says that the PBX is there.
    """
    pbx.heard_at = max(now, pbx.heard_at or now)
    if pbx.link_status is not LinkStatus.UP:
        apply_observations(session, [(pbx.id, LinkChanged(status=LinkStatus.UP, at=now))], now)
    if posted.complete_at is not None:
        _take_all(session, pbx, posted.events, posted.complete_at, now)
        return Taken(events=len(posted.events), late=0)
    touched: set[int] = set()
    late = 0
    for event in posted.events:
        row = _find(session, pbx.id, event)
        if row is not None and is_late(row, event.at):
            late += 1
            continue
        touched |= _take(session, pbx.id, row, event, now)
        session.flush()
    refresh_statuses(session, touched, now)
    return Taken(events=len(posted.events), late=late)


def note_silent_webhooks(session: Session, now: datetime) -> int:
    """Mark the links of PBXs that have posted nothing for too long; return how many.

    What is known of their phones is as old as their last post, so it counts up to then.
    """
    query = select(Pbx).where(
        Pbx.kind == PbxKind.WEBHOOK.value, Pbx.is_active, Pbx.link_status != LinkStatus.DOWN
    )
    silent = 0
    for pbx in session.scalars(query).all():
        heard_at = pbx.heard_at or pbx.created_at
        if now - heard_at < timedelta(minutes=pbx.silence_minutes):
            continue
        pbx.link_lost_at = pbx.link_lost_at or heard_at
        reason = "nothing was posted yet"
        if pbx.heard_at:
            reason = f"nothing was posted for {pbx.silence_minutes} minutes"
        change = LinkChanged(status=LinkStatus.DOWN, at=now, reason=reason)
        apply_observations(session, [(pbx.id, change)], now)
        silent += 1
    return silent


def _take(
    session: Session, pbx_id: int, row: Registration | None, event: PostedEvent, now: datetime
) -> set[int]:
    if not event.kind.is_end:
        state = _state(row, event, now)
        return apply_contact(session, pbx_id, state, event.at)
    reason = _REASONS[event.kind]
    if row is None:
        _remember_end(session, pbx_id, event, reason)
        return set()
    gone = ContactGone(aor=event.aor, uri=event.uri, observed_at=event.at, reason=reason)
    return apply_gone(session, pbx_id, gone)


def _remember_end(session: Session, pbx_id: int, event: PostedEvent, reason: str) -> None:
    """Keep the end of a contact that was never seen: its beginning may still be on its way."""
    session.add(
        Registration(
            pbx_id=pbx_id,
            aor=event.aor,
            uri=event.uri,
            observed_at=event.at,
            gone_at=event.at,
            gone_reason=reason,
        )
    )


def _take_all(
    session: Session, pbx: Pbx, events: Iterable[PostedEvent], at: datetime, now: datetime
) -> None:
    known = {
        (row.aor, row.uri): row
        for row in session.scalars(select(Registration).where(Registration.pbx_id == pbx.id))
    }
    contacts = tuple(_state(known.get((one.aor, one.uri)), one, now) for one in events)
    apply_observations(session, [(pbx.id, Snapshot(taken_at=at, contacts=contacts))], now)


def _find(session: Session, pbx_id: int, event: PostedEvent) -> Registration | None:
    return session.scalar(
        select(Registration).where(
            Registration.pbx_id == pbx_id,
            Registration.aor == event.aor,
            Registration.uri == event.uri,
        )
    )


def _state(row: Registration | None, event: PostedEvent, now: datetime) -> ContactState:
    """Return a contact as it is after an event; what the event doesn't tell stays as it was."""
    is_new = row is None or row.gone_at is not None
    state = ContactState(
        aor=event.aor,
        uri=event.uri,
        user_agent=_told(event.user_agent, row.user_agent if row else ""),
        source=_told(event.source, row.source if row else ""),
        call_id=_told(event.call_id, row.call_id if row else ""),
        instance=event.instance or "",
        expires_at=row.expires_at if row and not is_new else None,
        reachability=row.reachability if row and not is_new else Reachability.UNKNOWN,
        is_probed=row.is_probed if row and not is_new else False,
        round_trip_us=row.round_trip_us if row and not is_new else None,
        is_in_call=row.is_in_call if row and not is_new else None,
    )
    if event.is_in_call is not None:
        state = replace(state, is_in_call=event.is_in_call)
    sign_at = min(event.at, now)
    if event.kind is PostedKind.REGISTERED:
        expires_at = event.at + event.expires if event.expires else None
        return replace(state, registered_at=sign_at, expires_at=expires_at)
    if event.kind is PostedKind.UNREACHABLE:
        return replace(state, reachability=Reachability.UNREACHABLE, is_probed=True)
    return replace(
        state,
        reachability=Reachability.REACHABLE,
        is_probed=True,
        keepalive_at=sign_at,
        round_trip_us=event.round_trip_us,
    )


def _told(now: str | None, before: str) -> str:
    return before if now is None else now
