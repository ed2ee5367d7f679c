"""Follows changes that other processes made, so that no cache serves an old config."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from phoneprov.core.clock import utc_now
from phoneprov.fleet.config_state import ConfigState
from phoneprov.provisioning.cache import ConfigCache

OVERLAP = timedelta(seconds=30)
"""A transaction that began earlier may commit later than one already seen."""


class ChangeFollower:
    """Drops cached files of phones whose revision grew elsewhere."""

    def __init__(self, sessions: sessionmaker[Session], cache: ConfigCache) -> None:
        self._sessions = sessions
        self._cache = cache
        self._since = utc_now()
        self._seen: dict[int, int] = {}

    def follow(self) -> int:
        """Drop what changed since the last run; return how many phones."""
        now = utc_now()
        query = select(ConfigState.phone_id, ConfigState.revision).where(
            ConfigState.changed_at >= self._since - OVERLAP
        )
        with self._sessions() as session:
            rows = {phone_id: revision for phone_id, revision in session.execute(query)}  # noqa: C416 - rows are not tuples
        changed = {phone_id for phone_id in rows if self._seen.get(phone_id) != rows[phone_id]}
        if changed:
            self._cache.drop(changed)
        self._since, self._seen = now, rows
        return len(changed)
