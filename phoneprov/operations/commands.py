"""Orders to phones: queued → sent → confirmed, failed or expired, each with its evidence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from phoneprov.catalog.catalog import Catalog
from phoneprov.core.errors import NotAllowedError
from phoneprov.core.mac import format_mac
from phoneprov.fleet.events import write_event
from phoneprov.fleet.models import Phone
from phoneprov.fleet.status import PhoneStatus
from phoneprov.operations.models import Command, CommandKind, CommandState
from phoneprov.tenancy.audit import Actor, write_audit
from phoneprov.tenancy.models import Tenant
from phoneprov.vendors.registry import WRITERS
from phoneprov.vendors.writer import NotPossible, Order

WAITS = {
    CommandKind.RESYNC: timedelta(hours=24),
    CommandKind.REBOOT: timedelta(hours=12),
    CommandKind.RESET: timedelta(hours=12),
}
"""How long an order waits for a way to the phone before it expires."""
AT_NEXT_CHECK = "The phone takes the change at its next check."
OPEN_STATES = (CommandState.QUEUED, CommandState.SENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """The contact that leads to a phone, and the extension it registered as."""

    pbx_id: int
    aor: str
    uri: str
    send_via: str
    line_id: int | None


def why_not(phone: Phone, kind: CommandKind, catalog: Catalog) -> str | None:
    """Return why this order can't do anything now, or None if it can."""
    if phone.disabled_at is not None:
        return "The phone is disabled; enable it first."
    if phone.extension_id is None:
        return "The phone has no extension, so no PBX can reach it; it asks again by itself."
    if phone.status == PhoneStatus.PENDING:
        return "The phone hasn't asked for its config yet, so nothing can reach it."
    if phone.last_registered_at is None:
        return "The phone hasn't registered yet, so nothing can reach it."
    model = catalog.find_model(phone.model_slug)
    if model is None:
        return "Its model is not in the catalogue."
    notify = WRITERS[model.vendor].notify_for(Order(kind.value), model)
    return notify.reason if isinstance(notify, NotPossible) else None


def order(  # noqa: PLR0913 - a verb with its actor and time
    session: Session,
    phone: Phone,
    kind: CommandKind,
    *,
    catalog: Catalog,
    actor: Actor,
    now: datetime,
) -> Command:
    """Queue an order; a second click while one is open returns that one.

    Raises NotAllowedError with the reason when it can't do anything now.
    """
    reason = why_not(phone, kind, catalog)
    if reason is not None:
        raise NotAllowedError(reason)
    return queue_command(session, phone, kind, actor=actor, now=now)


def queue_command(
    session: Session, phone: Phone, kind: CommandKind, *, actor: Actor, now: datetime
) -> Command:
    """Queue an order whatever the phone's state: what follows from another verb uses this."""
    already = session.scalar(
        select(Command).where(
            Command.phone_id == phone.id,
            Command.kind == kind,
            Command.state.in_(OPEN_STATES),
        )
    )
    if already is not None:
        return already
    command = Command(
        phone_id=phone.id,
        kind=kind,
        state=CommandState.QUEUED,
        ordered_by=actor.name,
        queued_at=now,
        next_try_at=now,
        expires_at=now + WAITS[kind],
        evidence="Waits for its turn.",
    )
    session.add(command)
    session.flush()
    write_event(session, phone.id, "command", f"{kind.label} ordered by {actor.name}.", at=now)
    write_audit(
        session,
        actor,
        f"phone.{kind.value}",
        format_mac(phone.mac),
        at=now,
        tenant_id=phone.tenant_id,
    )
    return command


def list_commands(session: Session, phone_id: int, *, limit: int = 30) -> Sequence[Command]:
    """Return the newest orders of a phone."""
    return session.scalars(
        select(Command)
        .where(Command.phone_id == phone_id)
        .order_by(Command.queued_at.desc(), Command.id.desc())
        .limit(limit)
    ).all()


def finish(
    session: Session, command: Command, state: CommandState, evidence: str, now: datetime
) -> None:
    """Close an order with what is known."""
    command.state = state
    command.finished_at = now
    command.evidence = evidence[:300]
    text = f"{command.kind.label}: {state.label.lower()}. {evidence}"[:300]
    write_event(session, command.phone_id, "command", text, at=now)


def give_up(
    session: Session, command: Command, state: CommandState, evidence: str, now: datetime
) -> None:
    """Close an order that came to nothing; a follow-up only waits for the phone's next check."""
    if command.is_follow_up:
        finish(session, command, CommandState.EXPIRED, f"{evidence} {AT_NEXT_CHECK}", now)
    else:
        finish(session, command, state, evidence, now)


def drop_open(session: Session, phone: Phone, reason: str, now: datetime) -> None:
    """Close the orders of a phone that nothing shall come of any more."""
    query = select(Command).where(Command.phone_id == phone.id, Command.state.in_(OPEN_STATES))
    for command in session.scalars(query).all():
        finish(session, command, CommandState.EXPIRED, reason, now)


def follow_up(  # noqa: PLR0913 - a verb with its actor and time
    session: Session,
    phone: Phone,
    way: Way,
    *,
    actor: Actor,
    now: datetime,
    kind: CommandKind = CommandKind.RESYNC,
) -> None:
    """Let the phone read its config now, after a change, over the contact it had before.

    One that has been sent already went out before the change, so it does not count as this one.
    A reset is more than the phone would do by itself at its next check, so it waits longer.
    """
    tenant = session.get_one(Tenant, phone.tenant_id)
    waiting = session.scalar(
        select(Command).where(
            Command.phone_id == phone.id,
            Command.kind == kind,
            Command.state == CommandState.QUEUED,
        )
    )
    is_resync = kind is CommandKind.RESYNC
    command = waiting or Command(
        phone_id=phone.id,
        kind=kind,
        state=CommandState.QUEUED,
        ordered_by=actor.name,
        queued_at=now,
        next_try_at=now,
        expires_at=now + (timedelta(minutes=tenant.poll_minutes) if is_resync else WAITS[kind]),
        evidence="Follows from the change; waits for its turn.",
        is_follow_up=is_resync,
    )
    command.pbx_id, command.aor = way.pbx_id, way.aor
    command.contact_uri, command.send_via = way.uri, way.send_via
    command.extension_id = way.line_id
    session.add(command)
    session.flush()
