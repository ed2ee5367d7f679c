"""The CSV file of phones: its columns, and what a phone looks like in it."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from phoneprov.catalog.catalog import Catalog
from phoneprov.core.mac import format_mac
from phoneprov.core.sheets import Shape, SheetRow, read_sheet, write_sheet
from phoneprov.fleet.models import LayoutSource, Phone, PhoneModule

NONE, DEFAULT = "none", "default"
"""Words for a cell: no layout, profile or module; the profile's or the model's layout."""
BETWEEN_MODULES, BEFORE_LAYOUT = " | ", ": "
SAMPLE = (
    "mac;model;extension;display_name;time_zone;button_layout;modules;place\n"
    "80:5e:c0:1a:2b:3c;Yealink T46U;201;Reception;;Reception;EXP43: Everybody;Front desk\n"
    "C074AD1A2B3D;GXP2170;202;;Europe/London;;;Building B, room 12\n"
)


class PhoneColumn(StrEnum):
    """The columns of a list of phones, in their usual order."""

    MAC = "mac"
    MODEL = "model"
    EXTENSION = "extension"
    DISPLAY_NAME = "display_name"
    TIME_ZONE = "time_zone"
    BUTTON_LAYOUT = "button_layout"
    MODULES = "modules"
    ADMIN_PASSWORD = "admin_password"  # noqa: S105 - the name of a column
    LOCAL_SIP_PORT = "local_sip_port"
    PROFILE = "profile"
    SERIAL_NUMBER = "serial_number"
    PLACE = "place"
    NAME = "name"
    STATUS = "status"
    IP_ADDRESS = "ip_address"
    FIRMWARE = "firmware"
    LAST_REGISTERED = "last_registered"

    @property
    def label(self) -> str:
        """The column in words."""
        return self.value.replace("_", " ").replace("mac", "MAC").replace("sip", "SIP")


TOLD_ONLY = frozenset(
    {
        PhoneColumn.NAME,
        PhoneColumn.STATUS,
        PhoneColumn.IP_ADDRESS,
        PhoneColumn.FIRMWARE,
        PhoneColumn.LAST_REGISTERED,
    }
)
"""Columns that an export tells and an import passes over."""
EXPORTED = tuple(one for one in PhoneColumn if one is not PhoneColumn.ADMIN_PASSWORD)
PhoneRow = SheetRow[PhoneColumn]

_SHAPE = Shape(
    columns=PhoneColumn,
    key=PhoneColumn.MAC,
    aliases={
        "mac_address": PhoneColumn.MAC,
        "phone_model": PhoneColumn.MODEL,
        "timezone": PhoneColumn.TIME_ZONE,
        "layout": PhoneColumn.BUTTON_LAYOUT,
        "expansion_modules": PhoneColumn.MODULES,
        "password": PhoneColumn.ADMIN_PASSWORD,
        "port": PhoneColumn.LOCAL_SIP_PORT,
        "serial": PhoneColumn.SERIAL_NUMBER,
    },
    to_the_letter=frozenset({PhoneColumn.ADMIN_PASSWORD}),
)


def read_phone_rows(text: str) -> tuple[PhoneRow, ...]:
    """Return the rows of a list of phones. Raises InvalidValueError for the field `file`."""
    return read_sheet(text, _SHAPE)


def write_phone_rows(rows: Iterable[Mapping[PhoneColumn, str]]) -> str:
    """Return the CSV text of an export, without passwords."""
    return write_sheet(EXPORTED, ([row.get(one, "") for one in EXPORTED] for row in rows))


def show_phone(
    phone: Phone,
    catalog: Catalog,
    layout_names: Mapping[int, str],
    modules: Sequence[PhoneModule],
) -> dict[PhoneColumn, str]:
    """Return the cells of a phone that can be set; its extension and profile are loaded."""
    model = catalog.find_model(phone.model_slug)
    layout = layout_names.get(phone.button_layout_id or 0, NONE)
    return {
        PhoneColumn.MAC: format_mac(phone.mac),
        PhoneColumn.MODEL: model.full_name if model else phone.model_slug,
        PhoneColumn.EXTENSION: phone.extension.number if phone.extension else "",
        PhoneColumn.DISPLAY_NAME: phone.display_name,
        PhoneColumn.TIME_ZONE: phone.time_zone or "",
        PhoneColumn.BUTTON_LAYOUT: layout if phone.layout_source is LayoutSource.PHONE else "",
        PhoneColumn.MODULES: BETWEEN_MODULES.join(
            show_module(catalog, row.module_slug, layout_names.get(row.layout_id or 0))
            for row in modules
        ),
        PhoneColumn.LOCAL_SIP_PORT: str(phone.local_sip_port or ""),
        PhoneColumn.PROFILE: phone.profile.name if phone.profile else "",
        PhoneColumn.SERIAL_NUMBER: phone.serial_number,
        PhoneColumn.PLACE: phone.place,
    }


def show_module(catalog: Catalog, slug: str, layout_name: str | None) -> str:
    """Return a module with its layout as a cell names it: `EXP43: Everybody`."""
    module = catalog.module_models.get(slug)
    name = module.name if module else slug
    return f"{name}{BEFORE_LAYOUT}{layout_name}" if layout_name else name
