"""A zone as Grandstream reads it: a POSIX rule, or on Android models its IANA name.

The fixed list of P64 leaves out countries and whole zones, so it is never used but for
`customize`, which takes the rule from P246 (at most 64 characters, west positive, names in
letters).

Source: Grandstream template GXP16xx 1.0.4.33 (P64, P246); template gxv33xx 1.0.3.57 (names).
"""

from phoneprov.vendors.config import PhoneConfig
from phoneprov.vendors.grandstream.accounts import Parameters
from phoneprov.vendors.zone import ZoneChange, ZoneRules

_ANDROID_FAMILIES = ("GXV33", "GXV34")
_LAST_WEEKDAY = 7


def time_parameters(config: PhoneConfig) -> Parameters:
    """Return the P-values of the phone's zone.

    A catalogue file may settle a model's notation with the trait `time_zone`: `iana` or `posix`.
    """
    is_android = config.model.name.upper().startswith(_ANDROID_FAMILIES)
    notation = config.model.traits.get("time_zone", "iana" if is_android else "posix")
    if notation == "iana":
        return [("P64", config.zone.name)]
    return [("P64", "customize"), ("P246", posix_rule(config.zone))]


def posix_rule(zone: ZoneRules) -> str:
    """Return the zone as P246 takes it: `STD-1DST-2,M3.5.0/2,M10.5.0/3`."""
    standard = f"STD{_west(zone.offset_minutes)}"
    if zone.starts is None or zone.ends is None:
        return standard
    daylight = f"DST{_west(zone.offset_minutes + zone.saving_minutes)}"
    return f"{standard}{daylight},{_change(zone.starts)},{_change(zone.ends)}"


def _west(minutes_east: int) -> str:
    hours, rest = divmod(abs(minutes_east), 60)
    sign = "-" if minutes_east > 0 else "+"
    return f"{sign}{hours}:{rest:02}" if rest else f"{sign}{hours}"


def _change(change: ZoneChange) -> str:
    weekday = change.weekday % _LAST_WEEKDAY
    time = f"{change.hour}:{change.minute:02}" if change.minute else str(change.hour)
    return f"M{change.month}.{change.week}.{weekday}/{time}"
