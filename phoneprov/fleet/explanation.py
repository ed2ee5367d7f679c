"""Why a phone's status is what it is: the facts, the rule that decides, who checks it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from phoneprov.core.mac import format_mac
from phoneprov.fleet.diagnosis.circumstances import Circumstances
from phoneprov.fleet.diagnosis.network import say_nat, say_ports
from phoneprov.fleet.models import Registration
from phoneprov.fleet.status import PhoneStatus
from phoneprov.pbx.kinds import PbxKind
from phoneprov.pbx.link import Reachability
from phoneprov.vendors.registry import read_user_agent

NOT_CHECKED = (
    "Nothing checks whether it can be reached: its PBX sends no OPTIONS, and this server can't "
    "reach it either. So it is called Registered, never Online."
)
RULES = {
    PhoneStatus.DISABLED: "Switched off in the dashboard; nothing else counts.",
    PhoneStatus.PENDING: "No request of this MAC address was admitted yet.",
    PhoneStatus.PROVISIONING: "It asked for files, and nobody has told of a registration since.",
    PhoneStatus.REGISTERED: "A registration holds, and it is not known that it answers.",
    PhoneStatus.ONLINE: "A registration holds, and it answered within the keepalive limit.",
    PhoneStatus.UPDATING: "It is its turn to take a firmware; until then its silence is no fault.",
    PhoneStatus.OFFLINE: "It was registered, and gave no sign of life for the keepalive limit.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FactLine:
    """One fact, with as of when it is known."""

    name: str
    value: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The rule that gave the status, the facts it looked at, and how reachability is known."""

    rule: str
    facts: tuple[FactLine, ...]
    checked_by: str


def explain(known: Circumstances) -> Explanation:
    """Return why the phone's status is what it is."""
    return Explanation(
        rule=RULES[PhoneStatus(known.phone.status)],
        facts=tuple(_facts(known)),
        checked_by=_who_checks(known),
    )


def _facts(known: Circumstances) -> Iterator[FactLine]:
    phone = known.phone
    yield FactLine(name="Added", value="to the dashboard", at=phone.added_at)
    if phone.disabled_at is not None:
        yield FactLine(name="Disabled", value="by hand", at=phone.disabled_at)
    yield FactLine(
        name="First check-in",
        value="admitted" if phone.first_check_in_at else "none yet",
        at=phone.first_check_in_at,
    )
    if phone.last_check_in_at is not None:
        yield FactLine(
            name="Last check-in", value=f"from {phone.ip_address}", at=phone.last_check_in_at
        )
    if phone.updating_until is not None:
        yield FactLine(
            name="Updating", value=f"to {phone.updating_to}, until", at=phone.updating_until
        )
    if phone.fetched_at is not None:
        revision = f"revision {phone.fetched_revision} of {phone.config_revision}"
        yield FactLine(name="Config", value=revision, at=phone.fetched_at)
    yield from _registration(known)
    yield FactLine(name="MAC addresses", value=_compare_macs(known))
    nat = say_nat(known)
    if nat:
        yield FactLine(name="Network", value=nat)
        pbx = known.details.pbx
        yield FactLine(name="Voice", value=say_ports(pbx.rtp_ports if pbx else ""))


def _registration(known: Circumstances) -> Iterator[FactLine]:
    phone, contact = known.phone, _live(known)
    yield FactLine(
        name="Registered",
        value="" if phone.last_registered_at else "never",
        at=phone.last_registered_at,
    )
    if contact is not None:
        yield FactLine(
            name="Registration",
            value=f"{contact.uri}, {contact.match_note}".rstrip(", ")
            + (", until" if contact.expires_at else ", no expiry told"),
            at=contact.expires_at,
        )
        yield FactLine(name="Reachability", value=_reachability(contact), at=contact.keepalive_at)
    limit_s = phone.tenant.keepalive_limit_s
    yield FactLine(name="Keepalive limit", value=f"{limit_s} s without a sign of life")
    if phone.unconfirmed_since_at is not None:
        yield FactLine(
            name="Not confirmed", value="the link to its PBX is down", at=phone.unconfirmed_since_at
        )


def _reachability(contact: Registration) -> str:
    if not contact.is_probed:
        return "not checked"
    trip = f" in {contact.round_trip_us / 1000:.0f} ms" if contact.round_trip_us else ""
    return {
        Reachability.REACHABLE: f"answered OPTIONS{trip}",
        Reachability.UNREACHABLE: "did not answer OPTIONS; last sign of life",
        Reachability.UNKNOWN: "not asked yet; last sign of life",
    }[contact.reachability]


def _who_checks(known: Circumstances) -> str:
    """Return who finds out whether the phone can be reached, or that nobody does."""
    contact, pbx = _live(known), known.details.pbx
    if contact is None or pbx is None:
        return ""
    if not contact.is_probed:
        return NOT_CHECKED
    asker = "this server" if pbx.kind == PbxKind.DIRECT.value else pbx.name
    ending = " and tells when that changes" if contact.is_watched else ""
    return f"{asker[:1].upper()}{asker[1:]} asks the phone by OPTIONS{ending}."


def _compare_macs(known: Circumstances) -> str:
    """Return the MAC address here, in its requests and in its registration, side by side."""
    phone, contact = known.phone, _live(known)
    in_requests = read_user_agent(phone.user_agent) if phone.user_agent else None
    told = phone.told_mac or (in_requests.mac if in_requests else None)
    registered = read_user_agent(contact.user_agent) if contact and contact.user_agent else None
    parts = [
        f"here {known.mac}",
        f"in its requests {format_mac(told) if told else 'not told'}",
        "in its registration "
        + (format_mac(registered.mac) if registered and registered.mac else "not told"),
    ]
    return "; ".join(parts)


def _live(known: Circumstances) -> Registration | None:
    held = [one for one in known.details.contacts if one.gone_at is None]
    return max(held, key=lambda one: one.keepalive_at or one.observed_at, default=None)
