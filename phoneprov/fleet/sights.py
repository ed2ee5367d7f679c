"""What is seen of phones beside their status: what it would be if no update excused them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from phoneprov.fleet.inherited import poll_minutes_of, time_zone_of
from phoneprov.fleet.models import Phone, Registration
from phoneprov.fleet.refresh import BATCH, phone_facts, read_heard
from phoneprov.fleet.status import PhoneStatus, derive_status
from phoneprov.vendors.registry import read_user_agent

REACHABLE = frozenset({PhoneStatus.REGISTERED, PhoneStatus.ONLINE})
LATE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """A phone as it is at this moment, whether or not it is updating."""

    phone: Phone
    status: PhoneStatus
    """Without regard to an update."""
    is_confirmed: bool
    """Whether that is known now: the link to its PBX is up."""
    is_in_call: bool
    """Whether the PBX tells of a call on it."""
    signed_at: datetime | None
    """Newest sign of life of a contact that holds."""
    registered_versions: frozenset[str]
    """The versions that its contacts' User-Agents tell."""
    has_contact: bool
    time_zone: str
    poll_interval: timedelta
    now: datetime

    @property
    def is_reachable(self) -> bool:
        """Whether an order finds it now."""
        return self.status in REACHABLE and self.is_confirmed and self.has_contact

    @property
    def checks_in(self) -> bool:
        """Whether it asks for its config by itself, though nobody tells that it is registered."""
        asked_at = self.phone.last_check_in_at
        is_lately = asked_at is not None and asked_at > self.now - self.poll_interval - LATE
        return self.status is PhoneStatus.PROVISIONING and is_lately

    @property
    def is_away(self) -> bool:
        """Whether nothing is heard of it; one of which nothing can be known is not called so."""
        return self.is_confirmed and not self.is_reachable and not self.checks_in

    def is_registered_since(self, moment: datetime, version: str) -> bool:
        """Tell whether it is registered and was not merely left over from before `moment`."""
        if self.status not in REACHABLE or not self.has_contact:
            return False
        is_new = version in self.registered_versions
        return is_new or (self.signed_at is not None and self.signed_at >= moment)


def read_sights(session: Session, phone_ids: Collection[int], now: datetime) -> dict[int, Sight]:
    """Return these phones as they are now, by id; those that are gone are left out."""
    ids, found = sorted(phone_ids), dict[int, Sight]()
    heard = read_heard(session) if ids else {}
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        phones = session.scalars(
            select(Phone)
            .where(Phone.id.in_(batch))
            .options(joinedload(Phone.tenant), joinedload(Phone.profile))
            .execution_options(populate_existing=True)
        ).all()
        contacts = _read_contacts(session, batch)
        for phone in phones:
            found[phone.id] = _see(phone, contacts.get(phone.id, ()), heard, now)
    return found


def _read_contacts(session: Session, ids: Collection[int]) -> Mapping[int, list[Registration]]:
    contacts: dict[int, list[Registration]] = {}
    for contact in session.scalars(select(Registration).where(Registration.phone_id.in_(ids))):
        contacts.setdefault(contact.phone_id or 0, []).append(contact)
    return contacts


def _see(
    phone: Phone,
    contacts: Iterable[Registration],
    heard: Mapping[int, datetime | None],
    now: datetime,
) -> Sight:
    own = tuple(contacts)
    facts = replace(phone_facts(phone, own, heard), updating_until=None)
    verdict = derive_status(facts, now)
    held = [one for one in own if one.gone_at is None]
    signs = [at for one in held for at in (one.registered_at, one.keepalive_at) if at]
    agents = [read_user_agent(one.user_agent) for one in held if one.user_agent]
    return Sight(
        phone=phone,
        status=verdict.status,
        is_confirmed=verdict.unconfirmed_since_at is None,
        is_in_call=any(one.is_in_call is True for one in held),
        signed_at=max(signs, default=None),
        registered_versions=frozenset(
            agent.firmware for agent in agents if agent is not None and agent.firmware
        ),
        has_contact=bool(held),
        time_zone=time_zone_of(phone).value,
        poll_interval=timedelta(minutes=poll_minutes_of(phone).value),
        now=now,
    )
