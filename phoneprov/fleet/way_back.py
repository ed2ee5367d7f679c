"""Whether a phone that forgot everything finds this server again, and who would have to help."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from phoneprov.core.mac import format_mac
from phoneprov.fleet.models import Phone
from phoneprov.tenancy.audit import Actor, write_audit
from phoneprov.tenancy.models import FoundBy

_CAME = {
    "window": "Its first request came without its own address: something had pointed it here, "
    "its network, a redirection, or a person.",
    "token": "Its first request came by its own address, which somebody gave it.",
}
"""By how its first request was admitted (a value of provisioning.admission.Reason)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WayBack:
    """How a phone finds this server, by whose word."""

    found_by: FoundBy
    is_its_own: bool
    """Whether it was said of this phone; else it is what its tenant's phones do."""
    evidence: str
    """What its first request showed; empty before that."""

    @property
    def needs_a_person(self) -> bool:
        """Whether somebody has to type the address again after a reset."""
        return self.found_by is FoundBy.HAND


def read_way_back(phone: Phone) -> WayBack:
    """Return how a phone finds this server. Its tenant has to be loaded."""
    return WayBack(
        found_by=FoundBy(phone.found_by or phone.tenant.found_by),
        is_its_own=phone.found_by is not None,
        evidence=_CAME.get(phone.came_by, ""),
    )


def say_how_found(
    session: Session, phone: Phone, found_by: FoundBy, *, actor: Actor, now: datetime
) -> None:
    """Keep what a person says of how this phone finds the server."""
    if phone.found_by == found_by:
        return
    before = phone.found_by.value if phone.found_by else None
    phone.found_by = found_by
    write_audit(
        session,
        actor,
        "phone.found_by",
        format_mac(phone.mac),
        at=now,
        tenant_id=phone.tenant_id,
        changes={"found_by": [before, found_by.value]},
    )
