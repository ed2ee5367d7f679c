"""The direct link: probes phones with OPTIONS and sends them NOTIFY, with no PBX to ask.

It can know whether a phone that is reachable from here answers. It can't know whether the phone
is registered (the phone itself tells that by action URL), and it can't reach phones behind NAT.
"""

import threading
import time
from dataclasses import replace

import structlog

from phoneprov.core.clock import utc_now
from phoneprov.core.errors import PbxError
from phoneprov.pbx.direct.socket import SipSocket
from phoneprov.pbx.link import (
    ContactSeen,
    ContactState,
    LinkChanged,
    LinkCheck,
    LinkSettings,
    LinkSink,
    LinkStatus,
    Notify,
    NotifyOutcome,
    NotifyResult,
    ProbeTarget,
    Reachability,
)
from phoneprov.pbx.sip import SipMessage, SipRequest, digest_answer

log = structlog.get_logger(__name__)

PROBE_WAIT_S = 8.0
NOTIFY_WAIT_S = 4.5
TARGETS_EVERY_S = 5.0
SLICES_A_SECOND = 2
OPEN_AGAIN_S = 5.0
CHALLENGES = {
    401: ("www-authenticate", "Authorization"),
    407: ("proxy-authenticate", "Proxy-Authorization"),
}
FIRST_FAILURE = 300


class DirectLink:
    """A PbxLink without a PBX."""

    def __init__(self, settings: LinkSettings) -> None:
        self._settings = settings
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._socket: SipSocket | None = None

    def start(self, sink: LinkSink) -> None:
        """Open the socket and start probing; return at once."""
        self._thread = threading.Thread(
            target=self._run, args=(sink,), name="phoneprov-direct", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop probing and close the socket."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(2)
        if self._socket is not None:
            self._socket.close()

    def send_notify(self, notify: Notify) -> NotifyResult:
        """Send a NOTIFY straight to the phone; answer its challenge with the line's credentials.

        Raises PbxError when there is no socket or no such address.
        """
        request, address = self._notify_request(notify)
        message, took_s = self._exchange(request, address)
        if message is not None and message.code in CHALLENGES and notify.auth_user:
            message, took_s = self._exchange(_answered(request, message, notify), address)
        if message is None:
            return NotifyResult(outcome=NotifyOutcome.NO_ANSWER, evidence="no answer within 4 s")
        evidence = f"answered {message.code} {message.reason} after {took_s * 1000:.0f} ms"
        is_good = message.code < FIRST_FAILURE
        outcome = NotifyOutcome.ANSWERED if is_good else NotifyOutcome.REFUSED
        return NotifyResult(outcome=outcome, evidence=evidence)

    def check(self) -> LinkCheck:
        """Say what this mode can and can't know."""
        return LinkCheck(
            is_ok=True,
            findings=(
                "There is no PBX to ask: a registration is known only from the phone's own report.",
                "Cisco SPA phones send no such report; they stay Provisioning.",
                "Phones that this server can't reach by SIP stay Registered.",
            ),
        )

    def _run(self, sink: LinkSink) -> None:
        while not self._stopping.is_set():
            try:
                self._socket = SipSocket(self._settings.local_host, self._settings.local_port)
            except OSError as error:
                reason = f"the SIP socket can't be opened: {error.strerror}"
                sink.observe(LinkChanged(status=LinkStatus.DOWN, at=utc_now(), reason=reason))
                self._stopping.wait(OPEN_AGAIN_S)
                continue
            sink.observe(LinkChanged(status=LinkStatus.UP, at=utc_now()))
            self._probe_all(sink, self._socket)

    def _probe_all(self, sink: LinkSink, sip: SipSocket) -> None:
        """Probe each phone once an interval, spread evenly: half-second slices by its key."""
        slices = max(1, int(self._settings.probe_s * SLICES_A_SECOND))
        targets: list[ProbeTarget] = []
        seen: set[str] = set()
        read_at = float("-inf")
        current = 0
        while not self._stopping.wait(1 / SLICES_A_SECOND):
            if time.monotonic() - read_at >= TARGETS_EVERY_S:
                targets, read_at = self._read_targets(sink, targets), time.monotonic()
            for number, target in enumerate(targets):
                is_new = target.key not in seen
                if is_new or number % slices == current:
                    self._probe(sink, sip, target)
            seen = {target.key for target in targets}
            current = (current + 1) % slices

    def _read_targets(self, sink: LinkSink, last: list[ProbeTarget]) -> list[ProbeTarget]:
        try:
            return list(sink.probe_targets())
        except Exception:  # the border of a thread: a busy database must not end the probing
            log.exception("probe targets not read")
            return last

    def _probe(self, sink: LinkSink, sip: SipSocket, target: ProbeTarget) -> None:
        uri = f"sip:{target.user}@{target.host}:{target.port}"

        def report(message: SipMessage | None, took_s: float) -> None:
            now = utc_now()
            contact = ContactState(
                aor=target.key,
                uri=uri,
                reachability=Reachability.REACHABLE if message else Reachability.UNREACHABLE,
                is_probed=True,
                keepalive_at=now if message else None,
                round_trip_us=int(took_s * 1_000_000) if message else None,
            )
            sink.observe(ContactSeen(contact=contact, observed_at=now))

        try:
            local = sip.local_address_for(target.host)
            request = SipRequest(
                method="OPTIONS",
                uri=uri,
                from_uri=f"sip:phoneprov@{local}",
                to_uri=uri,
                local=local,
            )
            sip.send(request, (target.host, target.port), wait_s=PROBE_WAIT_S, on_end=report)
        except (OSError, ValueError):
            report(None, 0.0)

    def _notify_request(self, notify: Notify) -> tuple[SipRequest, tuple[str, int]]:
        address = _address(notify.uri)
        if self._socket is None or address is None:
            raise PbxError("there is no SIP socket, or the phone's address is unknown")
        local = self._socket.local_address_for(address[0])
        headers = [("Event", notify.event), ("Subscription-State", "terminated")]
        if notify.content_type:
            headers.append(("Content-Type", notify.content_type))
        request = SipRequest(
            method="NOTIFY",
            uri=notify.uri,
            from_uri=f"sip:phoneprov@{local}",
            to_uri=notify.uri,
            local=local,
            headers=tuple(headers),
            body=notify.body,
        )
        return request, address

    def _exchange(
        self, request: SipRequest, address: tuple[str, int]
    ) -> tuple[SipMessage | None, float]:
        ended = threading.Event()
        result: list[tuple[SipMessage | None, float]] = []

        def on_end(message: SipMessage | None, took_s: float) -> None:
            result.append((message, took_s))
            ended.set()

        if self._socket is None:
            raise PbxError("there is no SIP socket")
        try:
            self._socket.send(request, address, wait_s=NOTIFY_WAIT_S, on_end=on_end)
        except (OSError, ValueError) as error:
            raise PbxError(f"the NOTIFY could not be sent: {error}") from error
        ended.wait(NOTIFY_WAIT_S + 1)
        return result[0] if result else (None, NOTIFY_WAIT_S)


def _answered(request: SipRequest, challenge: SipMessage, notify: Notify) -> SipRequest:
    """Return the same request again with the answer to a challenge."""
    header, answer = CHALLENGES[challenge.code]
    value = digest_answer(
        challenge.headers.get(header, ""),
        method=request.method,
        uri=request.uri,
        user=notify.auth_user,
        password=notify.auth_password,
    )
    fresh = SipRequest(
        method=request.method,
        uri=request.uri,
        from_uri=request.from_uri,
        to_uri=request.to_uri,
        local=request.local,
    )
    return replace(
        fresh,
        cseq=request.cseq + 1,
        headers=(*request.headers, (answer, value)),
        body=request.body,
    )


def _address(uri: str) -> tuple[str, int] | None:
    """Return host and port of `sip:[user@]host:port[;…]`."""
    rest = uri.partition(":")[2].partition(";")[0].rpartition("@")[2]
    host, _, port = rest.rpartition(":")
    return (host, int(port)) if host and port.isdigit() else None
