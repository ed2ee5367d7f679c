"""What a bulk action is to do: its value, looked up for one tenant."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from phoneprov.catalog.catalog import Catalog
from phoneprov.core.errors import InvalidValueError
from phoneprov.core.zones import ZONE_NAMES
from phoneprov.fleet.models import Phone, PhoneModule
from phoneprov.fleet.profile_effects import Given, read_given
from phoneprov.fleet.profiles import find_profile
from phoneprov.layouts.queries import find_layout
from phoneprov.operations.models import BulkAction

ID_DIGITS = 9
NO_PROFILE, DROPS_OWN = "0", "only"
INHERITED_ZONE = "their profile’s, or the tenant’s"
"""What a phone has without a zone of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """An action with its value, looked up for one tenant."""

    action: BulkAction
    value: str
    words: str
    catalog: Catalog
    layout_id: int = 0
    layout_model: str = ""
    """Slug of the model of phone or module that the layout is for."""
    is_for_module: bool = False
    module_number: int = 0
    """The place of the module on the phone, counted from 1; 0: every module of the model."""
    carriers: Mapping[int, frozenset[int | None]] = field(default_factory=dict)
    """By phone with such a module there, the layouts that its modules of this model have."""
    given: Given | None = None
    """What the profile gives."""
    drops_own: bool = False
    """Whether phones lose their own values for those of the profile."""


def read_task(
    session: Session, catalog: Catalog, tenant_id: int, action: BulkAction, value: str
) -> Task:
    """Return what is to be done; raises InvalidValueError for the field `value`."""
    task = partial(Task, action=action, value=value, catalog=catalog)
    if action is BulkAction.APPLY_PROFILE:
        return _read_profile_task(session, tenant_id, task, value)
    if action in {BulkAction.APPLY_LAYOUT, BulkAction.APPLY_MODULE_LAYOUT}:
        return _read_layout_task(session, tenant_id, task, value)
    if action is BulkAction.SET_TIME_ZONE:
        if value and value not in ZONE_NAMES:
            raise InvalidValueError("Choose a time zone from the list.", field="value")
        return task(words=f"{action.label}: {value or INHERITED_ZONE}")
    return task(words=action.label)


def _read_layout_task(session: Session, tenant_id: int, task: partial[Task], value: str) -> Task:
    """Read `12`, or `12 2` for the second module only."""
    action = task.keywords["action"]
    is_for_module = action is BulkAction.APPLY_MODULE_LAYOUT
    text, _, place = value.partition(" ")
    layout = find_layout(session, tenant_id, _read_id(text))
    if layout is None or layout.is_for_module != is_for_module:
        raise InvalidValueError("Choose a layout from the list.", field="value")
    slug, number = layout.model_slug, _read_id(place)
    where = f", module {number}" if number else ""
    return task(
        words=f"{action.label}: {layout.name}{where}",
        layout_id=layout.id,
        layout_model=slug,
        is_for_module=is_for_module,
        module_number=number,
        carriers=_read_carriers(session, tenant_id, slug, number) if is_for_module else {},
    )


def _read_profile_task(
    session: Session, tenant_id: int, task: Callable[..., Task], value: str
) -> Task:
    """Read `12`, or `12 only` to drop what phones have of their own; `0` is no profile."""
    number, _, how = value.partition(" ")
    profile = find_profile(session, tenant_id, _read_id(number)) if number != NO_PROFILE else None
    if profile is None and number != NO_PROFILE:
        raise InvalidValueError("Choose a profile from the list.", field="value")
    name = profile.name if profile else "none"
    return task(
        words=f"{BulkAction.APPLY_PROFILE.label}: {name}",
        given=read_given(session, tenant_id, profile),
        drops_own=how == DROPS_OWN,
    )


def _read_id(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= ID_DIGITS else 0


def _read_carriers(
    session: Session, tenant_id: int, slug: str, number: int
) -> dict[int, frozenset[int | None]]:
    """Return the phones with a module of this model, with the layouts of those modules.

    `number`: only the module at that place, counted from 1; 0 for any.
    """
    query = (
        select(PhoneModule.phone_id, PhoneModule.layout_id)
        .join(Phone, Phone.id == PhoneModule.phone_id)
        .where(Phone.tenant_id == tenant_id, PhoneModule.module_slug == slug)
    )
    if number:
        query = query.where(PhoneModule.number == number)
    found: dict[int, set[int | None]] = {}
    for phone_id, layout_id in session.execute(query):
        found.setdefault(phone_id, set()).add(layout_id)
    return {phone_id: frozenset(layouts) for phone_id, layouts in found.items()}
