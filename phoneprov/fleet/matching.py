"""Which phone a contact of the registrar belongs to."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from phoneprov.fleet.models import DEFAULT_SIP_PORT, Phone
from phoneprov.fleet.profile_models import Profile
from phoneprov.fleet.telling_apart import find_by_instance, tell_apart
from phoneprov.pbx.link import ContactState
from phoneprov.pbx.models import Pbx
from phoneprov.tenancy.models import Extension, Tenant
from phoneprov.vendors.registry import read_user_agent

DIRECT_PREFIX = "phone:"
"""How the direct link marks a phone in place of an address of record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A phone that could be behind a contact."""

    phone_id: int
    mac: str
    ip_address: str
    local_sip_port: int
    user_agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The phone of a contact, or None with the reason."""

    phone_id: int | None
    note: str


def list_candidates(
    session: Session, pbx_id: int, contacts: Sequence[ContactState]
) -> Mapping[str, list[Candidate]]:
    """Return, by address of record, the phones that register as it on this PBX."""
    users = {split_aor(contact.aor)[0] for contact in contacts}
    query = (
        select(
            Extension.sip_user,
            Tenant.sip_domain,
            Pbx.sip_domain,
            Phone.id,
            Phone.mac,
            Phone.ip_address,
            func.coalesce(Phone.local_sip_port, Profile.local_sip_port, DEFAULT_SIP_PORT),
            Phone.user_agent,
        )
        .join(Phone, Phone.extension_id == Extension.id)
        .join(Tenant, Tenant.id == Phone.tenant_id)
        .join(Pbx, Pbx.id == Tenant.pbx_id)
        .outerjoin(Profile, Profile.id == Phone.profile_id)
        .where(Pbx.id == pbx_id, Extension.sip_user.in_(users))
    )
    found: dict[str, list[Candidate]] = {}
    for user, own_domain, pbx_domain, phone_id, mac, ip, port, agent in session.execute(query):
        candidate = Candidate(
            phone_id=phone_id, mac=mac, ip_address=ip, local_sip_port=port, user_agent=agent
        )
        domain = (own_domain or pbx_domain).lower()
        found.setdefault(f"{user}@{domain}", []).append(candidate)
        found.setdefault(user, []).append(candidate)
    return found


def match_contact(contact: ContactState, candidates: Collection[Candidate]) -> Match:
    """Return which of the phones of its extension a contact is.

    In order: the MAC in its User-Agent or its instance, the only phone there is, what else tells
    phones apart.
    """
    if not candidates:
        return Match(phone_id=None, note="no phone has this extension")
    phones = tuple(candidates)
    agent = read_user_agent(contact.user_agent)
    if agent is not None and agent.mac:
        same = [one for one in phones if one.mac == agent.mac]
        if same:
            return Match(phone_id=same[0].phone_id, note="MAC address in the User-Agent")
        return Match(phone_id=None, note=f"registered by another phone, {agent.mac}")
    by_instance = find_by_instance(contact, phones)
    if by_instance is not None:
        return Match(phone_id=by_instance.phone_id, note="MAC address in +sip.instance")
    if len(phones) == 1:
        return Match(phone_id=phones[0].phone_id, note="only phone of this extension")
    phone, note = tell_apart(contact, phones)
    return Match(phone_id=phone.phone_id if phone else None, note=note)


def split_aor(aor: str) -> tuple[str, str]:
    """Return user and domain (empty if none) of an address of record."""
    bare = aor.removeprefix("sip:").removeprefix("sips:")
    user, _, domain = bare.partition("@")
    return user, domain.lower()


def find_candidates(aor: str, candidates: Mapping[str, list[Candidate]]) -> Collection[Candidate]:
    """Return the phones of an address of record; without a domain only if it is unambiguous."""
    user, domain = split_aor(aor)
    return candidates.get(f"{user}@{domain}" if domain else user, [])
