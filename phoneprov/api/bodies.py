"""What programs send, checked at the border: each mistake with its item and field."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from phoneprov.core.text import is_forbidden
from phoneprov.fleet.incoming import LONGEST, LONGEST_AOR, LONGEST_URI
from phoneprov.pbx.webhook.posted import Posted, PostedEvent, PostedKind

MOST_ITEMS = 500
MOST_PROBLEMS = 50
LONGEST_EXPIRY_S = 7 * 86_400
LONGEST_TRIP_MS = 120_000
MOST_AHEAD = timedelta(seconds=60)
"""How far a PBX's clock may be ahead of ours."""


def _check_plain(text: str) -> str:
    if any(map(is_forbidden, text)):
        raise ValueError("holds a control character")
    return text


def _check_source(text: str) -> str:
    host, _, port = text.rpartition(":")
    if not host or not port.isascii() or not port.isdigit():
        raise ValueError("is address and port, such as 192.0.2.7:5060")
    return text


_Plain = Annotated[str, AfterValidator(_check_plain)]
_Source = Annotated[
    str, Field(max_length=LONGEST["source"]), AfterValidator(_check_plain),
    AfterValidator(_check_source),
]  # fmt: skip


class _Item(BaseModel):
    model_config = ConfigDict(extra="forbid")

    event: PostedKind
    aor: Annotated[_Plain, Field(min_length=1, max_length=LONGEST_AOR)]
    contact: Annotated[_Plain, Field(min_length=1, max_length=LONGEST_URI)]
    at: AwareDatetime
    expires_s: Annotated[int, Field(ge=1, le=LONGEST_EXPIRY_S)] | None = None
    user_agent: Annotated[_Plain, Field(max_length=LONGEST["user_agent"])] | None = None
    source: _Source | None = None
    call_id: Annotated[_Plain, Field(max_length=LONGEST["call_id"])] | None = None
    instance: Annotated[_Plain, Field(max_length=LONGEST["instance"])] | None = None
    round_trip_ms: Annotated[float, Field(ge=0, le=LONGEST_TRIP_MS, allow_inf_nan=False)] | None = (
        None
    )
    in_call: bool | None = None

    @model_validator(mode="after")
    def _expires(self) -> Self:
        if self.event is PostedKind.REGISTERED and self.expires_s is None:
            raise ValueError("a registration needs expires_s")
        return self


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")

    observations: Annotated[list[_Item], Field(max_length=MOST_ITEMS)]
    complete_at: AwareDatetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that can't be taken. `item` counts from 0; None: it is of the whole."""

    item: int | None
    field: str
    problem: str


class BadBodyError(Exception):
    """A body that can't be taken, with all that is wrong."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        super().__init__("the body can't be taken")
        self.problems = tuple(problems)[:MOST_PROBLEMS]


def read_posted(raw: bytes, now: datetime) -> Posted:
    """Return what a PBX posted. Raises BadBodyError with all that is wrong."""
    try:
        body = _Body.model_validate_json(raw)
    except ValidationError as error:
        raise BadBodyError(_problem(one["loc"], one["msg"]) for one in error.errors()) from error
    problems = [*_find_ahead(body, now), *_find_unfit(body)]
    if problems:
        raise BadBodyError(problems)
    return Posted(events=tuple(map(_event, body.observations)), complete_at=body.complete_at)


def _problem(place: tuple[int | str, ...], message: str) -> Problem:
    names = [str(part) for part in place if isinstance(part, str)]
    items = [part for part in place if isinstance(part, int)]
    return Problem(
        item=items[0] if items else None,
        field=names[-1] if names and (len(names) > 1 or not items) else "",
        problem=message.removeprefix("Value error, "),
    )


def _find_ahead(body: _Body, now: datetime) -> Iterable[Problem]:
    message = "lies in the future; set the PBX's clock by NTP"
    if body.complete_at and body.complete_at > now + MOST_AHEAD:
        yield Problem(item=None, field="complete_at", problem=message)
    for number, item in enumerate(body.observations):
        if item.at > now + MOST_AHEAD:
            yield Problem(item=number, field="at", problem=message)


def _find_unfit(body: _Body) -> Iterable[Problem]:
    """Yield what can't stand in a list of all contacts there are."""
    if body.complete_at is None:
        return
    for number, item in enumerate(body.observations):
        if item.event is not PostedKind.REGISTERED:
            problem = "a complete list holds registrations only"
            yield Problem(item=number, field="event", problem=problem)


def _event(item: _Item) -> PostedEvent:
    trip_us = None if item.round_trip_ms is None else round(item.round_trip_ms * 1000)
    return PostedEvent(
        kind=item.event,
        aor=item.aor,
        uri=item.contact,
        at=item.at,
        expires=None if item.expires_s is None else timedelta(seconds=item.expires_s),
        user_agent=item.user_agent,
        source=item.source,
        call_id=item.call_id,
        instance=item.instance,
        round_trip_us=trip_us,
        is_in_call=item.in_call,
    )
