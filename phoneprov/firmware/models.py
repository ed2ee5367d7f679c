"""Tables of the firmware library, of unfinished uploads, and of whose turn it is."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from phoneprov.catalog.model import Vendor
from phoneprov.core.database import Model, WordColumn

LONGEST_VERSION = 40
LONGEST_FILE_NAME = 100
_OPEN = text("closed_at IS NULL")


class TurnState(StrEnum):
    """How a phone's turn to take a firmware stands."""

    OPEN = "open"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """The state in words."""
        return self.value.capitalize()


class Firmware(Model):
    """One image. Its bytes are a file of the data folder, named by their SHA-256.

    It is offered to phones once a person has confirmed what it is (`confirmed_at`), and no more
    once it is retired.
    """

    __tablename__ = "firmware"
    __table_args__ = (Index("ix_firmware_vendor_version", "vendor", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    vendor: Mapped[Vendor] = mapped_column(WordColumn(Vendor, 20))
    version: Mapped[str] = mapped_column(String(LONGEST_VERSION), default="")
    """As the phone tells it in its User-Agent once it runs it."""
    file_name: Mapped[str] = mapped_column(String(LONGEST_FILE_NAME))
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    hardware: Mapped[str] = mapped_column(String(120), default="")
    """Hardware revisions it is for, separated by blanks; empty for all of its models."""
    required_version: Mapped[str] = mapped_column(String(LONGEST_VERSION), default="")
    """What a phone must run at least before it can take this one; empty for anything."""
    notes: Mapped[str] = mapped_column(Text, default="")
    uploaded_at: Mapped[datetime]
    uploaded_by: Mapped[str] = mapped_column(String(255))
    confirmed_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]

    fits: Mapped[list["FirmwareFit"]] = relationship(
        back_populates="firmware",
        cascade="all, delete-orphan",
        passive_deletes=True,
        lazy="raise_on_sql",
        order_by="FirmwareFit.model_slug",
    )

    @property
    def model_slugs(self) -> tuple[str, ...]:
        """The models it is for; its fits have to be loaded."""
        return tuple(fit.model_slug for fit in self.fits)

    @property
    def revisions(self) -> frozenset[str]:
        """The hardware revisions it is for; none means all."""
        return frozenset(self.hardware.split())

    @property
    def is_offered(self) -> bool:
        """Whether phones may be told of it."""
        return self.confirmed_at is not None and self.retired_at is None


class FirmwareFit(Model):
    """That a firmware is for a phone model."""

    __tablename__ = "firmware_fit"

    firmware_id: Mapped[int] = mapped_column(
        ForeignKey(Firmware.id, ondelete="CASCADE"), primary_key=True
    )
    model_slug: Mapped[str] = mapped_column(String(60), primary_key=True, index=True)

    firmware: Mapped[Firmware] = relationship(back_populates="fits", lazy="raise_on_sql")


class FirmwareUpload(Model):
    """A file that is on its way in, in pieces; what has come lies beside the library."""

    __tablename__ = "firmware_upload"
    __table_args__ = (UniqueConstraint("uploaded_by", "file_name", "mark"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True)
    """Name of the unfinished file; no name that came from outside is ever one on disk."""
    file_name: Mapped[str] = mapped_column(String(LONGEST_FILE_NAME))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    mark: Mapped[str] = mapped_column(String(64))
    """Size and date of the file as the browser knows them: the same file goes on, another not."""
    uploaded_by: Mapped[str] = mapped_column(String(255))
    started_at: Mapped[datetime]
    touched_at: Mapped[datetime] = mapped_column(index=True)


class FirmwareTurn(Model):
    """That it is a phone's turn to take a firmware: only then does its config name one.

    A phone has at most one open turn. How far it has come is told by the times that are set.
    """

    __tablename__ = "firmware_turn"
    __table_args__ = (
        Index("ix_firmware_turn_phone_opened_at", "phone_id", "opened_at"),
        Index("ix_firmware_turn_state", "state", "deadline_after"),
        Index(
            "uq_firmware_turn_open",
            "phone_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    phone_id: Mapped[int] = mapped_column(ForeignKey("phone.id", ondelete="CASCADE"))
    firmware_id: Mapped[int | None] = mapped_column(
        ForeignKey(Firmware.id, ondelete="SET NULL"), index=True
    )
    to_version: Mapped[str] = mapped_column(String(LONGEST_VERSION))
    from_version: Mapped[str] = mapped_column(String(60), default="")
    state: Mapped[TurnState] = mapped_column(WordColumn(TurnState, 12), default=TurnState.OPEN)
    revision: Mapped[int]
    """Config revision that names the firmware first; a phone that has it knows of its turn."""
    opened_at: Mapped[datetime]
    opened_by: Mapped[str] = mapped_column(String(255))
    deadline_after: Mapped[datetime | None]
    """When whoever opened it looks whether it came to something."""
    started_at: Mapped[datetime | None]
    """First byte of the image that went out."""
    progress_at: Mapped[datetime | None]
    sent_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    downloaded_at: Mapped[datetime | None]
    """When the last byte of the image had gone out."""
    closed_at: Mapped[datetime | None]
    evidence: Mapped[str] = mapped_column(String(300), default="")
    """What became of it, in words."""

    firmware: Mapped[Firmware | None] = relationship(lazy="raise_on_sql")

    @property
    def percent(self) -> int:
        """How much of the image has gone out; 100 only with its last byte."""
        return self.sent_bytes * 100 // self.size_bytes if self.size_bytes else 0
