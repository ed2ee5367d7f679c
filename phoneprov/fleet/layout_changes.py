"""Changes of layouts together with the phones that use them.

Whoever changes a layout comes here: exactly the phones on it are told, in the same transaction.
Each verb returns how many phones are told otherwise from now on.
"""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from phoneprov.catalog.catalog import Catalog
from phoneprov.core.errors import InvalidValueError
from phoneprov.fleet.layout_uses import list_users
from phoneprov.fleet.models import LayoutSource, Phone
from phoneprov.fleet.revisions import touch_layout_phones
from phoneprov.layouts import buttons, fill, history, layouts
from phoneprov.layouts.drafts import ButtonDraft, LayoutDraft
from phoneprov.layouts.fill import FillDraft, Filled
from phoneprov.layouts.history import one_step
from phoneprov.layouts.models import ButtonLayout
from phoneprov.pbx.dialects.dialect import Dialect
from phoneprov.tenancy.audit import Actor, write_audit

TOLD_TO_PHONES = frozenset({"leaves_out_own"})
"""Fields of a layout that change what its phones are told."""


def update_layout(  # noqa: PLR0913 - a verb with its actor and time
    session: Session,
    catalog: Catalog,
    layout: ButtonLayout,
    draft: LayoutDraft,
    *,
    actor: Actor,
    now: datetime,
) -> int:
    """Change a layout's name, description, model, default mark or options.

    Raises InvalidValueError with the field that is wrong.
    """
    if draft.model_slug != layout.model_slug:
        _refuse_while_used(session, layout)
    changed = layouts.change_layout(session, catalog, layout, draft, actor=actor, now=now)
    return touch_layout_phones(session, layout.id, now) if changed & TOLD_TO_PHONES else 0


def remove_layout(session: Session, layout: ButtonLayout, *, actor: Actor, now: datetime) -> int:
    """Delete a layout; the keys of its phones become their lines, those of its modules empty."""
    told = touch_layout_phones(session, layout.id, now)
    session.execute(
        update(Phone)
        .where(Phone.button_layout_id == layout.id)
        .values(layout_source=LayoutSource.DEFAULT)
        .execution_options(synchronize_session=False)
    )
    layouts.delete_layout(session, layout, actor=actor, now=now)
    session.expire_all()
    return told


def assign_button(  # noqa: PLR0913 - a verb with its actor and time
    session: Session,
    catalog: Catalog,
    layout: ButtonLayout,
    position: int,
    draft: ButtonDraft,
    *,
    dialect: Dialect,
    actor: Actor,
    now: datetime,
    seen: str | None = None,
) -> int:
    """Assign a key; `seen` is the mark of what the person saw there.

    Raises InvalidValueError with the field and the reason.
    """
    with one_step(session, layout, f"key {position} set", actor=actor, now=now):
        changed = buttons.assign_button(
            session,
            catalog,
            layout,
            position,
            draft,
            dialect=dialect,
            actor=actor,
            now=now,
            seen=seen,
        )
    return touch_layout_phones(session, layout.id, now) if changed else 0


def clear_button(  # noqa: PLR0913 - a verb with its actor and time
    session: Session,
    layout: ButtonLayout,
    position: int,
    *,
    actor: Actor,
    now: datetime,
    seen: str | None = None,
) -> int:
    """Let a key do nothing; `seen` is the mark of what the person saw there.

    Raises InvalidValueError where it is another by now.
    """
    with one_step(session, layout, f"key {position} cleared", actor=actor, now=now):
        changed = buttons.clear_button(session, layout, position, actor=actor, now=now, seen=seen)
    return touch_layout_phones(session, layout.id, now) if changed else 0


def move_button(  # noqa: PLR0913 - a verb with its actor and time
    session: Session,
    catalog: Catalog,
    layout: ButtonLayout,
    position: int,
    to: int,
    *,
    actor: Actor,
    now: datetime,
    seen: str | None = None,
    seen_there: str | None = None,
) -> int:
    """Move a button to another key, or swap the two; with the marks of what was seen on them.

    Raises InvalidValueError where one of them is another by now, NotAllowedError where a key
    can't carry what it would get.
    """
    with one_step(session, layout, f"key {position} moved to {to}", actor=actor, now=now):
        changed = buttons.move_button(
            session,
            catalog,
            layout,
            position,
            to,
            actor=actor,
            now=now,
            seen=seen,
            seen_there=seen_there,
        )
    return touch_layout_phones(session, layout.id, now) if changed else 0


def fill_layout(  # noqa: PLR0913 - a verb with its actor and time
    session: Session,
    catalog: Catalog,
    layout: ButtonLayout,
    draft: FillDraft,
    *,
    dialect: Dialect,
    actor: Actor,
    now: datetime,
) -> tuple[Filled, int]:
    """Fill many keys in one step; return what came of it beside the phones.

    Raises InvalidValueError with the field that is wrong.
    """
    words = f"filled with {draft.pattern.value.replace('_', ' ')}"
    with one_step(session, layout, words, actor=actor, now=now):
        filled = fill.fill_layout(session, catalog, layout, draft, dialect)
    note = f"{filled.placed} keys {words}"
    write_audit(
        session, actor, "layout.fill", layout.name, at=now, tenant_id=layout.tenant_id, note=note
    )
    return filled, touch_layout_phones(session, layout.id, now)


def undo_step(
    session: Session, layout: ButtonLayout, seen: int, *, actor: Actor, now: datetime
) -> str | None:
    """Take back the last step and tell the phones; return what it was.

    Raises NotAllowedError where somebody else has changed the layout meanwhile.
    """
    words = history.undo(session, layout, seen, actor=actor, now=now)
    if words is not None:
        touch_layout_phones(session, layout.id, now)
    return words


def redo_step(
    session: Session, layout: ButtonLayout, seen: int, *, actor: Actor, now: datetime
) -> str | None:
    """Do again what was taken back last and tell the phones; return what it was.

    Raises NotAllowedError where somebody else has changed the layout meanwhile.
    """
    words = history.redo(session, layout, seen, actor=actor, now=now)
    if words is not None:
        touch_layout_phones(session, layout.id, now)
    return words


def _refuse_while_used(session: Session, layout: ButtonLayout) -> None:
    count = len(list_users(session, layout))
    if count:
        phones = f"{count} phone{'' if count == 1 else 's'}"
        message = f"{phones} of this model use it; copy it to another model instead."
        raise InvalidValueError(message, field="model_slug")
