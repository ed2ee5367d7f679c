"""Time zones as phones need them: an offset and at most one pair of daylight-saving changes.

Computed from the zone's real rules (zoneinfo) for a given year, because vendors' own tables of
zone names lack countries and go stale.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneChange:
    """A change of the clock, in wall-clock time before the change.

    As a rule it reads "the `week`-th `weekday` of `month`" (week 5 = the last one; weekday
    1 = Monday … 7 = Sunday); `day` is the exact date in the year asked for.
    """

    month: int
    day: int
    week: int
    weekday: int
    hour: int
    minute: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneRules:
    """An IANA zone in one year.

    `offset_minutes` is standard time east of UTC. Daylight saving adds `saving_minutes` between
    `starts` and `ends` (in the south `starts` is later in the year than `ends`); all three are
    absent where the zone keeps one offset.
    """

    name: str
    offset_minutes: int
    saving_minutes: int = 0
    starts: ZoneChange | None = None
    ends: ZoneChange | None = None
