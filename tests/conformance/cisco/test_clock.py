"""A Cisco SPA shows the right time all year: R15."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from phoneprov.vendors.zone_rules import zone_rules
from tests.conformance import intents
from tests.conformance.cisco.models import MAC, SPA504G, phone_with
from tests.conformance.readers.cisco import CiscoClock

MORE_ZONES = (
    "Australia/Adelaide",
    "Africa/Casablanca",
    "America/Sao_Paulo",
    "America/Caracas",
    "Asia/Gaza",
    "Asia/Kabul",
    "Asia/Yangon",
    "Australia/Eucla",
    "Pacific/Chatham",
    "Pacific/Marquesas",
    "Pacific/Pago_Pago",
)
"""Beside the common dozen: quarter hours, no summer, and Morocco, whose pause in Ramadan moves
with the moon, so that its rule is right in the year it was written for only."""


@pytest.mark.parametrize("name", [*intents.ZONES, *MORE_ZONES])
@pytest.mark.parametrize("year", [intents.YEAR, intents.YEAR + 1])
def test_it_shows_the_right_time_all_year(name: str, year: int) -> None:
    """Every hour of the year, in half-hour and quarter-hour zones and in the south too."""
    phone = phone_with(intents.config(SPA504G, MAC, zone=zone_rules(name, year)))
    clock = CiscoClock(phone, year)
    zone = ZoneInfo(name)
    start = datetime(year, 1, 1, 12, tzinfo=UTC)
    for hour in range(364 * 24):
        moment = start + timedelta(hours=hour)
        assert clock.local_time(moment) == moment.astimezone(zone).replace(tzinfo=None), moment


def test_it_switches_summer_time_off_by_name() -> None:
    """A phone that once had a rule forgets it where the zone has none."""
    phone = phone_with(intents.config(SPA504G, MAC, zone=zone_rules("Europe/Berlin", 2026)))
    assert phone.get("Daylight_Saving_Time_Enable") == "Yes"
    other = phone_with(intents.config(SPA504G, MAC, zone=zone_rules("Asia/Kolkata", 2026)))
    phone.settings.update(other.settings)
    assert phone.get("Daylight_Saving_Time_Enable") == "No"
    assert phone.get("Daylight_Saving_Time_Rule") == ""
    assert phone.get("Time_Zone") == "GMT+05:30"


@pytest.mark.parametrize("year", range(2025, 2036))
def test_it_is_right_in_the_years_after_where_rules_stay(year: int) -> None:
    """A weekday rule written this year holds in other years, so a missed poll does no harm."""
    for name in ("Europe/Berlin", "America/New_York", "Australia/Adelaide", "Pacific/Auckland"):
        phone = phone_with(intents.config(SPA504G, MAC, zone=zone_rules(name, 2026)))
        clock, zone = CiscoClock(phone, year), ZoneInfo(name)
        for hour in range(0, 364 * 24, 3):
            moment = datetime(year, 1, 1, 12, tzinfo=UTC) + timedelta(hours=hour)
            assert clock.local_time(moment) == moment.astimezone(zone).replace(tzinfo=None)
