"""The rows of these tests go to the app's database."""

from datetime import UTC, datetime, time, timedelta

from sqlalchemy import select

from phoneprov.core.clock import utc_now
from phoneprov.firmware.rollout_models import (
    MaintenanceWindow,
    PartState,
    Rollout,
    RolloutPhone,
)
from phoneprov.tenancy.models import Tenant
from tests.factories import FirmwareFactory
from tests.integration.web.rows import add_extension, add_phone, open_session, rows_go_here

__all__ = ["rows_go_here"]

WEEK_DAYS = 0b0011111
NEW, OLD = "108.87.0.15", "108.86.0.90"
NOON = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
"""A Tuesday."""


def add_image(**fields: object) -> int:
    """Add a confirmed image for the T46U; return its id."""
    with open_session() as session:
        row = FirmwareFactory.create(**{"version": NEW, **fields})
        number = int(row.id)
        session.commit()
        return number


def add_window(
    slug: str = "acme", *, weekdays: int = WEEK_DAYS, opens: int = 22, closes: int = 5
) -> int:
    """Add a maintenance window from hour to hour; return its id."""
    with open_session() as session:
        tenant = session.scalars(select(Tenant).where(Tenant.slug == slug)).one()
        row = MaintenanceWindow(
            tenant_id=tenant.id, weekdays=weekdays, opens=time(opens), closes=time(closes)
        )
        session.add(row)
        session.commit()
        return row.id


def add_old_phones(count: int, slug: str = "acme") -> list[int]:
    """Add T46U that run an older version; return their ids."""
    return [
        add_phone(
            slug,
            f"805ec000{number:04x}",
            display_name=f"Desk {number}",
            firmware=OLD,
            firmware_seen_at=utc_now(),
            first_check_in_at=utc_now(),
            last_check_in_at=utc_now(),
            extension_id=add_extension(slug, str(200 + number)),
        )
        for number in range(1, count + 1)
    ]


def find_rollouts() -> list[Rollout]:
    """Return all roll-outs, the oldest first."""
    with open_session() as session:
        return list(session.scalars(select(Rollout).order_by(Rollout.id)))


def states_of(rollout_id: int) -> list[PartState]:
    """Return how the phones of a roll-out stand, in the order of their turns."""
    with open_session() as session:
        query = select(RolloutPhone.state).where(RolloutPhone.rollout_id == rollout_id)
        return list(session.scalars(query.order_by(RolloutPhone.wave, RolloutPhone.position)))


def set_rollout(rollout_id: int, **fields: object) -> None:
    """Set fields of a roll-out, as the engine does."""
    with open_session() as session:
        row = session.get_one(Rollout, rollout_id)
        for name, value in fields.items():
            setattr(row, name, value)
        session.commit()


def set_phone(rollout_id: int, phone_id: int, **fields: object) -> None:
    """Set fields of a phone of a roll-out, as the engine does."""
    with open_session() as session:
        row = session.scalars(
            select(RolloutPhone).where(
                RolloutPhone.rollout_id == rollout_id, RolloutPhone.phone_id == phone_id
            )
        ).one()
        for name, value in {"changed_at": utc_now() - timedelta(minutes=1), **fields}.items():
            setattr(row, name, value)
        session.commit()
