"""Whose each setting of a phone's config is, in words: the phone's own, its tenant's, its PBX's."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from phoneprov.fleet.inherited import (
    admin_password_of,
    local_sip_port_of,
    name_source,
    poll_minutes_of,
    time_zone_of,
)
from phoneprov.fleet.models import LayoutSource, Phone
from phoneprov.fleet.phone_keys import list_modules
from phoneprov.layouts.models import ButtonLayout
from phoneprov.pbx.models import Pbx
from phoneprov.provisioning.keys import PhoneKeys
from phoneprov.provisioning.origins import Sources
from phoneprov.vendors.config import PhoneConfig


def read_sources(
    session: Session, phone: Phone, pbx: Pbx | None, keys: PhoneKeys, config: PhoneConfig
) -> Sources:
    """Return where compose took each setting from; the phone's tenant and extension are loaded."""
    tenant = phone.tenant
    zone, poll = time_zone_of(phone), poll_minutes_of(phone)
    on_pbx = f"PBX {pbx.name}" if pbx else "no PBX"
    accounts = _accounts(phone, keys, config)
    line = accounts.get(1, "its extension")
    buttons, modules = _layouts(session, phone)
    return Sources(
        zone=f"time zone of {name_source(phone, zone.source)} ({zone.value})",
        admin_password=f"admin password of {name_source(phone, admin_password_of(phone).source)}",
        display_name="display name of this phone" if phone.display_name else f"name of {line}",
        domain=tenant.name if tenant.sip_domain else on_pbx,
        server=on_pbx,
        pickup_code=f"pick-up code of {on_pbx}",
        ntp_server=f"time server of {tenant.name}",
        poll=(
            f"checks of {name_source(phone, poll.source)}, every {poll.value} min, "
            "spread by MAC address"
        ),
        local_sip_port=f"local SIP port of {name_source(phone, local_sip_port_of(phone).source)}",
        encryption=f"encryption of configs of {tenant.name}",
        accounts=accounts,
        first_label="display name of this phone" if phone.display_name else f"name of {line}",
        buttons=buttons,
        modules=modules,
        own_keys=tuple(
            frozenset(one.in_force) for one in (keys.phone, *(one for _, one in keys.modules))
        ),
    )


def _accounts(phone: Phone, keys: PhoneKeys, config: PhoneConfig) -> dict[int, str]:
    """Return the extensions by account: the phone's own, then those of its line keys."""
    extensions = [phone.extension, *keys.lines.values()]
    numbers = {one.sip_user: one.number for one in reversed(extensions) if one is not None}
    return {
        account.number: f"extension {numbers.get(account.user, account.user)}"
        for account in config.accounts
    }


def _layouts(session: Session, phone: Phone) -> tuple[str, tuple[str, ...]]:
    """Return the layouts that the phone and its modules use, in words."""
    modules = list_modules(session, phone.id)
    ids = {one for one in (phone.button_layout_id, *(row.layout_id for row in modules)) if one}
    rows = session.scalars(
        select(ButtonLayout).where(
            ButtonLayout.tenant_id == phone.tenant_id, ButtonLayout.id.in_(ids)
        )
    )
    names: dict[int | None, str] = {row.id: f"layout “{row.name}”" for row in rows}
    own = names.get(phone.button_layout_id, "layout")
    of_modules = (f"{names.get(one.layout_id, 'layout')} of module {one.number}" for one in modules)
    by_profile = phone.layout_source is LayoutSource.PROFILE and phone.profile is not None
    whose = f" of profile {phone.profile.name}" if by_profile and phone.profile else ""
    return f"button {own}{whose}", tuple(of_modules)
