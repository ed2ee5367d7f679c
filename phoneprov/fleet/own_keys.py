"""A phone's own keys: what one phone does differently from its layouts.

Each verb tells exactly this phone, in the same transaction, and returns whether anything changed.
"""

import zlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from phoneprov.catalog.catalog import Catalog
from phoneprov.core.errors import InvalidValueError, NotAllowedError
from phoneprov.fleet.events import write_event
from phoneprov.fleet.first_contact import name_subject
from phoneprov.fleet.models import Phone
from phoneprov.fleet.own_key_lines import refuse_surplus_line
from phoneprov.fleet.own_key_models import ON_PHONE, PhoneButton
from phoneprov.fleet.phone_keys import list_modules
from phoneprov.fleet.revisions import touch_phones
from phoneprov.layouts.buttons import mark_of
from phoneprov.layouts.drafts import ButtonDraft, ButtonRules, ButtonValues, check_button
from phoneprov.layouts.locks import list_locks
from phoneprov.layouts.models import ButtonLayout, LayoutButton
from phoneprov.layouts.targets import LayoutTarget, find_target
from phoneprov.pbx.dialects.dialect import Dialect
from phoneprov.tenancy.audit import Actor, write_audit
from phoneprov.vendors.config import ButtonKind

_Values = tuple[ButtonKind | None, str, str, int | None]
_EMPTY: _Values = (None, "", "", None)
LOCKED = "The layout has locked this key: phones may not differ from it here."


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPlace:
    """Where a key of a phone is."""

    position: int
    """Counts from 1 over all pages."""
    module: int = ON_PHONE

    @property
    def words(self) -> str:
        """The place as people say it: `key 4`, `key 4 of module 2`."""
        on = f" of module {self.module}" if self.module != ON_PHONE else ""
        return f"key {self.position}{on}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenKey:
    """One key of one phone as it is now."""

    place: KeyPlace
    target: LayoutTarget
    """The phone, or the module that the key is on."""
    layout_id: int | None = None
    own: PhoneButton | None = None
    of_layout: LayoutButton | None = None
    is_locked: bool = False

    @property
    def mark(self) -> str:
        """What tells later whether the key is still the same for whoever has seen it."""
        if self.own is None:
            return mark_of(self.of_layout)
        return f"own-{zlib.crc32(repr(_values(self.own)).encode()):08x}"

    @property
    def is_empty_here(self) -> bool:
        """Whether the phone leaves the key empty whatever the layout says."""
        return self.own is not None and self.own.kind is None


def find_key(session: Session, catalog: Catalog, phone: Phone, place: KeyPlace) -> OpenKey | None:
    """Return a key of a phone; None where the phone has no such key, own or of its model."""
    slug, layout_id = phone.model_slug, phone.button_layout_id
    if place.module != ON_PHONE:
        modules = {one.number: one for one in list_modules(session, phone.id)}
        if place.module not in modules:
            return None
        slug, layout_id = modules[place.module].module_slug, modules[place.module].layout_id
    target = find_target(catalog, slug, is_for_module=place.module != ON_PHONE)
    own = session.scalar(
        select(PhoneButton).where(
            PhoneButton.phone_id == phone.id,
            PhoneButton.module == place.module,
            PhoneButton.position == place.position,
        )
    )
    if target is None or (not 1 <= place.position <= target.keys and own is None):
        return None
    return OpenKey(
        place=place,
        target=target,
        layout_id=layout_id,
        own=own,
        of_layout=_find_button(session, phone, layout_id, place.position),
        is_locked=layout_id is not None and place.position in list_locks(session, layout_id),
    )


def set_own_key(  # noqa: PLR0913 - a verb with its actor and time
    session: Session,
    catalog: Catalog,
    phone: Phone,
    key: OpenKey,
    draft: ButtonDraft,
    *,
    dialect: Dialect,
    actor: Actor,
    now: datetime,
    seen: str | None = None,
) -> bool:
    """Let a key of this phone differ from its layout.

    `seen` is the mark of what the person saw there. Raises InvalidValueError with the field that
    is wrong and the reason; NotAllowedError where the layout has locked the key.
    """
    _refuse(key, seen)
    rules = ButtonRules(target=key.target, dialect=dialect)
    values = check_button(session, phone.tenant_id, key.place.position, draft, rules)
    refuse_surplus_line(session, catalog, phone, (key.place.module, key.place.position), values)
    return _put(session, phone, key, values, actor=actor, now=now)


def empty_own_key(  # noqa: PLR0913 - a verb with its actor and time
    session: Session,
    phone: Phone,
    key: OpenKey,
    *,
    actor: Actor,
    now: datetime,
    seen: str | None = None,
) -> bool:
    """Leave a key empty on this phone, whatever the layout says. Raises as `set_own_key`."""
    _refuse(key, seen)
    return _put(session, phone, key, None, actor=actor, now=now)


def revert_key(  # noqa: PLR0913 - a verb with its actor and time
    session: Session,
    phone: Phone,
    key: OpenKey,
    *,
    actor: Actor,
    now: datetime,
    seen: str | None = None,
) -> bool:
    """Let a key be as in the layout again, also where that has locked it.

    Raises InvalidValueError where the key is another by now than the one that was seen.
    """
    if key.own is None:
        return False
    _refuse_unseen(key, seen)
    before = say_key(key.own)
    session.delete(key.own)
    session.flush()
    _tell(session, phone, key.place, before, None, actor=actor, now=now)
    return True


def say_key(row: PhoneButton | LayoutButton | None) -> str | None:
    """Return in words what a key does; None where that is left to the layout."""
    if row is None:
        return None
    if row.kind is None:
        return "empty"
    words = " ".join(filter(None, (row.kind.value.replace("_", " "), row.value)))
    return f"{words} “{row.label}”" if row.label else words


def _find_button(
    session: Session, phone: Phone, layout_id: int | None, position: int
) -> LayoutButton | None:
    return session.scalar(
        select(LayoutButton)
        .join(ButtonLayout, ButtonLayout.id == LayoutButton.layout_id)
        .where(
            ButtonLayout.tenant_id == phone.tenant_id,
            LayoutButton.layout_id == layout_id,
            LayoutButton.position == position,
        )
    )


def _refuse(key: OpenKey, seen: str | None) -> None:
    if key.is_locked:
        raise NotAllowedError(LOCKED)
    _refuse_unseen(key, seen)


def _refuse_unseen(key: OpenKey, seen: str | None) -> None:
    if seen is not None and seen != key.mark:
        shown = say_key(key.own) or say_key(key.of_layout) or "empty"
        message = (
            f"Somebody else has changed this key meanwhile: it is now {shown}. "
            "Save again to put yours in its place."
        )
        raise InvalidValueError(message)


def _put(  # noqa: PLR0913 - a verb with its actor and time
    session: Session,
    phone: Phone,
    key: OpenKey,
    values: ButtonValues | None,
    *,
    actor: Actor,
    now: datetime,
) -> bool:
    """Keep what the key does; None leaves it empty."""
    before, row = say_key(key.own), key.own
    wanted = (values.kind, values.value, values.label, values.extension_id) if values else _EMPTY
    if row is not None and _values(row) == wanted:
        return False
    if row is None:
        place = key.place
        row = PhoneButton(phone_id=phone.id, module=place.module, position=place.position)
        session.add(row)
    row.kind, row.value, row.label, row.extension_id = wanted
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        message = "Somebody else has just changed this key; look at it again."
        raise InvalidValueError(message, field="kind") from error
    _tell(session, phone, key.place, before, say_key(row), actor=actor, now=now)
    return True


def _values(row: PhoneButton) -> _Values:
    return row.kind, row.value, row.label, row.extension_id


def _tell(  # noqa: PLR0913 - a change with its actor and time
    session: Session,
    phone: Phone,
    place: KeyPlace,
    before: str | None,
    after: str | None,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    touch_phones(session, [phone.id], now)
    done = f"its own: {after}" if after else "as in the layout again"
    write_event(session, phone.id, "config", f"{place.words.capitalize()} is {done}.", at=now)
    write_audit(
        session,
        actor,
        "phone.key",
        name_subject(phone),
        at=now,
        tenant_id=phone.tenant_id,
        changes={place.words: [before, after]},
    )
