"""The audit trail: who did what. Every verb that a person orders writes one row."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from phoneprov.tenancy.models import AuditEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who does something: a user by e-mail, or a job by name; and from which address."""

    name: str
    address: str = ""


SYSTEM = Actor(name="phoneprov")


def write_audit(  # noqa: PLR0913 - one row has these columns
    session: Session,
    actor: Actor,
    action: str,
    subject: str,
    *,
    at: datetime,
    tenant_id: int | None = None,
    changes: dict[str, Any] | None = None,
    note: str = "",
) -> None:
    """Add a row: `action` like `phone.add`, `subject` as a person names the thing.

    `changes` maps field names to `[old, new]`; a secret appears as `[“•••”, “•••”]` at most.
    """
    entry = AuditEntry(
        at=at,
        tenant_id=tenant_id,
        user_name=actor.name,
        address=actor.address,
        action=action,
        subject=subject,
        changes=changes or {},
        note=note,
    )
    session.add(entry)
