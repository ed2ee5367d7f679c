"""Tables of the alerts: who wants to know what, what is wrong, and what is on its way."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from phoneprov.alerts.kinds import AlertKind, Channel, MessageState, Pace
from phoneprov.core.database import Model, WordColumn
from phoneprov.core.secrets import SecretText
from phoneprov.tenancy.models import Tenant, User

DEFAULT_OFFLINE_MINUTES = 5
DEFAULT_COLLECT_MINUTES = 30
DEFAULT_MOST_PER_HOUR = 10


class AlertSubscription(Model):
    """What one person wants to be told of one tenant, or of the whole installation."""

    __tablename__ = "alert_subscription"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id", ondelete="CASCADE"), index=True
    )
    tenant_id: Mapped[int | None] = mapped_column(
        ForeignKey("tenant.id", ondelete="CASCADE"), index=True
    )
    """None: of all tenants, for provider staff."""
    channel: Mapped[Channel] = mapped_column(WordColumn(Channel, 12))
    webhook_url: Mapped[str | None] = mapped_column(SecretText)
    """Encrypted, because the addresses that chat systems hand out are passwords themselves."""
    webhook_secret: Mapped[str | None] = mapped_column(SecretText)
    """Signs what is posted; shown once."""
    kinds: Mapped[list[str]] = mapped_column(JSON)
    """Values of AlertKind."""
    offline_minutes: Mapped[int] = mapped_column(default=DEFAULT_OFFLINE_MINUTES)
    tells_recovery: Mapped[bool] = mapped_column(default=True)
    pace: Mapped[Pace] = mapped_column(WordColumn(Pace, 12), default=Pace.AT_ONCE)
    collect_minutes: Mapped[int] = mapped_column(default=DEFAULT_COLLECT_MINUTES)
    daily_at: Mapped[int] = mapped_column(default=8 * 60)
    """Minutes after midnight by the clock of `time_zone`."""
    quiet_from: Mapped[int | None]
    """Minutes after midnight by the clock of `time_zone`; None: no quiet hours."""
    quiet_until: Mapped[int | None]
    time_zone: Mapped[str] = mapped_column(String(60))
    most_per_hour: Mapped[int] = mapped_column(default=DEFAULT_MOST_PER_HOUR)
    link_key: Mapped[str] = mapped_column(SecretText)
    """Signs the link that ends the subscription; goes with the row."""
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """When it was ended by its link; it stays in the list until somebody deletes it."""

    user: Mapped[User] = relationship(lazy="raise_on_sql")
    tenant: Mapped[Tenant | None] = relationship(lazy="raise_on_sql")


class AlertIncident(Model):
    """Something that is wrong, from when to when; nobody's in particular.

    A phone that goes on and off is one incident as long as it isn't steady (alerts.steadiness).
    Phones that go together are members of one incident of theirs (`outage_id`) and are told of
    with it, not by themselves.
    """

    __tablename__ = "alert_incident"
    __table_args__ = (
        Index("ix_alert_incident_kind_ended", "kind", "ended_at"),
        Index("ix_alert_incident_key_ended", "key", "ended_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[AlertKind] = mapped_column(WordColumn(AlertKind, 20))
    key: Mapped[str] = mapped_column(String(120))
    """What it is about, such as `phone:12`: of one key at most one incident is open."""
    tenant_id: Mapped[int | None] = mapped_column(
        ForeignKey("tenant.id", ondelete="CASCADE"), index=True
    )
    phone_id: Mapped[int | None] = mapped_column(
        ForeignKey("phone.id", ondelete="SET NULL"), index=True
    )
    pbx_id: Mapped[int | None] = mapped_column(ForeignKey("pbx.id", ondelete="SET NULL"))
    outage_id: Mapped[int | None] = mapped_column(
        ForeignKey("alert_incident.id", ondelete="SET NULL"), index=True
    )
    is_told_alone: Mapped[bool] = mapped_column(default=True)
    """False for a phone that is told of with the others of its outage."""
    site: Mapped[str] = mapped_column(String(120), default="")
    subject: Mapped[str] = mapped_column(String(200))
    """Who or what, as people name it."""
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    began_at: Mapped[datetime]
    down_at: Mapped[datetime]
    """When it went down last; the same as `began_at` unless it came and went since."""
    back_at: Mapped[datetime | None]
    """Since when it has been back; not yet over while it isn't steady."""
    longest_s: Mapped[int] = mapped_column(default=0)
    """The longest time that it was down in one piece, in seconds."""
    falls: Mapped[int] = mapped_column(default=1)
    """How often it went down; counts on from an incident of the same phone just before."""
    ended_at: Mapped[datetime | None]
    is_moot: Mapped[bool] = mapped_column(default=False)
    """Whether it ended without a recovery: the phone was switched off, removed, given away."""


class AlertNotice(Model):
    """That a subscription was told of an incident, and of its end."""

    __tablename__ = "alert_notice"

    subscription_id: Mapped[int] = mapped_column(
        ForeignKey("alert_subscription.id", ondelete="CASCADE"), primary_key=True
    )
    incident_id: Mapped[int] = mapped_column(
        ForeignKey("alert_incident.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    told_at: Mapped[datetime]
    is_end_told: Mapped[bool] = mapped_column(default=False)


class AlertMessage(Model):
    """One message: the outbox of what is to be sent, and the history of what was."""

    __tablename__ = "alert_message"
    __table_args__ = (
        Index("ix_alert_message_state_next", "state", "next_try_at"),
        Index("ix_alert_message_subscription_created", "subscription_id", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subscription_id: Mapped[int] = mapped_column(
        ForeignKey("alert_subscription.id", ondelete="CASCADE")
    )
    number: Mapped[str] = mapped_column(String(32), unique=True)
    """The same in every try, so that the other side can tell a second try from a second alert."""
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    items: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """What a webhook gets beside the text."""
    is_test: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    state: Mapped[MessageState] = mapped_column(
        WordColumn(MessageState, 12), default=MessageState.WAITING
    )
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    failure: Mapped[str] = mapped_column(String(300), default="")
    """Why the last try failed."""

    subscription: Mapped[AlertSubscription] = relationship(lazy="raise_on_sql")


class AlertState(Model):
    """What holds for all alerts; one row with id 1."""

    __tablename__ = "alert_state"

    id: Mapped[int] = mapped_column(primary_key=True)
    macs_seen_until: Mapped[datetime]
    """Unknown phones that asked first before this have been looked at."""
    mail_taken_at: Mapped[datetime | None]
    """When the mail server took a message last."""
    mail_failed_at: Mapped[datetime | None]
    mail_failure: Mapped[str] = mapped_column(String(300), default="")
