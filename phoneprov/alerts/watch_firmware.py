"""Looks at firmware updates: each phone that failed, and each roll-out that halted by itself."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    String,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)
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

    A roll-out that is resumed and halts once more is another incident; one that a person halted
    is no news to those who are told.
    """
    since = now - LOOKS_BACK
    rows = session.execute(union_all(_failed(since), _halted(since))).all()
    open_incidents(session, [_new_row(row) for row in rows])


def _failed(since: datetime) -> Select[*tuple[Any, ...]]:
    """Return the query for turns that failed since then and are no incident."""
    key = literal(KEY) + cast(FirmwareTurn.id, String)
    title = func.coalesce(
        func.nullif(Phone.display_name, ""), func.nullif(Extension.name, ""), Phone.place
    )
    return (
        select(
            key.label("key"),
            FirmwareTurn.to_version.label("version"),
            FirmwareTurn.evidence.label("reason"),
            FirmwareTurn.closed_at.label("at"),
            Phone.tenant_id.label("tenant_id"),
            Phone.id.label("phone"),
            null().label("rollout"),
            Phone.mac.label("mac"),
            title.label("title"),
        )
        .join(Phone, Phone.id == FirmwareTurn.phone_id)
        .outerjoin(Extension, Extension.id == Phone.extension_id)
        .where(
            FirmwareTurn.state == TurnState.FAILED,
            FirmwareTurn.closed_at > since,
            _is_new(key),
        )
    )


def _halted(since: datetime) -> Select[*tuple[Any, ...]]:
    """Return the query for roll-outs that halted by themselves since then, likewise."""
    number = cast(Rollout.id, String) + literal(":") + cast(Rollout.own_halts, String)
    key = literal(ROLLOUT_KEY) + number
    return select(
        key,
        Rollout.to_version,
        Rollout.halted_reason,
        Rollout.halted_at,
        Rollout.tenant_id,
        null(),
        Rollout.id,
        literal(""),
        Rollout.name,
    ).where(
        Rollout.state == RolloutState.HALTED,
        Rollout.own_halts > 0,
        Rollout.halted_at > since,
        _is_new(key),
    )


def _is_new(key: ColumnElement[str]) -> ColumnElement[bool]:
    return ~select(AlertIncident.id).where(AlertIncident.key == key).exists()


def _new_row(row: Row[*tuple[Any, ...]]) -> dict[str, Any]:
    about = {"rollout": row.rollout} if row.rollout else {"mac": format_mac(row.mac)}
    title = f"roll-out {row.title} has halted" if row.rollout else row.title or about["mac"]
    return {
        "kind": AlertKind.FIRMWARE_FAILED,
        "key": row.key,
        "tenant_id": row.tenant_id,
        "phone_id": row.phone,
        "subject": title[:LONGEST_SUBJECT],
        "detail": {**about, "version": row.version, "reason": row.reason},
        "began_at": row.at,
        "down_at": row.at,
    }
