"""How long the windows of a tenant stay open on the walls of its phones, at one moment."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from phoneprov.firmware.windows import Span, Window, next_window
from phoneprov.operations.rollouts.windows import read_rules

NOTHING = timedelta(0)


class Openings:
    """Looked up once by tenant and zone: a fleet has few zones."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.now = now
        self._session = session
        self._rules: dict[int, tuple[Window, ...]] = {}
        self._spans: dict[tuple[int, str], Span | None] = {}

    def next_window(self, tenant_id: int, zone: str) -> Span | None:
        """Return the span that is open or next; None where the tenant has no window."""
        key = tenant_id, zone
        if key not in self._spans:
            if tenant_id not in self._rules:
                self._rules[tenant_id] = read_rules(self._session, tenant_id)
            self._spans[key] = next_window(self._rules[tenant_id], ZoneInfo(zone), self.now)
        return self._spans[key]

    def left(self, tenant_id: int, zone: str) -> timedelta:
        """Return how long a window is open from now on; zero while none is."""
        span = self.next_window(tenant_id, zone)
        return NOTHING if span is None else span.left(self.now)
