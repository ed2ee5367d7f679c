"""The registrations of a FreeSWITCH as last told: lists and events brought together.

Events tell only what changed, so what they leave out is carried over from here: a refresh says
nothing of reachability, an answered OPTIONS nothing of the User-Agent.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from phoneprov.pbx.freeswitch.contacts import Listed, read_key, read_register
from phoneprov.pbx.link import ContactGone, ContactSeen, ContactState, Reachability

STALE_LIST = timedelta(seconds=5)
"""For so long a list may still hold what has left: FreeSWITCH deletes rows behind the event."""
FIRST_PING = timedelta(seconds=90)
"""By then a new contact was asked for the first time, where its profile asks at all."""

REASONS = {
    "sofia::unregister": "un-registered",
    "sofia::expire": "expired",
}
_PING_STATES = {
    "REACHABLE": Reachability.REACHABLE,
    "UNREACHABLE": Reachability.UNREACHABLE,
}

Key = tuple[str, str]


class ContactTable:
    """All contacts of one FreeSWITCH. Written by the link's thread; `find` may be called by any."""

    def __init__(self) -> None:
        self._contacts: dict[Key, ContactState] = {}
        self._left: dict[Key, tuple[str, datetime]] = {}
        self._new: dict[Key, tuple[str, datetime]] = {}
        """Contacts not asked yet, with their profile and since when they are known."""
        self._asks_all: set[str] = set()
        """Profiles that have asked a contact which is not behind NAT: they ask every one."""

    def find(self, aor: str, uri: str) -> ContactState | None:
        """Return a contact as last told."""
        return self._contacts.get((aor, uri))

    def replace_all(self, listed: Iterable[Listed], taken_at: datetime) -> tuple[ContactState, ...]:
        """Take a whole list; return it with what was known before, ordered by AOR and URI."""
        kept = [one for one in listed if not self._has_just_left(one.contact, taken_at)]
        before, self._contacts = self._contacts, {}
        new_before, self._new = self._new, {}
        for one in kept:
            key = (one.contact.aor, one.contact.uri)
            self._contacts[key] = _carried_over(one.contact, before.get(key), taken_at)
            if not one.contact.is_probed:
                self._new[key] = new_before.get(key, (one.profile, taken_at))
            elif not one.is_behind_nat:
                self._asks_all.add(one.profile)
        self._left = {
            key: left for key, left in self._left.items() if taken_at - left[1] < STALE_LIST
        }
        return tuple(self._contacts[key] for key in sorted(self._contacts))

    def waits_for_pings(self, now: datetime) -> bool:
        """Tell whether a contact of a profile that asks every contact was not asked yet."""
        return any(
            profile in self._asks_all and now - since < FIRST_PING
            for profile, since in self._new.values()
        )

    def register(self, event: Mapping[str, str], at: datetime) -> ContactSeen | None:
        """Take a `sofia::register`, first or refresh."""
        told = read_register(event, at)
        if told is None:
            return None
        key = (told.aor, told.uri)
        before = self._contacts.get(key)
        if before is not None:
            told = replace(
                told,
                reachability=before.reachability,
                is_probed=before.is_probed,
                keepalive_at=before.keepalive_at,
                round_trip_us=before.round_trip_us,
            )
        else:
            self._new[key] = (event.get("profile-name", ""), at)
        self._contacts[key] = told
        self._left.pop(key, None)
        return ContactSeen(contact=told, observed_at=at)

    def leave(self, event: Mapping[str, str], at: datetime, reason: str) -> list[ContactGone]:
        """Take a `sofia::unregister` or `sofia::expire`.

        A lost TCP connection names no contact, only the Call-ID. What left under an old Call-ID
        does not take a contact away that has been registered anew under another.
        """
        aor, uri, call_id = read_key(event)
        keys = [(aor, uri)] if uri else self._with_call_id(aor, call_id)
        gone = []
        for key in keys:
            held = self._contacts.get(key)
            if held is not None and call_id and held.call_id and held.call_id != call_id:
                continue
            self._contacts.pop(key, None)
            self._new.pop(key, None)
            self._left[key] = (call_id, at)
            gone.append(ContactGone(aor=key[0], uri=key[1], observed_at=at, reason=reason))
        return gone

    def answer(self, event: Mapping[str, str], at: datetime) -> ContactSeen | None:
        """Take a `sofia::sip_user_state`: a contact answers, or has stopped to."""
        aor, uri, call_id = read_key(event)
        state = _PING_STATES.get(event.get("ping-status", "").upper())
        held = self._contacts.get((aor, uri))
        if state is None or held is None or (held.call_id and held.call_id != call_id):
            return None
        is_back = state is Reachability.REACHABLE
        told = replace(
            held,
            reachability=state,
            is_probed=True,
            keepalive_at=at if is_back else held.keepalive_at,
        )
        if told.reachability is held.reachability and held.is_probed:
            return None
        self._contacts[aor, uri] = told
        self._new.pop((aor, uri), None)
        return ContactSeen(contact=told, observed_at=at)

    def _with_call_id(self, aor: str, call_id: str) -> list[Key]:
        if not call_id:
            return []
        return [
            key for key, held in self._contacts.items() if key[0] == aor and held.call_id == call_id
        ]

    def _has_just_left(self, contact: ContactState, taken_at: datetime) -> bool:
        call_id, left_at = self._left.get((contact.aor, contact.uri), ("", None))
        if left_at is None or taken_at - left_at >= STALE_LIST:
            return False
        return not call_id or call_id == contact.call_id


def _carried_over(
    told: ContactState, before: ContactState | None, taken_at: datetime
) -> ContactState:
    """Return a listed contact with its last known signs of life.

    That it answers is a sign of life from the moment it is first told; after that the moment
    stays, because FreeSWITCH tells by itself when it stops.
    """
    registered_at = before.registered_at if before else None
    keepalive_at = before.keepalive_at if before else None
    if told.reachability is Reachability.REACHABLE and (
        keepalive_at is None or (before and before.reachability is not Reachability.REACHABLE)
    ):
        keepalive_at = taken_at
    return replace(told, registered_at=registered_at, keepalive_at=keepalive_at)
