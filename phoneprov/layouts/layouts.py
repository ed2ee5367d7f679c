"""What can be done to a layout: add, change, copy, delete, make it the default.

Phones that use a layout are the fleet's business: pages call the verbs of fleet.layout_changes.
"""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from phoneprov.catalog.catalog import Catalog
from phoneprov.core.errors import InvalidValueError
from phoneprov.layouts.drafts import LayoutDraft, check_layout, check_name, name_taken
from phoneprov.layouts.models import ButtonLayout, LayoutButton
from phoneprov.layouts.rule_changes import copy_rules, list_rules
from phoneprov.layouts.rule_models import stored_rule
from phoneprov.layouts.targets import get_target
from phoneprov.tenancy.audit import Actor, write_audit
from phoneprov.tenancy.models import Tenant


def add_layout(  # noqa: PLR0913 - a verb with its actor and time
    session: Session,
    catalog: Catalog,
    tenant: Tenant,
    draft: LayoutDraft,
    *,
    actor: Actor,
    now: datetime,
) -> ButtonLayout:
    """Add a layout without buttons. Raises InvalidValueError with the field that is wrong."""
    values = check_layout(session, tenant.id, draft)
    target = get_target(catalog, draft.model_slug, is_for_module=draft.is_for_module)
    layout = ButtonLayout(
        tenant_id=tenant.id,
        is_for_module=draft.is_for_module,
        model_slug=target.model.slug,
        is_default=False,
        revision=1,
        created_at=now,
        **values,
    )
    session.add(layout)
    _flush_unique(session)
    _audit(session, layout, "layout.add", actor=actor, now=now)
    if draft.is_default:
        set_default(session, layout, is_default=True, actor=actor, now=now)
    return layout


def change_layout(  # noqa: PLR0913 - a verb with its actor and time
    session: Session,
    catalog: Catalog,
    layout: ButtonLayout,
    draft: LayoutDraft,
    *,
    actor: Actor,
    now: datetime,
) -> frozenset[str]:
    """Change a layout and return the names of the fields that are others now.

    The model of a layout with buttons stays. Raises InvalidValueError with the field that is
    wrong.
    """
    values = check_layout(session, layout.tenant_id, draft, own_id=layout.id)
    values["model_slug"] = _check_model(session, catalog, layout, draft.model_slug)
    changes: dict[str, list[object]] = {
        name: [getattr(layout, name), value]
        for name, value in values.items()
        if getattr(layout, name) != value
    }
    if "model_slug" in changes and layout.is_default:
        set_default(session, layout, is_default=False, actor=actor, now=now)
    for name, (_, value) in changes.items():
        setattr(layout, name, value)
    if changes:
        _flush_unique(session)
        _audit(session, layout, "layout.change", actor=actor, now=now, changes=changes)
    if draft.is_default != layout.is_default:
        set_default(session, layout, is_default=draft.is_default, actor=actor, now=now)
        return frozenset(changes) | {"is_default"}
    return frozenset(changes)


def copy_layout(
    session: Session, layout: ButtonLayout, name: str, *, actor: Actor, now: datetime
) -> ButtonLayout:
    """Add a copy with all buttons and rules under another name; it is no default.

    Raises InvalidValueError when the name is empty or taken.
    """
    free = check_name(session, layout.tenant_id, name, is_for_module=layout.is_for_module)
    copy = ButtonLayout(
        tenant_id=layout.tenant_id,
        is_for_module=layout.is_for_module,
        name=free,
        description=layout.description,
        model_slug=layout.model_slug,
        is_default=False,
        leaves_out_own=layout.leaves_out_own,
        revision=1,
        created_at=now,
    )
    session.add(copy)
    _flush_unique(session)
    rows = session.scalars(select(LayoutButton).where(LayoutButton.layout_id == layout.id))
    session.add_all(
        LayoutButton(
            layout_id=copy.id,
            position=row.position,
            kind=row.kind,
            value=row.value,
            label=row.label,
            extension_id=row.extension_id,
        )
        for row in rows
    )
    copy_rules(session, copy, [stored_rule(rule) for rule in list_rules(session, layout.id)])
    session.flush()
    _audit(session, copy, "layout.copy", actor=actor, now=now, note=f"of {layout.name}")
    return copy


def delete_layout(session: Session, layout: ButtonLayout, *, actor: Actor, now: datetime) -> None:
    """Delete a layout with its buttons; what used it is without one."""
    _audit(session, layout, "layout.delete", actor=actor, now=now)
    session.delete(layout)
    session.flush()


def set_default(
    session: Session, layout: ButtonLayout, *, is_default: bool, actor: Actor, now: datetime
) -> None:
    """Make the layout the one that new phones of its model start with, or no longer.

    The one that was it is it no more. Phones that exist stay as they are.
    """
    if layout.is_default == is_default:
        return
    if is_default:
        session.execute(
            update(ButtonLayout)
            .where(
                ButtonLayout.tenant_id == layout.tenant_id,
                ButtonLayout.is_for_module == layout.is_for_module,
                ButtonLayout.model_slug == layout.model_slug,
                ButtonLayout.is_default,
            )
            .values(is_default=False)
            .execution_options(synchronize_session="fetch")
        )
    layout.is_default = is_default
    session.flush()
    _audit(
        session,
        layout,
        "layout.default",
        actor=actor,
        now=now,
        changes={"is_default": [not is_default, is_default]},
    )


def _check_model(session: Session, catalog: Catalog, layout: ButtonLayout, slug: str) -> str:
    """Return the slug; another one than before only as long as there are no buttons."""
    if slug == layout.model_slug:
        return slug
    target = get_target(catalog, slug, is_for_module=layout.is_for_module)
    query = select(func.count()).where(LayoutButton.layout_id == layout.id)
    count = session.scalar(query.select_from(LayoutButton)) or 0
    if count:
        message = (
            f"It has {count} button{'' if count == 1 else 's'} for this model; clear it first."
        )
        raise InvalidValueError(message, field="model_slug")
    return target.model.slug


def _flush_unique(session: Session) -> None:
    """Write what is pending; the unique name decides between two clicks at once."""
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise name_taken() from error


def _audit(  # noqa: PLR0913 - what one row of the audit needs
    session: Session,
    layout: ButtonLayout,
    action: str,
    *,
    actor: Actor,
    now: datetime,
    changes: dict[str, list[object]] | None = None,
    note: str = "",
) -> None:
    write_audit(
        session,
        actor,
        action,
        layout.name,
        at=now,
        tenant_id=layout.tenant_id,
        changes=changes,
        note=note,
    )
