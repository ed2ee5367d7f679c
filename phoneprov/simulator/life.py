"""What is told of a simulated phone's life, and how it is put up."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import partial

from phoneprov.simulator.http import HttpAnswer, HttpRequest, send
from phoneprov.simulator.identity import Pace, PhoneIdentity
from phoneprov.simulator.images import Leftover, UpgradeHabit, Way, download
from phoneprov.simulator.sip.agent import Address


class Stage(StrEnum):
    """What the phone is doing."""

    OFF = "off"
    BOOTING = "booting"
    RUNNING = "running"
    INSTALLING = "installing"


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneEvent:
    """Something that a phone did.

    `kind`: power, fetch, config, sip, notify, report, firmware.
    """

    at: datetime
    mac: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request and the status it got (0: no answer)."""

    method: str
    url: str
    status: int

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.url.partition("?")[0].rpartition("/")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneSetup:
    """How a phone is put up."""

    prov_url: str
    """What DHCP or a person gave it; it ends in a slash."""
    pace: Pace = field(default_factory=Pace)
    registrar_override: Address | None = None
    """Register there, whatever the config says."""
    sip_port: int | None = None
    """Use this local SIP port whatever the config says; 0 is any free one."""
    registers: bool = True
    """False for a phone that only fetches, where something else speaks SIP in its place."""
    checks_tls: bool = True
    upgrade: UpgradeHabit = field(default_factory=UpgradeHabit)


def request_work(
    request: HttpRequest, identity: PhoneIdentity, setup: PhoneSetup, leftover: Leftover
) -> Callable[[], HttpAnswer]:
    """Return what sends a request of a phone and waits for its answer.

    `leftover` is what the phone remembers of an image that it could not take to its end.
    """
    way = Way(
        local_ip=identity.local_ip,
        timeout_s=setup.pace.http_timeout_s,
        checks_tls=setup.checks_tls,
    )
    if request.is_image:
        running = identity.firmware
        return partial(download, request, setup.upgrade, way, running=running, leftover=leftover)
    return partial(
        send,
        request,
        local_ip=way.local_ip,
        timeout_s=way.timeout_s,
        checks_tls=way.checks_tls,
    )


def shown_url(url: str) -> str:
    """Return a URL as a log may show it: no query, no password, tokens cut short."""
    bare = re.sub(r"//[^/@]*@", "//", url.partition("?")[0])
    return re.sub(r"/([0-9A-Za-z_-]{4})[0-9A-Za-z_-]{16,}/", r"/\1…/", bare)
