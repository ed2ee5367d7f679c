"""Columns that hold what something may be the matter by, where no other fact gives it away."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from phoneprov.core.database import WordColumn
from phoneprov.tenancy.models import FoundBy


class PhoneSigns:
    """Signs on a phone."""

    agent_model: Mapped[str] = mapped_column(String(60), default="")
    """The model that the User-Agent of its requests names; empty until one does."""
    came_by: Mapped[str] = mapped_column(String(20), default="")
    """How its first request was admitted (a value of provisioning.admission.Reason)."""
    found_by: Mapped[FoundBy | None] = mapped_column(WordColumn(FoundBy, 12))
    """How a person said it finds this server; None: as its tenant's phones do."""
    refused_at: Mapped[datetime | None]
    """Its last request that got nothing, as long as none was admitted since."""
    refused_by: Mapped[str] = mapped_column(String(20), default="")
    """Why (a value of provisioning.admission.Reason)."""
    register_failed_at: Mapped[datetime | None]
    """When it said that its registration was refused; None once it said that it is registered."""
    updating_until: Mapped[datetime | None]
    """While it is its turn to take a firmware: how long its silence is no fault (R128)."""
    updating_to: Mapped[str] = mapped_column(String(40), default="")
    """The version that it takes meanwhile."""


class ContactSigns:
    """Signs on a contact of the registrar, read from it when it is written."""

    agent_model: Mapped[str] = mapped_column(String(60), default="")
    """The model that its User-Agent names, or the User-Agent of what is none of our vendors'."""
    is_behind_nat: Mapped[bool] = mapped_column(default=False)
    """It names an address of a network of its own, and came from another one."""
    public_port: Mapped[int | None]
    """The port in a contact that names just the public address and port it came from; a phone
    with another local port did not write that itself."""
    is_in_call: Mapped[bool | None]
    """Whether it has a call; None where the PBX can't tell."""
