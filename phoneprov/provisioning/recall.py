"""Recall: a phone asks again for what it was given, as most do every hour.

Path and User-Agent are the same as last time, so what they say is known, and as long as the cache
still holds the very file, the answer is too. Nothing here decides who gets what: only a request
that was admitted by its token and answered from the cache is remembered.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import NamedTuple

from phoneprov.catalog.catalog import Catalog
from phoneprov.fleet.check_ins import CheckInBuffer, CheckInNote
from phoneprov.provisioning.admission import Reason
from phoneprov.provisioning.cache import CachedFile, ConfigCache
from phoneprov.provisioning.exchange import Answer, Ask
from phoneprov.provisioning.identify import LONGEST_AGENT, Visitor
from phoneprov.provisioning.visits import Visit, make_note

MOST_REMEMBERED = 20_000


class _Remembered(NamedTuple):
    key: tuple[str, str]
    kept: CachedFile
    visitor: Visitor


class Recall:
    """What was answered from the cache, by path and User-Agent. Reads take no lock."""

    def __init__(
        self,
        catalog: Catalog,
        cache: ConfigCache,
        check_ins: CheckInBuffer,
        clock: Callable[[], datetime],
    ) -> None:
        self._catalog = catalog
        self._find = cache.find
        self._add_note = check_ins.add
        self._clock = clock
        self._remembered: dict[tuple[str, str], _Remembered] = {}

    def remember(self, ask: Ask, visitor: Visitor, kept: CachedFile) -> None:
        """Remember a request that its token admitted and the cache answered."""
        if ask.method != "GET" or visitor.kept_as is None:
            return
        if not ask.path.isascii() or len(ask.user_agent) > LONGEST_AGENT:
            return
        if len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[ask.path, ask.user_agent] = _Remembered(visitor.kept_as, kept, visitor)

    def answer(
        self, path: str, user_agent: str, if_none_match: str, address: str, *, is_tls: bool
    ) -> Answer | None:
        """Return the answer to a GET; None when it isn't known and has to be found.

        Arguments are those of an `Ask`, one by one: this runs at each check of each phone.
        """
        remembered = self._remembered.get((path, user_agent))
        if remembered is None or self._find(remembered.key) is not remembered.kept:
            return None
        answer = remembered.kept.answers.choose(if_none_match=if_none_match, is_head=False)
        origin = (path, user_agent, address, is_tls)
        self._add_note(partial(self._make_note, remembered, origin, self._clock(), answer))
        return answer

    def _make_note(
        self,
        remembered: _Remembered,
        origin: tuple[str, str, str, bool],
        at: datetime,
        answer: Answer,
    ) -> CheckInNote:
        path, user_agent, address, is_tls = origin
        ask = Ask("GET", path, address, user_agent, is_tls=is_tls)
        kept = remembered.kept
        return make_note(
            self._catalog,
            Visit(ask, remembered.visitor, at),
            kept.phone_id,
            Reason.TOKEN,
            answer.status,
            answer.size_bytes,
            kept.revision if kept.carries_config else None,
        )
