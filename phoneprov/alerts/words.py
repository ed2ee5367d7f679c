"""Alerts in words: the subject and text of a message, and the same for programs.

Nothing here is a secret: names, times, addresses and counts. Names come from people and phones;
whatever is no plain character becomes a blank, so that a name stays in its line.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

from phoneprov.alerts.kinds import AlertKind
from phoneprov.alerts.models import AlertIncident
from phoneprov.alerts.plan import Item, Turn
from phoneprov.alerts.steadiness import UNSTEADY_FALLS
from phoneprov.core.text import as_sentence, is_forbidden

MOST_ITEMS = 50
LONGEST_SUBJECT = 150
MARK = "[phoneprov]"
_CONTROL = "\u200b\u2060\ufeff"


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantName:
    """A tenant as messages name it."""

    slug: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A message before it is sent."""

    subject: str
    body: str
    items: list[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What the words of a message depend on beside what they tell of."""

    address: str
    """Of this server, for links."""
    zone: tzinfo
    tenants: Mapping[int, TenantName]
    now: datetime


def write_message(items: Sequence[Item], setting: Setting) -> Text:
    """Return the message that tells of all these items."""
    shown = items[:MOST_ITEMS]
    lines = [_paragraph(item, setting) for item in shown]
    if len(items) > len(shown):
        lines.append(f"And {len(items) - len(shown)} more; the pages show them all.")
    return Text(
        subject=_subject(items, setting),
        body="\n\n".join(lines),
        items=[_record(item, setting) for item in shown],
    )


def write_test(name: str, setting: Setting) -> Text:
    """Return a message that only shows that messages arrive."""
    at = clock_words(setting.now, setting.zone)
    body = f"This is a test of the alerts for {one_line(name)}, ordered at {at}. Nothing is wrong."
    return Text(subject=f"{MARK} Test", body=body, items=[])


def one_line(text: str) -> str:
    """Return a text in one line, without what can't be shown."""
    plain = "".join(" " if is_forbidden(one) or one in _CONTROL else one for one in text)
    return " ".join(plain.split())


def span_words(span: timedelta) -> str:
    """Return a length of time in at most two units: `45 s`, `14 min`, `3 h 5 min`, `2 days 4 h`."""
    seconds = max(0, int(span.total_seconds()))
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86_400
    if not minutes:
        return f"{seconds} s"
    if not hours:
        return f"{minutes} min"
    if not days:
        return f"{hours} h {minutes % 60} min" if minutes % 60 else f"{hours} h"
    named = f"{days} day{'' if days == 1 else 's'}"
    return f"{named} {hours % 24} h" if hours % 24 else named


def clock_words(moment: datetime, zone: tzinfo) -> str:
    """Return a time by the clock of a zone: `2026-11-23 14:02 CET`."""
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M %Z")


def _subject(items: Sequence[Item], setting: Setting) -> str:
    names = {_tenant_name(item.incident, setting) for item in items} - {""}
    where = f"{names.pop()}: " if len(names) == 1 else ""
    if len(items) == 1:
        what = _headline(items[0], setting)
    else:
        back = sum(item.turn is Turn.BACK for item in items)
        told = f"{len(items)} alerts" if not back else f"{len(items) - back} alerts, {back} back"
        what = told if back < len(items) else f"{back} back to normal"
    return f"{MARK} {one_line(where + what)}"[:LONGEST_SUBJECT]


def _headline(item: Item, setting: Setting) -> str:
    incident = item.incident
    who = one_line(incident.subject)
    if incident.kind is AlertKind.UNKNOWN_MAC:
        count = incident.detail.get("count", 1)
        phones = "an unknown phone" if count == 1 else f"{count} unknown phones"
        return f"{phones} asked for a config from {who}"
    if incident.kind is AlertKind.FIRMWARE_FAILED:
        if incident.detail.get("rollout"):
            return who
        what = "firmware update mended" if item.turn is Turn.BACK else "firmware update failed"
        return f"{what}: {who}"
    if incident.kind is AlertKind.MANY_OFFLINE:
        who = f"{incident.detail.get('count', 0)} {who}"
    if incident.kind is AlertKind.LINK_LOST:
        who = f"link to {who}"
    return f"{who} {_state_words(item, setting)}"


def _state_words(item: Item, setting: Setting) -> str:
    incident = item.incident
    is_are = "are" if incident.kind is AlertKind.MANY_OFFLINE else "is"
    gone = "lost" if incident.kind is AlertKind.LINK_LOST else "offline"
    if item.turn is Turn.DOWN:
        if incident.falls >= UNSTEADY_FALLS:
            return f"keeps going on and off, {incident.falls} times so far"
        return f"{is_are} {gone} for {span_words(setting.now - incident.down_at)}"
    if incident.falls > 1:
        return f"{is_are} steady again after {incident.falls} times {gone}"
    away = (incident.back_at or setting.now) - incident.down_at
    if item.turn is Turn.WAS:
        return f"{'were' if is_are == 'are' else 'was'} {gone} for {span_words(away)}, now back"
    return f"{is_are} back after {span_words(away)}"


def _paragraph(item: Item, setting: Setting) -> str:
    incident = item.incident
    tenant = _tenant_name(incident, setting)
    lines = [as_sentence(f"{tenant + ': ' if tenant else ''}{_headline(item, setting)}")]
    lines += [f"  {line}" for line in (*_times(item, setting), *_facts(item)) if line]
    link = _link(incident, setting)
    return "\n".join([*lines, f"  {link}"] if link else lines)


def _times(item: Item, setting: Setting) -> Sequence[str]:
    incident = item.incident
    began = clock_words(incident.down_at, setting.zone)
    if item.turn is Turn.HAPPENED:
        return (f"At {began}.",)
    if incident.back_at is None or item.turn is Turn.DOWN:
        return (f"Since {began}.",)
    return (f"From {began} to {clock_words(incident.back_at, setting.zone)}.",)


def _facts(item: Item) -> Sequence[str]:
    incident, detail = item.incident, item.incident.detail
    if incident.kind is AlertKind.MANY_OFFLINE:
        return _outage_facts(item)
    if incident.kind is AlertKind.LINK_LOST:
        if item.turn is not Turn.DOWN:
            return ()
        why = as_sentence(one_line(detail.get("reason", "")))
        return (why, "Until it is back, the status of its phones is not confirmed.")
    facts = [
        f"MAC address {detail['mac']}." if detail.get("mac") else "",
        f"It says it is {one_line(detail['agent'])}." if detail.get("agent") else "",
        f"Place: {one_line(detail['place'])}." if detail.get("place") else "",
        as_sentence(one_line(detail.get("reason", ""))),
    ]
    return [fact for fact in facts if fact]


def _outage_facts(item: Item) -> Sequence[str]:
    detail = item.incident.detail
    names = [one_line(name) for name in detail.get("names", [])]
    if item.turn is Turn.DOWN:
        more = detail["count"] - len(names)
        told = ", ".join(names) + (f" and {more} more" if more > 0 else "")
        share = f"{detail['count']} of {detail['there']} phones went within a few minutes"
        return (f"{share}: the place or its PBX is out, not each phone.", f"Phones: {told}.")
    left = detail.get("left", 0)
    return (f"Still offline: {', '.join(names)}.",) if left else ("All of them.",)


def _link(incident: AlertIncident, setting: Setting) -> str:
    tenant = setting.tenants.get(incident.tenant_id or 0)
    if incident.kind is AlertKind.LINK_LOST:
        return f"{setting.address}/pbxs"
    if incident.kind is AlertKind.UNKNOWN_MAC:
        return f"{setting.address}/unknown-phones"
    if tenant is None:
        return ""
    if incident.kind is AlertKind.MANY_OFFLINE:
        return f"{setting.address}/t/{tenant.slug}/phones?status=offline"
    place = f"phones/{incident.phone_id}" if incident.phone_id else "phones"
    if incident.detail.get("rollout"):
        place = f"rollouts/{incident.detail['rollout']}"
    return f"{setting.address}/t/{tenant.slug}/{place}"


def _record(item: Item, setting: Setting) -> dict[str, Any]:
    """Return an item for programs; its names are as the webhook's page says."""
    incident = item.incident
    tenant = setting.tenants.get(incident.tenant_id or 0)
    return {
        "kind": incident.kind.value,
        "turn": item.turn.value,
        "incident": incident.id,
        "tenant": tenant.slug if tenant else None,
        "subject": one_line(incident.subject),
        "text": _headline(item, setting),
        "since": incident.down_at.isoformat(timespec="seconds"),
        "until": incident.back_at.isoformat(timespec="seconds") if incident.back_at else None,
        "detail": dict(incident.detail),
        "url": _link(incident, setting) or None,
    }


def _tenant_name(incident: AlertIncident, setting: Setting) -> str:
    tenant = setting.tenants.get(incident.tenant_id or 0)
    return one_line(tenant.name) if tenant else ""
