"""What becomes of an incident when its phone or link is looked at again: pure rules."""

from dataclasses import dataclass, replace
from datetime import datetime

from phoneprov.alerts.steadiness import is_steady


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How an open incident has gone so far."""

    down_at: datetime
    back_at: datetime | None = None
    longest_s: int = 0
    falls: int = 1
    ended_at: datetime | None = None
    is_moot: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What can be seen now of the phone or link that an incident is about."""

    is_down: bool = False
    since_at: datetime | None = None
    """Since when it is as it is."""
    is_held: bool = False
    """Nothing is known now, or it is away on somebody's order: the incident stays as it is."""
    is_nobodys: bool = False
    """It was switched off, removed or given away: there is nothing to come back."""


def follow(course: Course, sight: Sight, now: datetime) -> Course:
    """Return how an incident goes on; the same course where nothing changes."""
    if sight.is_nobodys:
        return replace(course, ended_at=now, is_moot=True)
    if sight.is_held:
        return course
    if sight.is_down:
        return course if course.back_at is None else _fall(course, sight.since_at or now)
    back_at = course.back_at or max(sight.since_at or now, course.down_at)
    down_s = int((back_at - course.down_at).total_seconds())
    back = replace(course, back_at=back_at, longest_s=max(course.longest_s, down_s))
    return replace(back, ended_at=now) if is_steady(back_at, course.falls, now) else back


def _fall(course: Course, down_at: datetime) -> Course:
    return replace(course, down_at=down_at, back_at=None, falls=course.falls + 1)


COLUMNS = ("down_at", "back_at", "longest_s", "falls", "ended_at", "is_moot")
"""The columns of an incident that its course is kept in."""
