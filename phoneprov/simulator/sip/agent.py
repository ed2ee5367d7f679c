"""A UDP port that speaks SIP: client and server transactions, on the loop's thread."""

import secrets
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

from phoneprov.simulator.loop import Loop, Timer
from phoneprov.simulator.sip.message import SipRequest, SipResponse, read_message

Address = tuple[str, int]
OnAnswer = Callable[[SipResponse | None], None]
OnRequest = Callable[[SipRequest, Address], SipResponse | None]

_T1_S = 0.5
_T2_S = 4.0
_REMEMBERED_S = 32.0
_LARGEST_DATAGRAM = 65_535
_FINAL = 200


@dataclass(slots=True)
class _Pending:
    """A request that waits for its final answer."""

    data: bytes
    target: Address
    on_answer: OnAnswer
    gives_up_at: float
    interval_s: float = _T1_S
    timer: Timer | None = None


class SipAgent:
    """One UDP socket. Raises OSError where the port can't be had."""

    def __init__(self, loop: Loop, local: Address, on_request: OnRequest) -> None:
        self._loop = loop
        self._on_request = on_request
        self._pending: dict[tuple[str, str], _Pending] = {}
        self._answered: dict[tuple[str, str, Address], tuple[float, bytes]] = {}
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            self._socket.bind(local)
        except OSError:
            self._socket.close()
            raise
        self._socket.setblocking(False)
        self.address: Address = self._socket.getsockname()
        loop.watch(self._socket, self._read)

    def close(self) -> None:
        """Close the socket; requests under way are never answered."""
        if self._socket.fileno() < 0:
            return
        self._loop.unwatch(self._socket)
        self._socket.close()
        for pending in self._pending.values():
            if pending.timer is not None:
                pending.timer.cancel()
        self._pending.clear()

    def send(
        self, request: SipRequest, target: Address, on_answer: OnAnswer, *, timeout_s: float = 32.0
    ) -> None:
        """Send a request, again and again until an answer comes.

        `on_answer` gets the final answer, or None after `timeout_s` seconds of silence.
        """
        branch = f"z9hG4bK{secrets.token_hex(8)}"
        via = f"SIP/2.0/UDP {self.address[0]}:{self.address[1]};branch={branch};rport"
        whole = SipRequest(
            method=request.method,
            uri=request.uri,
            headers=(("Via", via), ("Max-Forwards", "70"), *request.headers),
            body=request.body,
        )
        key = (branch, request.method)
        gives_up_at = time.monotonic() + timeout_s
        self._pending[key] = _Pending(whole.encode(), target, on_answer, gives_up_at)
        self._transmit(key)

    def _transmit(self, key: tuple[str, str]) -> None:
        pending = self._pending.get(key)
        if pending is None:
            return
        remaining = pending.gives_up_at - time.monotonic()
        if remaining <= 0:
            del self._pending[key]
            pending.on_answer(None)
            return
        self._put(pending.data, pending.target)
        delay = min(pending.interval_s, remaining)
        pending.timer = self._loop.call_later(delay, lambda: self._transmit(key))
        pending.interval_s = min(pending.interval_s * 2, _T2_S)

    def _put(self, data: bytes, target: Address) -> None:
        try:
            self._socket.sendto(data, target)
        except OSError:
            return  # lost on the way, like any datagram; the retransmission tries again

    def _read(self) -> None:
        while self._socket.fileno() >= 0:
            try:
                data, source = self._socket.recvfrom(_LARGEST_DATAGRAM)
            except BlockingIOError:
                return
            except OSError:
                continue  # a port-unreachable of an earlier datagram
            message = read_message(data)
            if isinstance(message, SipResponse):
                self._take_response(message)
            elif isinstance(message, SipRequest):
                self._take_request(message, source)

    def _take_response(self, response: SipResponse) -> None:
        if response.code < _FINAL:
            return
        pending = self._pending.pop((response.branch, response.cseq[1]), None)
        if pending is not None:
            if pending.timer is not None:
                pending.timer.cancel()
            pending.on_answer(response)

    def _take_request(self, request: SipRequest, source: Address) -> None:
        if request.method == "ACK":
            return
        now = time.monotonic()
        while self._answered and next(iter(self._answered.values()))[0] < now - _REMEMBERED_S:
            del self._answered[next(iter(self._answered))]
        key = (request.branch, request.method, source)
        if request.branch and key in self._answered:
            self._put(self._answered[key][1], source)
            return
        response = self._on_request(request, source)
        if response is not None and self._socket.fileno() >= 0:
            data = response.encode()
            self._answered[key] = (now, data)
            self._put(data, source)
