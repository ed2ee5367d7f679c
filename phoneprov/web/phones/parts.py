"""The parts of a phone's page, each drawn by itself, so that an open page swaps what changed."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from flask import render_template
from markupsafe import Markup

from phoneprov.catalog.catalog import Catalog
from phoneprov.core.text import as_sentence
from phoneprov.firmware.offers import load_library
from phoneprov.firmware.turns import list_turns
from phoneprov.fleet.diagnosis.diagnose import diagnose
from phoneprov.fleet.explanation import explain
from phoneprov.fleet.models import Phone
from phoneprov.fleet.past_versions import list_versions
from phoneprov.fleet.queries import (
    PhoneDetails,
    list_events,
    list_uploads,
    list_window_visitors,
)
from phoneprov.fleet.steps import read_journey
from phoneprov.fleet.way_back import read_way_back
from phoneprov.operations.comeback import Comeback, find_proof, read_comeback
from phoneprov.operations.commands import list_commands
from phoneprov.operations.models import Command
from phoneprov.provisioning.circumstances import read_circumstances
from phoneprov.provisioning.preview import list_losses, load_told, show_files
from phoneprov.provisioning.transcript import read_transcript
from phoneprov.provisioning.unwritable import UNWRITABLE_ERRORS
from phoneprov.tenancy.models import FoundBy, Installation
from phoneprov.web.database import session
from phoneprov.web.phones import words
from phoneprov.web.phones.attached import find_attached
from phoneprov.web.phones.choices import list_choices
from phoneprov.web.phones.updating import read_updating
from phoneprov.web.phones.warnings import list_warnings
from phoneprov.web.runtime import runtime

_PASSING = re.compile(
    r'>(just now|[^<>]* ago|in \d[^<>]*)(?=</time>)|name="csrf_token" value="[^"]*'
)
"""What differs each time a part is drawn though nothing has changed: how long ago something was,
and the token of a form, which carries its time."""
VERSION_CHARS = 8
COMEBACK_SHOWN_FOR = timedelta(hours=1)
SHOWN_FOR = timedelta(minutes=10)
"""So long an order that has ended stands at the head of the page; its tab keeps it."""


class Tab(StrEnum):
    """What can be unfolded below the facts."""

    TIMELINE = "timeline"
    ASKED = "asked"
    CONFIG = "config"
    COMMANDS = "commands"
    FIRMWARE = "firmware"
    UPLOADS = "uploads"

    @property
    def label(self) -> str:
        """The words on the tab."""
        return {
            "timeline": "Timeline",
            "asked": "What it asked",
            "config": "Config",
            "commands": "Commands",
            "firmware": "Firmware",
            "uploads": "Uploads",
        }[self]


_TEMPLATES = {
    "head": "phones/_head.html",
    "warnings": "phones/_warnings.html",
    "updating": "phones/_updating.html",
    "guide": "phones/_guide.html",
    "why": "phones/_why.html",
    "facts": "phones/_facts.html",
}
_TAB_TEMPLATES = {
    Tab.TIMELINE: "phones/_timeline.html",
    Tab.ASKED: "phones/_asked.html",
    Tab.CONFIG: "phones/_config.html",
    Tab.COMMANDS: "phones/_commands.html",
    Tab.FIRMWARE: "phones/_firmware.html",
    Tab.UPLOADS: "phones/_uploads.html",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of the page, and a mark of what it shows."""

    name: str
    html: Markup
    version: str


def draw_parts(details: PhoneDetails, tab: Tab, now: datetime) -> list[Part]:
    """Return the parts of a phone's page."""
    catalog = runtime().catalog
    values = {**_common(details, catalog, now), **_tab_values(details, tab, catalog, now)}
    templates = {**_TEMPLATES, "tab": _TAB_TEMPLATES[tab]}
    return [_draw(name, template, values) for name, template in templates.items()]


def write_token(parts: list[Part]) -> str:
    """Return the token of what a page shows."""
    return ".".join(part.version for part in parts)


def changed_parts(token: str, parts: list[Part]) -> list[Part]:
    """Return the parts that differ from what the token says."""
    seen = token.split(".")
    if len(seen) != len(parts):
        return parts
    return [part for part, version in zip(parts, seen, strict=True) if part.version != version]


def _draw(name: str, template: str, values: Mapping[str, object]) -> Part:
    html = render_template(template, **values)
    steady = _PASSING.sub("", html)
    version = hashlib.blake2s(steady.encode()).hexdigest()[:VERSION_CHARS]
    return Part(name=name, html=Markup(html), version=version)  # noqa: S704 - a template's output


def _common(details: PhoneDetails, catalog: Catalog, now: datetime) -> dict[str, object]:
    phone = details.phone
    model = catalog.find_model(phone.model_slug)
    installation = session().get(Installation, 1)
    address = f"{runtime().settings.address_for_phones}/prov/"
    known = read_circumstances(session(), catalog, details, address=address, now=now)
    return {
        "details": details,
        "phone": phone,
        "model": model,
        "attached": find_attached(phone, catalog),
        "model_name": model.full_name if model else phone.model_slug,
        "vendor": catalog.vendors[model.vendor] if model else None,
        "choices": list_choices(phone, catalog),
        "order": _current_order(phone, now),
        "offer": load_library(session(), catalog).offer_for(phone),
        "updating": read_updating(phone, now),
        "contact": words.live_contact(list(details.contacts)),
        "config": words.read_config_state(phone, now),
        "window": words.window_state(phone, now),
        "visitors": list_window_visitors(session(), phone),
        "warnings": list_warnings(diagnose(known), phone),
        "journey": read_journey(session(), phone),
        "comeback": _current_comeback(phone, now),
        "explanation": explain(known),
        "way_back": read_way_back(phone),
        "found_by_choices": tuple(FoundBy),
        "way_back_proof": find_proof(session(), phone),
        "address": address,
        "own_address": f"{address}t/{words.MASK}/",
        "support": installation,
        "span_words": words.span_words,
    }


def _current_order(phone: Phone, now: datetime) -> Command | None:
    """Return the order that something can still come of, or that ended just now."""
    newest = next(iter(list_commands(session(), phone.id, limit=1)), None)
    if newest is None or newest.finished_at is None:
        return newest
    return newest if now - newest.finished_at < SHOWN_FOR else None


def _current_comeback(phone: Phone, now: datetime) -> Comeback | None:
    """Return the phone's reset until it has been Online again for a while."""
    comeback = read_comeback(session(), phone)
    ended_at = comeback.ended_at if comeback else None
    is_over = ended_at is not None and now - ended_at > COMEBACK_SHOWN_FOR
    return None if is_over else comeback


def _tab_values(
    details: PhoneDetails, tab: Tab, catalog: Catalog, now: datetime
) -> dict[str, object]:
    phone = details.phone
    if tab is Tab.ASKED:
        return {
            "transcript": read_transcript(session(), catalog, phone),
            "answer_words": words.answer_words,
            "size_words": words.size_words,
        }
    if tab is Tab.CONFIG:
        return _config_values(phone, catalog, now)
    if tab is Tab.COMMANDS:
        return {"commands": list_commands(session(), phone.id)}
    if tab is Tab.FIRMWARE:
        return {
            "turns": list_turns(session(), phone.id),
            "versions": list_versions(session(), phone),
        }
    if tab is Tab.UPLOADS:
        return {"uploads": list_uploads(session(), phone.id), "size_words": words.size_words}
    return {"events": list_events(session(), phone.id)}


def _config_values(phone: Phone, catalog: Catalog, now: datetime) -> dict[str, object]:
    address = runtime().settings.address_for_phones
    told = None
    if catalog.find_model(phone.model_slug) is not None:
        told = load_told(session(), catalog, phone, phones_address=address, now=now)
    if told is None:
        return {"files": [], "losses": (), "unwritable": ""}
    try:
        return {"files": show_files(told), "losses": list_losses(told), "unwritable": ""}
    except UNWRITABLE_ERRORS as error:
        return {"files": [], "losses": (), "unwritable": as_sentence(str(error))}
