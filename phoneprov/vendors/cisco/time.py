"""The zone as a Cisco SPA reads it: an offset from a list, the rest of it, and one rule.

Source: Cisco SPA300/500 Administration Guide p. 192 and 266 (Daylight Saving Time Rule, Time
Offset); the choices of Time_Zone in a public SPA profile that lists them.
"""

from phoneprov.vendors.zone import ZoneChange, ZoneRules

Parameters = list[tuple[str, str]]

_HALF_HOURS = (-210, 210, 330, 345, 390, 570)
_OFFSETS = sorted({*range(-12 * 60, 13 * 60 + 1, 60), *_HALF_HOURS})
"""Minutes east that Time_Zone can say. Zero is plain `GMT`; all others are said by Time_Offset."""
_LAST_WEEK = 5
_DAYS_A_WEEK = 7
_HOUR = 60


def time_parameters(zone: ZoneRules) -> Parameters:
    """Return the elements of the phone's zone, daylight saving written out either way."""
    named = max(
        (offset for offset in _OFFSETS if offset <= zone.offset_minutes), default=_OFFSETS[0]
    )
    return [
        ("Time_Zone", _zone(named)),
        ("Time_Offset__HH_mm_", _offset(zone.offset_minutes - named)),
        ("Ignore_DHCP_Time_Offset", "Yes"),
        ("Daylight_Saving_Time_Rule", _rule(zone)),
        ("Daylight_Saving_Time_Enable", "Yes" if zone.starts else "No"),
    ]


def _offset(minutes: int) -> str:
    return f"{minutes // _HOUR:02d}/{minutes % _HOUR:02d}" if minutes else "00/00"


def _zone(minutes: int) -> str:
    hours, rest = divmod(abs(minutes), _HOUR)
    return f"GMT{'-' if minutes < 0 else '+'}{hours:02d}:{rest:02d}" if minutes else "GMT"


def _rule(zone: ZoneRules) -> str:
    """Return both changes, as in `start=3/-1/7/2:0:0;end=10/-1/7/3:0:0;save=1`.

    A change is on the first such weekday on or after the day, or counted back from the month's
    end.
    """
    if zone.starts is None or zone.ends is None:
        return ""
    hours, minutes = divmod(zone.saving_minutes, _HOUR)
    save = f"{hours}:{minutes}" if minutes else f"{hours}"
    return f"start={_change(zone.starts)};end={_change(zone.ends)};save={save}"


def _change(change: ZoneChange) -> str:
    day = -1 if change.week == _LAST_WEEK else (change.week - 1) * _DAYS_A_WEEK + 1
    return f"{change.month}/{day}/{change.weekday}/{change.hour}:{change.minute}:0"
