"""Writes what PBX links observe: registrations, and how each link itself is."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from phoneprov.fleet.refresh import refresh_statuses
from phoneprov.fleet.registrations import (
    apply_contacts,
    apply_gone,
    apply_snapshot,
    freeze_after_start,
    freeze_contacts,
)
from phoneprov.pbx.link import (
    ContactGone,
    ContactSeen,
    LinkChanged,
    LinkStatus,
    Observation,
    Snapshot,
)
from phoneprov.pbx.models import Pbx


def apply_observations(
    session: Session, gathered: Sequence[tuple[int, Observation]], now: datetime
) -> None:
    """Write observations in the order they were made, and the statuses that follow from them."""
    touched: set[int] = set()
    for (pbx_id, _), run in groupby(gathered, _kind_of_run):
        pbx = session.get(Pbx, pbx_id)
        if pbx is not None:
            touched |= _apply_run(session, pbx, [observation for _, observation in run])
    refresh_statuses(session, touched, now)


def mark_links_unknown(session: Session, now: datetime) -> None:
    """After a start nothing is confirmed until the links have reported."""
    for pbx in session.scalars(select(Pbx)):
        pbx.link_status = LinkStatus.CONNECTING
        pbx.link_status_at = now
        pbx.link_lost_at = pbx.link_lost_at or now
        pbx.link_reason = ""
    refresh_statuses(session, freeze_after_start(session), now)


def _kind_of_run(one: tuple[int, Observation]) -> tuple[int, bool]:
    """Tell whose an observation is, and whether it may go with those beside it."""
    return one[0], isinstance(one[1], ContactSeen)


def _apply_run(session: Session, pbx: Pbx, run: Sequence[Observation]) -> set[int]:
    """Apply what one PBX told without a break; contacts that were seen go together."""
    touched: set[int] = set()
    seen = [one for one in run if isinstance(one, ContactSeen)]
    if seen:
        touched |= apply_contacts(session, pbx.id, seen)
        session.flush()
    for one in run:
        if not isinstance(one, ContactSeen):
            touched |= _apply(session, pbx, one)
            session.flush()
    return touched


def _apply(
    session: Session, pbx: Pbx, observation: Snapshot | ContactGone | LinkChanged
) -> set[int]:
    if isinstance(observation, Snapshot):
        pbx.pbx_started_at = observation.pbx_started_at
        pbx.snapshot_at = observation.taken_at
        return apply_snapshot(session, pbx.id, observation)
    if isinstance(observation, ContactGone):
        return apply_gone(session, pbx.id, observation)
    return _apply_link(session, pbx, observation)


def _apply_link(session: Session, pbx: Pbx, change: LinkChanged) -> set[int]:
    pbx.link_status = change.status
    pbx.link_status_at = change.at
    pbx.link_reason = change.reason
    if change.status is LinkStatus.UP:
        pbx.link_lost_at = None
        return set()
    if pbx.link_lost_at is None:
        pbx.link_lost_at = change.at
    return freeze_contacts(session, pbx.id, pbx.link_lost_at)
