"""How far a contact that a snapshot lacks can be called gone."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from phoneprov.fleet.models import Registration


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """How far a contact that a snapshot lacks can be called gone."""

    taken_at: datetime
    pbx_started_at: datetime | None
    is_memory_only: bool

    def is_proof(self, contact: Registration) -> bool:
        """Tell whether the PBX has been up long enough for the phone to have come back.

        A PBX that keeps its table in memory starts empty: until one registration interval is
        over, absence says nothing.
        """
        if not self.is_memory_only or self.pbx_started_at is None:
            return True
        if contact.registered_at and contact.registered_at >= self.pbx_started_at:
            return True
        interval = timedelta(hours=1)
        if contact.expires_at and contact.registered_at:
            interval = contact.expires_at - contact.registered_at
        return self.taken_at >= self.pbx_started_at + interval
