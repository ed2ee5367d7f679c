"""Tables of the layouts and their buttons."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from phoneprov.core.database import Model, WordColumn
from phoneprov.vendors.config import ButtonKind

LONGEST_NAME, LONGEST_DESCRIPTION = 64, 200
LONGEST_VALUE, LONGEST_LABEL = 128, 64


class ButtonLayout(Model):
    """A named set of buttons for one phone model, or for one expansion module model.

    `model_slug` is of the catalogue's phone models, or of its module models where
    `is_for_module`. `revision` grows with every change of its buttons.
    """

    __tablename__ = "button_layout"
    __table_args__ = (
        UniqueConstraint("tenant_id", "is_for_module", "name"),
        Index(
            "uq_button_layout_default",
            "tenant_id",
            "is_for_module",
            "model_slug",
            unique=True,
            sqlite_where=text("is_default"),
            postgresql_where=text("is_default"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"), index=True)
    is_for_module: Mapped[bool] = mapped_column(default=False)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    description: Mapped[str] = mapped_column(String(LONGEST_DESCRIPTION), default="")
    model_slug: Mapped[str] = mapped_column(String(60))
    is_default: Mapped[bool] = mapped_column(default=False)
    """New phones of the model start with it; one at most per tenant and model."""
    leaves_out_own: Mapped[bool] = mapped_column(default=True)
    """Whether a phone gets no BLF on its own extension."""
    revision: Mapped[int] = mapped_column(default=1)
    step: Mapped[int] = mapped_column(default=0)
    """Number of the last step that counts; those after it were taken back."""
    created_at: Mapped[datetime]


class LayoutButton(Model):
    """One assigned key; a key without a row does nothing."""

    __tablename__ = "layout_button"
    __table_args__ = (UniqueConstraint("layout_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    layout_id: Mapped[int] = mapped_column(ForeignKey("button_layout.id", ondelete="CASCADE"))
    position: Mapped[int]
    """Counts from 1 over all pages."""
    kind: Mapped[ButtonKind] = mapped_column(WordColumn(ButtonKind, 20))
    value: Mapped[str] = mapped_column(String(LONGEST_VALUE), default="")
    """By kind: a number, a feature or code, a slot, a dial string; of a button that points at an
    extension its number when it was saved."""
    label: Mapped[str] = mapped_column(String(LONGEST_LABEL), default="")
    extension_id: Mapped[int | None] = mapped_column(
        ForeignKey("extension.id", ondelete="SET NULL"), index=True
    )


class LayoutStep(Model):
    """One change of a layout's buttons, with what they were before and after."""

    __tablename__ = "layout_step"
    __table_args__ = (UniqueConstraint("layout_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    layout_id: Mapped[int] = mapped_column(ForeignKey("button_layout.id", ondelete="CASCADE"))
    number: Mapped[int]
    words: Mapped[str] = mapped_column(String(200))
    made_by: Mapped[str] = mapped_column(String(254))
    made_at: Mapped[datetime]
    before: Mapped[list[list[Any]]] = mapped_column(JSON)
    after: Mapped[list[list[Any]]] = mapped_column(JSON)
    rules_before: Mapped[list[list[Any]] | None] = mapped_column(JSON)
    """None in steps from before there were rules: they leave the rules alone."""
    rules_after: Mapped[list[list[Any]] | None] = mapped_column(JSON)
