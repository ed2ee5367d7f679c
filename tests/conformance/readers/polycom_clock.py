"""The clock that a Polycom VVX shows, from what its reader remembers."""

from datetime import UTC, datetime, timedelta

from tests.conformance.readers.polycom import PolycomPhone


class PolycomClock:
    """The clock of a phone for one year, from its `tcpIpApp.sntp.*` settings."""

    def __init__(self, phone: PolycomPhone, year: int) -> None:
        assert phone.get("tcpIpApp.sntp.gmtOffset.overrideDHCP") == "1"
        self._standard = timedelta(seconds=int(phone.get("tcpIpApp.sntp.gmtOffset", "0")))
        self._span: tuple[datetime, datetime] | None = None
        if phone.get("tcpIpApp.sntp.daylightSavings.enable", "1") == "1":
            assert phone.get("tcpIpApp.sntp.daylightSavings.fixedDayEnable") == "0"
            starts = _change(phone, "start", year) - self._standard
            ends = _change(phone, "stop", year) - self._standard - timedelta(hours=1)
            self._span = (starts, ends)

    def local_time(self, moment: datetime) -> datetime:
        """Return the wall-clock time that the screen shows; summer is always one hour."""
        naive = moment.astimezone(UTC).replace(tzinfo=None)
        return naive + self._standard + timedelta(hours=1 if self._is_summer(naive) else 0)

    def _is_summer(self, naive_utc: datetime) -> bool:
        if self._span is None:
            return False
        starts, ends = self._span
        if starts < ends:
            return starts <= naive_utc < ends
        return naive_utc >= starts or naive_utc < ends


def _change(phone: PolycomPhone, which: str, year: int) -> datetime:
    """Return when a change is: the first such weekday from `date` on, or the month's last."""

    def get(name: str) -> int:
        return int(phone.get(f"tcpIpApp.sntp.daylightSavings.{which}.{name}"))

    month, weekday, hour = get("month"), get("dayOfWeek"), get("time")
    assert get("date") in {1, 8, 15, 22}
    assert 1 <= weekday <= 7
    assert 0 <= hour <= 23
    day = datetime(year, month, 1)  # noqa: DTZ001 - a wall-clock time has no zone
    days = []
    while day.month == month:
        if day.isoweekday() % 7 + 1 == weekday:
            days.append(day)
        day += timedelta(days=1)
    if get("dayOfWeek.lastInMonth") == 1:
        return days[-1] + timedelta(hours=hour)
    return next(one for one in days if one.day >= get("date")) + timedelta(hours=hour)
