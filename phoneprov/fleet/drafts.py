"""What a person typed into the phone form, and whether it can be so."""

from dataclasses import dataclass
from enum import Enum

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from phoneprov.catalog.catalog import Catalog
from phoneprov.core.errors import InvalidValueError
from phoneprov.core.mac import parse_mac
from phoneprov.core.text import clean_text
from phoneprov.core.zones import ZONE_NAMES
from phoneprov.fleet.models import Phone
from phoneprov.fleet.passwords import check_admin_password
from phoneprov.fleet.profile_models import Profile
from phoneprov.layouts.models import ButtonLayout
from phoneprov.tenancy.models import Extension, Tenant
from phoneprov.tenancy.queries import find_extension

LOWEST_PORT, HIGHEST_PORT = 1024, 65535
PORT_MESSAGE = f"A port from {LOWEST_PORT} to {HIGHEST_PORT}, or nothing."


class Unsaid(Enum):
    """That nobody chose one of a kind: it was left as it is, or left to others to choose."""

    UNSAID = "unsaid"
    """As it is; for what is new the same as DEFAULT."""
    DEFAULT = "default"
    """The one of the phone's profile, else the model's default."""


UNSAID, DEFAULT = Unsaid.UNSAID, Unsaid.DEFAULT


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleDraft:
    """One expansion module of a phone; `layout_id` None leaves its keys empty."""

    module_slug: str
    layout_id: int | Unsaid | None = UNSAID


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneDraft:
    """What a person typed into the phone form, as plain values."""

    mac: str
    model_slug: str
    extension_id: int | None = None
    button_layout_id: int | Unsaid | None = UNSAID
    modules: tuple[ModuleDraft, ...] | Unsaid = UNSAID
    """In the order of attachment; unsaid: none on a new phone, else as they are."""
    profile_id: int | Unsaid | None = UNSAID
    """Unsaid or default: the tenant's default profile on a new phone, else as it is."""
    display_name: str = ""
    time_zone: str | None = None
    admin_password: str | None = None
    local_sip_port: int | None = None
    serial_number: str = ""
    place: str = ""


def draft_of(phone: Phone) -> PhoneDraft:
    """Return the draft that would leave a phone as it is, with its password untouched."""
    return PhoneDraft(
        mac=phone.mac,
        model_slug=phone.model_slug,
        extension_id=phone.extension_id,
        display_name=phone.display_name,
        time_zone=phone.time_zone,
        local_sip_port=phone.local_sip_port,
        serial_number=phone.serial_number,
        place=phone.place,
    )


def check_draft(
    session: Session,
    catalog: Catalog,
    tenant: Tenant,
    draft: PhoneDraft,
    *,
    own_id: int | None = None,
) -> dict[str, object]:
    """Return the columns that `draft` gives.

    Raises InvalidValueError with the field that is wrong.
    """
    mac = parse_mac(draft.mac)
    model = catalog.find_model(draft.model_slug)
    if model is None:
        raise InvalidValueError("Choose a model from the list.", field="model_slug")
    if draft.time_zone is not None and draft.time_zone not in ZONE_NAMES:
        raise InvalidValueError("Choose a time zone from the list.", field="time_zone")
    check_port(draft.local_sip_port)
    if draft.extension_id is not None and not find_extension(
        session, tenant.id, draft.extension_id
    ):
        raise InvalidValueError("Choose an extension from the list.", field="extension_id")
    if draft.admin_password:
        check_admin_password(catalog.vendors[model.vendor], draft.admin_password)
    _refuse_taken(session, mac, own_id)
    return {
        "mac": mac,
        "model_slug": model.slug,
        "extension_id": draft.extension_id,
        "display_name": clean_text(draft.display_name, field="display_name", longest=64),
        "time_zone": draft.time_zone,
        "local_sip_port": draft.local_sip_port,
        "serial_number": clean_text(draft.serial_number, field="serial_number", longest=64),
        "place": clean_text(draft.place, field="place", longest=100),
    }


def check_port(port: int | None) -> None:
    """Refuse a port that no phone may listen on; raises InvalidValueError for `local_sip_port`."""
    if port is not None and not LOWEST_PORT <= port <= HIGHEST_PORT:
        raise InvalidValueError(PORT_MESSAGE, field="local_sip_port")


def _refuse_taken(session: Session, mac: str, own_id: int | None) -> None:
    holder = session.scalar(select(Phone.id).where(Phone.mac == mac))
    if holder is not None and holder != own_id:
        raise mac_taken()


def mac_taken() -> InvalidValueError:
    """Return the error of a MAC in use; it says no more about whose it is than that."""
    return InvalidValueError("This MAC address is already in use; ask your provider.", field="mac")


_FIELD_WORDS = {
    "mac": "MAC address",
    "model_slug": "model",
    "display_name": "display name",
    "time_zone": "time zone",
    "local_sip_port": "local SIP port",
    "serial_number": "serial number",
    "place": "place",
    "admin_password": "admin password",
    "layout_source": "who chooses the layout",
}


_POINTERS: tuple[tuple[str, str, InstrumentedAttribute[int], InstrumentedAttribute[str]], ...] = (
    ("button_layout_id", "button layout", ButtonLayout.id, ButtonLayout.name),
    ("profile_id", "profile", Profile.id, Profile.name),
    ("extension_id", "extension", Extension.id, Extension.number),
)
"""Columns that point at a row, and what people call that row."""


def name_changes(session: Session, changes: dict[str, list[object]]) -> list[str]:
    """Put numbers and names in the place of ids, for the audit; return the words."""
    for column, word, row_id, row_name in _POINTERS:
        if column in changes:
            ids = changes.pop(column)
            known = [one for one in ids if isinstance(one, int)]
            rows = session.execute(select(row_id, row_name).where(row_id.in_(known)))
            names: dict[object, str] = dict(rows.all())
            changes[word] = [names.get(one) for one in ids]
    return [_FIELD_WORDS.get(name, name) for name in changes]
