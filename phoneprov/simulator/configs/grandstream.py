"""How a Grandstream reads its files: P-values, or the items of config version 2.

Whatever the file's version, the phone's memory is kept by P-value.
Source: configuration templates of the GXP, GRP and GXV families; SIP device provisioning guide.
"""

import re
from collections.abc import Mapping
from xml.etree import ElementTree as ET

from phoneprov.simulator.state import (
    PhoneState,
    SipAccount,
    port_of,
    seconds_of,
    split_host_port,
)

_MOST_ACCOUNTS = 16
_FIRST = {
    "active": 271, "server": 47, "proxy": 48, "user": 35, "auth_user": 36, "password": 34,
    "display_name": 3, "register": 31, "expires": 32, "local_port": 40, "name": 270,
    "transport": 130, "allow_reset": 26015, "proxy_only": 2347,
}  # fmt: skip
_OFFSETS = {
    "active": 1, "server": 2, "proxy": 3, "user": 4, "auth_user": 5, "password": 6,
    "display_name": 7, "register": 10, "expires": 12, "local_port": 13, "name": 17,
    "transport": 48,
}  # fmt: skip
_ACCOUNT_ITEMS = {
    "name": "name",
    "sip.allowSipReset": "allow_reset",
    "sip.localPort": "local_port",
    "sip.outboundProxy.1.address": "proxy",
    "sip.registerExpiration": "expires",
    "sip.registration": "register",
    "sip.server.1.address": "server",
    "sip.subscriber.name": "display_name",
    "sip.subscriber.password": "password",
    "sip.subscriber.userid": "auth_user",
    "sip.transport": "transport",
    "sip.userid": "user",
    "sip.validate.incomingServer": "proxy_only",
}
_GLOBAL_ITEMS = {
    "dateTime.ntp.server.1": "P30",
    "dateTime.override.dhcp.allowOption2": "P143",
    "dateTime.timezone": "P64",
    "dateTime.timezone.custom": "P246",
    "ons.actionUrl.registered": "P8305",
    "ons.actionUrl.setupCompleted": "P8304",
    "ons.actionUrl.unregistered": "P8306",
    "provisioning.auto.minute": "P193",
    "provisioning.auto.mode": "P194",
    "provisioning.config.password": "P1361",
    "provisioning.config.processAll.enable": "P8467",
    "provisioning.config.protocol": "P212",
    "provisioning.config.serverPath": "P237",
    "provisioning.config.username": "P1360",
    "users.admin.password": "P2",
}
_WORDS = {
    "yes": "1", "no": "0", "udp": "0", "tcp": "1", "tls": "2", "tlsortcp": "2",
    "tftp": "0", "http": "1", "https": "2",
}  # fmt: skip
_WORD_FIELDS = {"P212", "P143", "P194", "P8467"}
_TRANSPORTS = {"0": "udp", "1": "tcp", "2": "tls"}
_SCHEMES = {"0": "tftp", "1": "http", "2": "https"}
_SHORTEST_POLL_MIN = 60
_FACTORY_POLL_MIN = 10_080
_ACCOUNT_ITEM = re.compile(r"account\.(\d+)\.(.+)")


def read_config(body: bytes, mac: str) -> dict[str, str] | None:
    """Return P-values from a file, or None where the phone drops it.

    It drops what is no well-formed XML of its kind and what names another phone's MAC.
    """
    try:
        root = ET.fromstring(body)  # noqa: S314 - a file that the tester's own server gave
    except ET.ParseError:
        return None
    named = root.findtext("mac")
    config = root.find("config")
    if root.tag != "gs_provision" or config is None:
        return None
    if named is not None and re.sub(r"[^0-9a-f]", "", named.lower()) != mac:
        return None
    if config.get("version") != "2":
        return {item.tag: item.text or "" for item in config if re.fullmatch(r"P\d+", item.tag)}
    read: dict[str, str] = {}
    for item in config.iter("item"):
        name, value = _read_item(item.get("name") or "", item.text or "")
        read[name] = value
    return read


def account_key(number: int, what: str, model: str = "") -> str:
    """Return the P-value that holds `what` of an account.

    Accounts 5 and 6 stand elsewhere on the GRP260x, and from 7 on in a block of hundreds.
    """
    if number == 1:
        return f"P{_FIRST[what]}"
    if what == "allow_reset":
        return f"P{26015 + 100 * (number - 1)}"
    if what == "proxy_only":
        return f"P{2347 + 100 * (number - 1)}"
    if number <= 4:  # noqa: PLR2004 - 400, 500 and 600 are accounts 2, 3 and 4
        base = 200 + 100 * number
    elif number <= 6:  # noqa: PLR2004 - accounts 5 and 6
        base = (200 if model.startswith("GRP260") else 1200) + 100 * number
    else:
        base = 50_600 + 100 * (number - 7)
    return f"P{base + _OFFSETS[what]}"


class GrandstreamReader:
    """Reads the phone's memory as the firmware does."""

    def __init__(self, values: Mapping[str, str], model: str) -> None:
        self._values = values
        self._model = model

    def state(self) -> PhoneState:
        """Return what the phone acts on."""
        get = self._values.get
        accounts = (self._account(number) for number in range(1, _MOST_ACCOUNTS + 1))
        events = {"booted": "P8304", "registered": "P8305", "unregistered": "P8306"}
        urls = {kind: get(name, "") for kind, name in events.items()}
        return PhoneState(
            accounts=tuple(account for account in accounts if account),
            local_sip_port=port_of(get("P40")),
            prov_url=self._prov_url(),
            poll_s=self._poll_s(),
            action_urls={kind: _with_scheme(url) for kind, url in urls.items() if url},
            admin_password=get("P2"),
            time={k: v for k, v in self._values.items() if k in {"P64", "P246", "P143", "P30"}},
        )

    def _prov_url(self) -> str | None:
        path = self._values.get("P237", "")
        if not path:
            return None
        scheme = _SCHEMES.get(self._values.get("P212", "1"), "http")
        user = self._values.get("P1360", "")
        login = f"{user}:{self._values.get('P1361', '')}@" if user else ""
        return f"{scheme}://{login}{path.rstrip('/')}/"

    def _poll_s(self) -> float | None:
        if self._values.get("P194") != "1":
            return None
        minutes = seconds_of(self._values.get("P193"), _FACTORY_POLL_MIN)
        return 60 * (minutes if minutes >= _SHORTEST_POLL_MIN else _FACTORY_POLL_MIN)

    def _account(self, number: int) -> SipAccount | None:
        def get(what: str, default: str = "") -> str:
            return self._values.get(account_key(number, what, self._model), default)

        is_active = get("active", "1" if number == 1 else "0") == "1"
        if not is_active or not get("server") or not get("user") or get("register", "1") == "0":
            return None
        domain, port = split_host_port(get("server"))
        host = domain
        if get("proxy"):
            host, port = split_host_port(get("proxy"))
        return SipAccount(
            number=number,
            user=get("user"),
            auth_user=get("auth_user") or get("user"),
            password=get("password"),
            domain=domain,
            registrar_host=host,
            registrar_port=port,
            transport=_TRANSPORTS.get(get("transport", "0"), "udp"),
            expires_s=int(60 * max(1, seconds_of(get("expires"), 60))),
            local_port=port_of(get("local_port"), 5058 + 2 * number),
            display_name=get("display_name"),
            label=get("name"),
        )


def _read_item(name: str, text: str) -> tuple[str, str]:
    if name == "sip.notify.challenge":
        # The item asks the opposite of its P-value, which disables the challenge.
        return "P4428", "1" if text.strip().lower() in {"no", "0"} else "0"
    if match := _ACCOUNT_ITEM.fullmatch(name):
        what = _ACCOUNT_ITEMS.get(match[2])
        if what is None:
            return name, text
        is_word = what in {"allow_reset", "register", "transport", "proxy_only"}
        return account_key(int(match[1]), what), _plain(text) if is_word else text
    key = _GLOBAL_ITEMS.get(name, name)
    return key, _plain(text) if key in _WORD_FIELDS else text


def _plain(text: str) -> str:
    """Return the number that a word stands for; numbers are taken as well."""
    return _WORDS.get(text.strip().lower().replace(" ", ""), text.strip())


def _with_scheme(url: str) -> str:
    return url if "://" in url else f"http://{url}"
