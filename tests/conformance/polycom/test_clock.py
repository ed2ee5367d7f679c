"""A Polycom VVX shows the right time all year, where its one rule can say it: R15."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from phoneprov.vendors.zone_rules import zone_rules
from tests.conformance import intents
from tests.conformance.polycom.models import MAC, VVX411, boot, phone_with
from tests.conformance.readers.polycom_clock import PolycomClock

MORE_ZONES = (
    "Australia/Adelaide",
    "Africa/Casablanca",
    "America/Sao_Paulo",
    "America/Caracas",
    "Asia/Gaza",
    "Australia/Eucla",
    "Pacific/Marquesas",
)
"""Morocco's pause in Ramadan moves with the moon: its rule is right in its own year only."""
NOT_SAYABLE = {
    "Australia/Lord_Howe": "summer adds half an hour; the phone always adds a whole one",
    "Antarctica/Troll": "summer adds two hours; the phone always adds one",
    "Pacific/Chatham": "the clock changes at 2:45 and 3:45; the phone changes on the hour",
}
ZONES = sorted({*intents.ZONES, *MORE_ZONES} - set(NOT_SAYABLE))


def _wrong_hours(name: str, year: int) -> dict[datetime, timedelta]:
    """Return by how much the phone is ahead, at each hour at which it is not right."""
    phone = phone_with(intents.config(VVX411, MAC, zone=zone_rules(name, year)))
    clock, zone = PolycomClock(phone, year), ZoneInfo(name)
    start = datetime(year, 1, 1, 12, tzinfo=UTC)
    wrong = {}
    for quarter in range(364 * 24 * 4):
        moment = start + timedelta(minutes=15 * quarter)
        ahead = clock.local_time(moment) - moment.astimezone(zone).replace(tzinfo=None)
        if ahead:
            wrong[moment] = ahead
    return wrong


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize("year", [intents.YEAR, intents.YEAR + 1])
def test_it_shows_the_right_time_all_year(name: str, year: int) -> None:
    """Every quarter of an hour, in half-hour zones and in the south too."""
    assert _wrong_hours(name, year) == {}


def test_it_keeps_the_time_of_summer_where_summer_is_not_an_hour() -> None:
    """Lord Howe is right in summer and half an hour ahead in winter, as the notes say."""
    wrong = _wrong_hours("Australia/Lord_Howe", intents.YEAR)
    assert set(wrong.values()) == {timedelta(minutes=30)}
    assert {moment.month for moment in wrong} == {4, 5, 6, 7, 8, 9, 10}


def test_it_changes_on_the_hour_in_chatham() -> None:
    """The two changes come a quarter of an hour late; all the rest of the year is right."""
    assert len(_wrong_hours("Pacific/Chatham", intents.YEAR)) == 2


def test_it_switches_summer_time_off_by_name() -> None:
    """A phone that once had a rule forgets it where the zone has none."""
    phone = phone_with(intents.config(VVX411, MAC, zone=zone_rules("Europe/Berlin", 2026)))
    boot(phone, intents.config(VVX411, MAC, zone=zone_rules("Asia/Kolkata", 2026)))
    assert phone.get("tcpIpApp.sntp.daylightSavings.enable") == "0"
    assert phone.get("tcpIpApp.sntp.gmtOffset") == "19800"


@pytest.mark.parametrize("year", range(2025, 2036))
def test_it_is_right_in_the_years_after_where_rules_stay(year: int) -> None:
    """A weekday rule written this year holds in other years, so a missed poll does no harm."""
    for name in ("Europe/Berlin", "America/New_York", "Australia/Adelaide", "Pacific/Auckland"):
        phone = phone_with(intents.config(VVX411, MAC, zone=zone_rules(name, 2026)))
        clock, zone = PolycomClock(phone, year), ZoneInfo(name)
        for hour in range(0, 364 * 24, 3):
            moment = datetime(year, 1, 1, 12, tzinfo=UTC) + timedelta(hours=hour)
            assert clock.local_time(moment) == moment.astimezone(zone).replace(tzinfo=None)
