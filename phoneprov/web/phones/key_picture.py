"""The picture of one phone: its keys and those of its modules, as this phone is told them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask import request, url_for

from phoneprov.fleet.models import Phone
from phoneprov.fleet.own_key_models import ON_PHONE
from phoneprov.layouts.faults import find_fault
from phoneprov.layouts.models import ButtonLayout
from phoneprov.layouts.resolve import Line, StoredButton
from phoneprov.pbx.dialects.dialect import Dialect
from phoneprov.provisioning.keys import load_keys
from phoneprov.provisioning.told_keys import ToldKey, ToldSet, read_told_keys
from phoneprov.web.access import current_tenant
from phoneprov.web.database import session
from phoneprov.web.layouts.common import current_dialect
from phoneprov.web.layouts.picture import Key, Picture, arrange, cut
from phoneprov.web.layouts.words import KIND_WORDS
from phoneprov.web.phones.attached import find_attached
from phoneprov.web.runtime import runtime

OWN, EMPTY_HERE, OVERRIDDEN = "own key", "own key: left empty", "own key, overridden by the lock"


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnSet:
    """The phone, or one of its modules, with a page of its keys."""

    told: ToldSet
    title: str
    layout: ButtonLayout | None
    picture: Picture
    page_addresses: Mapping[int, str]
    """By number, where each page of these keys is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhonePicture:
    """A phone with its modules beside it."""

    sets: Sequence[DrawnSet]
    assigned: int
    """Keys that do something."""
    total: int
    own_keys: int
    notes: Sequence[str]
    """Why keys do nothing here though they are assigned."""
    idle: str
    """Why the phone is told none of its keys now; empty where it is."""

    def find_key(self, module: int, position: int) -> ToldKey:
        """Return one key, also an empty one."""
        for one in self.sets:
            if one.told.module == module:
                return one.told.keys.get(position, ToldKey(position=position))
        return ToldKey(position=position)

    def list_assigned(self, module: int) -> dict[int, StoredButton]:
        """Return what is assigned on the phone, or on one of its modules, by position."""
        return {
            key.position: key.assigned
            for one in self.sets
            if one.told.module == module
            for key in one.told.keys.values()
            if key.assigned is not None
        }


def draw_phone(phone: Phone, turned: tuple[int, int] | None = None) -> PhonePicture:
    """Return the phone as its page shows it, at the pages of keys that the address names.

    `turned` is a module's number, 0 for the phone, with the page that counts instead. The phone
    needs its extension, tenant and profile loaded. Seven queries at most.
    """
    catalog = runtime().catalog
    if catalog.find_model(phone.model_slug) is None:
        return PhonePicture(sets=(), assigned=0, total=0, own_keys=0, notes=(), idle="")
    dialect = current_dialect()
    told = read_told_keys(catalog, phone, load_keys(session(), phone, shows_locks=True), dialect)
    told = [one for one in told if one.target.keys]
    attached = find_attached(phone, catalog)
    pages = dict([turned] if turned else [])
    for one in told:
        pages.setdefault(one.module, request.args.get(_page_name(one.module), 1, type=int))
    keys = [key for one in told for key in one.keys.values()]
    return PhonePicture(
        sets=[
            DrawnSet(
                told=one,
                title=_title(one),
                layout=(attached.modules[one.module - 1].layout if one.module else attached.layout),
                picture=_draw(one, pages[one.module], dialect),
                page_addresses={
                    number: keys_address(phone, {**pages, one.module: number})
                    for number in range(1, one.target.last_page + 1)
                },
            )
            for one in told
        ],
        assigned=sum(key.button is not None for key in keys),
        total=sum(one.target.keys for one in told),
        own_keys=sum(one.own_keys for one in told),
        notes=[note for one in told for note in _notes(one)],
        idle=_why_idle(phone),
    )


def keys_address(phone: Phone, pages: Mapping[int, int]) -> str:
    """Return the address of the phone's page at these pages of its keys."""
    turned = {_page_name(module): page for module, page in pages.items() if page > 1}
    address = url_for(
        "phones.show",
        tenant_slug=current_tenant().slug,
        phone_id=phone.id,
        **turned,  # type: ignore[arg-type]
    )
    return f"{address}#part-keys"


def turned_pages() -> dict[str, str]:
    """Return which pages of keys the address names, for the addresses that lead back to it."""
    names = [name for name in request.args if name[:5] == "keys_" and name[5:].isdecimal()]
    return {name: request.args[name][:3] for name in names[:10]}


def say_stored(stored: StoredButton | None, extensions: Mapping[int, Line]) -> str:
    """Return what the layout says of a key in words: `BLF 202 Ben Koch`; empty for nothing."""
    if stored is None:
        return ""
    line = extensions.get(stored.extension_id or 0)
    value = f"{line.number} {line.name}".strip() if line else stored.value
    label = f"“{stored.label}”" if stored.label else ""
    return " ".join(filter(None, (KIND_WORDS[stored.kind].name, value, label)))


def _page_name(module: int) -> str:
    return f"keys_{module}"


def _title(one: ToldSet) -> str:
    return one.target.name if one.module == ON_PHONE else f"Module {one.module}: {one.target.name}"


def _draw(one: ToldSet, page: int, dialect: Dialect) -> Picture:
    def draw_one(position: int) -> Key:
        told = one.keys.get(position, ToldKey(position=position))
        return draw_told_key(one, told, dialect)

    return arrange(one.target, draw_one, one.keys, page=page)


def draw_told_key(one: ToldSet, told: ToldKey, dialect: Dialect) -> Key:
    """Return a key with what this phone is told, and the label as far as it shows."""
    fault = "" if told.is_meant else told.reason
    if not fault and told.assigned:
        fault = find_fault(told.assigned, dialect) or ""
    key = Key(
        position=told.position,
        module=one.module,
        where="Key" if one.module == ON_PHONE else f"Module {one.module}, key",
        fault=fault or one.reason or None,
        note=told.reason if told.is_meant else "",
        is_locked=told.is_locked,
        is_own=told.is_own,
        marks=[_mark(told)] if told.is_own else [],
    )
    if told.button is None:
        return key
    label = told.button.label
    shown = cut(label, one.target.label_chars)
    return replace(key, kind=told.button.kind, label=label, shown=shown)


def _mark(told: ToldKey) -> str:
    if told.is_overridden:
        return OVERRIDDEN
    return OWN if told.own else EMPTY_HERE


def _notes(one: ToldSet) -> list[str]:
    where = "Key" if one.module == ON_PHONE else f"Module {one.module}, key"
    whole = [f"{_title(one)}: {one.reason}"] if one.reason else []
    return whole + [
        f"{where} {key.position}: {key.reason}"
        for key in one.keys.values()
        if key.reason and key.button is None
    ]


def _why_idle(phone: Phone) -> str:
    if phone.disabled_at is not None:
        return "The phone is disabled and told no key; this is what they do when it is enabled."
    if phone.extension is None:
        return "The phone has no extension and is told no key; this is what they will do."
    if phone.tenant.pbx_id is None:
        return "There is no PBX, so the phone is told no key; this is what they will do."
    return ""
