"""A Polycom VVX: updater first, then a master file that names everything else."""

import re
from collections.abc import Generator
from typing import TypeVar
from xml.sax.saxutils import escape

from phoneprov.core.clock import utc_now
from phoneprov.simulator.configs.polycom import (
    MasterFile,
    PolycomReader,
    merge,
    read_attributes,
    read_master,
)
from phoneprov.simulator.http import HttpAnswer, HttpRequest
from phoneprov.simulator.state import PhoneState, SipAccount
from phoneprov.simulator.vendors.base import (
    BAD_EVENT,
    FORBIDDEN,
    OBEY_REBOOT,
    OBEY_RESYNC,
    Firmware,
    Notification,
    Outcome,
    Reaction,
    Script,
)

_Found = TypeVar("_Found")
_Asking = Generator[HttpRequest, HttpAnswer, _Found]

_VALIDATION = re.compile(r"voIpProt\.SIP\.requestValidation\.\d+\.request")
_UPDATER_VERSION = "5.9.7.47435"
_NO_MASTER = MasterFile(
    config_files=(),
    app_file="",
    overrides="",
    logs="",
    contacts="",
    licences="",
    call_lists="",
)
_EVENTS = {"registered": "LineRegistrationEvent", "unregistered": "LineUnregistrationEvent"}


class PolycomFirmware(Firmware):
    """UC Software 5.x and 6.x."""

    @property
    def user_agent(self) -> str:
        """The agent of the application part."""
        return self._agent(self.identity.firmware, "Application")

    @property
    def sip_user_agent(self) -> str:
        """In SIP without the words around it."""
        return f"PolycomVVX-{self._model}-UA/{self.identity.firmware}"

    @property
    def _model(self) -> str:
        return self.identity.model.replace("VVX", "VVX_", 1)

    def _agent(self, version: str, kind: str) -> str:
        serial = f" (SN:{self.identity.mac})" if self._tells_serial else ""
        return f"FileTransport PolycomVVX-{self._model}-UA/{version}{serial} Type/{kind}"

    @property
    def _tells_serial(self) -> bool:
        return self.values.get("device.prov.tagSerialNo") == "1"

    def fetch(self, url: str, *, is_boot: bool) -> Script:
        """Do the whole chain; at a poll without the updater's part."""
        port = self.state().local_sip_port
        if is_boot and (yield from self._update(url)):
            return Outcome.UPGRADE
        answer = yield from self._get_master(url, self.user_agent)
        if not answer.is_found:
            return Outcome.FAILED if answer.is_failure else Outcome.NOTHING
        master = read_master(answer.body, self._names)
        bodies = (yield from self._get_configs(url, master)) if master else [answer.body]
        if bodies is None:
            return Outcome.FAILED
        configs = [values for values in map(read_attributes, bodies) if values is not None]
        if not configs:
            return Outcome.NOTHING
        overrides = yield from self._get_the_rest(url, master or _NO_MASTER)
        if not self.is_news("config", [answer.body, *bodies, *overrides]):
            return Outcome.UNCHANGED
        merge(self.values, configs)
        for body in overrides:
            self.values.update(read_attributes(body) or {})
        return Outcome.APPLIED if self.state().local_sip_port == port else Outcome.REBOOT

    def _get_configs(self, url: str, master: MasterFile) -> _Asking[list[bytes] | None]:
        """Ask for what the master names; None where the server broke down."""
        bodies: list[bytes] = []
        for name in master.config_files:
            answer = yield self.get(url, name)
            if answer.is_failure:
                return None
            if answer.is_found:
                bodies.append(answer.body)
        return bodies

    @property
    def _names(self) -> dict[str, str]:
        identity = self.identity
        return {
            "PHONE_MAC_ADDRESS": identity.mac,
            "PHONE_MODEL": identity.model,
            "PHONE_PART_NUMBER": identity.part_number,
        }

    def _update(self, url: str) -> _Asking[bool]:
        """Be the updater: leave its log, look for another firmware; tell whether there is one.

        Where the updater finds one it installs that first: the application has no say.
        """
        agent = self._agent(_UPDATER_VERSION, "Updater")
        yield self._put(url, f"{self.identity.mac}-boot.log", agent)
        answer = yield from self._get_master(url, agent)
        master = read_master(answer.body, self._names) if answer.is_found else None
        if master is not None and master.app_file:
            folder, slash, name = master.app_file.rpartition("/")
            own = f"{folder}{slash}{self.identity.part_number}.{name}"
            names = [self.get(url, name).url for name in (own, master.app_file)]
            return (yield from self.take_image(names, agent))
        return False

    def _get_master(self, url: str, agent: str) -> _Asking[HttpAnswer]:
        answer = yield self._as(agent, self.get(url, f"{self.identity.mac}.cfg"))
        if not answer.is_found and not answer.is_failure:
            answer = yield self._as(agent, self.get(url, "000000000000.cfg"))
        return answer

    def _get_the_rest(self, url: str, master: MasterFile) -> _Asking[list[bytes]]:
        """Ask for overrides and for what is kept beside them; return the overrides found."""
        mac = self.identity.mac
        overrides: list[bytes] = []
        for name in (f"{mac}-phone.cfg", f"{mac}-web.cfg"):
            answer = yield self.get(url, master.overrides + name)
            if answer.is_found:
                overrides.insert(0, answer.body)
        yield self.get(url, f"{master.licences}000000000000-license.cfg")
        yield self.get(url, f"{master.licences}{mac}-license.cfg")
        yield self.get(url, f"{master.call_lists}{mac}-calls.xml")
        answer = yield self.get(url, f"{master.contacts}{mac}-directory.xml")
        if not answer.is_found:
            yield self.get(url, f"{master.contacts}000000000000-directory.xml")
        log = f"{master.logs}{mac}-app.log"
        yield HttpRequest(url=self.get(url, log).url, method="HEAD", headers=self._headers())
        yield self._put(url, log, self.user_agent)
        return overrides

    def _put(self, url: str, name: str, agent: str) -> HttpRequest:
        line = f"{utc_now():%m%d%H%M%S}|app1 |4|00|{self._model} {self.identity.firmware} is up.\n"
        headers = {"User-Agent": agent, "Content-Type": "text/plain"}
        return HttpRequest(
            url=self.get(url, name).url, method="PUT", headers=headers, body=line.encode()
        )

    @staticmethod
    def _as(agent: str, request: HttpRequest) -> HttpRequest:
        return HttpRequest(url=request.url, headers={**request.headers, "User-Agent": agent})

    def state(self) -> PhoneState:
        """Return the settings the phone acts on now."""
        return PolycomReader(self.values).state()

    def _validates_notify(self) -> set[str]:
        return {
            self.values.get(f"{name.removesuffix('request')}method", "source").lower()
            for name, value in self.values.items()
            if _VALIDATION.fullmatch(name) and value == "NOTIFY"
        }

    def challenges_notify(self, account: SipAccount | None) -> bool:
        """Challenge only where the config asks for it."""
        del account
        return bool(self._validates_notify() & {"digest", "both", "all"})

    def react(self, notification: Notification) -> Reaction:
        """Re-read at check-sync, or reboot where the config makes every one a reboot."""
        checks_source = bool(self._validates_notify() & {"source", "both", "all"})
        if checks_source and not notification.is_from_registrar:
            return Reaction(code=FORBIDDEN, note="takes NOTIFY from its server only")
        if notification.event != "check-sync":
            return Reaction(code=BAD_EVENT, note=f"does not know the event {notification.event}")
        always = self.values.get("voIpProt.SIP.specialEvent.checkSync.alwaysReboot") == "1"
        return OBEY_REBOOT if always else OBEY_RESYNC

    def report(self, kind: str, account: SipAccount | None) -> HttpRequest | None:
        """Return the event that is posted when a line registers or stops to.

        Source: developer's guide, telephony event notification.
        """
        url = self.state().action_urls.get(kind)
        if not url or kind not in _EVENTS:
            return None
        event = _EVENTS[kind]
        fields = {
            "PhoneIP": self.identity.local_ip,
            "MACAddress": self.identity.mac,
            "LineNumber": account.user if account else "",
            "TimeStamp": f"{utc_now():%Y-%m-%dT%H:%M:%S}+00:00",
        }
        inner = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in fields.items())
        body = f"<PolycomIPPhone><{event}>{inner}</{event}></PolycomIPPhone>"
        headers = {**self._headers(), "Content-Type": "application/xml"}
        return HttpRequest(url=url, method="POST", headers=headers, body=body.encode())
