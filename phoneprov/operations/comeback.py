"""A reset step by step: sent, gone, fetched from scratch, Online again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from phoneprov.fleet.models import CheckIn, Phone, PhoneEvent, Registration
from phoneprov.fleet.status import PhoneStatus
from phoneprov.fleet.steps import Step, measure
from phoneprov.operations.confirmation import FIRST_CONTACT
from phoneprov.operations.models import Command, CommandKind, CommandState

BY_ITSELF_WITHIN = timedelta(minutes=10)
"""A phone that was reset and is back sooner had nobody type an address into it."""
_LEFT = (PhoneStatus.PROVISIONING, PhoneStatus.OFFLINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comeback:
    """How far a phone that was reset has come back."""

    steps: tuple[Step, ...]
    state: CommandState

    @property
    def is_done(self) -> bool:
        """Whether it is Online again."""
        return self.steps[-1].at is not None

    @property
    def ended_at(self) -> datetime | None:
        """When it was Online again."""
        return self.steps[-1].at


def read_comeback(session: Session, phone: Phone) -> Comeback | None:
    """Return the steps of the phone's newest reset; None when it never had one that left."""
    command = _find_reset(session, phone)
    if command is None:
        return None
    sent_at = command.sent_at
    fetched_at = online_at = gone_at = None
    if sent_at is not None:
        fetched_at = _find_fetch(session, phone, sent_at)
        gone_at = _find_leaving(session, phone, sent_at)
        if fetched_at is not None:
            online_at = _find_status(session, phone, fetched_at, (PhoneStatus.ONLINE,))
    moments = [
        ("Ordered", command.queued_at),
        ("Sent", sent_at),
        ("Gone from the registrar", gone_at),
        ("Fetched from scratch", fetched_at),
        ("Online", online_at),
    ]
    return Comeback(steps=measure(moments), state=command.state)


def find_proof(session: Session, phone: Phone) -> timedelta | None:
    """Return how soon the phone was back by itself after a reset, where it ever was."""
    resets = session.scalars(
        select(Command)
        .where(
            Command.phone_id == phone.id,
            Command.kind == CommandKind.RESET,
            Command.state == CommandState.CONFIRMED,
        )
        .order_by(Command.queued_at.desc())
        .limit(5)
    )
    took = [one.finished_at - one.sent_at for one in resets if one.sent_at and one.finished_at]
    return next((one for one in took if one <= BY_ITSELF_WITHIN), None)


def _find_reset(session: Session, phone: Phone) -> Command | None:
    return session.scalar(
        select(Command)
        .where(Command.phone_id == phone.id, Command.kind == CommandKind.RESET)
        .order_by(Command.queued_at.desc(), Command.id.desc())
        .limit(1)
    )


def _find_fetch(session: Session, phone: Phone, since: datetime) -> datetime | None:
    """Return when the phone first came without its own address, as one does that forgot it."""
    return session.scalar(
        select(func.min(CheckIn.at)).where(
            CheckIn.phone_id == phone.id,
            CheckIn.at >= since,
            CheckIn.admitted_by == FIRST_CONTACT,
        )
    )


def _find_leaving(session: Session, phone: Phone, since: datetime) -> datetime | None:
    """Return when it left: its contact was removed, or its status says that it is away.

    A contact that came back under the same address no longer tells that it was gone.
    """
    gone_at = session.scalar(
        select(func.min(Registration.gone_at)).where(
            Registration.phone_id == phone.id, Registration.gone_at >= since
        )
    )
    away_at = _find_status(session, phone, since, _LEFT)
    return min((one for one in (gone_at, away_at) if one), default=None)


def _find_status(
    session: Session, phone: Phone, since: datetime, wanted: tuple[PhoneStatus, ...]
) -> datetime | None:
    events = session.scalars(
        select(PhoneEvent)
        .where(PhoneEvent.phone_id == phone.id, PhoneEvent.kind == "status", PhoneEvent.at >= since)
        .order_by(PhoneEvent.at, PhoneEvent.id)
        .limit(60)
    )
    values = {status.value for status in wanted}
    return next((one.at for one in events if one.detail.get("to") in values), None)
