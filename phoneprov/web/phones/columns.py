"""The columns of the list: the eight that everybody starts with, and those that can be added."""

from enum import StrEnum

from phoneprov.fleet.ordering import Sort

SEPARATOR = "."
LONGEST = 300


class Column(StrEnum):
    """A column of the list, in the order in which they stand."""

    STATUS = "status"
    NAME = "name"
    PLACE = "place"
    EXTENSION = "extension"
    MODEL = "model"
    MODULES = "modules"
    MAC = "mac"
    SERIAL = "serial"
    IP = "ip"
    LAYOUT = "layout"
    PROFILE = "profile"
    CONFIG = "config"
    FIRMWARE = "firmware"
    REGISTERED = "registered"
    CHECKED_IN = "checked_in"
    ADDED = "added"

    @property
    def label(self) -> str:
        """The words over the column."""
        return _LABELS[self]

    @property
    def sort(self) -> Sort | None:
        """The order that a click on its words asks for; None where it has none."""
        return Sort(self.value) if self.value in set(Sort) else None


_LABELS = {
    Column.STATUS: "Status",
    Column.NAME: "Name",
    Column.PLACE: "Place",
    Column.EXTENSION: "Extension",
    Column.MODEL: "Model",
    Column.MODULES: "Expansion modules",
    Column.MAC: "MAC address",
    Column.SERIAL: "Serial number",
    Column.IP: "IP address",
    Column.LAYOUT: "Button layout",
    Column.PROFILE: "Profile",
    Column.CONFIG: "Config",
    Column.FIRMWARE: "Firmware",
    Column.REGISTERED: "Last registered",
    Column.CHECKED_IN: "Last check-in",
    Column.ADDED: "Added",
}
ALWAYS = (Column.STATUS, Column.NAME)
"""What a row can't do without."""
USUAL = (
    *ALWAYS,
    Column.EXTENSION,
    Column.MODEL,
    Column.MAC,
    Column.IP,
    Column.FIRMWARE,
    Column.REGISTERED,
)
CHOOSABLE = tuple(one for one in Column if one not in ALWAYS)
NAMED = frozenset({Column.LAYOUT, Column.PROFILE, Column.MODULES})
"""Columns whose names have to be looked up."""


def read_columns(text: str) -> tuple[Column, ...]:
    """Return the columns that `text` names, in their own order; nothing it knows: the usual."""
    words = set(text[:LONGEST].split(SEPARATOR))
    if words.isdisjoint(set(Column)):
        return USUAL
    return tuple(one for one in Column if one in ALWAYS or one.value in words)


def write_columns(columns: tuple[Column, ...]) -> str:
    """Return the columns as `read_columns` reads them."""
    return SEPARATOR.join(columns)
