"""What every vendor's firmware can do, as the simulated phone sees it."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Generator, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import urljoin

from phoneprov.core.mac import format_mac
from phoneprov.simulator.http import HttpAnswer, HttpRequest
from phoneprov.simulator.identity import PhoneIdentity
from phoneprov.simulator.state import PhoneState, SipAccount


class Outcome(StrEnum):
    """How a fetch of the config ended."""

    APPLIED = "applied"
    UNCHANGED = "unchanged"
    NOTHING = "nothing found"
    FAILED = "server failed"
    REBOOT = "applied, needs a reboot"
    UPGRADE = "has another firmware to install"


Script = Generator[HttpRequest, HttpAnswer, Outcome]
"""The requests of a fetch, one after the other; each is answered by `send`."""


class Action(StrEnum):
    """What a NOTIFY makes a phone do."""

    NOTHING = "nothing"
    RESYNC = "resync"
    REBOOT = "reboot"
    RESET = "reset"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """The answer to a NOTIFY, and what follows."""

    code: int
    action: Action = Action.NOTHING
    note: str = ""


OK = 200
FORBIDDEN = 403
BAD_EVENT = 489
OBEY_RESYNC = Reaction(code=OK, action=Action.RESYNC)
OBEY_REBOOT = Reaction(code=OK, action=Action.REBOOT)
OBEY_RESET = Reaction(code=OK, action=Action.RESET)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """A NOTIFY as the firmware sees it."""

    event: str
    """Event package in lower case, without its parameters."""
    parameters: str = ""
    body: str = ""
    account: SipAccount | None = None
    is_from_registrar: bool = True


class Firmware(ABC):
    """One vendor's firmware in one phone. `values` is its memory: what no file mentions stays."""

    def __init__(self, identity: PhoneIdentity) -> None:
        self.identity = identity
        self.values: dict[str, str] = {}
        self.next_version = ""
        """Of an image that was downloaded and is not installed yet."""
        self._digests: dict[str, str] = {}

    @property
    @abstractmethod
    def user_agent(self) -> str:
        """The User-Agent of HTTP requests."""

    @property
    @abstractmethod
    def sip_user_agent(self) -> str:
        """The User-Agent of SIP messages."""

    @abstractmethod
    def fetch(self, url: str, *, is_boot: bool) -> Script:
        """Fetch the config from `url` and take it over."""

    @abstractmethod
    def state(self) -> PhoneState:
        """Return the settings the phone acts on now."""

    @abstractmethod
    def react(self, notification: Notification) -> Reaction:
        """Return what a NOTIFY leads to, once it was let in."""

    def challenges_notify(self, account: SipAccount | None) -> bool:
        """Tell whether a NOTIFY to this account must prove knowledge of its password."""
        del account
        return False

    def report(self, kind: str, account: SipAccount | None) -> HttpRequest | None:
        """Return the request that reports `kind`, or None where nothing is to be reported.

        Kinds: booted, registered, unregistered, register_failed.
        """
        url = self.state().action_urls.get(kind)
        if not url:
            return None
        return HttpRequest(url=self._fill_in(url, account), headers=self._headers())

    def instance(self) -> str:
        """Return what the vendor writes as `+sip.instance`; most write none."""
        return ""

    def forget(self) -> None:
        """Forget everything, as a factory reset does."""
        self.values.clear()
        self._digests.clear()

    def get(self, url: str, name: str = "") -> HttpRequest:
        """Return the request for a file beside `url` (a folder's address ends in a slash)."""
        return HttpRequest(url=urljoin(url, name) if name else url, headers=self._headers())

    def take_image(
        self, urls: Iterable[str], agent: str = ""
    ) -> Generator[HttpRequest, HttpAnswer, bool]:
        """Ask for an image under each of its names in turn; tell whether there is one to install.

        The first name that is found decides, whatever version it is.
        """
        headers = {**self._headers(), **({"User-Agent": agent} if agent else {})}
        for url in urls:
            answer = yield HttpRequest(url=url, headers=headers, is_image=True)
            if answer.is_found or answer.is_failure:
                self.next_version = answer.version
                return bool(answer.version)
        return False

    def install(self) -> None:
        """Run from now on what was downloaded."""
        self.identity = replace(self.identity, firmware=self.next_version)
        self.next_version = ""

    def is_news(self, topic: str, bodies: Iterable[bytes]) -> bool:
        """Tell whether the files differ from those of last time, and remember them."""
        digest = hashlib.sha256(b"\0".join(bodies)).hexdigest()
        is_new = self._digests.get(topic) != digest
        self._digests[topic] = digest
        return is_new

    def _headers(self) -> dict[str, str]:
        return {"User-Agent": self.user_agent}

    def _fill_in(self, url: str, account: SipAccount | None) -> str:
        identity = self.identity
        names = {
            "$active_user": account.user if account else "",
            "$active_host": account.domain if account else "",
            "$active_url": f"sip:{account.aor}" if account else "",
            "$local": f"sip:{account.aor}" if account else "",
            "$display_local": account.display_name if account else "",
            "$program_version": identity.firmware,
            "$firmware": identity.firmware,
            "$phone_ip": identity.local_ip,
            "$product": identity.model,
            "$model": identity.model,
            "$mac": identity.mac,
            "$ip": identity.local_ip,
        }
        for name in sorted(names, key=len, reverse=True):
            url = url.replace(name, names[name])
        return url

    @property
    def mac_with_colons(self) -> str:
        """The MAC in pairs, lower case."""
        return format_mac(self.identity.mac)
