"""How a Polycom VVX reads its files: every attribute is a parameter, whatever the element.

Source: UC Software administrator's guides; captures of VVX phones.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from phoneprov.simulator.state import PhoneState, SipAccount, port_of, seconds_of

_MOST_LINES = 34
_SHORTEST_POLL_S = 3600
_FACTORY_POLL_S = 86_400
_TYPES = {"0": "ftp", "1": "tftp", "2": "http", "3": "https", "4": "ftps"}
_TRANSPORTS = {"udponly": "udp", "tcponly": "tcp", "tls": "tls", "dnsnaptr": "udp", "": "udp"}
_MODEL_SUFFIX = re.compile(r"_[A-Z]+\d+\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class MasterFile:
    """What the master file names. Folders are relative to it and end in a slash, or are empty."""

    config_files: tuple[str, ...]
    app_file: str
    overrides: str
    logs: str
    contacts: str
    licences: str
    call_lists: str


def read_attributes(body: bytes) -> dict[str, str] | None:
    """Return every attribute of every element, or None where the file is not well-formed."""
    root = _parse(body)
    if root is None:
        return None
    return {name: value for element in root.iter() for name, value in element.attrib.items()}


def read_master(body: bytes, names: Mapping[str, str]) -> MasterFile | None:
    """Return what a master file tells, or None where the file is none (a plain config, or junk).

    `names` fills in `[PHONE_MAC_ADDRESS]` and the like. A value for the phone's model beats the
    general one.
    """
    root = _parse(body)
    if root is None or not root.tag.startswith("APPLICATION"):
        return None
    model = names["PHONE_MODEL"]
    found: dict[str, str] = {}
    for suffix in ("", f"_{model}"):
        for element in root.iter():
            if _MODEL_SUFFIX.search(element.tag) and not element.tag.endswith(f"_{model}"):
                continue
            found |= {
                name.removesuffix(suffix): value
                for name, value in element.attrib.items()
                if bool(suffix) == bool(_MODEL_SUFFIX.search(name)) and name.endswith(suffix)
            }
    for name, value in found.items():
        found[name] = re.sub(r"\[(\w+)\]", lambda m: names.get(m[1], m[0]), value)

    def folder(name: str) -> str:
        value = found.get(name, "").strip()
        return f"{value.rstrip('/')}/" if value else ""

    config_files = (part.strip() for part in found.get("CONFIG_FILES", "").split(","))
    return MasterFile(
        config_files=tuple(part for part in config_files if part),
        app_file=found.get("APP_FILE_PATH", "").strip(),
        overrides=folder("OVERRIDES_DIRECTORY"),
        logs=folder("LOG_FILE_DIRECTORY"),
        contacts=folder("CONTACTS_DIRECTORY"),
        licences=folder("LICENSE_DIRECTORY"),
        call_lists=folder("CALL_LISTS_DIRECTORY"),
    )


def merge(values: dict[str, str], files: list[dict[str, str]]) -> None:
    """Take files over into the phone's memory; of two with the same parameter the left wins.

    What begins with `device.` counts only where the file says so twice: `device.set`, and the
    parameter's own `.set`.
    """
    for read in reversed(files):
        for name, value in read.items():
            if name.startswith("device.") and not _is_device_set(name, read):
                continue
            values[name] = value


def _is_device_set(name: str, read: Mapping[str, str]) -> bool:
    return read.get("device.set") == "1" and read.get(f"{name}.set") == "1"


class PolycomReader:
    """Reads the phone's memory as the firmware does."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def state(self) -> PhoneState:
        """Return what the phone acts on."""
        get = self._values.get
        accounts = (self._account(number) for number in range(1, _MOST_LINES + 1))
        url = get("apps.telNotification.URL", "")
        tells = bool(url) and get("apps.telNotification.lineRegistrationEvent") == "1"
        urls = dict.fromkeys(("registered", "unregistered"), url) if tells else {}
        return PhoneState(
            accounts=tuple(account for account in accounts if account),
            local_sip_port=self.local_port,
            prov_url=self._prov_url(),
            poll_s=self._poll_s(),
            action_urls=urls,
            admin_password=get("device.auth.localAdminPassword"),
            time={k: v for k, v in self._values.items() if k.startswith("tcpIpApp.sntp.")},
        )

    @property
    def local_port(self) -> int:
        """The local SIP port of all accounts, in the newer or the older spelling."""
        newer = self._values.get("voIpProt.SIP.local.port")
        return port_of(newer or self._values.get("voIpProt.local.port"))

    def _prov_url(self) -> str | None:
        server = self._values.get("device.prov.serverName", "")
        if not server:
            return None
        kind = self._values.get("device.prov.serverType", "2").lower()
        scheme, mark, rest = server.rpartition("://")
        scheme = scheme if mark else _TYPES.get(kind, kind)
        user = self._values.get("device.prov.user", "")
        login = f"{user}:{self._values.get('device.prov.password', '')}@" if user else ""
        return f"{scheme}://{login}{rest.rstrip('/')}/"

    def _poll_s(self) -> float | None:
        if self._values.get("prov.polling.enabled") != "1":
            return None
        period = seconds_of(self._values.get("prov.polling.period"), _FACTORY_POLL_S)
        is_relative = self._values.get("prov.polling.mode") == "rel"
        return period if is_relative and period > _SHORTEST_POLL_S else _FACTORY_POLL_S

    def _account(self, number: int) -> SipAccount | None:
        def get(name: str, default: str = "") -> str:
            return self._values.get(f"reg.{number}.{name}", default)

        server = get("server.1.address") or self._values.get("voIpProt.server.1.address", "")
        user, _, domain = get("address").partition("@")
        if not user or not server or get("server.1.register", "1") == "0":
            return None
        host, port = server, port_of(get("server.1.port"))
        if get("outboundProxy.address"):
            host, port = get("outboundProxy.address"), port_of(get("outboundProxy.port"))
        return SipAccount(
            number=number,
            user=user,
            auth_user=get("auth.userId") or user,
            password=get("auth.password"),
            domain=domain or server,
            registrar_host=host,
            registrar_port=port,
            transport=_TRANSPORTS.get(get("server.1.transport").lower(), "udp"),
            expires_s=int(seconds_of(get("server.1.expires"), 3600)),
            local_port=self.local_port,
            display_name=get("displayName"),
            label=get("label"),
        )


def _parse(body: bytes) -> ET.Element | None:
    try:
        return ET.fromstring(body)  # noqa: S314 - a file that the tester's own server gave
    except ET.ParseError:
        return None
