"""Compose: a PhoneConfig from the rows that are stored. Same rows, same value, same bytes."""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from phoneprov.catalog.catalog import Catalog
from phoneprov.fleet.inherited import (
    admin_password_of,
    local_sip_port_of,
    poll_minutes_of,
    time_zone_of,
)
from phoneprov.fleet.models import Farewell, Phone
from phoneprov.pbx.dialects.typed import dialect_of
from phoneprov.pbx.models import Pbx
from phoneprov.provisioning.keys import (
    NO_KEYS,
    PhoneKeys,
    module_configs,
    resolve_phone,
    without_buttons,
)
from phoneprov.tenancy.models import Extension, Tenant
from phoneprov.vendors.config import (
    Account,
    ExtraParameter,
    FirmwareImage,
    PhoneConfig,
    Provisioning,
    SipServer,
    Transport,
)
from phoneprov.vendors.encryption import encrypts
from phoneprov.vendors.zone_rules import zone_rules

NO_SERVER = SipServer(
    domain="invalid.invalid", host="invalid.invalid", port=5060, transport=Transport.UDP
)
"""Where a phone without a PBX would register; all its accounts are off."""
SHARE_THAT_IS_SPREAD = 6
"""Polls are spread over the last sixth of the interval: 50 to 60 minutes of an hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigFrame:
    """What a config needs beside the rows: our address, the year, the phone's token."""

    phones_address: str
    year: int
    token: str

    @property
    def base_url(self) -> str:
        """The phone's own address; without a token the one that is everybody's."""
        own = f"t/{self.token}/" if self.token else ""
        return f"{self.phones_address}/prov/{own}"


def load_for_config(session: Session, phone_id: int) -> Phone | None:
    """Return a phone with all that its config is made of, as it is at this moment.

    The session may hold it as it was when it was looked for; another request may have changed it
    since, and what is composed is kept as the newest.
    """
    return session.scalar(
        select(Phone)
        .where(Phone.id == phone_id)
        .options(
            joinedload(Phone.extension),
            joinedload(Phone.tenant),
            joinedload(Phone.profile),
            joinedload(Phone.config_state),
        )
        .execution_options(populate_existing=True)
    )


def compose(  # noqa: PLR0913, PLR0917 - each is a part of the rows
    catalog: Catalog,
    phone: Phone,
    pbx: Pbx | None,
    frame: ConfigFrame,
    keys: PhoneKeys = NO_KEYS,
    extra: tuple[ExtraParameter, ...] = (),
    firmware: FirmwareImage | None = None,
) -> PhoneConfig:
    """Return what the phone is told now; a disabled or unassigned one has no account and no key."""
    tenant = phone.tenant
    is_served = phone.disabled_at is None and pbx is not None
    lines = [phone.extension] if is_served and phone.extension else []
    dialect = dialect_of(pbx)
    keys = keys if lines else without_buttons(keys)
    resolved = resolve_phone(catalog, phone, keys, dialect)
    lines += [keys.lines[extension_id] for extension_id in resolved.lines]
    return PhoneConfig(
        mac=phone.mac,
        model=catalog.get_model(phone.model_slug),
        display_name=phone.display_name or (phone.extension.name if phone.extension else ""),
        server=_server(tenant, pbx),
        accounts=tuple(_accounts(phone, lines)),
        local_sip_port=local_sip_port_of(phone).value,
        zone=zone_rules(time_zone_of(phone).value, frame.year),
        ntp_server=tenant.ntp_server,
        admin_password=admin_password_of(phone).value,
        provisioning=replace(
            _provisioning(phone.mac, poll_minutes_of(phone).value, frame),
            key=_config_key(catalog, phone),
        ),
        buttons=resolved.sets[0],
        modules=module_configs(catalog, keys, resolved),
        pickup_code=dialect.pickup_code if pbx else "",
        notify_from_server_only=pbx is not None and pbx.kind != "direct",
        reboot_on_check_sync=phone.is_reboot_armed,
        edition=phone.config_state.edition,
        extra=extra,
        firmware=firmware if phone.disabled_at is None else None,
        notes=resolved.notes,
    )


def compose_farewell(
    catalog: Catalog, farewell: Farewell, tenant: Tenant, frame: ConfigFrame
) -> PhoneConfig:
    """Return what a removed phone is told: all accounts off, no secret of any kind.

    It is sent back to the address that is everybody's: its own one is dead, and a phone that is
    added again must be found without anybody touching it.
    """
    return PhoneConfig(
        mac=farewell.mac,
        model=catalog.get_model(farewell.model_slug),
        display_name="",
        server=NO_SERVER,
        accounts=(),
        local_sip_port=5060,
        zone=zone_rules(tenant.time_zone, frame.year),
        ntp_server=tenant.ntp_server,
        admin_password=None,
        provisioning=_provisioning(farewell.mac, tenant.poll_minutes, replace(frame, token="")),
    )


def poll_minutes(mac: str, interval: int) -> int:
    """Return the phone's own poll interval: `interval` minutes, spread by MAC over the last sixth.

    A power cut lines up all phones of a site; different intervals take them apart again.
    """
    span = interval // SHARE_THAT_IS_SPREAD
    return interval - zlib.crc32(mac.encode()) % (span + 1)


def _config_key(catalog: Catalog, phone: Phone) -> str:
    """Return the key that the phone is told; none where its tenant or vendor does without."""
    if not phone.tenant.encrypts_configs:
        return ""
    vendor = catalog.get_model(phone.model_slug).vendor
    return phone.config_key if encrypts(vendor) else ""


def _server(tenant: Tenant, pbx: Pbx | None) -> SipServer:
    if pbx is None:
        return NO_SERVER
    return SipServer(
        domain=tenant.sip_domain or pbx.sip_domain,
        host=pbx.registrar_host,
        port=pbx.registrar_port,
        transport=Transport(pbx.transport),
        register_expires_s=pbx.register_expires_s,
    )


def _accounts(phone: Phone, lines: Iterable[Extension]) -> Iterable[Account]:
    for number, extension in enumerate(lines, start=1):
        yield Account(
            number=number,
            user=extension.sip_user,
            auth_user=extension.auth_user or extension.sip_user,
            password=extension.sip_password,
            display_name=extension.name or extension.number,
            label=(number == 1 and phone.display_name) or extension.name or extension.number,
            voicemail_number=extension.voicemail_number,
        )


def _provisioning(mac: str, minutes: int, frame: ConfigFrame) -> Provisioning:
    return Provisioning(
        base_url=frame.base_url,
        poll_minutes=poll_minutes(mac, minutes),
        poll_spread_minutes=minutes // SHARE_THAT_IS_SPREAD,
    )
