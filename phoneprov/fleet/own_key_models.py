"""Table of the keys in which one phone differs from its layouts."""

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from phoneprov.core.database import Model, WordColumn
from phoneprov.layouts.models import LONGEST_LABEL, LONGEST_VALUE
from phoneprov.vendors.config import ButtonKind

ON_PHONE = 0
"""The module number of the phone itself."""


class PhoneButton(Model):
    """What one key of one phone does instead of what its layout says.

    It stays when the layout is changed, and counts unless the layout's key is locked.
    """

    __tablename__ = "phone_button"
    __table_args__ = (UniqueConstraint("phone_id", "module", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    phone_id: Mapped[int] = mapped_column(ForeignKey("phone.id", ondelete="CASCADE"))
    module: Mapped[int] = mapped_column(default=ON_PHONE)
    """Number of the expansion module that the key is on; 0: the phone itself."""
    position: Mapped[int]
    """Counts from 1 over all pages."""
    kind: Mapped[ButtonKind | None] = mapped_column(WordColumn(ButtonKind, 20))
    """None: the key is empty on this phone, whatever the layout says."""
    value: Mapped[str] = mapped_column(String(LONGEST_VALUE), default="")
    label: Mapped[str] = mapped_column(String(LONGEST_LABEL), default="")
    extension_id: Mapped[int | None] = mapped_column(
        ForeignKey("extension.id", ondelete="SET NULL"), index=True
    )
