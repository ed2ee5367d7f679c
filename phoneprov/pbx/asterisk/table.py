"""What is known of Asterisk's contacts, kept up with its lists and events.

Pure: frames and times go in, observations come out. An event never makes up a contact: a new one
is told only once the list has said whose it is (user agent, address), so that no other phone of
the extension looks registered meanwhile.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from phoneprov.pbx.asterisk.contacts import ContactChange, ContactDetail
from phoneprov.pbx.link import (
    ContactGone,
    ContactSeen,
    ContactState,
    Observation,
    Reachability,
)

Key = tuple[str, str]
SAME_EXPIRY = timedelta(seconds=2)
SAME_TRIP_US = 5_000
SAME_TRIP_RATIO = 2
GONE = "signed off, or expired at the registrar"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A contact, and what is remembered of it between two observations."""

    told: ContactState
    detail: ContactDetail
    interval: timedelta | None = None
    """How long its registrations last, where its first REGISTER was seen."""
    answered_at: datetime | None = None
    """The last answer to OPTIONS that is certain, once it stopped or the link was lost."""


@dataclass(slots=True)
class ContactTable:
    """The contacts of one Asterisk; it outlives the connection."""

    register_expires: timedelta
    """How often phones are told to register: Asterisk does not tell when one last did."""
    _known: dict[Key, Known] = field(default_factory=dict)
    _new: dict[Key, datetime | None] = field(default_factory=dict)
    """Contacts that events told of and no list yet; with the time of their REGISTER, if seen."""

    @property
    def has_new(self) -> bool:
        """Whether a list is wanted, to learn whose a new contact is."""
        return bool(self._new)

    def take_list(self, details: Iterable[ContactDetail], at: datetime) -> Sequence[ContactState]:
        """Take a whole list that was asked for at `at`; return all contacts, by AOR and URI."""
        listed = {(one.aor, one.uri): one for one in details}
        known = {key: self._from_list(key, one, at) for key, one in listed.items()}
        self._known = known
        self._new.clear()
        return [known[key].told for key in sorted(known)]

    def take_news(self, details: Iterable[ContactDetail], at: datetime) -> Sequence[Observation]:
        """Take a whole list as well, and return only what is new or other in it."""
        before = {key: one.told for key, one in self._known.items()}
        states = self.take_list(details, at)
        left = before.keys() - self._known.keys()
        return [
            *(
                ContactSeen(contact=state, observed_at=at)
                for state in states
                if before.get((state.aor, state.uri)) != state
            ),
            *(
                ContactGone(aor=aor, uri=uri, observed_at=at, reason=GONE)
                for aor, uri in sorted(left)
            ),
        ]

    def take_change(self, change: ContactChange, at: datetime) -> Observation | None:
        """Take an event; return what it tells of a contact that is known."""
        key = (change.aor, change.uri)
        if change.is_removed:
            self._new.pop(key, None)
            self._known.pop(key, None)
            return ContactGone(aor=change.aor, uri=change.uri, observed_at=at, reason=GONE)
        known = self._known.get(key)
        if known is None or change.reachability is Reachability.UNKNOWN:
            is_register = change.reachability is Reachability.UNKNOWN
            self._new.setdefault(key, at if is_register else None)
            return None
        detail = replace(
            known.detail, reachability=change.reachability, round_trip_us=change.round_trip_us
        )
        self._known[key] = _advance(known, detail, answered_at=at, at=at)
        told = self._known[key].told
        return ContactSeen(contact=told, observed_at=at) if told != known.told else None

    def note_lost(self, at: datetime) -> None:
        """Remember until when each contact was known to answer: nothing is heard after `at`."""
        for key, known in self._known.items():
            self._known[key] = replace(known, answered_at=_last_answer(known, at))
        self._new.clear()

    def sole_endpoint(self, aor: str, uri: str) -> str:
        """Return the endpoint of a contact that has no other, else nothing; from any thread."""
        known = self._known.get((aor, uri))
        endpoint = known.detail.endpoint if known else ""
        on_it = [one for one in list(self._known.values()) if one.detail.endpoint == endpoint]
        return endpoint if len(on_it) == 1 else ""

    def _from_list(self, key: Key, detail: ContactDetail, at: datetime) -> Known:
        known = self._known.get(key)
        if known is None:
            return self._first(detail, self._new.get(key), at)
        registered_at = known.told.registered_at
        if _is_refreshed(known.detail, detail):
            registered_at = self._registered_at(detail, known.interval, at)
        told = replace(known.told, registered_at=registered_at, expires_at=detail.expires_at)
        return _advance(replace(known, told=told), detail, answered_at=at - detail.silence, at=at)

    def _first(self, detail: ContactDetail, register_at: datetime | None, at: datetime) -> Known:
        interval = None
        if register_at is not None and detail.expires_at is not None:
            interval = max(detail.expires_at - register_at, timedelta(0))
        told = ContactState(
            aor=detail.aor,
            uri=detail.uri,
            registered_at=register_at or self._registered_at(detail, None, at),
            expires_at=detail.expires_at,
        )
        known = Known(told=told, detail=detail, interval=interval)
        return _advance(known, detail, answered_at=register_at or at - detail.silence, at=at)

    def _registered_at(
        self, detail: ContactDetail, interval: timedelta | None, at: datetime
    ) -> datetime | None:
        """Return when the phone last registered: as long before the end as it lasts."""
        if detail.expires_at is None:
            return None
        return min(detail.expires_at - (interval or self.register_expires), at)


def _advance(known: Known, detail: ContactDetail, *, answered_at: datetime, at: datetime) -> Known:
    """Return a contact with what a list or an event told last of it."""
    last = known.told
    if detail.reachability is not Reachability.REACHABLE:
        keepalive_at = _last_answer(known, at)
    elif last.reachability is Reachability.REACHABLE:
        keepalive_at = last.keepalive_at
    else:
        keepalive_at = _later(known.answered_at, answered_at)
    told = replace(
        last,
        user_agent=detail.user_agent,
        source=detail.source,
        call_id=detail.call_id,
        reachability=detail.reachability,
        is_probed=detail.is_probed,
        is_watched=True,
        keepalive_at=_later(last.keepalive_at, keepalive_at),
        round_trip_us=_steady(last.round_trip_us, detail.round_trip_us),
        send_via=json.dumps({"endpoint": detail.endpoint}),
    )
    return replace(known, told=told, detail=detail, answered_at=None)


def _last_answer(known: Known, at: datetime) -> datetime | None:
    """Return the last answer that is certain when nothing later than `at` is known."""
    if known.told.reachability is not Reachability.REACHABLE or known.answered_at is not None:
        return known.answered_at
    return _later(known.told.keepalive_at, at - known.detail.silence)


def _is_refreshed(before: ContactDetail, now: ContactDetail) -> bool:
    if before.expires_at is None or now.expires_at is None:
        return before.expires_at != now.expires_at
    return abs(now.expires_at - before.expires_at) > SAME_EXPIRY


def _steady(told_us: int | None, now_us: int | None) -> int | None:
    """Keep a round trip that only wavers: each new value is a row written for nobody."""
    if told_us is None or now_us is None:
        return now_us
    low, high = sorted((told_us, now_us))
    return told_us if high - low <= SAME_TRIP_US or high < low * SAME_TRIP_RATIO else now_us


def _later(first: datetime | None, second: datetime | None) -> datetime | None:
    if first is None or second is None:
        return first or second
    return max(first, second)
