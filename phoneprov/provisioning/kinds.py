"""Which phones a change does the same to: told apart by their rows, before any config is made.

A config of each of thousands of phones would take too long. So the facts of all phones that a
config hangs on are read before and after, in the same few queries however many phones there are,
and one phone stands for all whose facts change alike.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, Text, or_, select, type_coerce
from sqlalchemy.orm import Session

from phoneprov.fleet.models import Phone, PhoneModule
from phoneprov.fleet.own_key_models import PhoneButton
from phoneprov.fleet.profile_models import Profile
from phoneprov.layouts.models import ButtonLayout, LayoutButton
from phoneprov.layouts.rule_models import LayoutRule
from phoneprov.tenancy.models import Extension, Tenant

_INHERITED = ("time_zone", "admin_password", "local_sip_port", "poll_minutes")
_OWNERS: tuple[type[Phone | Profile | Tenant], ...] = (Phone, Profile, Tenant)
_OWN = (
    Phone.id,
    Phone.mac,
    Phone.model_slug,
    Phone.display_name,
    Phone.extension_id,
    Phone.disabled_at,
    Phone.button_layout_id,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneFacts:
    """What a phone's config hangs on, as its rows say; a secret only as it is stored."""

    phone_id: int
    model_slug: str
    is_served: bool
    own: tuple[Hashable, ...]
    """Columns of its own that are in its config."""
    inherited: Mapping[str, Hashable]
    """By field, the value that counts: its own, its profile's, its tenant's."""
    layouts: tuple[Hashable, ...]
    """Its layout, and its modules with theirs."""
    own_keys: frozenset[Hashable] = frozenset()
    """The buttons of its layouts that point at its own extension: it may be without them."""
    own_buttons: frozenset[Hashable] = frozenset()
    """The keys in which it differs from its layouts."""
    is_ruled: bool = False
    """Whether rules fill keys of its layouts: for each phone the others, so in other places."""
    asks_by: datetime | None = None
    """When it asks again at the latest; None where that is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Phones of one model to which a change does the same, as far as their rows tell."""

    model_slug: str
    phones: tuple[PhoneFacts, ...]

    @property
    def is_ruled(self) -> bool:
        """Whether the keys of these phones may stand in other places on each."""
        return len(self.phones) > 1 and self.phones[0].is_ruled


def read_facts(
    session: Session, tenant_id: int, phone_ids: Collection[int] | None = None
) -> dict[int, PhoneFacts]:
    """Return the facts of a tenant's phones, of all or of some, in five queries."""
    mine: list[ColumnElement[bool]] = [Phone.tenant_id == tenant_id]
    if phone_ids is not None:
        mine.append(Phone.id.in_(sorted(phone_ids)))
    modules: dict[int, list[tuple[str, int | None]]] = defaultdict(list)
    attached = select(PhoneModule.phone_id, PhoneModule.module_slug, PhoneModule.layout_id)
    attached = attached.join(Phone, Phone.id == PhoneModule.phone_id).where(*mine)
    for row in session.execute(attached.order_by(PhoneModule.number)):
        modules[row.phone_id].append((row.module_slug, row.layout_id))
    own_keys = _read_own_keys(session, mine)
    buttons = _read_own_buttons(session, mine)
    ruled = _list_ruled(session, tenant_id)
    return {
        row["id"]: replace(
            _facts(row, modules[row["id"]]),
            own_keys=frozenset(own_keys[row["id"]]),
            own_buttons=frozenset(buttons[row["id"]]),
            is_ruled=not ruled.isdisjoint(
                {row["button_layout_id"], *(layout_id for _, layout_id in modules[row["id"]])}
            ),
        )
        for row in session.execute(_phones(mine)).mappings()
    }


def sort_kinds(before: Mapping[int, PhoneFacts], after: Mapping[int, PhoneFacts]) -> Sequence[Kind]:
    """Return the kinds of the phones of `after`, the most usual first."""
    found: dict[Hashable, list[PhoneFacts]] = defaultdict(list)
    for phone_id, facts in after.items():
        if phone_id in before:
            found[_kind_of(before[phone_id], facts)].append(facts)
    kinds = [Kind(model_slug=ones[0].model_slug, phones=tuple(ones)) for ones in found.values()]
    return sorted(kinds, key=lambda kind: (-len(kind.phones), kind.phones[0].phone_id))


def choose_kinds(kinds: Sequence[Kind], most: int) -> Sequence[Kind]:
    """Return at most `most` kinds: of each model the most usual, then the most usual of all."""
    first: dict[str, Kind] = {}
    for kind in kinds:
        first.setdefault(kind.model_slug, kind)
    wanted = [*first.values(), *(kind for kind in kinds if first[kind.model_slug] is not kind)]
    return wanted[:most]


def _kind_of(before: PhoneFacts, after: PhoneFacts) -> Hashable:
    """Return what tells phones apart to which a change does different things."""
    changed = tuple(
        (name, before.inherited[name], value)
        for name, value in after.inherited.items()
        if before.inherited[name] != value
    )
    return (
        before.model_slug,
        after.model_slug,
        (before.is_served, after.is_served),
        before.own == after.own,
        changed,
        (before.layouts, after.layouts),
        (before.own_buttons, after.own_buttons),
        (len(before.own_keys - after.own_keys), len(after.own_keys - before.own_keys)),
    )


def _phones(mine: Sequence[ColumnElement[bool]]) -> Select[*tuple[Any, ...]]:
    inherited = [
        _as_stored(owner, name).label(f"{owner.__tablename__}_{name}")
        for owner in _OWNERS
        for name in _INHERITED
        if hasattr(owner, name)
    ]
    extension = (Extension.number.label("number"), Extension.name.label("extension_name"))
    return (
        select(*_OWN, Phone.last_check_in_at, *extension, *inherited)
        .join(Tenant, Tenant.id == Phone.tenant_id)
        .outerjoin(Profile, Profile.id == Phone.profile_id)
        .outerjoin(Extension, Extension.id == Phone.extension_id)
        .where(*mine)
        .order_by(Phone.id)
    )


def _as_stored(owner: type[Phone | Profile | Tenant], name: str) -> ColumnElement[Any]:
    """Return a column as it stands in the database: a secret stays encrypted, but comparable."""
    column: ColumnElement[Any] = getattr(owner, name)
    return type_coerce(column, Text) if name == "admin_password" else column


def _read_own_keys(
    session: Session, mine: Sequence[ColumnElement[bool]]
) -> dict[int, set[Hashable]]:
    """Return by phone the buttons of its layouts that point at its own extension."""
    module_layouts = select(PhoneModule.layout_id).where(PhoneModule.phone_id == Phone.id)
    query = (
        select(
            Phone.id,
            LayoutButton.layout_id,
            LayoutButton.position,
            LayoutButton.kind,
            LayoutButton.label,
            ButtonLayout.leaves_out_own,
        )
        .join(LayoutButton, LayoutButton.extension_id == Phone.extension_id)
        .join(ButtonLayout, ButtonLayout.id == LayoutButton.layout_id)
        .where(
            *mine,
            or_(
                LayoutButton.layout_id == Phone.button_layout_id,
                LayoutButton.layout_id.in_(module_layouts),
            ),
        )
    )
    found: dict[int, set[Hashable]] = defaultdict(set)
    for phone_id, *button in session.execute(query):
        found[phone_id].add(tuple(button))
    return found


def _read_own_buttons(
    session: Session, mine: Sequence[ColumnElement[bool]]
) -> dict[int, set[Hashable]]:
    """Return by phone the keys in which it differs from its layouts."""
    query = (
        select(
            PhoneButton.phone_id,
            PhoneButton.module,
            PhoneButton.position,
            PhoneButton.kind,
            PhoneButton.value,
            PhoneButton.label,
            PhoneButton.extension_id,
        )
        .join(Phone, Phone.id == PhoneButton.phone_id)
        .where(*mine)
    )
    found: dict[int, set[Hashable]] = defaultdict(set)
    for phone_id, *button in session.execute(query):
        found[phone_id].add(tuple(button))
    return found


def _list_ruled(session: Session, tenant_id: int) -> AbstractSet[int | None]:
    """Return the layouts of a tenant that have rules."""
    query = select(LayoutRule.layout_id).join(ButtonLayout, ButtonLayout.id == LayoutRule.layout_id)
    return set(session.scalars(query.where(ButtonLayout.tenant_id == tenant_id)))


def _facts(row: RowMapping, modules: Sequence[Hashable]) -> PhoneFacts:
    inherited = {name: _that_counts(row, name) for name in _INHERITED}
    last, minutes = row["last_check_in_at"], inherited["poll_minutes"]
    return PhoneFacts(
        phone_id=row["id"],
        model_slug=row["model_slug"],
        is_served=row["extension_id"] is not None and row["disabled_at"] is None,
        own=tuple(row[column.key] for column in _OWN),
        inherited=inherited,
        layouts=(row["button_layout_id"], *modules),
        asks_by=last + timedelta(minutes=minutes) if last and isinstance(minutes, int) else None,
    )


def _that_counts(row: RowMapping, name: str) -> Hashable:
    """Return the value that a phone inherits or has; the same order as fleet.inherited."""
    values = (row.get(f"{owner.__tablename__}_{name}") for owner in _OWNERS)
    return next((value for value in values if value), None)
