"""Phones that are away on somebody's order: they raise no alarm (R95, R128)."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, or_

from phoneprov.firmware.models import FirmwareTurn, TurnState
from phoneprov.fleet.models import Phone
from phoneprov.operations.models import Command, CommandKind, CommandState

UPDATE_TIME = timedelta(minutes=30)
"""A phone installs in 5 to 10 minutes after its download; nobody is excused for ever."""
_STAYS_UP = (CommandKind.RESYNC,)
"""Orders that a phone obeys without going away."""


def is_excused(now: datetime) -> ColumnElement[bool]:
    """Return the condition of a phone whose silence was ordered: a reboot, a reset, an update.

    An order counts from being sent until it is confirmed, has failed or expired; an update from
    the first byte of the image on. A phone that never comes back is told of after that.
    """
    moved_at = func.coalesce(
        FirmwareTurn.downloaded_at, FirmwareTurn.progress_at, FirmwareTurn.started_at
    )
    return or_(
        exists().where(
            Command.phone_id == Phone.id,
            Command.state == CommandState.SENT,
            Command.kind.not_in(_STAYS_UP),
        ),
        exists().where(
            FirmwareTurn.phone_id == Phone.id,
            FirmwareTurn.state == TurnState.OPEN,
            moved_at > now - UPDATE_TIME,
        ),
    )
