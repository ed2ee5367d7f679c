"""A Grandstream's accounts: every one the model has, used or switched off."""

from collections.abc import Iterator
from math import ceil

from phoneprov.catalog.model import PhoneModel
from phoneprov.vendors.config import Account, PhoneConfig, SipServer, Transport
from phoneprov.vendors.defaults import account_port
from phoneprov.vendors.grandstream.blocks import account_names

Parameters = list[tuple[str, str | int]]
"""P-values in file order: name and value."""

TRANSPORTS = {Transport.UDP: 0, Transport.TCP: 1, Transport.TLS: 2}
"""Values of P130. Source: Grandstream template GXP21xx."""

_DEFAULT_PORTS = {Transport.UDP: 5060, Transport.TCP: 5060, Transport.TLS: 5061}
_KEEP_ALIVE = 2
"""P52: NAT traversal by keep-alive packets, sent each P84 seconds.
Source: Grandstream template GXP16xx (0 No, 1 STUN, 2 Keep-alive, 3 UPnP, 4 Auto, 5 VPN)."""

_Fields = dict[str, str | int]


def account_parameters(config: PhoneConfig) -> Parameters:
    """Return the P-values of all accounts the model has.

    Accounts count from 1 here and in the P-numbers; only keys count them from 0.
    """
    used = {account.number: account for account in config.accounts}
    parameters: Parameters = []
    for number in range(1, config.model.accounts + 1):
        account = used.get(number)
        fields = _used(config, account) if account else _unused(config, number)
        parameters += _name(config.model, number, fields)
    return parameters


def _name(model: PhoneModel, number: int, fields: _Fields) -> Iterator[tuple[str, str | int]]:
    for names in account_names(model, number):
        for field, value in fields.items():
            if field in names:
                yield names[field], value


def _used(config: PhoneConfig, account: Account) -> _Fields:
    server = config.server
    return {
        "active": 1,
        "name": account.label,
        **_server_fields(server),
        "user": account.user,
        "auth_user": account.auth_user,
        "password": account.password,
        "display_name": account.display_name,
        "voicemail": account.voicemail_number,
        "port": account_port(config.local_sip_port, account.number),
        "transport": TRANSPORTS[server.transport],
        "register": 1,
        # Minutes, at least one: a shorter expiry rounded down would be none at all.
        "expires": max(1, ceil(server.register_expires_s / 60)),
        "nat": _KEEP_ALIVE,
        # 1 would throw the extension's other phones out of the registrar at every boot.
        "unregister_on_reboot": 0,
        "mwi": 1 if account.voicemail_number else 0,
        "pickup_prefix": config.pickup_code,
        "proxy_only": int(config.notify_from_server_only),
        "allow_reset": 1,
    }


def _unused(config: PhoneConfig, number: int) -> _Fields:
    return {
        "active": 0,
        "name": "",
        "server": "",
        "backup_server": "",
        "proxy": "",
        "user": "",
        "auth_user": "",
        "password": "",
        "display_name": "",
        "voicemail": "",
        "port": account_port(config.local_sip_port, number),
        "register": 0,
        "mwi": 0,
        "allow_reset": 0,
    }


def _server_fields(server: SipServer) -> _Fields:
    """Return SIP server and outbound proxy; a port is only named where it is not the usual one."""
    place = server.host if server.port == _DEFAULT_PORTS[server.transport] else _with_port(server)
    if server.host == server.domain:
        return {"server": place, "backup_server": "", "proxy": ""}
    return {"server": server.domain, "backup_server": "", "proxy": place}


def _with_port(server: SipServer) -> str:
    host = f"[{server.host}]" if ":" in server.host else server.host
    return f"{host}:{server.port}"
