"""What a phone's buttons are made of: its layout, its modules' layouts, whom they point at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Row, exists, select
from sqlalchemy.orm import Session

from phoneprov.catalog.catalog import Catalog
from phoneprov.fleet.models import Phone
from phoneprov.fleet.phone_keys import list_modules
from phoneprov.fleet.queries import title_phone
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


def load_keys(session: Session, phone: Phone) -> PhoneKeys:
    """Return the phone's layouts, in three queries at most however many buttons there are.

    Rules cost one query more, and if they are about people another one.
    """
    modules = list_modules(session, phone.id)
    ids = {phone.button_layout_id, *(one.layout_id for one in modules)} - {None}
    if not ids:
        return PhoneKeys(modules=tuple((one.module_slug, KeySet()) for one in modules))
    found = _find_buttons(session, phone.tenant_id, sorted(one for one in ids if one is not None))
    rows = [row for rows in found.values() for row in rows]
    rules = find_rules(session, {row.layout_id for row in rows if row.has_rules})
    members = list_members(
        session, phone.tenant_id, (one for many in rules.values() for one in many)
    )

    def key_set(layout_id: int | None, name: str) -> KeySet:
        return _key_set(found.get(layout_id or 0, []), name, rules.get(layout_id or 0, ()))

    return PhoneKeys(
        phone=key_set(phone.button_layout_id, "Key"),
        modules=tuple(
            (one.module_slug, key_set(one.layout_id, _name(one.number))) for one in modules
        ),
        extensions={line.id: line for row in rows if (line := _line(row))},
        lines=_find_lines(session, rows),
        members=members,
    )


def without_buttons(keys: PhoneKeys) -> PhoneKeys:
    """Return the keys of a phone that is to show none; its modules are still there."""
    return PhoneKeys(modules=tuple((slug, KeySet()) for slug, _ in keys.modules))


def resolve_phone(
    catalog: Catalog, phone: Phone, keys: PhoneKeys, dialect: Dialect
) -> ResolvedKeys:
    """Return the buttons of a phone; the first set is its own, the others are its modules'."""
    own = phone.extension
    facts = PhoneFacts(
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
    targets = [find_target(catalog, phone.model_slug, is_for_module=False)]
    targets += [find_target(catalog, slug, is_for_module=True) for slug, _ in keys.modules]
    sets = [keys.phone, *(key_set for _, key_set in keys.modules)]
    return resolve_with_rules(
        facts, [replace(one, target=target) for one, target in zip(sets, targets, strict=True)]
    )


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


def _find_lines(session: Session, rows: Sequence[_Found]) -> dict[int, Extension]:
    """Return the extensions of line keys; only theirs are the passwords that are read."""
    ids = {row.id for row in rows if row.kind is ButtonKind.LINE and row.id is not None}
    if not ids:
        return {}
    found = session.scalars(select(Extension).where(Extension.id.in_(ids)))
    return {extension.id: extension for extension in found}


def _line(row: _Found) -> Line | None:
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


def _name(number: int) -> str:
    return f"Module {number}, key"
