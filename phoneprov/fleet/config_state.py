"""Table of which config each phone should have."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from phoneprov.core.database import Model


class ConfigState(Model):
    """Which config a phone should have.

    Apart from the phone, because one saved key may tell thousands of phones at once: a row of
    this table is a twentieth of a phone's. It has no index beside its key for the same reason;
    whoever asks what changed lately reads through it.
    """

    __tablename__ = "config_state"

    phone_id: Mapped[int] = mapped_column(
        ForeignKey("phone.id", ondelete="CASCADE"), primary_key=True
    )
    revision: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime]
    edition: Mapped[int] = mapped_column(default=0)
    """Grows when the phone shall take every file whole, though it says that it has it already."""
