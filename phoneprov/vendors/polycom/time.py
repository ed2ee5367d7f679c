"""The zone as a Polycom VVX reads it: seconds from Greenwich and one pair of changes.

Source: Polycom SIP administrator guide 2.2 p. A-53 (fixedDayEnable 0: `date` is 1, 8, 15 or 22
for the first such weekday on or after it, `lastInMonth` 1 for the last); dayOfWeek 1 = Sunday.
"""

from phoneprov.vendors.zone import ZoneChange, ZoneRules

Parameters = list[tuple[str, str]]

_SNTP = "tcpIpApp.sntp"
_LAST_WEEK = 5
_DAYS_A_WEEK = 7
_HOUR_MINUTES = 60
_LAST_HOUR = 23


def time_parameters(zone: ZoneRules) -> Parameters:
    """Return the attributes of the zone.

    The phone always adds a whole hour in summer: Lord Howe's half hour can't be said, so there
    the offset of summer is kept the year round. It changes on the hour alone: Chatham's quarter
    to three becomes three.
    """
    is_sayable = zone.saving_minutes in {0, _HOUR_MINUTES}
    offset = zone.offset_minutes + (0 if is_sayable else zone.saving_minutes)
    has_summer = is_sayable and zone.starts is not None and zone.ends is not None
    parameters = [
        (f"{_SNTP}.gmtOffset", str(offset * 60)),
        (f"{_SNTP}.gmtOffset.overrideDHCP", "1"),
        (f"{_SNTP}.daylightSavings.enable", "1" if has_summer else "0"),
    ]
    if has_summer and zone.starts and zone.ends:
        parameters.append((f"{_SNTP}.daylightSavings.fixedDayEnable", "0"))
        parameters += _change("start", zone.starts)
        parameters += _change("stop", zone.ends)
    return parameters


def _change(which: str, change: ZoneChange) -> Parameters:
    is_last = change.week == _LAST_WEEK
    day = 1 if is_last else (change.week - 1) * _DAYS_A_WEEK + 1
    prefix = f"{_SNTP}.daylightSavings.{which}"
    return [
        (f"{prefix}.month", str(change.month)),
        (f"{prefix}.date", str(day)),
        (f"{prefix}.dayOfWeek", str(change.weekday % _DAYS_A_WEEK + 1)),
        (f"{prefix}.dayOfWeek.lastInMonth", "1" if is_last else "0"),
        (f"{prefix}.time", str(min(_nearest_hour(change), _LAST_HOUR))),
    ]


def _nearest_hour(change: ZoneChange) -> int:
    return (change.hour * _HOUR_MINUTES + change.minute + _HOUR_MINUTES // 2) // _HOUR_MINUTES
