"""Looks at the turns of phones to take firmware: each one that failed is one incident."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, String, cast, func, literal, select
from sqlalchemy.orm import Session

from phoneprov.alerts.incidents import LONGEST_SUBJECT, open_incidents
from phoneprov.alerts.kinds import AlertKind
from phoneprov.alerts.models import AlertIncident
from phoneprov.core.mac import format_mac
from phoneprov.firmware.models import FirmwareTurn, TurnState
from phoneprov.fleet.models import Phone
from phoneprov.tenancy.models import Extension

LOOKS_BACK = timedelta(days=1)
KEY = "turn:"


def watch_firmware(session: Session, now: datetime) -> None:
    """Begin an incident for each turn that failed since yesterday and has none yet."""
    rows = session.execute(_failed(now - LOOKS_BACK)).all()
    open_incidents(session, [_new_row(row) for row in rows])


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
