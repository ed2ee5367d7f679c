"""How a Yealink reads its files.

Source: facts of the auto-provisioning and administrator guides for T2/T4/T5 phones.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from phoneprov.simulator.state import PhoneState, SipAccount, port_of, seconds_of

FIRST_LINE = "#!version:1.0.0.1"
_MOST_ACCOUNTS = 16
_TRANSPORTS = {"0": "udp", "1": "tcp", "2": "tls", "3": "udp"}
_INCLUDE = re.compile(r'(?:\[([^\]]*)\])?\s*include:config\s*[<"]?([^<>"]+)[>"]?\s*\Z')
_STATIC_SINCE = 81
_ONLY_STATIC_SINCE = 82


@dataclass(frozen=True, slots=True, kw_only=True)
class BootFile:
    """A boot file: what to fetch instead of the usual two files."""

    includes: tuple[str, ...]
    overwrites: bool
    """Whether a parameter that the included files leave out falls back to its default."""


def read_config(body: bytes) -> dict[str, str] | None:
    """Return the parameters of a config file, or None where the phone drops the whole file.

    It does so unless the very first line is the version mark.
    """
    lines = body.decode("utf-8", "replace").replace("\r\n", "\n").split("\n")
    if lines[0].rstrip() != FIRST_LINE:
        return None
    values: dict[str, str] = {}
    for line in lines[1:]:
        name, equals, value = line.partition("=")
        if equals and not line.lstrip().startswith("#"):
            values[name.strip()] = value.strip()
    return values


def read_boot_file(body: bytes, model: str) -> BootFile | None:
    """Return what a boot file tells a phone of `model`, or None where it is dropped."""
    lines = body.decode("utf-8", "replace").replace("\r\n", "\n").split("\n")
    if lines[0].rstrip() != FIRST_LINE:
        return None
    includes: list[str] = []
    overwrites = False
    for line in lines[1:]:
        if match := _INCLUDE.match(line.strip()):
            models = [name.strip() for name in match[1].split(",")] if match[1] else [model]
            if model in models:
                includes.append(match[2].strip())
        elif line.replace(" ", "").startswith("overwrite_mode="):
            overwrites = line.partition("=")[2].strip() == "1"
    return BootFile(includes=tuple(includes), overwrites=overwrites)


def merge(values: dict[str, str], read: Mapping[str, str]) -> None:
    """Take a file's parameters over into the phone's memory; the rest of it stays."""
    for name, value in read.items():
        if value == "%NULL%":
            values.pop(name, None)
        else:
            values[name] = "" if value == "%EMPTY%" else value


class YealinkReader:
    """Reads the phone's memory as the firmware of one generation does (V86 is 86)."""

    def __init__(self, values: Mapping[str, str], generation: int) -> None:
        self._values = values
        self._generation = generation

    def state(self) -> PhoneState:
        """Return what the phone acts on."""
        get = self._values.get
        accounts = (self._account(n) for n in range(1, _MOST_ACCOUNTS + 1))
        poll_s = None
        if self.static("auto_provision.repeat.enable") == "1":
            poll_s = 60 * seconds_of(self.static("auto_provision.repeat.minutes"), 1440)
        kinds = {
            "booted": "setup_completed",
            "registered": "registered",
            "unregistered": "unregistered",
            "register_failed": "register_failed",
        }
        urls = {kind: get(f"action_url.{name}", "") for kind, name in kinds.items()}
        return PhoneState(
            accounts=tuple(account for account in accounts if account),
            local_sip_port=port_of(get("sip.listen_port")),
            prov_url=self.static("auto_provision.server.url") or None,
            poll_s=poll_s,
            action_urls={kind: url for kind, url in urls.items() if url},
            admin_password=self._admin_password(),
            time={k: v for k, v in self._values.items() if k.startswith("local_time.")},
        )

    def static(self, name: str) -> str:
        """Return a device setting, in the spelling that this firmware knows.

        V80 and older know it without `static.`, V82 and newer only with it.
        """
        if self._generation >= _STATIC_SINCE and f"static.{name}" in self._values:
            return self._values[f"static.{name}"]
        return "" if self._generation >= _ONLY_STATIC_SINCE else self._values.get(name, "")

    def _account(self, number: int) -> SipAccount | None:
        prefix = f"account.{number}."

        def get(name: str, default: str = "") -> str:
            return self._values.get(prefix + name, default)

        server = get("sip_server.1.address")
        if get("enable") != "1" or not server or not get("user_name"):
            return None
        host, port = server, port_of(get("sip_server.1.port"))
        proxy = get("outbound_proxy.1.address") or get("outbound_host")
        if get("outbound_proxy_enable") == "1" and proxy:
            host = proxy
            port = port_of(get("outbound_proxy.1.port") or get("outbound_port"))
        return SipAccount(
            number=number,
            user=get("user_name"),
            auth_user=get("auth_name") or get("user_name"),
            password=get("password"),
            domain=server,
            registrar_host=host,
            registrar_port=port,
            transport=_TRANSPORTS.get(get("sip_server.1.transport_type", "0"), "udp"),
            expires_s=int(seconds_of(get("sip_server.1.expires"), 3600)),
            local_port=self._local_port(number),
            display_name=get("display_name"),
            label=get("label"),
        )

    def _local_port(self, number: int) -> int:
        per_account = self._values.get(f"account.{number}.sip_listen_port")
        if self._generation < _ONLY_STATIC_SINCE and per_account:
            return port_of(per_account)
        return port_of(self._values.get("sip.listen_port"))

    def _admin_password(self) -> str | None:
        user, colon, password = self.static("security.user_password").partition(":")
        return password if colon and user else None
