"""Settings of the device itself: where it finds us, how it asks again, what it tells.

A `device.*` parameter counts only with its twin `.set` and with `device.set`.
Source: Polycom UC Software administrator guide 5.8 p. 174 (polling; a period must be greater than
3600 s), boot server options (serverType); 2.2.2 p. 3-8 (a DHCP server's address wins unless the
boot server is "Static"); FusionPBX c7a00dcb polycom/6.x (voIpProt.SIP.requestValidation).
"""

from urllib.parse import urlsplit

from phoneprov.vendors.config import PhoneConfig

Parameters = list[tuple[str, str]]

SHORTEST_POLL_S = 3601
_SERVER_TYPES = {"http": "2", "https": "3"}
_STATIC = "2"
_DIGIT_MAP = ("xx.T", "*xx.T", "**xx.T", "#xx.T")
"""Numbers and codes of any length, dialled once nothing more is pressed for T seconds.

The factory's map knows American numbers alone, and off the hook sends or refuses what does not
fit as soon as it can't fit any more. Source: Polycom community, "Unable to Dial number if Off
Hook"; UC Software administrator guide, digit map rules."""
_DIGIT_TIME_S = "3"
_KEEP_COLLECTING = "2"


def polling_parameters(poll_minutes: int) -> Parameters:
    """Return what makes the phone ask again by itself."""
    return [
        ("prov.polling.enabled", "1"),
        ("prov.polling.mode", "rel"),
        ("prov.polling.period", str(max(SHORTEST_POLL_S, poll_minutes * 60))),
    ]


def device_parameters(config: PhoneConfig) -> Parameters:
    """Return where the phone finds us, its administrator, ports and notifications."""
    base_url = config.provisioning.base_url
    device = {
        "device.prov.serverType": _SERVER_TYPES[urlsplit(base_url).scheme],
        "device.prov.serverName": base_url.rstrip("/"),
        "device.prov.tagSerialNo": "1",
        # The common address that DHCP gives at each boot would win over the phone's own, and
        # nobody without a token gets a config once first contact is over.
        "device.dhcp.bootSrvUseOpt": _STATIC,
    }
    if config.admin_password:
        device["device.auth.localAdminPassword"] = config.admin_password
    parameters: Parameters = [("device.set", "1")]
    for name, value in device.items():
        parameters += [(f"{name}.set", "1"), (name, value)]
    return [
        *parameters,
        *_voip_parameters(config),
        *_dial_parameters(),
        *_notification_parameters(base_url),
    ]


def _voip_parameters(config: PhoneConfig) -> Parameters:
    always = "1" if config.reboot_on_check_sync else "0"
    checked = "NOTIFY" if config.notify_from_server_only else ""
    return [
        # Newer and older software spell the port differently; the other one is ignored.
        ("voIpProt.local.port", str(config.local_sip_port)),
        ("voIpProt.SIP.local.port", str(config.local_sip_port)),
        ("voIpProt.SIP.specialEvent.checkSync.alwaysReboot", always),
        # "Source": taken only from the address of the server where the phone is registered.
        ("voIpProt.SIP.requestValidation.1.request", checked),
        ("voIpProt.SIP.requestValidation.1.method", "Source"),
        ("nat.keepalive.interval", "30"),
        ("tcpIpApp.sntp.address", config.ntp_server),
        ("tcpIpApp.sntp.address.overrideDHCP", "1"),
        # A directory that only we write is read at each poll, not at boots alone.
        ("dir.local.readonly", "1"),
    ]


def _dial_parameters() -> Parameters:
    return [
        ("dialplan.digitmap", "|".join(_DIGIT_MAP)),
        ("dialplan.digitmap.timeOut", "|".join(_DIGIT_TIME_S for _ in _DIGIT_MAP)),
        # A code with a star in its middle fits no map: it is dialled by the Dial key.
        ("dialplan.impossibleMatchHandling", _KEEP_COLLECTING),
    ]


def _notification_parameters(base_url: str) -> Parameters:
    return [
        ("apps.telNotification.URL", f"{base_url}event/notification"),
        ("apps.telNotification.lineRegistrationEvent", "1"),
    ]
