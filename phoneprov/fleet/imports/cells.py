"""How each cell of a list of phones is read: the value for the draft, and how it is shown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from phoneprov.catalog.catalog import plain_name
from phoneprov.catalog.model import PhoneModel
from phoneprov.core.errors import InvalidValueError
from phoneprov.core.text import clean_text
from phoneprov.core.zones import ZONE_NAMES
from phoneprov.fleet.drafts import DEFAULT as DEFAULT_LAYOUT
from phoneprov.fleet.drafts import UNSAID, ModuleDraft, check_port
from phoneprov.fleet.imports.known import Known
from phoneprov.fleet.imports.sheet import (
    BEFORE_LAYOUT,
    BETWEEN_MODULES,
    DEFAULT,
    NONE,
    PhoneColumn,
    show_module,
)
from phoneprov.fleet.passwords import check_admin_password
from phoneprov.fleet.phone_keys import check_modules

MASK = "•••"
LONGEST = {
    PhoneColumn.DISPLAY_NAME: 64,
    PhoneColumn.SERIAL_NUMBER: 64,
    PhoneColumn.PLACE: 100,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CellValue:
    """What a cell gives: the value of the draft's field, and the cell as an export shows it.

    `shown` None: it changes nothing.
    """

    value: object
    shown: str | None


def read_cell(column: PhoneColumn, text: str, model: PhoneModel, known: Known) -> CellValue:
    """Return what a cell says of a phone of this model. Raises InvalidValueError."""
    return READERS[column](column, text, model, known)


def find_named_model(text: str, known: Known) -> PhoneModel:
    """Return the model that a cell names. Raises InvalidValueError."""
    model = known.models.get(plain_name(text)) if text else None
    if model is None:
        shown = text[:40]
        message = f"There is no model “{shown}”." if shown else "Say which model it is."
        raise _refused(message)
    return model


def _text(column: PhoneColumn, text: str, model: PhoneModel, known: Known) -> CellValue:
    del model, known
    clean = clean_text(text, field=column.value, longest=LONGEST[column])
    return CellValue(value=clean, shown=clean)


def _extension(column: PhoneColumn, text: str, model: PhoneModel, known: Known) -> CellValue:
    del column, model
    if not text:
        return CellValue(value=None, shown="")
    row = known.extensions.get(text)
    if row is None:
        raise _refused(f"There is no extension {text[:40]}.")
    return CellValue(value=row.id, shown=row.number)


def _time_zone(column: PhoneColumn, text: str, model: PhoneModel, known: Known) -> CellValue:
    del column, model, known
    if text and text not in ZONE_NAMES:
        raise _refused("Not a time zone; they read like Europe/Berlin.")
    return CellValue(value=text or None, shown=text)


def _profile(column: PhoneColumn, text: str, model: PhoneModel, known: Known) -> CellValue:
    del column, model
    if not text:
        return CellValue(value=UNSAID, shown=None)
    if text.casefold() == NONE:
        return CellValue(value=None, shown="")
    row = known.profiles.get(text.casefold())
    if row is None:
        raise _refused(f"There is no profile “{text[:40]}”.")
    return CellValue(value=row.id, shown=row.name)


def _layout(column: PhoneColumn, text: str, model: PhoneModel, known: Known) -> CellValue:
    del column
    if not text:
        return CellValue(value=UNSAID, shown=None)
    if text.casefold() == NONE:
        return CellValue(value=None, shown=NONE)
    if text.casefold() == DEFAULT:
        return CellValue(value=DEFAULT_LAYOUT, shown="")
    row = known.find_layout(model.slug, text, is_for_module=False)
    if row is None:
        raise _refused(f"There is no layout “{text[:40]}” for the {model.full_name}.")
    return CellValue(value=row.id, shown=row.name)


def _modules(column: PhoneColumn, text: str, model: PhoneModel, known: Known) -> CellValue:
    del column
    if not text:
        return CellValue(value=UNSAID, shown=None)
    if text.casefold() == NONE:
        return CellValue(value=(), shown="")
    parts = [part.strip() for part in text.split(BETWEEN_MODULES.strip())]
    read = [_module(part, known) for part in parts]
    drafts = tuple(draft for draft, _ in read)
    check_modules(known.catalog, model, drafts)
    return CellValue(value=drafts, shown=BETWEEN_MODULES.join(shown for _, shown in read))


def _module(text: str, known: Known) -> tuple[ModuleDraft, str]:
    name, _, layout_name = text.partition(BEFORE_LAYOUT.strip())
    module = known.module_models.get(plain_name(name))
    if module is None:
        raise _refused(f"There is no module “{name.strip()[:40]}”.")
    wanted = layout_name.strip()
    layout = known.find_layout(module.slug, wanted, is_for_module=True) if wanted else None
    if wanted and layout is None:
        raise _refused(f"There is no layout “{wanted[:40]}” for the {module.name}.")
    shown = show_module(known.catalog, module.slug, layout.name if layout else None)
    return ModuleDraft(module_slug=module.slug, layout_id=layout.id if layout else None), shown


def _password(column: PhoneColumn, text: str, model: PhoneModel, known: Known) -> CellValue:
    del column
    if not text:
        return CellValue(value=None, shown=None)
    check_admin_password(known.catalog.vendors[model.vendor], text)
    return CellValue(value=text, shown=MASK)


def _port(column: PhoneColumn, text: str, model: PhoneModel, known: Known) -> CellValue:
    del column, model, known
    if not text:
        return CellValue(value=None, shown="")
    port = int(text) if text.isascii() and text.isdigit() and len(text) < LONGEST_PORT else 0
    check_port(port)
    return CellValue(value=port, shown=str(port))


def _refused(message: str) -> InvalidValueError:
    return InvalidValueError(message)


LONGEST_PORT = 8
FIELDS: Mapping[PhoneColumn, str] = {
    PhoneColumn.EXTENSION: "extension_id",
    PhoneColumn.DISPLAY_NAME: "display_name",
    PhoneColumn.TIME_ZONE: "time_zone",
    PhoneColumn.PROFILE: "profile_id",
    PhoneColumn.BUTTON_LAYOUT: "button_layout_id",
    PhoneColumn.MODULES: "modules",
    PhoneColumn.ADMIN_PASSWORD: "admin_password",
    PhoneColumn.LOCAL_SIP_PORT: "local_sip_port",
    PhoneColumn.SERIAL_NUMBER: "serial_number",
    PhoneColumn.PLACE: "place",
}
"""The field of the draft that each column gives, beside MAC address and model."""
READERS: Mapping[PhoneColumn, Callable[[PhoneColumn, str, PhoneModel, Known], CellValue]] = {
    PhoneColumn.EXTENSION: _extension,
    PhoneColumn.DISPLAY_NAME: _text,
    PhoneColumn.TIME_ZONE: _time_zone,
    PhoneColumn.PROFILE: _profile,
    PhoneColumn.BUTTON_LAYOUT: _layout,
    PhoneColumn.MODULES: _modules,
    PhoneColumn.ADMIN_PASSWORD: _password,
    PhoneColumn.LOCAL_SIP_PORT: _port,
    PhoneColumn.SERIAL_NUMBER: _text,
    PhoneColumn.PLACE: _text,
}
