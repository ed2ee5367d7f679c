"""Phones that are away on somebody's order: they raise no alarm (R95, R128)."""

from sqlalchemy import ColumnElement, exists, or_

from phoneprov.fleet.models import Phone
from phoneprov.operations.models import Command, CommandKind, CommandState

_STAYS_UP = (CommandKind.RESYNC,)
"""Orders that a phone obeys without going away."""


def is_excused() -> ColumnElement[bool]:
    """Return the condition of a phone whose silence was ordered: a reboot, a reset, an update.

    An order counts from being sent until it is confirmed, has failed or expired, so that a phone
    which never comes back from it is told of after that.
    """
    return or_(
        exists().where(
            Command.phone_id == Phone.id,
            Command.state == CommandState.SENT,
            Command.kind.not_in(_STAYS_UP),
        ),
    )
