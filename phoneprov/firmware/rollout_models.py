"""Tables of the maintenance windows and the roll-outs: which phones take what, and how it goes."""

from datetime import datetime, time
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Time, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from phoneprov.core.database import Model, WordColumn
from phoneprov.firmware.models import LONGEST_VERSION, Firmware, FirmwareTurn
from phoneprov.firmware.windows import Window

LONGEST_NAME = 100
LONGEST_REASON = 300
CANARY = 0
"""The wave that goes first."""
NO_WAVE = -1
"""Of a phone that is left alone from the start."""
_OPEN = text("state IN ('waiting', 'updating')")


class RolloutState(StrEnum):
    """How a roll-out stands."""

    RUNNING = "running"
    HALTED = "halted"
    DONE = "done"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """The state in words."""
        return self.value.capitalize()

    @property
    def is_open(self) -> bool:
        """Whether more phones may come to their turn."""
        return self in OPEN_ROLLOUTS


OPEN_ROLLOUTS = (RolloutState.RUNNING, RolloutState.HALTED)


class PartState(StrEnum):
    """How one phone of a roll-out stands."""

    WAITING = "waiting"
    UPDATING = "updating"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """The state in words."""
        return self.value.capitalize()

    @property
    def is_open(self) -> bool:
        """Whether something is still to come of it."""
        return self in OPEN_PARTS


OPEN_PARTS = (PartState.WAITING, PartState.UPDATING)


class MaintenanceWindow(Model):
    """When a tenant's phones may be updated, by the clock on each phone's own wall."""

    __tablename__ = "maintenance_window"

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"), index=True)
    weekdays: Mapped[int]
    """Days on which it opens, one bit each; bit 0 is Monday."""
    opens: Mapped[time] = mapped_column(Time)
    closes: Mapped[time] = mapped_column(Time)
    """On the next day when it is not after `opens`; the same time is a whole day."""

    @property
    def window(self) -> Window:
        """The window as the rules take it."""
        days = frozenset(day for day in range(7) if self.weekdays & 1 << day)
        return Window(weekdays=days, opens=self.opens, closes=self.closes)


class Rollout(Model):
    """A firmware update of one phone, of many, or of a model: in waves, one phone's turn each."""

    __tablename__ = "rollout"
    __table_args__ = (
        Index("ix_rollout_tenant_created_at", "tenant_id", "created_at"),
        UniqueConstraint("tenant_id", "order_key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"))
    firmware_id: Mapped[int | None] = mapped_column(
        ForeignKey(Firmware.id, ondelete="SET NULL"), index=True
    )
    to_version: Mapped[str] = mapped_column(String(LONGEST_VERSION))
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    order_key: Mapped[str | None] = mapped_column(String(64))
    """Names the form that it was ordered by: the same form again orders nothing more."""
    in_windows: Mapped[bool] = mapped_column(default=True)
    """Whether phones wait for their maintenance window; else they take it at once."""
    canary_phones: Mapped[int]
    verify_minutes: Mapped[int]
    batch_phones: Mapped[int]
    max_failures: Mapped[int]
    """So many failed phones halt it; of the canary one is enough."""
    allows_downgrade: Mapped[bool] = mapped_column(default=False)
    ends_at: Mapped[datetime]
    """Phones that are away keep their turn until then."""
    ordered_by: Mapped[str] = mapped_column(String(254))
    created_at: Mapped[datetime]
    state: Mapped[RolloutState] = mapped_column(
        WordColumn(RolloutState, 12), default=RolloutState.RUNNING, index=True
    )
    wave: Mapped[int] = mapped_column(default=CANARY)
    """The wave whose turn it is; phones of earlier ones that were away may still come."""
    verify_until: Mapped[datetime | None]
    """Until when the canary is watched before the batches begin."""
    halted_at: Mapped[datetime | None] = mapped_column(index=True)
    own_halts: Mapped[int] = mapped_column(default=0)
    """How many times it halted by itself."""
    halted_reason: Mapped[str] = mapped_column(String(LONGEST_REASON), default="")
    closed_at: Mapped[datetime | None]

    firmware: Mapped[Firmware | None] = relationship(lazy="raise_on_sql")


class RolloutPhone(Model):
    """One phone of a roll-out. It is in one open roll-out at most; the database sees to that."""

    __tablename__ = "rollout_phone"
    __table_args__ = (
        UniqueConstraint("rollout_id", "phone_id"),
        Index("ix_rollout_phone_rollout_state", "rollout_id", "state", "wave", "position"),
        Index("ix_rollout_phone_state", "state"),
        Index(
            "uq_rollout_phone_open",
            "phone_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    rollout_id: Mapped[int] = mapped_column(ForeignKey(Rollout.id, ondelete="CASCADE"))
    phone_id: Mapped[int | None] = mapped_column(
        ForeignKey("phone.id", ondelete="SET NULL"), index=True
    )
    """None: it was deleted meanwhile."""
    phone_name: Mapped[str] = mapped_column(String(120))
    wave: Mapped[int]
    """0 is the canary; a phone that is left alone from the start has none: -1."""
    position: Mapped[int]
    state: Mapped[PartState] = mapped_column(WordColumn(PartState, 12), default=PartState.WAITING)
    turn_id: Mapped[int | None] = mapped_column(
        ForeignKey(FirmwareTurn.id, ondelete="SET NULL"), index=True
    )
    """Its open turn, or its last one."""
    from_version: Mapped[str] = mapped_column(String(60), default="")
    reason: Mapped[str] = mapped_column(String(LONGEST_REASON), default="")
    """Why it waits, failed or was left alone; for one that is done, what proved it."""
    was_registered: Mapped[bool] = mapped_column(default=False)
    """Whether it was registered when its turn came, so that it has to be again."""
    is_forgiven: Mapped[bool] = mapped_column(default=False)
    """Whether a person went on in spite of its failure; it counts no more."""
    mark: Mapped[str] = mapped_column(String(40), default="")
    """How far it was when its deadline was set: one that goes on gets another."""
    changed_at: Mapped[datetime]

    rollout: Mapped[Rollout] = relationship(lazy="raise_on_sql")
    turn: Mapped[FirmwareTurn | None] = relationship(lazy="raise_on_sql")


class RolloutClock(Model):
    """When the engine looked last; one row with id 1. Time that nobody watched fails nobody."""

    __tablename__ = "rollout_clock"

    id: Mapped[int] = mapped_column(primary_key=True)
    looked_at: Mapped[datetime]
    steady_since: Mapped[datetime]
    """When it looked first after a pause, or after the clock was set."""
