"""Tables of how each person likes the list of phones."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from phoneprov.core.database import Model
from phoneprov.tenancy.models import Tenant, User

LONGEST_FILTER_NAME = 60


class ListTaste(Model):
    """Which columns a person wants to see, and how close together."""

    __tablename__ = "list_taste"

    user_id: Mapped[int] = mapped_column(
        ForeignKey(User.id, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    columns: Mapped[str] = mapped_column(String(300), default="")
    """Their words, separated by full stops, as in an address; empty for the usual ones."""
    is_compact: Mapped[bool] = mapped_column(default=False)


class SavedFilter(Model):
    """A question to a tenant's list that a person gave a name."""

    __tablename__ = "saved_filter"
    __table_args__ = (UniqueConstraint("user_id", "tenant_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey(Tenant.id, ondelete="CASCADE"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(LONGEST_FILTER_NAME))
    query: Mapped[str] = mapped_column(String(2000))
    """What stands behind the question mark of the list's address."""
    created_at: Mapped[datetime]
