"""What a phone's buttons are made of: its layout, its modules' layouts, whom they point at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Row, exists, select
from sqlalchemy.orm import Session

from phoneprov.catalog.catalog import Catalog
from phoneprov.fleet.models import Phone
from phoneprov.fleet.own_key_models import ON_PHONE, PhoneButton
from phoneprov.fleet.phone_keys import list_modules
from phoneprov.fleet.queries import title_phone
from phoneprov.layouts.locks import find_locks
from phoneprov.layouts.models import ButtonLayout, LayoutButton
from phoneprov.layouts.resolve import KeySet, Line, PhoneFacts, ResolvedKeys, StoredButton
from phoneprov.layouts.rule_models import LayoutRule
from phoneprov.layouts.rule_queries import find_rules, list_members
from phoneprov.layouts.rule_values import StoredRule
from phoneprov.layouts.rules import resolve_with_rules
from phoneprov.layouts.targets import find_target
from phoneprov.pbx.dialects.dialect import Dialect
from phoneprov.tenancy.models import Extension
from phoneprov.vendors.config import ButtonKind, ModuleConfig

_Found = Row[int, bool, bool, int | None, ButtonKind, str, str, int, str, str]
"""The columns of _find_buttons; the last three are None where a button points at nobody, and all
but the first three where a layout has no button."""
_Own = Row[int, int, ButtonKind | None, str, str, int, str, str]
"""The columns of _find_own; the last three as above."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneKeys:
    """The layouts of one phone as they are stored."""

    phone: KeySet = field(default_factory=KeySet)
    modules: tuple[tuple[str, KeySet], ...] = ()
    """Slug and buttons of each module, the one next to the phone first."""
    extensions: Mapping[int, Line] = field(default_factory=dict)
    """Those that buttons point at."""
    lines: Mapping[int, Extension] = field(default_factory=dict)
    """Those that line keys bring onto the phone, with their credentials."""
    members: Mapping[str, Sequence[Line]] = field(default_factory=dict)
    """Who is in the groups that rules are about."""


NO_KEYS = PhoneKeys()


def load_keys(session: Session, phone: Phone, *, shows_locks: bool = False) -> PhoneKeys:
    """Return the phone's layouts and own keys, in five queries at most however many there are.

    Locks are read where they matter: on a phone with own keys, or to be shown.
    """
    modules = list_modules(session, phone.id)
    places = {ON_PHONE: phone.button_layout_id, **{one.number: one.layout_id for one in modules}}
    layout_ids = sorted({one for one in places.values() if one is not None})
    own = _find_own(session, phone)
    found = _find_buttons(session, phone.tenant_id, layout_ids) if layout_ids else {}
    reads_locks = layout_ids and (own or shows_locks)
    locks = find_locks(session, layout_ids) if reads_locks else {}
    rows = [row for rows in found.values() for row in rows]
    rules = find_rules(session, {row.layout_id for row in rows if row.has_rules})
    asked = (one for many in rules.values() for one in many)
    members = list_members(session, phone.tenant_id, asked)

    def key_set(number: int, name: str) -> KeySet:
        layout_id = places[number] or 0
        return replace(
            _key_set(found.get(layout_id, []), name, rules.get(layout_id, ())),
            own={row.position: _stored_own(row) for row in own.get(number, [])},
            locked=locks.get(layout_id, frozenset()),
            is_phone=number == ON_PHONE,
        )

    pointing: list[_Found | _Own] = [*rows, *(row for rows in own.values() for row in rows)]
    return PhoneKeys(
        phone=key_set(ON_PHONE, "Key"),
        modules=tuple((one.module_slug, key_set(one.number, _name(one.number))) for one in modules),
        extensions={line.id: line for row in pointing if (line := _line(row))},
        lines=_find_lines(session, pointing),
        members=members,
    )


def without_buttons(keys: PhoneKeys) -> PhoneKeys:
    """Return the keys of a phone that is to show none; its modules are still there."""
    return PhoneKeys(modules=tuple((slug, KeySet()) for slug, _ in keys.modules))


def resolve_phone(
    catalog: Catalog, phone: Phone, keys: PhoneKeys, dialect: Dialect
) -> ResolvedKeys:
    """Return the buttons of a phone; the first set is its own, the others are its modules'."""
    facts = read_facts(catalog, phone, keys, dialect)
    return resolve_with_rules(facts, list_key_sets(catalog, phone, keys))


def read_facts(catalog: Catalog, phone: Phone, keys: PhoneKeys, dialect: Dialect) -> PhoneFacts:
    """Return what the phone's buttons depend on; its extension and tenant have to be loaded."""
    own = phone.extension
    return PhoneFacts(
        own=Line(id=own.id, number=own.number, name=own.name) if own else None,
        tenant=phone.tenant.name,
        phone=title_phone(phone),
        accounts=catalog.get_model(phone.model_slug).accounts,
        dialect=dialect,
        extensions={
            **keys.extensions,
            **{line.id: line for members in keys.members.values() for line in members},
        },
        members=keys.members,
    )


def list_key_sets(catalog: Catalog, phone: Phone, keys: PhoneKeys) -> list[KeySet]:
    """Return the key set of the phone and those of its modules, each with whose keys they are."""
    targets = [find_target(catalog, phone.model_slug, is_for_module=False)]
    targets += [find_target(catalog, slug, is_for_module=True) for slug, _ in keys.modules]
    sets = [keys.phone, *(key_set for _, key_set in keys.modules)]
    return [replace(one, target=target) for one, target in zip(sets, targets, strict=True)]


def module_configs(
    catalog: Catalog, keys: PhoneKeys, resolved: ResolvedKeys
) -> tuple[ModuleConfig, ...]:
    """Return the phone's modules; one that the catalogue has no more is left out."""
    pairs = zip(keys.modules, resolved.sets[1:], strict=True)
    return tuple(
        ModuleConfig(module=catalog.module_models[slug], buttons=buttons)
        for (slug, _), buttons in pairs
        if slug in catalog.module_models
    )


def _find_buttons(
    session: Session, tenant_id: int, layout_ids: Sequence[int]
) -> dict[int, list[_Found]]:
    """Return the buttons by layout; a layout of another tenant has none here.

    A layout without buttons has one row, which says no more than whether it has rules.
    """
    query = (
        select(
            ButtonLayout.id.label("layout_id"),
            ButtonLayout.leaves_out_own,
            exists().where(LayoutRule.layout_id == ButtonLayout.id).label("has_rules"),
            LayoutButton.position,
            LayoutButton.kind,
            LayoutButton.value,
            LayoutButton.label,
            Extension.id,
            Extension.number,
            Extension.name,
        )
        .select_from(ButtonLayout)
        .outerjoin(LayoutButton, LayoutButton.layout_id == ButtonLayout.id)
        .outerjoin(
            Extension,
            (Extension.id == LayoutButton.extension_id) & (Extension.tenant_id == tenant_id),
        )
        .where(ButtonLayout.id.in_(layout_ids), ButtonLayout.tenant_id == tenant_id)
        .order_by(ButtonLayout.id, LayoutButton.position)
    )
    found: dict[int, list[_Found]] = {}
    for row in session.execute(query):
        found.setdefault(row.layout_id, []).append(row)
    return found


def _find_own(session: Session, phone: Phone) -> dict[int, list[_Own]]:
    """Return the phone's own keys by module number."""
    query = (
        select(
            PhoneButton.module,
            PhoneButton.position,
            PhoneButton.kind,
            PhoneButton.value,
            PhoneButton.label,
            Extension.id,
            Extension.number,
            Extension.name,
        )
        .outerjoin(
            Extension,
            (Extension.id == PhoneButton.extension_id) & (Extension.tenant_id == phone.tenant_id),
        )
        .where(PhoneButton.phone_id == phone.id)
        .order_by(PhoneButton.module, PhoneButton.position)
    )
    found: dict[int, list[_Own]] = {}
    for row in session.execute(query):
        found.setdefault(row.module, []).append(row)
    return found


def _find_lines(session: Session, rows: Sequence[_Found | _Own]) -> dict[int, Extension]:
    """Return the extensions of line keys; only theirs are the passwords that are read."""
    ids = {row.id for row in rows if row.kind is ButtonKind.LINE and row.id is not None}
    if not ids:
        return {}
    found = session.scalars(select(Extension).where(Extension.id.in_(ids)))
    return {extension.id: extension for extension in found}


def _line(row: _Found | _Own) -> Line | None:
    if row.id is None:
        return None
    return Line(id=row.id, number=row.number, name=row.name)


def _key_set(rows: Sequence[_Found], name: str, rules: Sequence[StoredRule]) -> KeySet:
    buttons = [
        StoredButton(
            position=row.position,
            kind=row.kind,
            value=row.value,
            label=row.label,
            extension_id=row.id,
        )
        for row in rows
        if row.position is not None
    ]
    leaves_out_own = rows[0].leaves_out_own if rows else True
    return KeySet(buttons=buttons, leaves_out_own=leaves_out_own, name=name, rules=rules)


def _stored_own(row: _Own) -> StoredButton | None:
    if row.kind is None:
        return None
    return StoredButton(
        position=row.position,
        kind=row.kind,
        value=row.value,
        label=row.label,
        extension_id=row.id,
    )


def _name(number: int) -> str:
    return f"Module {number}, key"
