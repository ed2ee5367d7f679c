"""Tables of who there is: tenants, users, extensions, and what they did."""

from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import JSON, ForeignKey, Select, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from phoneprov.core.database import Model, WordColumn
from phoneprov.core.secrets import SecretText
from phoneprov.tenancy.group_names import LONGEST_GROUP, LONGEST_KEY, write_groups


class Installation(Model):
    """What holds for the whole installation; one row with id 1."""

    __tablename__ = "installation"

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_name: Mapped[str] = mapped_column(String(100), default="")
    support_contact: Mapped[str] = mapped_column(String(200), default="")
    """Whom a tenant admin asks, for example for a model that is missing."""
    setup_token_hash: Mapped[str | None] = mapped_column(String(64))
    """Of the one-time link that makes the first account; None when no link is open."""
    setup_opened_at: Mapped[datetime | None]


class FoundBy(StrEnum):
    """How a phone that knows nothing finds this server."""

    DHCP = "dhcp"
    REDIRECTION = "redirection"
    HAND = "hand"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        """The way in words."""
        return {
            "dhcp": "by the DHCP server of its network",
            "redirection": "by its maker's redirection service",
            "hand": "by an address that was typed into it",
            "unknown": "not known",
        }[self]

    @property
    def is_by_itself(self) -> bool:
        """Whether a phone that was reset finds its way without anybody."""
        return self in {FoundBy.DHCP, FoundBy.REDIRECTION}


class Tenant(Model):
    """A customer of the provider."""

    __tablename__ = "tenant"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    time_zone: Mapped[str] = mapped_column(String(60), default="Europe/Berlin")
    poll_minutes: Mapped[int] = mapped_column(default=60)
    keepalive_limit_s: Mapped[int] = mapped_column(default=60)
    ntp_server: Mapped[str] = mapped_column(String(255), default="pool.ntp.org")
    pbx_id: Mapped[int | None] = mapped_column(ForeignKey("pbx.id"), index=True)
    sip_domain: Mapped[str] = mapped_column(String(255), default="")
    """The tenant's own SIP domain on its PBX; empty for the PBX's."""
    admin_password: Mapped[str | None] = mapped_column(SecretText)
    """Local admin password of its phones, unless a phone has its own."""
    contact_wait_days: Mapped[int] = mapped_column(default=14)
    """Days a first-contact window waits for the phone's first request."""
    contact_window_minutes: Mapped[int] = mapped_column(default=60)
    """Minutes a first-contact window stays open from that request."""
    is_window_closed_by_token: Mapped[bool] = mapped_column(default=True)
    """Whether the first use of the phone's own address closes the window."""
    encrypts_configs: Mapped[bool] = mapped_column(default=False)
    """Whether phones that can are told a key and get their configs encrypted."""
    found_by: Mapped[FoundBy] = mapped_column(WordColumn(FoundBy, 12), default=FoundBy.UNKNOWN)
    """How its phones find this server, unless one is said to by another way."""
    created_at: Mapped[datetime]


class Role(StrEnum):
    """What a user may do."""

    PROVIDER = "provider"
    ADMIN = "admin"
    VIEWER = "viewer"

    @property
    def label(self) -> str:
        """The role in words."""
        return {"provider": "Provider staff", "admin": "Tenant admin", "viewer": "Viewer"}[self]


class User(Model):
    """A person who logs in: provider staff (no tenant), or of one tenant."""

    __tablename__ = "user_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int | None] = mapped_column(
        ForeignKey("tenant.id", ondelete="CASCADE"), index=True
    )
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    role: Mapped[Role] = mapped_column(WordColumn(Role, 20))
    password_hash: Mapped[str] = mapped_column(String(255))
    is_active: Mapped[bool] = mapped_column(default=True)
    last_log_in_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    @property
    def role_label(self) -> str:
        """The role in words."""
        return Role(self.role).label


class UserSession(Model):
    """A log-in that is still good; ended by deleting the row."""

    __tablename__ = "user_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    address: Mapped[str] = mapped_column(String(45), default="")


class LogInThrottle(Model):
    """Failed log-ins of one account or address, and until when it has to wait."""

    __tablename__ = "log_in_throttle"

    key: Mapped[str] = mapped_column(String(300), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    last_failure_at: Mapped[datetime]
    blocked_until: Mapped[datetime | None]


class Extension(Model):
    """A number on the tenant's PBX with its SIP credentials."""

    __tablename__ = "extension"
    __table_args__ = (UniqueConstraint("tenant_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"), index=True)
    number: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(64), default="")
    sip_user: Mapped[str] = mapped_column(String(64), index=True)
    auth_user: Mapped[str] = mapped_column(String(64), default="")
    """Empty: the same as `sip_user`."""
    sip_password: Mapped[str] = mapped_column(SecretText)
    voicemail_number: Mapped[str] = mapped_column(String(32), default="")
    created_at: Mapped[datetime]
    in_groups: Mapped[list["ExtensionGroup"]] = relationship(
        secondary="extension_in_group", order_by="ExtensionGroup.key", viewonly=True
    )
    """Changed by tenancy.groups alone."""

    @property
    def title(self) -> str:
        """Number and name as people read it: `201 Anna Berg`."""
        return f"{self.number} {self.name}".strip()

    @property
    def groups(self) -> str:
        """The names of its groups in a row."""
        return write_groups(tuple(group.name for group in self.in_groups))


class ExtensionGroup(Model):
    """A tag on extensions, by which rules choose them; one that nobody is in counts as none."""

    __tablename__ = "extension_group"
    __table_args__ = (UniqueConstraint("tenant_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(LONGEST_GROUP))
    """As it was spelled first."""
    key: Mapped[str] = mapped_column(String(LONGEST_KEY))
    """The name as it is compared: of `Sales` and `SALES` there is one."""


class ExtensionInGroup(Model):
    """That an extension is in a group."""

    __tablename__ = "extension_in_group"

    extension_id: Mapped[int] = mapped_column(
        ForeignKey("extension.id", ondelete="CASCADE"), primary_key=True
    )
    group_id: Mapped[int] = mapped_column(
        ForeignKey("extension_group.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class AuditEntry(Model):
    """Who did what, from where, to what; never with a secret in it."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    tenant_id: Mapped[int | None] = mapped_column(
        ForeignKey("tenant.id", ondelete="CASCADE"), index=True
    )
    user_name: Mapped[str] = mapped_column(String(254))
    address: Mapped[str] = mapped_column(String(45), default="")
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(200))
    changes: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    note: Mapped[str] = mapped_column(Text, default="")


Owned = TypeVar("Owned", bound=Model)


def for_tenant(tenant_id: int, model: type[Owned]) -> Select[Owned]:
    """Return the select that every read for a tenant starts from."""
    return select(model).where(model.tenant_id == tenant_id)  # type: ignore[attr-defined]
