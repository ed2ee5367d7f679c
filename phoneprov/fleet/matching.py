"""Which phone a contact of the registrar belongs to."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from phoneprov.fleet.models import DEFAULT_SIP_PORT, Phone
from phoneprov.fleet.profile_models import Profile
from phoneprov.fleet.telling_apart import find_by_instance, tell_apart
from phoneprov.pbx.endpoint_names import EndpointPattern, NameReader, TenantNames
from phoneprov.pbx.link import ContactState
from phoneprov.pbx.models import Pbx
from phoneprov.tenancy.models import Extension, Tenant
from phoneprov.vendors.registry import read_user_agent

SEVERAL_TENANTS = "several tenants on this PBX have this extension and can't be told apart"
_PATTERN = select(Pbx.endpoint_pattern)
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
class Candidates:
    """The phones of an address of record, and whether it is one tenant's alone."""

    phones: Sequence[Candidate] = ()
    tenant_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The phone of a contact, or None with the reason."""

    phone_id: int | None
    note: str


def list_candidates(
    session: Session, pbx_id: int, contacts: Sequence[ContactState]
) -> Mapping[str, Candidates]:
    """Return, by address of record, the phones that register as it on this PBX.

    Costs three queries however many contacts there are.
    """
    pattern = EndpointPattern(session.scalar(_PATTERN.where(Pbx.id == pbx_id)) or "")
    tenants = _list_tenants(session, pbx_id)
    readers = {tenant_id: pattern.reader(names) for tenant_id, names in tenants.items()}
    wanted = {contact.aor: _read_aor(contact.aor, readers) for contact in contacts}
    names = {name for owners in wanted.values() for name in owners.values()}
    phones = _list_phones(session, pattern, list(tenants), names)
    return {aor: _gather(owners, phones) for aor, owners in wanted.items()}


def match_contact(contact: ContactState, found: Candidates) -> Match:
    """Return which of the phones of its extension a contact is.

    In order: the MAC in its User-Agent or its instance, the only phone there is, what else tells
    phones apart. Where the address of record could be several tenants', a MAC alone may decide.
    """
    phones = found.phones
    if not phones:
        return Match(phone_id=None, note="no phone has this extension")
    agent = read_user_agent(contact.user_agent)
    if agent is not None and agent.mac:
        same = [one for one in phones if one.mac == agent.mac]
        if same:
            return Match(phone_id=same[0].phone_id, note="MAC address in the User-Agent")
        return Match(phone_id=None, note=f"registered by another phone, {agent.mac}")
    by_instance = find_by_instance(contact, phones)
    if by_instance is not None:
        return Match(phone_id=by_instance.phone_id, note="MAC address in +sip.instance")
    return _match_other(contact, found)


def _match_other(contact: ContactState, found: Candidates) -> Match:
    """Match a contact that names no MAC address."""
    if len(found.tenant_ids) > 1:
        return Match(phone_id=None, note=SEVERAL_TENANTS)
    if len(found.phones) == 1:
        return Match(phone_id=found.phones[0].phone_id, note="only phone of this extension")
    phone, note = tell_apart(contact, found.phones)
    return Match(phone_id=phone.phone_id if phone else None, note=note)


def _list_tenants(session: Session, pbx_id: int) -> Mapping[int, TenantNames]:
    query = (
        select(Tenant.id, Tenant.slug, Tenant.sip_domain, Pbx.sip_domain)
        .join(Pbx, Pbx.id == Tenant.pbx_id)
        .where(Pbx.id == pbx_id)
    )
    return {
        tenant_id: TenantNames(tenant_id=tenant_id, slug=slug, domain=(own or pbx).lower())
        for tenant_id, slug, own, pbx in session.execute(query)
    }


def _read_aor(aor: str, readers: Mapping[int, NameReader]) -> Mapping[int, str]:
    """Return, by tenant, the number or SIP user that an address of record would be there."""
    bare = aor.removeprefix("sip:").removeprefix("sips:")
    read = {tenant_id: reader.read(bare) for tenant_id, reader in readers.items()}
    return {tenant_id: name for tenant_id, name in read.items() if name is not None}


def _list_phones(
    session: Session, pattern: EndpointPattern, tenant_ids: Sequence[int], names: Collection[str]
) -> Mapping[tuple[int, str], list[Candidate]]:
    """Return the phones of the extensions that exist, by tenant and number (or SIP user)."""
    column = Extension.number if pattern.by == "number" else Extension.sip_user
    query = (
        select(
            Extension.tenant_id,
            column,
            Phone.id,
            Phone.mac,
            Phone.ip_address,
            func.coalesce(Phone.local_sip_port, Profile.local_sip_port, DEFAULT_SIP_PORT),
            Phone.user_agent,
        )
        .outerjoin(Phone, Phone.extension_id == Extension.id)
        .outerjoin(Profile, Profile.id == Phone.profile_id)
        .where(Extension.tenant_id.in_(tenant_ids), column.in_(names))
    )
    found: dict[tuple[int, str], list[Candidate]] = {}
    for tenant_id, name, phone_id, mac, ip, port, agent in session.execute(query):
        phones = found.setdefault((tenant_id, name), [])
        if phone_id is not None:
            phones.append(
                Candidate(
                    phone_id=phone_id, mac=mac, ip_address=ip, local_sip_port=port, user_agent=agent
                )
            )
    return found


def _gather(
    owners: Mapping[int, str], phones: Mapping[tuple[int, str], list[Candidate]]
) -> Candidates:
    """Put together whose an address of record can be: tenants that have such an extension."""
    having = {key for key in owners.items() if key in phones}
    return Candidates(
        phones=tuple(phone for key in sorted(having) for phone in phones[key]),
        tenant_ids=frozenset(tenant_id for tenant_id, _ in having),
    )
