"""Changes of layouts together with the phones that use them.

Whoever changes a layout comes here: exactly the phones on it are told, in the same transaction.
Each verb returns how many phones are told otherwise from now on.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from phoneprov.catalog.catalog import Catalog
from phoneprov.core.errors import InvalidValueError
from phoneprov.fleet.layout_uses import list_users
from phoneprov.fleet.revisions import touch_layout_phones
from phoneprov.layouts import buttons, layouts
from phoneprov.layouts.drafts import ButtonDraft, LayoutDraft
from phoneprov.layouts.models import ButtonLayout
from phoneprov.pbx.dialects.dialect import Dialect
from phoneprov.tenancy.audit import Actor

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
    changed = buttons.assign_button(
        session, catalog, layout, position, draft, dialect=dialect, actor=actor, now=now, seen=seen
    )
    return touch_layout_phones(session, layout.id, now) if changed else 0


def clear_button(
    session: Session, layout: ButtonLayout, position: int, *, actor: Actor, now: datetime
) -> int:
    """Let a key do nothing."""
    changed = buttons.clear_button(session, layout, position, actor=actor, now=now)
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
) -> int:
    """Move a button to another key, or swap the two.

    Raises NotAllowedError where a key can't carry what it would get.
    """
    changed = buttons.move_button(session, catalog, layout, position, to, actor=actor, now=now)
    return touch_layout_phones(session, layout.id, now) if changed else 0


def _refuse_while_used(session: Session, layout: ButtonLayout) -> None:
    count = len(list_users(session, layout))
    if count:
        phones = f"{count} phone{'' if count == 1 else 's'}"
        message = f"{phones} of this model use it; copy it to another model instead."
        raise InvalidValueError(message, field="model_slug")
