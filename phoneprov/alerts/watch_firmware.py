"""Looks at firmware updates: each phone that failed, and each roll-out that halted by itself."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, String, cast, func, literal, select, true
from sqlalchemy.orm import Session

from phoneprov.alerts.incidents import LONGEST_SUBJECT, open_incidents
from phoneprov.alerts.kinds import AlertKind
from phoneprov.alerts.models import AlertIncident
from phoneprov.core.mac import format_mac
from phoneprov.firmware.models import FirmwareTurn, TurnState
from phoneprov.firmware.rollout_models import Rollout, RolloutState
from phoneprov.fleet.models import Phone
from phoneprov.tenancy.models import Extension

LOOKS_BACK = timedelta(days=1)
KEY = "turn:"
ROLLOUT_KEY = "rollout:"


def watch_firmware(session: Session, now: datetime) -> None:
    """Begin an incident for whatever failed or halted since yesterday and has none yet.

    A roll-out that is resumed and halts again is another incident; one that a person halted is
    no news to those who are told.
    """
    rows = session.execute(_failed(now - LOOKS_BACK)).all()
    open_incidents(session, [_new_row(row) for row in rows])
    halted = session.scalars(
        select(Rollout).where(
            Rollout.state == RolloutState.HALTED,
            Rollout.halted_by_itself == true(),
            Rollout.halted_at > now - LOOKS_BACK,
        )
    ).all()
    wanted = {_rollout_key(one): one for one in halted}
    known = session.scalars(select(AlertIncident.key).where(AlertIncident.key.in_(wanted)))
    new = wanted.keys() - set(known)
    open_incidents(session, [_rollout_row(key, wanted[key]) for key in sorted(new)])


def _rollout_key(rollout: Rollout) -> str:
    at = rollout.halted_at
    return f"{ROLLOUT_KEY}{rollout.id}:{int(at.timestamp()) if at else 0}"


def _rollout_row(key: str, rollout: Rollout) -> dict[str, Any]:
    return {
        "kind": AlertKind.FIRMWARE_FAILED,
        "key": key,
        "tenant_id": rollout.tenant_id,
        "subject": f"roll-out {rollout.name} has halted"[:LONGEST_SUBJECT],
        "detail": {
            "rollout": rollout.id,
            "version": rollout.to_version,
            "reason": rollout.halted_reason,
        },
        "began_at": rollout.halted_at,
        "down_at": rollout.halted_at,
    }


def _failed(since: datetime) -> Select[*tuple[Any, ...]]:
    """Return the query for turns that failed since then and are no incident."""
    key = literal(KEY) + cast(FirmwareTurn.id, String)
    title = func.coalesce(
        func.nullif(Phone.display_name, ""), func.nullif(Extension.name, ""), Phone.place
    )
    return (
        select(
            FirmwareTurn.id,
            FirmwareTurn.to_version,
            FirmwareTurn.evidence,
            FirmwareTurn.closed_at,
            Phone.id.label("phone"),
            Phone.tenant_id,
            Phone.mac,
            title.label("title"),
        )
        .join(Phone, Phone.id == FirmwareTurn.phone_id)
        .outerjoin(Extension, Extension.id == Phone.extension_id)
        .where(
            FirmwareTurn.state == TurnState.FAILED,
            FirmwareTurn.closed_at > since,
            ~select(AlertIncident.id).where(AlertIncident.key == key).exists(),
        )
        .order_by(FirmwareTurn.id)
    )


def _new_row(row: Row[*tuple[Any, ...]]) -> dict[str, Any]:
    mac = format_mac(row.mac)
    return {
        "kind": AlertKind.FIRMWARE_FAILED,
        "key": f"{KEY}{row.id}",
        "tenant_id": row.tenant_id,
        "phone_id": row.phone,
        "subject": (row.title or mac)[:LONGEST_SUBJECT],
        "detail": {"mac": mac, "version": row.to_version, "reason": row.evidence},
        "began_at": row.closed_at,
        "down_at": row.closed_at,
    }
