"""Reads what FreeSWITCH tells of its registrations: lists of `xmlstatus`, and events of sofia.

What 1.11.3-dev really says (seen; source read at cc93a683): `ping-status` is “Reachable” from the
first REGISTER on, also where nobody pings; only a `ping-time` above 0, or “Unreachable”, is the
trace of an OPTIONS. The expiry it keeps is the phone's own plus `sip-expires-late-margin` (60 s).
Some elements are written without escaping, each on a line of its own: lines are read, so that a
phone's Call-ID can't put registrations into the list.
"""

import codecs
import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from phoneprov.core.errors import PbxError
from phoneprov.pbx.link import ContactState, Reachability

LATE_MARGIN = timedelta(seconds=60)
NO_PROFILE = "Invalid Profile!"

_DECLARED = re.compile(rb'<\?xml[^>]*encoding="([A-Za-z0-9._\-]{1,40})"')
_ELEMENT = re.compile(r"\s*<([a-z\-]+)>(.*)</\1>\s*")
_LEFT = re.compile(r"expsecs\((-?\d{1,10})\)")
_IN_ANGLES = re.compile(r"<([^<>]+)>")
_OWN_PARAMETERS = re.compile(r";fs_(?:nat|path)=[^;>]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One registration of a list."""

    contact: ContactState
    profile: str
    is_behind_nat: bool


def read_profiles(raw: bytes) -> tuple[str, ...]:
    """Return the names of the running profiles, from the answer to `sofia xmlstatus`.

    A profile with TLS is listed once more for it; an alias is another name for one.
    Raises PbxError for an answer of another shape.
    """
    text = _decode(raw)
    if "<profiles>" not in text or "</profiles>" not in text:
        raise PbxError("FreeSWITCH's list of profiles has an unknown shape")
    names: dict[str, None] = {}
    for block in re.findall(r"^<profile>\n(.*?)^</profile>", text, re.MULTILINE | re.DOTALL):
        fields = _elements(block)
        if fields.get("name"):
            names[fields["name"]] = None
    return tuple(names)


def read_registrations(raw: bytes, profile: str, taken_at: datetime) -> tuple[Listed, ...]:
    """Return the registrations of a profile, from `sofia xmlstatus profile <name> reg`.

    A profile that was stopped meanwhile has none. Raises PbxError for a list without its end.
    """
    text = _decode(raw)
    if text.startswith(NO_PROFILE):
        return ()
    if not text.rstrip().endswith("</profile>"):
        raise PbxError("FreeSWITCH's list of registrations came without its end")
    found = (_listed(fields, profile, taken_at) for fields in _blocks(text))
    return tuple(one for one in found if one is not None)


def _decode(raw: bytes) -> str:
    declared = _DECLARED.search(raw[:200])
    name = declared.group(1).decode() if declared else "ISO-8859-1"
    try:
        codecs.lookup(name)
    except LookupError:
        name = "ISO-8859-1"
    return raw.decode(name, "replace")


def _blocks(text: str) -> Iterator[dict[str, str]]:
    fields: dict[str, str] | None = None
    for line in text.split("\n"):
        bare = line.strip()
        if bare == "<registration>":
            fields = {}
        elif bare == "</registration>" and fields is not None:
            yield fields
            fields = None
        elif fields is not None and (found := _ELEMENT.fullmatch(line)):
            fields.setdefault(found[1], html.unescape(found[2]))


def _elements(block: str) -> dict[str, str]:
    found = (_ELEMENT.fullmatch(line) for line in block.split("\n"))
    return {one[1]: html.unescape(one[2]) for one in found if one}


def _listed(fields: dict[str, str], profile: str, taken_at: datetime) -> Listed | None:
    aor, uri = fields.get("user", ""), contact_uri(fields.get("contact", ""))
    if not aor.partition("@")[0] or not uri:
        return None
    state = fields.get("status", "")
    left = _LEFT.search(state)
    round_trip_us = _microseconds(fields.get("ping-time", ""))
    is_silent = fields.get("ping-status", "").lower() == "unreachable"
    is_probed = is_silent or round_trip_us is not None
    call_id = fields.get("call-id", "")
    contact = ContactState(
        aor=aor,
        uri=uri,
        user_agent=fields.get("agent", ""),
        source=_source(fields.get("network-ip", ""), fields.get("network-port", "")),
        call_id=call_id,
        expires_at=taken_at + timedelta(seconds=int(left[1])) if left else None,
        reachability=_reachability(is_probed=is_probed, is_silent=is_silent),
        is_probed=is_probed,
        is_watched=True,
        round_trip_us=round_trip_us,
        send_via=way_back(profile, call_id),
    )
    return Listed(contact=contact, profile=profile, is_behind_nat="NAT" in state)


def _reachability(*, is_probed: bool, is_silent: bool) -> Reachability:
    if not is_probed:
        return Reachability.UNKNOWN
    return Reachability.UNREACHABLE if is_silent else Reachability.REACHABLE


def read_register(event: Mapping[str, str], at: datetime) -> ContactState | None:
    """Return the contact of a `sofia::register`, its reachability not known from it."""
    aor, uri = _aor(event), contact_uri(event.get("contact", ""))
    if not aor or not uri:
        return None
    seconds = event.get("expires", "")
    held = timedelta(seconds=int(seconds)) if seconds.isdigit() and len(seconds) < 8 else None  # noqa: PLR2004 - far below what a date can hold
    call_id = event.get("call-id", "")
    return ContactState(
        aor=aor,
        uri=uri,
        user_agent=event.get("user-agent", ""),
        source=_source(event.get("network-ip", ""), event.get("network-port", "")),
        call_id=call_id,
        registered_at=at,
        expires_at=at + held + LATE_MARGIN if held is not None else None,
        is_watched=True,
        send_via=way_back(event.get("profile-name", ""), call_id),
    )


def read_key(event: Mapping[str, str]) -> tuple[str, str, str]:
    """Return AOR, contact URI and Call-ID that an event is about; what it leaves out is empty."""
    contact = event.get("contact", "") or event.get("sip_contact", "")
    return _aor(event), contact_uri(contact), event.get("call-id", "")


def contact_uri(text: str) -> str:
    """Return the URI of a contact as the phone gave it, without what FreeSWITCH added to it.

    `"Anna" <sip:1001@10.1.1.7:5060;fs_nat=yes;fs_path=…>` becomes `sip:1001@10.1.1.7:5060`.
    """
    found = _IN_ANGLES.search(text)
    uri = found[1] if found else text.strip()
    return _OWN_PARAMETERS.sub("", uri)


def way_back(profile: str, call_id: str) -> str:
    """Return what a NOTIFY needs to go to this registration alone."""
    return json.dumps({"profile": profile, "call_id": call_id}) if profile and call_id else ""


def _aor(event: Mapping[str, str]) -> str:
    """Return `user@domain`; the events name the two parts differently."""
    if event.get("sip_user"):
        return event["sip_user"]
    user = event.get("from-user") or event.get("user") or ""
    host = event.get("from-host") or event.get("host") or ""
    return f"{user}@{host}" if user and host else user


def _source(address: str, port: str) -> str:
    if not address or not port.isdigit():
        return ""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _microseconds(text: str) -> int | None:
    """Return a time in milliseconds as microseconds; None for 0, which says “not yet”."""
    try:
        value = round(float(text) * 1000)
    except (ValueError, OverflowError):
        return None
    return value if 0 < value < 120_000_000 else None  # noqa: PLR2004 - two minutes
