"""Table of the PBXs and how their links are."""

from datetime import datetime

from sqlalchemy import JSON, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from phoneprov.core.database import Model, WordColumn
from phoneprov.core.secrets import SecretText
from phoneprov.pbx.link import LinkStatus


class Pbx(Model):
    """A telephone system that phones register with."""

    __tablename__ = "pbx"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    """A value of PbxKind."""
    sip_domain: Mapped[str] = mapped_column(String(255))
    registrar_host: Mapped[str] = mapped_column(String(255))
    """As the phones reach it."""
    registrar_port: Mapped[int] = mapped_column(default=5060)
    transport: Mapped[str] = mapped_column(String(10), default="udp")
    register_expires_s: Mapped[int] = mapped_column(default=1800)
    link_address: Mapped[str] = mapped_column(String(300), default="")
    """How we reach its interface: a URL or host:port, by kind."""
    link_user: Mapped[str] = mapped_column(String(80), default="")
    link_secret: Mapped[str | None] = mapped_column(SecretText)
    link_fingerprint: Mapped[str] = mapped_column(String(64), default="")
    """SHA-256 of the only certificate its interface may show, in hex; empty: any that is valid."""
    endpoint_pattern: Mapped[str] = mapped_column(String(100), default="")
    """How it names a tenant's extension, `{number}-{tenant}`; empty: by the SIP user."""
    pickup_code: Mapped[str] = mapped_column(String(16), default="")
    """What a press on a ringing BLF dials before the number; empty: the dialect's."""
    dialect: Mapped[str] = mapped_column(String(20), default="own")
    """Whose feature codes it speaks: asterisk, freeswitch, kamailio, own."""
    park_slots: Mapped[str] = mapped_column(String(200), default="71-75")
    park_code: Mapped[str] = mapped_column(String(32), default="")
    """Parks a call on a slot of the PBX's choice; empty: the dialect's."""
    park_slot_code: Mapped[str] = mapped_column(String(32), default="")
    """Parks a call on a given slot, with `{slot}` in it; empty: the dialect's."""
    retrieve_code: Mapped[str] = mapped_column(String(32), default="")
    """Takes back and watches the call on a slot, with `{slot}` in it; empty: the dialect's."""
    outside_prefix: Mapped[str] = mapped_column(String(8), default="")
    international_prefix: Mapped[str] = mapped_column(String(8), default="+")
    """What is dialled in place of a leading plus."""
    feature_codes: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    """Feature to code, where they differ from the dialect's; an empty code: it has none."""
    rtp_ports: Mapped[str] = mapped_column(String(20), default="10000-20000")
    is_active: Mapped[bool] = mapped_column(default=True)
    link_status: Mapped[LinkStatus] = mapped_column(
        WordColumn(LinkStatus, 12), default=LinkStatus.CONNECTING
    )
    link_status_at: Mapped[datetime | None]
    link_lost_at: Mapped[datetime | None]
    """Since when nothing new is known; None while the link is up."""
    link_reason: Mapped[str] = mapped_column(Text, default="")
    silence_minutes: Mapped[int] = mapped_column(default=5)
    """A webhook PBX that posts nothing for so long can't be relied on any more."""
    heard_at: Mapped[datetime | None]
    """When a webhook PBX posted last."""
    pbx_started_at: Mapped[datetime | None]
    snapshot_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
