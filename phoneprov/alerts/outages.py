"""Which phones went together: pure rules over who fell when, and where.

Source: a site or its PBX is out when about 30 % of a tenant's phones go at the same time; one
phone's cable never looks like that.
"""

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby

SPAN = timedelta(minutes=3)
"""Phones give up one after the other, as their keepalives would have come: a minute, and the grace
of another, and some seconds until it is noticed."""
FEWEST = 3
SHARE = 0.3
MANY = 10
"""So many at once are an outage in a place of any size."""
NEARLY_ALL = 0.9
_NETS = {4: 24, 6: 64}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fall:
    """One phone that went offline."""

    incident_id: int
    tenant_id: int
    site: str
    down_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """Phones of one tenant that went together; `site` is empty where they are all over."""

    tenant_id: int
    site: str
    incident_ids: tuple[int, ...]
    phones_there: int
    began_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """How many phones there are, switched-off ones left out."""

    by_tenant: Mapping[int, int] = field(default_factory=dict)
    by_site: Mapping[tuple[int, str], int] = field(default_factory=dict)


def site_of(address: str, place: str) -> str:
    """Return what phones of one place have in common, empty where nothing is known.

    Behind NAT that is the public address they come from; where each has a private address of its
    own, the place that somebody typed, or its network.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return place
    if parsed.is_global and parsed.version == 4:  # noqa: PLR2004 - the number of the protocol
        return str(parsed)
    if place and not parsed.is_global:
        return place
    return str(ipaddress.ip_network((parsed, _NETS[parsed.version]), strict=False))


def find_outages(falls: Sequence[Fall], census: Census) -> tuple[Outage, ...]:
    """Return the outages among phones that are down, each phone in one at most."""
    ordered = sorted(falls, key=lambda one: (one.tenant_id, one.down_at, one.incident_id))
    found: list[Outage] = []
    for _, own in groupby(ordered, key=lambda one: one.tenant_id):
        for together in _together(tuple(own)):
            found.extend(_judge(together, census))
    return tuple(found)


def is_many(count: int, of: int) -> bool:
    """Tell whether so many phones of so many are an outage."""
    return count >= FEWEST and (count >= MANY or count >= SHARE * of)


def _together(falls: Sequence[Fall]) -> list[list[Fall]]:
    """Split one tenant's falls, ordered by time: each group lasts no longer than the span."""
    groups: list[list[Fall]] = []
    for fall in falls:
        if groups and fall.down_at - groups[-1][0].down_at <= SPAN:
            groups[-1].append(fall)
        else:
            groups.append([fall])
    return groups


def _judge(falls: Sequence[Fall], census: Census) -> list[Outage]:
    """Say whether one place is out, several are, or the whole tenant."""
    tenant_id = falls[0].tenant_id
    by_site: dict[str, list[Fall]] = {}
    for fall in falls:
        by_site.setdefault(fall.site, []).append(fall)
    most = max(by_site.values(), key=len)
    in_tenant = census.by_tenant.get(tenant_id, 0)
    is_everywhere = len(most) < NEARLY_ALL * len(falls) or not most[0].site
    if is_everywhere and len(falls) >= FEWEST and len(falls) >= SHARE * in_tenant:
        return [_outage("", falls, in_tenant)]
    found = []
    for site, own in by_site.items():
        there = census.by_site.get((tenant_id, site), 0) if site else in_tenant
        if is_many(len(own), there):
            found.append(_outage(site, own, there))
    return found


def _outage(site: str, falls: Sequence[Fall], there: int) -> Outage:
    return Outage(
        tenant_id=falls[0].tenant_id,
        site=site,
        incident_ids=tuple(one.incident_id for one in falls),
        phones_there=max(there, len(falls)),
        began_at=min(one.down_at for one in falls),
    )
