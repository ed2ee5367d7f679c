"""Reads Kamailio's location table into contacts.

What 5.6.3 really says (seen): `Last-Modified` is the time of the last REGISTER. `KA-Roundtrip`
is 0 until the contact answered an OPTIONS of `ka_mode`; then microseconds, kept over refreshes.
`Last-Keepalive` is the time of the last answer, and of the REGISTER before the first one. Unset
text is the literal `[not set]`. `Received` is set only where the config calls
`fix_nated_register()`.
"""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from phoneprov.core.clock import from_epoch
from phoneprov.core.errors import PbxError
from phoneprov.pbx.link import ContactState, Reachability

STALE = timedelta(seconds=60)
"""An answer older than this says that the contact has stopped answering."""
LATEST_EPOCH = 32_503_680_000
"""The year 3000: more is no time."""
LONGEST_EXPIRY_S = 10 * 365 * 86_400
LONGEST_TRIP_US = 2_000_000_000
NOT_SET = "[not set]"
RUN_OUT = ("expired", "deleted")
"""What stands for the seconds left of a contact that has none; `permanent` is another thing."""


class _Contact(BaseModel):
    model_config = ConfigDict(extra="ignore")

    address: str = Field(alias="Address")
    expires: Annotated[int, Field(le=LONGEST_EXPIRY_S)] | str = Field(0, alias="Expires")
    call_id: str = Field("", alias="Call-ID")
    user_agent: str = Field("", alias="User-Agent")
    received: str = Field("", alias="Received")
    path: str = Field("", alias="Path")
    socket: str = Field("", alias="Socket")
    instance: str = Field("", alias="Instance")
    last_keepalive: int = Field(0, alias="Last-Keepalive", ge=0, le=LATEST_EPOCH)
    round_trip_us: int = Field(0, alias="KA-Roundtrip", ge=0, le=LONGEST_TRIP_US)
    last_modified: int = Field(0, alias="Last-Modified", ge=0, le=LATEST_EPOCH)


class _ContactItem(BaseModel):
    contact: _Contact = Field(alias="Contact")


class _Info(BaseModel):
    aor: str = Field(alias="AoR")
    contacts: list[_ContactItem] = Field(default_factory=list, alias="Contacts")


class _Aor(BaseModel):
    info: _Info = Field(alias="Info")


class _Domain(BaseModel):
    aors: list[_Aor] = Field(default_factory=list, alias="AoRs")


class _DomainItem(BaseModel):
    domain: _Domain = Field(alias="Domain")


class _Dump(BaseModel):
    domains: list[_DomainItem] = Field(default_factory=list, alias="Domains")


def read_dump(
    result: Any,  # noqa: ANN401 - JSON
    taken_at: datetime,
    *,
    is_known_to_probe: bool = False,
) -> tuple[ContactState, ...]:
    """Return the contacts of an `ul.dump` reply, by AOR and URI, without those that ran out.

    Whether the PBX probes its contacts shows in the table itself: one answer to an OPTIONS is
    enough to know, and `is_known_to_probe` says that there has been one before. A contact that
    ran out stands in the table as `expired` or `deleted` until the next sweep.
    Raises PbxError for a reply of another shape.
    """
    try:
        dump = _Dump.model_validate(result)
    except ValidationError as error:
        raise PbxError("Kamailio's ul.dump has an unknown shape", permanent=True) from error
    raw = [(aor, contact) for aor, contact in _walk(dump) if contact.expires not in RUN_OUT]
    is_probed = is_known_to_probe or any(contact.round_trip_us > 0 for _, contact in raw)
    states = (_state(aor, contact, taken_at, is_probed=is_probed) for aor, contact in raw)
    return tuple(sorted(states, key=lambda state: (state.aor, state.uri)))


def _walk(dump: _Dump) -> Iterator[tuple[str, _Contact]]:
    for item in dump.domains:
        for aor in item.domain.aors:
            for contact in aor.info.contacts:
                yield aor.info.aor, contact.contact


def _state(aor: str, raw: _Contact, taken_at: datetime, *, is_probed: bool) -> ContactState:
    registered_at = from_epoch(raw.last_modified) if raw.last_modified else None
    answered_at = from_epoch(raw.last_keepalive) if raw.round_trip_us > 0 else None
    signs = [moment for moment in (registered_at, answered_at) if moment is not None]
    left_s = raw.expires if isinstance(raw.expires, int) else None
    return ContactState(
        aor=aor,
        uri=raw.address,
        user_agent=_text(raw.user_agent),
        source=_source(_text(raw.received) or raw.address),
        call_id=_text(raw.call_id),
        registered_at=registered_at,
        expires_at=taken_at + timedelta(seconds=left_s) if left_s else None,
        reachability=_reachability(answered_at, taken_at),
        is_probed=is_probed,
        keepalive_at=max(signs) if signs else None,
        round_trip_us=raw.round_trip_us or None,
        instance=_text(raw.instance),
        send_via=json.dumps(
            {
                "socket": _text(raw.socket),
                "received": _text(raw.received),
                "path": _text(raw.path),
            }
        ),
    )


def _reachability(answered_at: datetime | None, taken_at: datetime) -> Reachability:
    if answered_at is None:
        return Reachability.UNKNOWN
    if taken_at - answered_at < STALE:
        return Reachability.REACHABLE
    return Reachability.UNREACHABLE


def _text(value: str) -> str:
    return "" if value == NOT_SET else value


def _source(uri: str) -> str:
    """Return `host:port` of a SIP URI; the port is 5060 where none is written."""
    address = uri.partition(":")[2].partition(";")[0].partition(">")[0].rpartition("@")[2]
    if address.startswith("["):
        host, _, port = address.partition("]")
        return f"{host}]:{port.lstrip(':') or 5060}"
    host, _, port = address.partition(":")
    return f"{host}:{port or 5060}" if host else ""
