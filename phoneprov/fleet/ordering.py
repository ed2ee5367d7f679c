"""The columns that the list of phones can be sorted by, and what that means."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, case, func, select

from phoneprov.fleet.models import Phone
from phoneprov.fleet.profile_models import Profile
from phoneprov.fleet.status import PhoneStatus
from phoneprov.layouts.models import ButtonLayout
from phoneprov.tenancy.models import Extension


class Sort(StrEnum):
    """The columns that the list can be sorted by."""

    STATUS = "status"
    NAME = "name"
    EXTENSION = "extension"
    MODEL = "model"
    MAC = "mac"
    IP = "ip"
    FIRMWARE = "firmware"
    REGISTERED = "registered"
    PLACE = "place"
    SERIAL = "serial"
    LAYOUT = "layout"
    PROFILE = "profile"
    CHECKED_IN = "checked_in"
    ADDED = "added"

    @property
    def starts_descending(self) -> bool:
        """Whether the newest stand first when a person sorts by it."""
        return self in {Sort.REGISTERED, Sort.CHECKED_IN, Sort.ADDED}


def order_columns(sort: Sort, *, is_descending: bool) -> list[ColumnElement[Any]]:
    """Return the order: the chosen column, nothing last, and the MAC address between equals.

    The query has to join the phone's extension.
    """
    columns = _SORT_COLUMNS[sort]()
    if is_descending:
        columns = [column.desc() for column in columns]
    return [*(column.nulls_last() for column in columns), Phone.mac.asc()]


def _by_name() -> list[ColumnElement[Any]]:
    title = func.coalesce(func.nullif(Phone.display_name, ""), func.nullif(Extension.name, ""))
    return [func.lower(title)]


def _by_status() -> list[ColumnElement[Any]]:
    rank = case(_RANKS, value=Phone.status, else_=len(_RANKS))
    return [rank, *_by_name()]


def _by_extension() -> list[ColumnElement[Any]]:
    return [func.length(Extension.number), Extension.number.expression]


def _by_ip() -> list[ColumnElement[Any]]:
    """Order addresses of one length by their text: 10.1.4.9 comes before 10.1.4.17."""
    address = func.nullif(Phone.ip_address, "")
    return [func.length(address), address]


def _by_layout() -> list[ColumnElement[Any]]:
    name = select(func.lower(ButtonLayout.name)).where(ButtonLayout.id == Phone.button_layout_id)
    return [name.correlate(Phone).scalar_subquery()]


def _by_profile() -> list[ColumnElement[Any]]:
    name = select(func.lower(Profile.name)).where(Profile.id == Phone.profile_id)
    return [name.correlate(Phone).scalar_subquery()]


_RANKS = {
    status.value: rank
    for rank, status in enumerate(
        (
            PhoneStatus.OFFLINE,
            PhoneStatus.UPDATING,
            PhoneStatus.PROVISIONING,
            PhoneStatus.PENDING,
            PhoneStatus.REGISTERED,
            PhoneStatus.ONLINE,
            PhoneStatus.DISABLED,
        )
    )
}
"""Statuses in the order in which they want attention."""

_SORT_COLUMNS: dict[Sort, Callable[[], list[ColumnElement[Any]]]] = {
    Sort.STATUS: _by_status,
    Sort.NAME: _by_name,
    Sort.EXTENSION: _by_extension,
    Sort.MODEL: lambda: [Phone.model_slug.expression],
    Sort.MAC: lambda: [Phone.mac.expression],
    Sort.IP: _by_ip,
    Sort.FIRMWARE: lambda: [func.nullif(Phone.firmware, "")],
    Sort.REGISTERED: lambda: [Phone.last_registered_at.expression],
    Sort.PLACE: lambda: [func.lower(func.nullif(Phone.place, ""))],
    Sort.SERIAL: lambda: [func.nullif(Phone.serial_number, "")],
    Sort.LAYOUT: _by_layout,
    Sort.PROFILE: _by_profile,
    Sort.CHECKED_IN: lambda: [Phone.last_check_in_at.expression],
    Sort.ADDED: lambda: [Phone.added_at.expression],
}
