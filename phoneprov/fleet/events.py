"""The timeline of a phone."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from phoneprov.fleet.models import PhoneEvent

LONGEST_TEXT = 300


def write_event(  # noqa: PLR0913 - one row has these columns
    session: Session,
    phone_id: int,
    kind: str,
    text: str,
    *,
    at: datetime,
    detail: dict[str, Any] | None = None,
) -> None:
    """Add a line to a phone's timeline.

    `kind` is one of status, warning, admission, config, command, report.
    """
    session.add(
        PhoneEvent(
            phone_id=phone_id, at=at, kind=kind, text=text[:LONGEST_TEXT], detail=detail or {}
        )
    )
