"""Which phones went together, and where."""

from datetime import timedelta

import pytest

from phoneprov.alerts.outages import Census, Fall, find_outages, is_many, site_of
from tests.unit.alerts.rows import NOON

BERLIN, BONN = "198.18.0.1", "5.6.7.8"


def falls(
    count: int, *, site: str = BONN, tenant_id: int = 1, first: int = 1, gap_s: float = 1
) -> list[Fall]:
    return [
        Fall(incident_id=first + at, tenant_id=tenant_id, site=site, down_at=NOON + timedelta(seconds=at * gap_s))
        for at in range(count)
    ]  # fmt: skip


def census(in_tenant: int, **by_site: int) -> Census:
    sites = {(1, {"bonn": BONN, "berlin": BERLIN}[name]): count for name, count in by_site.items()}
    return Census(by_tenant={1: in_tenant}, by_site=sites)


def test_fifty_phones_of_a_place_are_one_outage() -> None:
    (outage,) = find_outages(falls(50), census(200, bonn=60))
    assert (outage.site, len(outage.incident_ids), outage.phones_there) == (BONN, 50, 60)
    assert outage.began_at == NOON


def test_two_phones_are_two_phones() -> None:
    assert find_outages(falls(2), census(2, bonn=2)) == ()


@pytest.mark.parametrize(
    ("count", "of", "expected"),
    [(3, 10, True), (3, 11, False), (2, 2, False), (10, 1000, True), (9, 1000, False)],
)
def test_thirty_percent_or_ten_are_many(
    count: int,
    of: int,
    expected: bool,  # noqa: FBT001 - a table
) -> None:
    """Source: facts of the PBXs: about 30 % of a tenant at once."""
    assert is_many(count, of) is expected


def test_phones_that_go_one_after_the_other_all_day_are_no_outage() -> None:
    """One every five minutes."""
    assert find_outages(falls(40, gap_s=300), census(100, bonn=100)) == ()


def test_two_places_at_once_are_the_whole_tenant() -> None:
    """Its PBX is out, not both places by chance."""
    both = [*falls(20), *falls(20, site=BERLIN, first=100)]
    (outage,) = find_outages(both, census(60, bonn=30, berlin=30))
    assert (outage.site, len(outage.incident_ids)) == ("", 40)


def test_one_place_with_a_straggler_elsewhere_is_that_place() -> None:
    both = [*falls(20), *falls(1, site=BERLIN, first=100)]
    (outage,) = find_outages(both, census(100, bonn=25, berlin=75))
    assert (outage.site, len(outage.incident_ids)) == (BONN, 20)


def test_tenants_are_never_put_together() -> None:
    """Behind one public address there may be two customers."""
    both = [*falls(2), *falls(2, tenant_id=2, first=100)]
    assert find_outages(both, Census(by_tenant={1: 2, 2: 2}, by_site={})) == ()


@pytest.mark.parametrize(
    ("address", "place", "site"),
    [
        ("5.6.7.8", "Room 12", "5.6.7.8"),
        ("10.1.4.17", "Room 12", "Room 12"),
        ("10.1.4.17", "", "10.1.4.0/24"),
        ("2a01:4f8:1:2::17", "Room 12", "2a01:4f8:1:2::/64"),
        ("", "Room 12", "Room 12"),
        ("nonsense", "", ""),
    ],
)
def test_a_place_is_what_its_phones_have_in_common(address: str, place: str, site: str) -> None:
    assert site_of(address, place) == site
