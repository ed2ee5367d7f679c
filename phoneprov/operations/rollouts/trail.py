"""A roll-out in the audit trail: two of the same name are told apart there."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from phoneprov.firmware.rollout_models import Rollout
from phoneprov.tenancy.models import AuditEntry, for_tenant

MOST_ENTRIES = 200
_ID = "rollout"


def name_rollout_in_trail(rollout: Rollout) -> dict[str, object]:
    """Return what an entry says beside the name: which one it is."""
    return {_ID: rollout.id}


def list_trail(session: Session, rollout: Rollout) -> Sequence[AuditEntry]:
    """Return what was ordered of a roll-out and how it ended, the newest first."""
    entries = session.scalars(
        for_tenant(rollout.tenant_id, AuditEntry)
        .where(
            AuditEntry.subject == rollout.name,
            AuditEntry.action.startswith("rollout."),
            AuditEntry.at >= rollout.created_at,
        )
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .limit(MOST_ENTRIES)
    )
    return [one for one in entries if one.changes.get(_ID) == rollout.id]
