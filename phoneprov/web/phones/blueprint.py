"""The blueprint that the views of this screen belong to, and what they share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort
from werkzeug.wrappers import Response

from phoneprov.catalog.model import PhoneModel, Vendor
from phoneprov.fleet.inherited import (
    Inherited,
    admin_password_of,
    local_sip_port_of,
    time_zone_of,
)
from phoneprov.fleet.models import Phone
from phoneprov.fleet.phones import find_phone
from phoneprov.fleet.queries import title_phone
from phoneprov.fleet.status import PhoneStatus
from phoneprov.operations.models import CommandKind
from phoneprov.web.access import current_tenant
from phoneprov.web.database import session
from phoneprov.web.runtime import runtime

PHONES = "/t/<tenant_slug>/phones"
PHONE = f"{PHONES}/<int:phone_id>"
REFUSED = 422

Answer = str | Response | tuple[str, int]

blueprint = Blueprint("phones", __name__)


@blueprint.context_processor
def _give_words() -> dict[str, object]:
    return {
        "phone_name": title_phone,
        "PhoneStatus": PhoneStatus,
        "inherited_values": _read_inherited,
        "scannable": _list_scannable,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Scannable:
    """What the page that reads stickers has to know."""

    ouis: str
    """First halves of the MAC addresses of phones, separated by blanks."""
    models: Mapping[Vendor, Sequence[PhoneModel]]


def _list_scannable() -> Scannable:
    catalog = runtime().catalog
    return Scannable(ouis=" ".join(sorted(catalog.ouis)), models=catalog.models_by_vendor())


def _read_inherited(phone: Phone) -> dict[str, Inherited[Any]]:
    """Return what counts for a phone with whose it is; the password only for whose it is."""
    return {
        "zone": time_zone_of(phone),
        "port": local_sip_port_of(phone),
        "password": admin_password_of(phone),
    }


@blueprint.app_template_filter("command_label")
def _label_command(kind: str) -> str:
    return CommandKind(kind).label


def get_own_phone(phone_id: int) -> Phone:
    """Return a phone of this page's tenant; one of another tenant is as missing as none."""
    return find_phone(session(), current_tenant().id, phone_id) or abort(404)
