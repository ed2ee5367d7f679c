"""Table of the commands: what an admin ordered of a phone, and what came of it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from phoneprov.core.database import Model, WordColumn


class CommandKind(StrEnum):
    """What can be ordered."""

    REBOOT = "reboot"
    RESYNC = "resync"
    RESET = "reset"

    @property
    def label(self) -> str:
        """The order in words."""
        return {
            "reboot": "Reboot",
            "resync": "Resync (read config again)",
            "reset": "Reset to defaults",
        }[self]


class CommandState(StrEnum):
    """How far an order has come."""

    QUEUED = "queued"
    SENT = "sent"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    EXPIRED = "expired"

    @property
    def label(self) -> str:
        """The state in words."""
        return self.value.capitalize()

    @property
    def is_open(self) -> bool:
        """Whether something can still come of it."""
        return self in {CommandState.QUEUED, CommandState.SENT}


class Command(Model):
    """An order to one phone."""

    __tablename__ = "command"
    __table_args__ = (
        Index("ix_command_phone_queued_at", "phone_id", "queued_at"),
        Index("ix_command_state", "state", "next_try_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    phone_id: Mapped[int] = mapped_column(ForeignKey("phone.id", ondelete="CASCADE"))
    kind: Mapped[CommandKind] = mapped_column(WordColumn(CommandKind, 20))
    state: Mapped[CommandState] = mapped_column(
        WordColumn(CommandState, 12), default=CommandState.QUEUED
    )
    ordered_by: Mapped[str] = mapped_column(String(254), default="")
    queued_at: Mapped[datetime]
    next_try_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    is_follow_up: Mapped[bool] = mapped_column(default=False)
    """Whether it follows from a change, so that the phone takes it at once and not at its next
    check; nobody ordered it, and it is no failure when it reaches nobody."""
    pbx_id: Mapped[int | None]
    """PBX of the contact that a follow-up goes to: the change itself may forget it."""
    aor: Mapped[str] = mapped_column(String(255), default="")
    contact_uri: Mapped[str] = mapped_column(String(500), default="")
    send_via: Mapped[str] = mapped_column(Text, default="")
    extension_id: Mapped[int | None] = mapped_column(
        ForeignKey("extension.id", ondelete="SET NULL")
    )
    """The line the phone had then, for a phone that challenges a NOTIFY."""
    evidence: Mapped[str] = mapped_column(String(300), default="")
    """What is known in words: `answered 200`, `fetched its config 41 s later`."""


class BulkAction(StrEnum):
    """What can be done to many phones at once."""

    APPLY_LAYOUT = "apply_layout"
    APPLY_PROFILE = "apply_profile"
    APPLY_MODULE_LAYOUT = "apply_module_layout"
    SET_TIME_ZONE = "set_time_zone"
    RESYNC = "resync"
    REBOOT = "reboot"
    RESET = "reset"
    ENABLE = "enable"
    DISABLE = "disable"
    UNASSIGN = "unassign"
    DELETE = "delete"

    @property
    def is_dangerous(self) -> bool:
        """Whether something is lost by it."""
        return self in {BulkAction.RESET, BulkAction.DELETE}

    @property
    def command(self) -> CommandKind | None:
        """The order to each phone that this is, if it is one."""
        kinds: dict[str, CommandKind] = {kind.value: kind for kind in CommandKind}
        return kinds.get(self.value)

    @property
    def label(self) -> str:
        """The action in words."""
        return {
            "apply_layout": "Apply button layout",
            "apply_profile": "Apply profile",
            "apply_module_layout": "Apply expansion module layout",
            "set_time_zone": "Set time zone",
            "resync": "Resync (read config again)",
            "reboot": "Reboot",
            "reset": "Reset to defaults",
            "enable": "Enable",
            "disable": "Disable",
            "unassign": "Unassign",
            "delete": "Delete",
        }[self]


class BulkState(StrEnum):
    """How far a bulk operation has come."""

    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


class ItemState(StrEnum):
    """What became of one phone of a bulk operation."""

    WAITING = "waiting"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"
    CANCELLED = "cancelled"


class BulkOperation(Model):
    """Something that was ordered for many phones; a job does it in batches."""

    __tablename__ = "bulk_operation"

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"), index=True)
    action: Mapped[BulkAction] = mapped_column(WordColumn(BulkAction, 20))
    value: Mapped[str] = mapped_column(String(64), default="")
    """By action: id of the layout with the place of the module, id of the profile with how, name
    of the zone."""
    words: Mapped[str] = mapped_column(String(200))
    """The action with its value, as a person reads it."""
    state: Mapped[BulkState] = mapped_column(
        WordColumn(BulkState, 12), default=BulkState.RUNNING, index=True
    )
    ordered_by: Mapped[str] = mapped_column(String(254))
    ordered_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class BulkItem(Model):
    """One phone of a bulk operation."""

    __tablename__ = "bulk_item"
    __table_args__ = (Index("ix_bulk_item_operation_state", "operation_id", "state", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    operation_id: Mapped[int] = mapped_column(ForeignKey("bulk_operation.id", ondelete="CASCADE"))
    phone_id: Mapped[int | None] = mapped_column(
        ForeignKey("phone.id", ondelete="SET NULL"), index=True
    )
    phone_name: Mapped[str] = mapped_column(String(120))
    command_id: Mapped[int | None] = mapped_column(
        ForeignKey(Command.id, ondelete="SET NULL"), index=True
    )
    """The order that the phone got by it; what comes of it stands there."""
    state: Mapped[ItemState] = mapped_column(WordColumn(ItemState, 12), default=ItemState.WAITING)
    note: Mapped[str] = mapped_column(String(200), default="")
