"""Copies a layout to another model, also of another vendor: what fits, what moves, what can't."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from phoneprov.catalog.catalog import Catalog
from phoneprov.core.errors import InvalidValueError
from phoneprov.layouts.buttons import list_buttons
from phoneprov.layouts.drafts import LayoutDraft
from phoneprov.layouts.layouts import add_layout
from phoneprov.layouts.models import LONGEST_NAME, ButtonLayout, LayoutButton
from phoneprov.layouts.rule_changes import copy_rules
from phoneprov.layouts.rule_copying import RulePlan, plan_rules
from phoneprov.layouts.targets import LayoutTarget, get_target
from phoneprov.tenancy.audit import Actor
from phoneprov.tenancy.models import Tenant
from phoneprov.vendors.config import ButtonKind

NO_ROOM = "no key is left for it"
ON_MODULE = ", module"
"""Ends the name of the layout that takes what has no room on the phone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A button that has no place in the copy, with the reason."""

    button: LayoutButton
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyPlan:
    """Where each button of a layout comes to stand on another model."""

    target: LayoutTarget
    keys: Mapping[int, LayoutButton]
    """By position on the phone."""
    module: LayoutTarget | None = None
    on_module: Mapping[int, LayoutButton]
    """By position on the module."""
    left_out: Sequence[LeftOut]
    rules: RulePlan

    @property
    def moved(self) -> list[tuple[LayoutButton, int]]:
        """The buttons on another key of the phone than before, with that key."""
        return [(row, key) for key, row in self.keys.items() if row.position != key]


def plan_copy(
    session: Session, catalog: Catalog, layout: ButtonLayout, slug: str, module_slug: str = ""
) -> CopyPlan:
    """Return what a copy to the model `slug` would be; what has no room may go onto a module.

    Raises InvalidValueError for the fields `model_slug` and `module_slug`.
    """
    target = get_target(catalog, slug, is_for_module=layout.is_for_module)
    module = _find_module(catalog, target, module_slug) if module_slug else None
    rows = list(list_buttons(session, layout.id).values())
    keys, rest = _place(target, rows)
    on_module: Mapping[int, LayoutButton] = {}
    if module is not None:
        on_module, rest = _place(module, [one.button for one in rest], from_first=True)
    return CopyPlan(
        target=target,
        keys=keys,
        module=module,
        on_module=on_module,
        left_out=rest,
        rules=plan_rules(session, layout, target),
    )


def copy_to_model(  # noqa: PLR0913, PLR0917 - a verb with its actor and time
    session: Session,
    catalog: Catalog,
    tenant: Tenant,
    layout: ButtonLayout,
    name: str,
    plan: CopyPlan,
    *,
    actor: Actor,
    now: datetime,
) -> ButtonLayout:
    """Add the copy that was planned, and a module layout for what goes onto a module.

    Raises InvalidValueError when the name is empty or taken.
    """
    draft = LayoutDraft(
        name=name,
        description=layout.description,
        model_slug=plan.target.model.slug,
        is_for_module=layout.is_for_module,
        leaves_out_own=layout.leaves_out_own,
    )
    copy = add_layout(session, catalog, tenant, draft, actor=actor, now=now)
    _write(session, copy, plan.keys)
    copy_rules(session, copy, plan.rules.kept)
    if plan.module is not None and plan.on_module:
        beside = LayoutDraft(
            name=f"{copy.name[: LONGEST_NAME - len(ON_MODULE)]}{ON_MODULE}",
            model_slug=plan.module.model.slug,
            is_for_module=True,
            leaves_out_own=layout.leaves_out_own,
        )
        extra = add_layout(session, catalog, tenant, beside, actor=actor, now=now)
        _write(session, extra, plan.on_module)
    return copy


def _find_module(catalog: Catalog, target: LayoutTarget, slug: str) -> LayoutTarget:
    fitting = {fit.module for fit in getattr(target.model, "modules", ())}
    if slug not in fitting:
        message = f"The {target.name} takes no such module."
        raise InvalidValueError(message, field="module_slug")
    return get_target(catalog, slug, is_for_module=True)


def _place(
    target: LayoutTarget, rows: Sequence[LayoutButton], *, from_first: bool = False
) -> tuple[dict[int, LayoutButton], list[LeftOut]]:
    """Return which key each button gets: its own where it can, else the next that is free."""
    placed: dict[int, LayoutButton] = {}
    homeless: list[LayoutButton] = []
    for row in rows:
        if not from_first and _find_key(target, [row.position], row)[0] is not None:
            placed[row.position] = row
        else:
            homeless.append(row)
    left_out: list[LeftOut] = []
    for row in homeless:
        free = (key for key in range(1, target.keys + 1) if key not in placed)
        key, reason = _find_key(target, free, row)
        if key is None:
            left_out.append(LeftOut(button=row, reason=reason or NO_ROOM))
        else:
            placed[key] = row
    return _without_surplus_lines(target, placed, left_out)


def _find_key(
    target: LayoutTarget, keys: Iterable[int], row: LayoutButton
) -> tuple[int | None, str]:
    reason = ""
    for key in keys:
        if key > target.keys:
            continue
        refusal = target.why_not(key, row.kind, has_value=bool(row.value))
        if refusal is None:
            return key, ""
        reason = refusal
    return None, reason


def _without_surplus_lines(
    target: LayoutTarget, placed: dict[int, LayoutButton], left_out: list[LeftOut]
) -> tuple[dict[int, LayoutButton], list[LeftOut]]:
    """Take off the lines of further extensions that the model has no accounts for."""
    seen: set[int] = set()
    for key in sorted(placed):
        row = placed[key]
        if target.accounts is None or row.kind is not ButtonKind.LINE or row.extension_id is None:
            continue
        if row.extension_id not in seen and len(seen) + 1 >= target.accounts:
            reason = f"the model has {target.accounts} account{'' if target.accounts == 1 else 's'}"
            left_out.append(LeftOut(button=placed.pop(key), reason=reason))
        else:
            seen.add(row.extension_id)
    return placed, left_out


def _write(session: Session, layout: ButtonLayout, keys: Mapping[int, LayoutButton]) -> None:
    session.add_all(
        LayoutButton(
            layout_id=layout.id,
            position=position,
            kind=row.kind,
            value=row.value,
            label=row.label,
            extension_id=row.extension_id,
        )
        for position, row in keys.items()
    )
    session.flush()
