"""Changes of phones that must not wait for the next check: the change, and a resync after it.

Each takes the way to the phone before the change, because the change itself may forget it: a
phone without its extension has no registration of ours, and yet its old line is still on it.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from phoneprov.catalog.catalog import Catalog
from phoneprov.fleet import extensions, phones
from phoneprov.fleet.contacts import find_contact, find_last_contact
from phoneprov.fleet.drafts import PhoneDraft
from phoneprov.fleet.models import Phone, Registration
from phoneprov.operations.commands import Way, drop_open, follow_up
from phoneprov.operations.models import CommandKind
from phoneprov.tenancy.audit import Actor
from phoneprov.tenancy.models import Extension


def disable_phone(session: Session, phone: Phone, *, actor: Actor, now: datetime) -> None:
    """Switch the phone's accounts off, and let it know."""
    way = _keep(phone, find_contact(session, phone.id))
    phones.disable_phone(session, phone, actor=actor, now=now)
    _tell(session, phone, way, actor=actor, now=now)


def enable_phone(session: Session, phone: Phone, *, actor: Actor, now: datetime) -> None:
    """Switch the phone's accounts on, and let it know where it was registered last."""
    way = _keep(phone, find_last_contact(session, phone.id))
    phones.enable_phone(session, phone, actor=actor, now=now)
    _tell(session, phone, way, actor=actor, now=now)


def unassign_phone(session: Session, phone: Phone, *, actor: Actor, now: datetime) -> None:
    """Take the extension off the phone, and let it know over its old line."""
    way = _keep(phone, find_contact(session, phone.id))
    phones.unassign_phone(session, phone, actor=actor, now=now)
    _tell(session, phone, way, actor=actor, now=now)


def change_phone(  # noqa: PLR0913 - a verb with its actor and time
    session: Session,
    catalog: Catalog,
    phone: Phone,
    draft: PhoneDraft,
    *,
    keep_password: bool,
    actor: Actor,
    now: datetime,
) -> None:
    """Change a phone's fields; one that got another extension is told at once.

    Raises InvalidValueError.
    """
    way = _keep(phone, find_contact(session, phone.id))
    line_id, mac = phone.extension_id, phone.mac
    phones.change_phone(
        session, catalog, phone, draft, keep_password=keep_password, actor=actor, now=now
    )
    if phone.mac != mac:
        drop_open(session, phone, "The phone is other hardware now.", now)
    elif phone.extension_id != line_id:
        _tell(session, phone, way, actor=actor, now=now)


def reassign_phone(  # noqa: PLR0913 - a verb with its actor and time
    session: Session,
    catalog: Catalog,
    phone: Phone,
    draft: PhoneDraft,
    *,
    wants_reset: bool,
    keeps_own_keys: bool = False,
    actor: Actor,
    now: datetime,
) -> None:
    """Give the phone to another user, and let it know over the line of the last one.

    `wants_reset` has it forget what only the phone keeps: call lists, its own directory. Raises
    InvalidValueError.
    """
    way = _keep(phone, find_contact(session, phone.id))
    phones.reassign_phone(
        session, catalog, phone, draft, keeps_own_keys=keeps_own_keys, actor=actor, now=now
    )
    drop_open(session, phone, "The phone was given to another user.", now)
    kind = CommandKind.RESET if wants_reset else CommandKind.RESYNC
    _tell(session, phone, way, actor=actor, now=now, kind=kind)


def remove_extension(session: Session, extension: Extension, *, actor: Actor, now: datetime) -> int:
    """Delete an extension, and let its phones know; return how many those are."""
    on_it = extensions.list_phones_on(session, extension.id)
    ways = {phone.id: _keep(phone, find_contact(session, phone.id)) for phone in on_it}
    count = extensions.remove_extension(session, extension, actor=actor, now=now)
    for phone in on_it:
        way = ways[phone.id]
        if way is not None:
            way = replace(way, line_id=None)
        _tell(session, phone, way, actor=actor, now=now)
    return count


def _keep(phone: Phone, contact: Registration | None) -> Way | None:
    """Return the facts of a contact, which outlive its row."""
    if contact is None:
        return None
    return Way(
        pbx_id=contact.pbx_id,
        aor=contact.aor,
        uri=contact.uri,
        send_via=contact.send_via,
        line_id=phone.extension_id,
    )


def _tell(  # noqa: PLR0913 - a verb with its actor and time
    session: Session,
    phone: Phone,
    way: Way | None,
    *,
    actor: Actor,
    now: datetime,
    kind: CommandKind = CommandKind.RESYNC,
) -> None:
    """Order the resync; a phone that nothing leads to takes the change at its next check."""
    if way is not None:
        follow_up(session, phone, way, actor=actor, now=now, kind=kind)
