"""A zone in Yealink's notation: an offset and daylight saving by week rules.

The phone's own table of zone names (`summer_time = 2`) lacks countries, so its rules are never
used: the change days are written out.

Source: administrator's guides T21P E2 p. 126, T58 p. 102, T5 p. 221 (last Sunday of March at
02:00 is `3/5/7/2`); wazo test for Montreal (`3/2/7/2`, `11/1/7/2`).
"""

from phoneprov.vendors.zone import ZoneChange, ZoneRules

_BY_WEEK = 1
_LAST_HOUR = 23
_HALF_HOUR = 30


def time_values(zone: ZoneRules) -> dict[str, object]:
    """Return the template's values for `local_time.*`."""
    offset = {"time_zone": format_offset(zone.offset_minutes)}
    if zone.starts is None or zone.ends is None:
        return offset | {"has_summer_time": False}
    return offset | {
        "has_summer_time": True,
        "dst_time_type": _BY_WEEK,
        "start_time": _week_rule(zone.starts),
        "end_time": _week_rule(zone.ends),
        "saving_minutes": zone.saving_minutes,
    }


def format_offset(minutes: int) -> str:
    """Return an offset east of UTC as the phone writes it: `+5:30`, `-3`, `0`."""
    if minutes == 0:
        return "0"
    hours, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{hours}:{rest:02}" if rest else f"{sign}{hours}"


def _week_rule(change: ZoneChange) -> str:
    # Only whole hours can be said; Chatham's 02:45 becomes 3.
    hour = min(change.hour + (change.minute >= _HALF_HOUR), _LAST_HOUR)
    return f"{change.month}/{change.week}/{change.weekday}/{hour}"
