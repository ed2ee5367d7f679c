"""Table of the extra parameters: what tenants, profiles and phones add in a vendor's notation."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from phoneprov.catalog.model import Vendor
from phoneprov.core.database import Model, WordColumn
from phoneprov.core.secrets import SecretText


class ExtraParameter(Model):
    """One parameter of a tenant's phones of a vendor, of a profile's, or of one phone.

    The value is kept encrypted: it may be a password under any name.
    """

    __tablename__ = "extra_parameter"
    __table_args__ = (
        Index(
            "uq_extra_parameter_tenant",
            "tenant_id",
            "vendor",
            "name",
            unique=True,
            sqlite_where=text("phone_id IS NULL AND profile_id IS NULL"),
            postgresql_where=text("phone_id IS NULL AND profile_id IS NULL"),
        ),
        Index("uq_extra_parameter_profile", "profile_id", "vendor", "name", unique=True),
        Index("uq_extra_parameter_phone", "phone_id", "vendor", "name", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"), index=True)
    phone_id: Mapped[int | None] = mapped_column(ForeignKey("phone.id", ondelete="CASCADE"))
    profile_id: Mapped[int | None] = mapped_column(ForeignKey("profile.id", ondelete="CASCADE"))
    """Neither of the two: of all the tenant's phones of this vendor."""
    vendor: Mapped[Vendor] = mapped_column(WordColumn(Vendor, 20))
    name: Mapped[str] = mapped_column(String(120))
    value: Mapped[str | None] = mapped_column(SecretText)
    """None: taken back, after a phone may have been told it."""
    set_at: Mapped[datetime]
    """Since when phones may have been told of it, with whatever value."""
