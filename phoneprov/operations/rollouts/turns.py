"""A phone's turn as a roll-out opens and ends it: with the fact that its silence is no fault."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from phoneprov.catalog.catalog import Catalog
from phoneprov.firmware.models import Firmware, FirmwareTurn, TurnState
from phoneprov.firmware.rollout_models import PartState, Rollout, RolloutPhone
from phoneprov.firmware.turns import close_turn, open_turn
from phoneprov.fleet.events import write_event
from phoneprov.fleet.models import Phone
from phoneprov.fleet.refresh import refresh_statuses
from phoneprov.operations.commands import WAITS, finish
from phoneprov.operations.models import Command, CommandKind, CommandState
from phoneprov.operations.rollouts.limits import ASKS_WITHIN, SLACK

NO_MORE = "The firmware update that it was for has ended."


def begin_turn(  # noqa: PLR0913 - whose, what, by which, until when
    session: Session,
    catalog: Catalog,
    rollout: Rollout,
    part: RolloutPhone,
    phone: Phone,
    *,
    firmware: Firmware,
    was_registered: bool,
    deadline_after: datetime,
    now: datetime,
) -> FirmwareTurn:
    """Let it be a phone's turn, as its part of a roll-out; raises NotAllowedError."""
    turn = open_turn(
        session,
        catalog,
        phone,
        firmware,
        opened_by=rollout.ordered_by,
        now=now,
        deadline_after=deadline_after,
        allows_downgrade=rollout.allows_downgrade,
    )
    part.state, part.turn_id, part.turn = PartState.UPDATING, turn.id, turn
    part.reason, part.changed_at, part.mark = "", now, ""
    part.was_registered = was_registered
    phone.updating_until, phone.updating_to = deadline_after + SLACK, firmware.version
    return turn


def end_turn(
    session: Session, part: RolloutPhone, state: TurnState, evidence: str, *, now: datetime
) -> None:
    """End a part's turn, and with it its phone's time of silence and the orders it needed."""
    turn = part.turn
    if turn is None or not close_turn(session, turn, state, evidence, now=now):
        return
    phone = session.get(Phone, turn.phone_id)
    if phone is not None:
        phone.updating_until, phone.updating_to = None, ""
        _drop_orders(session, turn, now)
        refresh_statuses(session, [phone.id], now)


def order_update(
    session: Session, rollout: Rollout, phone: Phone, kind: CommandKind, *, now: datetime
) -> None:
    """Have the phone look for its firmware; one order that waits is enough.

    One that has left already went out before the config that names the firmware.
    """
    waiting = session.scalar(
        select(Command.id).where(
            Command.phone_id == phone.id,
            Command.kind == kind,
            Command.state == CommandState.QUEUED,
            Command.tries == 0,
        )
    )
    if waiting is not None:
        return
    name = f"{rollout.ordered_by}, by roll-out “{rollout.name}”"
    session.add(
        Command(
            phone_id=phone.id,
            kind=kind,
            state=CommandState.QUEUED,
            ordered_by=rollout.ordered_by,
            queued_at=now,
            next_try_at=now,
            expires_at=now + min(WAITS[kind], ASKS_WITHIN),
            evidence="Waits for its turn; the firmware update begins with it.",
        )
    )
    write_event(session, phone.id, "command", f"{kind.label} ordered by {name}.", at=now)


def _drop_orders(session: Session, turn: FirmwareTurn, now: datetime) -> None:
    """Close the orders of a turn that never left.

    One that is half done, like the first of the two NOTIFYs that restart a Polycom, goes on: the
    phone would be left with a config that restarts it at its next check.
    """
    orders = session.scalars(
        select(Command).where(
            Command.phone_id == turn.phone_id,
            Command.state == CommandState.QUEUED,
            Command.tries == 0,
            Command.queued_at == turn.opened_at,
        )
    ).all()
    for command in orders:
        finish(session, command, CommandState.EXPIRED, NO_MORE, now)
