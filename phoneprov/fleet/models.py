"""Tables of the phones, what they asked for, and how the registrar sees them."""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, select
from sqlalchemy.orm import (
    InstrumentedAttribute,
    Mapped,
    MappedSQLExpression,
    column_property,
    mapped_column,
    relationship,
)

from phoneprov.core.database import Model, WordColumn
from phoneprov.core.secrets import SecretText
from phoneprov.fleet.config_state import ConfigState
from phoneprov.fleet.profile_models import Profile
from phoneprov.fleet.signs import ContactSigns, PhoneSigns
from phoneprov.fleet.status import PhoneStatus
from phoneprov.layouts.models import ButtonLayout
from phoneprov.pbx.link import Reachability
from phoneprov.tenancy.models import Extension, Tenant
from phoneprov.vendors.encryption import new_config_key

DEFAULT_SIP_PORT = 5060


class LayoutSource(StrEnum):
    """Who chose a phone's button layout."""

    PHONE = "phone"
    PROFILE = "profile"
    DEFAULT = "default"
    """Nobody: it is what the model's phones started with. A profile may give another."""


class Phone(PhoneSigns, Model):
    """A desk phone, known by its MAC address.

    Facts are stored; `status`, `status_reason` and `recheck_after` are derived from them by
    fleet.status and never set by hand. `config_revision`, kept in its config state, grows with
    everything that changes what the phone is told, in the same transaction.
    """

    __tablename__ = "phone"
    __table_args__ = (
        Index("ix_phone_tenant_status", "tenant_id", "status"),
        Index("ix_phone_tenant_model", "tenant_id", "model_slug"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"), index=True)
    mac: Mapped[str] = mapped_column(String(12), unique=True)
    model_slug: Mapped[str] = mapped_column(String(60))
    extension_id: Mapped[int | None] = mapped_column(
        ForeignKey("extension.id", ondelete="SET NULL"), index=True
    )
    button_layout_id: Mapped[int | None] = mapped_column(
        ForeignKey(ButtonLayout.id, ondelete="SET NULL"), index=True
    )
    """None: its keys are its lines."""
    layout_source: Mapped[LayoutSource] = mapped_column(
        WordColumn(LayoutSource, 12), default=LayoutSource.DEFAULT
    )
    profile_id: Mapped[int | None] = mapped_column(
        ForeignKey(Profile.id, ondelete="SET NULL"), index=True
    )
    display_name: Mapped[str] = mapped_column(String(64), default="")
    time_zone: Mapped[str | None] = mapped_column(String(60))
    """None: its profile's or tenant's, also when that changes later."""
    admin_password: Mapped[str | None] = mapped_column(SecretText)
    """None: its profile's or tenant's."""
    local_sip_port: Mapped[int | None]
    """None: its profile's, or 5060."""
    serial_number: Mapped[str] = mapped_column(String(64), default="")
    place: Mapped[str] = mapped_column(String(100), default="")
    added_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]

    token: Mapped[str] = mapped_column(SecretText)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    token_used_at: Mapped[datetime | None]
    config_key: Mapped[str] = mapped_column(SecretText, default=new_config_key, deferred=True)
    """Pass phrase of its encrypted config, where its tenant and its vendor do that."""
    key_used_at: Mapped[datetime | None]
    """When it first asked for an encrypted config; from then on it gets no plain one."""

    window_opened_at: Mapped[datetime | None]
    """When the first-contact window was last opened; None when it is closed."""
    window_waits_until: Mapped[datetime | None]
    window_started_at: Mapped[datetime | None]
    """The phone's first request inside it."""
    window_ends_at: Mapped[datetime | None]

    first_check_in_at: Mapped[datetime | None]
    last_check_in_at: Mapped[datetime | None]
    ip_address: Mapped[str] = mapped_column(String(45), default="")
    ip_seen_at: Mapped[datetime | None]
    user_agent: Mapped[str] = mapped_column(String(250), default="")
    firmware: Mapped[str] = mapped_column(String(60), default="")
    firmware_seen_at: Mapped[datetime | None]
    hardware_revision: Mapped[str] = mapped_column(String(20), default="")
    """As its User-Agent tells it, where its vendor does (Grandstream)."""
    told_model: Mapped[str] = mapped_column(String(60), default="")
    """Slug of the catalogue model its User-Agent names, where that is another than ours."""
    told_mac: Mapped[str] = mapped_column(String(12), default="")
    """MAC its User-Agent names, where that is another than ours."""
    is_reboot_armed: Mapped[bool] = mapped_column(default=False)
    """Whether its config says that the next check-sync restarts it (Polycom)."""
    unwritable_reason: Mapped[str] = mapped_column(String(300), default="")
    """Why its config can't be written now; it keeps the one it has until somebody mends that."""
    poll_missed_at: Mapped[datetime | None]
    """When it was noticed that the phone is late by more than half an interval."""
    fetched_revision: Mapped[int | None]
    """Revision of the last whole config it took."""
    fetched_at: Mapped[datetime | None]

    last_registered_at: Mapped[datetime | None] = mapped_column(index=True)
    last_keepalive_at: Mapped[datetime | None]
    unconfirmed_since_at: Mapped[datetime | None]

    status: Mapped[PhoneStatus] = mapped_column(
        WordColumn(PhoneStatus, 16), default=PhoneStatus.PENDING
    )
    status_reason: Mapped[str] = mapped_column(String(300), default="")
    status_since_at: Mapped[datetime]
    recheck_after: Mapped[datetime | None] = mapped_column(index=True)

    extension: Mapped[Extension | None] = relationship(lazy="raise_on_sql")
    tenant: Mapped[Tenant] = relationship(lazy="raise_on_sql")
    profile: Mapped[Profile | None] = relationship(lazy="raise_on_sql")
    config_state: Mapped[ConfigState] = relationship(
        lazy="raise_on_sql", cascade="all, delete-orphan", passive_deletes=True
    )
    if TYPE_CHECKING:
        config_revision: Mapped[int]
        config_changed_at: Mapped[datetime]


def _of_its_config(column: InstrumentedAttribute[Any]) -> MappedSQLExpression[Any]:
    """Return a column of a phone's config state as an attribute of the phone, to be read only."""
    found = select(column).where(ConfigState.phone_id == Phone.id)
    return column_property(found.correlate_except(ConfigState).scalar_subquery())


Phone.config_revision = _of_its_config(ConfigState.revision)
Phone.config_changed_at = _of_its_config(ConfigState.changed_at)


class PhoneModule(Model):
    """An expansion module on a phone."""

    __tablename__ = "phone_module"
    __table_args__ = (UniqueConstraint("phone_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    phone_id: Mapped[int] = mapped_column(ForeignKey("phone.id", ondelete="CASCADE"))
    number: Mapped[int]
    """Counts from 1, the one next to the phone."""
    module_slug: Mapped[str] = mapped_column(String(60))
    layout_id: Mapped[int | None] = mapped_column(
        ForeignKey(ButtonLayout.id, ondelete="SET NULL"), index=True
    )
    """None: its keys do nothing."""


class Registration(ContactSigns, Model):
    """One contact of the registrar: address of record and contact URI."""

    __tablename__ = "registration"
    __table_args__ = (UniqueConstraint("pbx_id", "aor", "uri"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    pbx_id: Mapped[int] = mapped_column(ForeignKey("pbx.id", ondelete="CASCADE"), index=True)
    aor: Mapped[str] = mapped_column(String(255))
    uri: Mapped[str] = mapped_column(String(500))
    phone_id: Mapped[int | None] = mapped_column(
        ForeignKey("phone.id", ondelete="CASCADE"), index=True
    )
    match_note: Mapped[str] = mapped_column(String(200), default="")
    """How the contact was matched to its phone, or why it could not be."""
    user_agent: Mapped[str] = mapped_column(String(250), default="")
    source: Mapped[str] = mapped_column(String(60), default="")
    call_id: Mapped[str] = mapped_column(String(255), default="")
    send_via: Mapped[str] = mapped_column(Text, default="")
    registered_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    gone_at: Mapped[datetime | None]
    gone_reason: Mapped[str] = mapped_column(String(100), default="")
    reachability: Mapped[Reachability] = mapped_column(
        WordColumn(Reachability, 12), default=Reachability.UNKNOWN
    )
    is_probed: Mapped[bool] = mapped_column(default=False)
    is_watched: Mapped[bool] = mapped_column(default=False)
    """Whether the PBX tells by itself when this contact goes or stops answering."""
    keepalive_at: Mapped[datetime | None]
    round_trip_us: Mapped[int | None]
    observed_at: Mapped[datetime]
    unconfirmed_since_at: Mapped[datetime | None]
    """Since when the link can't confirm it; None while it can."""


class CheckIn(Model):
    """One request of a phone, as its page shows it."""

    __tablename__ = "check_in"
    __table_args__ = (Index("ix_check_in_phone_at", "phone_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    phone_id: Mapped[int] = mapped_column(ForeignKey("phone.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    method: Mapped[str] = mapped_column(String(8), default="GET")
    file_name: Mapped[str] = mapped_column(String(120))
    answer: Mapped[int]
    """HTTP status."""
    size_bytes: Mapped[int] = mapped_column(default=0)
    address: Mapped[str] = mapped_column(String(45), default="")
    is_tls: Mapped[bool | None]
    admitted_by: Mapped[str] = mapped_column(String(20), default="")
    """A value of provisioning.admission.Reason."""
    revision: Mapped[int | None]
    """Config revision the answer carried, where it carried one."""
    user_agent: Mapped[str] = mapped_column(String(250), default="")


class PhoneEvent(Model):
    """A line of a phone's timeline: a status change with its cause, a warning, an order."""

    __tablename__ = "phone_event"
    __table_args__ = (Index("ix_phone_event_phone_at", "phone_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    phone_id: Mapped[int] = mapped_column(ForeignKey("phone.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(30))
    """status, warning, admission, config, command, report"""
    text: Mapped[str] = mapped_column(String(300))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class PhoneUpload(Model):
    """A log or override file that a phone uploaded; the newest of each name is kept."""

    __tablename__ = "phone_upload"
    __table_args__ = (UniqueConstraint("phone_id", "file_name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    phone_id: Mapped[int] = mapped_column(ForeignKey("phone.id", ondelete="CASCADE"))
    file_name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(12))
    """log, override, directory, calls"""
    body: Mapped[bytes] = mapped_column(LargeBinary)
    size_bytes: Mapped[int]
    received_at: Mapped[datetime]


class UnknownMac(Model):
    """A MAC that asked for files and is nobody's phone."""

    __tablename__ = "unknown_mac"

    mac: Mapped[str] = mapped_column(String(12), primary_key=True)
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime] = mapped_column(index=True)
    count: Mapped[int] = mapped_column(default=1)
    address: Mapped[str] = mapped_column(String(45), default="")
    user_agent: Mapped[str] = mapped_column(String(250), default="")
    file_name: Mapped[str] = mapped_column(String(120), default="")


class Farewell(Model):
    """What remains of a deleted phone for a day: enough to switch its accounts off.

    Holds no secret: the old token only as a hash, because a phone that merely gets 404 keeps its
    last config and its line.
    """

    __tablename__ = "farewell"

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"), index=True)
    mac: Mapped[str] = mapped_column(String(12), unique=True)
    model_slug: Mapped[str] = mapped_column(String(60))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    removed_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    config_key: Mapped[str | None] = mapped_column(SecretText)
    """Where it reads only what is encrypted; the config it opens holds no secret."""
    fetched_at: Mapped[datetime | None]
    """When the phone took the config that switches its accounts off."""
    pbx_id: Mapped[int | None]
    aor: Mapped[str] = mapped_column(String(255), default="")
    contact_uri: Mapped[str] = mapped_column(String(500), default="")
    send_via: Mapped[str] = mapped_column(Text, default="")
    resync_note: Mapped[str] = mapped_column(String(200), default="")
    """What became of the resync that was sent to make it ask at once."""
