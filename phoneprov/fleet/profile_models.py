"""Tables of the provisioning profiles: saved defaults that many phones follow."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from phoneprov.core.database import Model
from phoneprov.core.secrets import SecretText
from phoneprov.layouts.models import ButtonLayout


class Profile(Model):
    """Defaults of a tenant for many phones; what it leaves open is the tenant's."""

    __tablename__ = "profile"
    __table_args__ = (
        UniqueConstraint("tenant_id", "name"),
        Index(
            "uq_profile_default",
            "tenant_id",
            unique=True,
            sqlite_where=text("is_default"),
            postgresql_where=text("is_default"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(64))
    description: Mapped[str] = mapped_column(String(200), default="")
    is_default: Mapped[bool] = mapped_column(default=False)
    """Whether new phones of the tenant start with it."""
    time_zone: Mapped[str | None] = mapped_column(String(60))
    admin_password: Mapped[str | None] = mapped_column(SecretText)
    local_sip_port: Mapped[int | None]
    poll_minutes: Mapped[int | None]
    created_at: Mapped[datetime]


class ProfileLayout(Model):
    """The button layout that a profile gives the phones of one model."""

    __tablename__ = "profile_layout"

    profile_id: Mapped[int] = mapped_column(
        ForeignKey(Profile.id, ondelete="CASCADE"), primary_key=True
    )
    model_slug: Mapped[str] = mapped_column(String(60), primary_key=True)
    layout_id: Mapped[int] = mapped_column(
        ForeignKey(ButtonLayout.id, ondelete="CASCADE"), index=True
    )
