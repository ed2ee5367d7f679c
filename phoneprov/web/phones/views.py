"""Screens of a tenant's phones: the list, a phone's page, its form, its actions."""

from phoneprov.web.phones import (
    actions,
    form,
    hints,
    import_views,
    index,
    keys,
    lamps,
    lists,
    replace,
    show,
    tastes,
    update,
    way_back,
)
from phoneprov.web.phones.blueprint import blueprint

__all__ = [
    "actions",
    "blueprint",
    "form",
    "hints",
    "import_views",
    "index",
    "keys",
    "lamps",
    "lists",
    "replace",
    "show",
    "tastes",
    "update",
    "way_back",
]
