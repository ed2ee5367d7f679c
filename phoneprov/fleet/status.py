"""Status of a phone: one pure function of stored facts. Nothing sets a status by hand."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from phoneprov.pbx.link import Reachability

NOT_PROBED = "Nothing checks whether it is reachable, so it is not called Online."


class PhoneStatus(StrEnum):
    """The statuses of a phone."""

    PENDING = "pending"
    PROVISIONING = "provisioning"
    REGISTERED = "registered"
    ONLINE = "online"
    UPDATING = "updating"
    OFFLINE = "offline"
    DISABLED = "disabled"

    @property
    def label(self) -> str:
        """The status as people read it."""
        return self.value.capitalize()

    @property
    def meaning(self) -> str:
        """What the status says, in one sentence."""
        return _MEANINGS[self]


_MEANINGS = {
    PhoneStatus.PENDING: "Added to the dashboard, hasn't checked in yet.",
    PhoneStatus.PROVISIONING: "Checked in, downloading its config.",
    PhoneStatus.REGISTERED: "Config loaded and SIP-registered.",
    PhoneStatus.ONLINE: "Registered and reachable for incoming calls.",
    PhoneStatus.UPDATING: "Takes a firmware, which it may be offline for; no fault.",
    PhoneStatus.OFFLINE: "Was registered, and has given no sign of life for the keepalive limit.",
    PhoneStatus.DISABLED: "Switched off by hand; its accounts are off.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactFacts:
    """What is stored of one contact of the phone."""

    registered_at: datetime | None = None
    expires_at: datetime | None = None
    gone_at: datetime | None = None
    reachability: Reachability = Reachability.UNKNOWN
    is_probed: bool = False
    is_watched: bool = False
    """Whether what its PBX told last holds until it tells otherwise."""
    keepalive_at: datetime | None = None
    round_trip_us: int | None = None
    unconfirmed_since_at: datetime | None = None
    known_until: datetime | None = None
    """Up to when its PBX has told anything, where only its posts show that it is there."""

    @property
    def last_sign_at(self) -> datetime | None:
        """The last sign of life of any kind."""
        return _latest(self.keepalive_at, self.registered_at)

    @property
    def holds_until_told(self) -> bool:
        """Whether its state needs no further signs: its PBX would tell if it changed."""
        is_silent = self.is_probed and self.reachability is Reachability.UNREACHABLE
        return self.is_watched and not is_silent

    def as_of(self, now: datetime) -> datetime:
        """Return the moment up to which this contact is known: `now`, or when its link fell."""
        return min(one for one in (now, self.unconfirmed_since_at, self.known_until) if one)

    def is_live(self, now: datetime) -> bool:
        """Tell whether the registration held at the last moment it is known."""
        if self.gone_at is not None:
            return False
        return self.is_watched or self.expires_at is None or self.expires_at > self.as_of(now)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneFacts:
    """What is stored of one phone, as far as its status depends on it."""

    is_disabled: bool
    has_extension: bool
    first_check_in_at: datetime | None
    last_check_in_at: datetime | None
    contacts: tuple[ContactFacts, ...] = ()
    last_registered_at: datetime | None = None
    """Kept when the contact itself is long forgotten."""
    keepalive_limit: timedelta = timedelta(seconds=60)
    updating_until: datetime | None = None
    """While it is its turn to take a firmware: how long its silence is no fault."""
    updating_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A status, why it is so, when it could change by itself, and whether it is confirmed."""

    status: PhoneStatus
    reason: str
    recheck_after: datetime | None = None
    unconfirmed_since_at: datetime | None = None


def derive_status(facts: PhoneFacts, now: datetime) -> Verdict:
    """Return the status that `facts` give at `now`."""
    if facts.is_disabled:
        return Verdict(status=PhoneStatus.DISABLED, reason="Switched off in the dashboard.")
    if facts.updating_until is not None and now < facts.updating_until:
        return _while_updating(facts)
    if not facts.has_extension:
        return _by_check_ins(facts, "it has no extension to register")
    live = [contact for contact in facts.contacts if contact.is_live(now)]
    if live:
        return max((_by_contact(contact, facts, now) for contact in live), key=_rank)
    if not facts.contacts and facts.last_registered_at is None:
        return _by_check_ins(facts, "it hasn't registered yet")
    return _after_leaving(facts, now)


def _while_updating(facts: PhoneFacts) -> Verdict:
    what = f"Takes firmware {facts.updating_to}" if facts.updating_to else "Takes a firmware"
    reason = f"{what}; that takes 5 to 10 minutes, and it is offline meanwhile."
    return Verdict(status=PhoneStatus.UPDATING, reason=reason, recheck_after=facts.updating_until)


def _by_check_ins(facts: PhoneFacts, why_not_registered: str) -> Verdict:
    if facts.first_check_in_at is None:
        reason = "Nothing was asked for by this MAC address since it was added."
        return Verdict(status=PhoneStatus.PENDING, reason=reason)
    reason = f"It checked in; {why_not_registered}."
    return Verdict(status=PhoneStatus.PROVISIONING, reason=reason)


def _by_contact(contact: ContactFacts, facts: PhoneFacts, now: datetime) -> Verdict:
    """Judge one live contact."""
    if contact.holds_until_told:
        return _by_watch(contact)
    last_sign = contact.last_sign_at or facts.last_registered_at
    silent_after = last_sign + facts.keepalive_limit if last_sign else None
    if contact.is_probed and silent_after is not None and contact.as_of(now) >= silent_after:
        return _verdict(
            contact,
            PhoneStatus.OFFLINE,
            f"No sign of life for {_seconds(facts.keepalive_limit)} s or more.",
            None,
        )
    if not contact.is_probed:
        return _verdict(contact, PhoneStatus.REGISTERED, NOT_PROBED, contact.expires_at)
    if contact.reachability is Reachability.REACHABLE:
        return _verdict(contact, PhoneStatus.ONLINE, _answered(contact), silent_after)
    reason = "It has not answered OPTIONS."
    return _verdict(contact, PhoneStatus.REGISTERED, reason, silent_after)


def _by_watch(contact: ContactFacts) -> Verdict:
    """Judge a contact whose PBX would have told if it had stopped answering."""
    if not contact.is_probed:
        return _verdict(contact, PhoneStatus.REGISTERED, NOT_PROBED, None)
    if contact.reachability is Reachability.REACHABLE:
        return _verdict(contact, PhoneStatus.ONLINE, _answered(contact), None)
    return _verdict(contact, PhoneStatus.REGISTERED, "The PBX hasn't asked it yet.", None)


def _answered(contact: ContactFacts) -> str:
    trip = f" in {contact.round_trip_us / 1000:.0f} ms" if contact.round_trip_us else ""
    return f"Registered, and answered OPTIONS{trip}."


def _verdict(
    contact: ContactFacts, status: PhoneStatus, reason: str, recheck_after: datetime | None
) -> Verdict:
    is_frozen = contact.unconfirmed_since_at is not None
    expires_at = None if contact.is_watched else contact.expires_at
    deadlines = [moment for moment in (recheck_after, expires_at) if moment]
    return Verdict(
        status=status,
        reason=reason,
        recheck_after=None if is_frozen or not deadlines else min(deadlines),
        unconfirmed_since_at=contact.unconfirmed_since_at,
    )


def _after_leaving(facts: PhoneFacts, now: datetime) -> Verdict:
    """Judge a phone that was registered and has no live contact.

    One that signs off to reboot is back within the limit: until then it is not called Offline.
    """
    signs = [contact.last_sign_at for contact in facts.contacts]
    left_at = _latest(*signs, *(contact.gone_at for contact in facts.contacts))
    last_sign = _latest(*signs, facts.last_registered_at)
    if last_sign is None:
        return _by_check_ins(facts, "it hasn't registered yet")
    if facts.last_check_in_at and left_at and facts.last_check_in_at > left_at:
        reason = "It left the registrar and is reading its config again."
        return Verdict(status=PhoneStatus.PROVISIONING, reason=reason)
    silent_after = last_sign + facts.keepalive_limit
    if now < silent_after:
        reason = "It signed off at the registrar; it counts as Offline if it stays away."
        return Verdict(status=PhoneStatus.REGISTERED, reason=reason, recheck_after=silent_after)
    reason = "No longer registered, and no sign of life since."
    return Verdict(status=PhoneStatus.OFFLINE, reason=reason)


_ORDER = (PhoneStatus.OFFLINE, PhoneStatus.REGISTERED, PhoneStatus.ONLINE)


def _rank(verdict: Verdict) -> int:
    return _ORDER.index(verdict.status)


def _latest(*moments: datetime | None) -> datetime | None:
    known = [moment for moment in moments if moment is not None]
    return max(known) if known else None


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds())
