"""One UDP socket for all probes and orders, with retransmission and matching by Call-ID.

Source of the timers: RFC 3261 section 17.1.2.2 (non-INVITE client transactions, T1 = 500 ms).
"""

import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from phoneprov.pbx.sip import SipMessage, SipRequest, answer_to, read_message

FIRST_RETRY_S = 0.5
LONGEST_RETRY_S = 4.0
TICK_S = 0.1
BUFFER_BYTES = 65_535
FINAL = 200


@dataclass(slots=True)
class Transaction:
    """A request on its way, until its final answer or its time is over."""

    raw: bytes
    address: tuple[str, int]
    sent_at: float
    give_up_at: float
    retry_at: float
    on_end: Callable[[SipMessage | None, float], None]
    """Called once with the final response (None: silence) and the seconds it took."""
    retry_s: float = FIRST_RETRY_S


class SipSocket:
    """Sends requests and hands each its answer. Never acts on what others ask of it."""

    def __init__(self, host: str, port: int) -> None:
        """Open the socket; raises OSError when the port is taken."""
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._socket.bind((host, port))
        except OSError:
            self._socket.close()
            raise
        self._socket.settimeout(TICK_S)
        self._open: dict[str, Transaction] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="phoneprov-sip", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """The local port."""
        return int(self._socket.getsockname()[1])

    def local_address_for(self, host: str) -> str:
        """Return our own `host:port` as the far end `host` sees it."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect((host, 9))
            return f"{probe.getsockname()[0]}:{self.port}"

    def send(
        self,
        request: SipRequest,
        address: tuple[str, int],
        *,
        wait_s: float,
        on_end: Callable[[SipMessage | None, float], None],
    ) -> None:
        """Send a request; `on_end` is called from the socket's thread. Raises OSError."""
        now = time.monotonic()
        transaction = Transaction(
            raw=request.encode(),
            address=address,
            sent_at=now,
            give_up_at=now + wait_s,
            retry_at=now + FIRST_RETRY_S,
            on_end=on_end,
        )
        with self._lock:
            self._open[request.call_id] = transaction
        self._socket.sendto(transaction.raw, address)

    def close(self) -> None:
        """Stop the thread and close the socket; open requests end in silence."""
        self._stopping.set()
        self._thread.join(2)
        self._socket.close()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                raw, address = self._socket.recvfrom(BUFFER_BYTES)
            except TimeoutError:
                pass
            except OSError:  # an ICMP error of an earlier datagram: that phone is just silent
                pass
            else:
                self._take(raw, address)
            self._look_after_open()

    def _take(self, raw: bytes, address: tuple[str, int]) -> None:
        message = read_message(raw)
        if message is None:
            return
        if message.method:
            if message.method != "ACK":
                self._socket.sendto(answer_to(raw, 405, "Method Not Allowed"), address)
            return
        if message.code < FINAL:
            return
        with self._lock:
            transaction = self._open.get(message.call_id)
            # Another port of the same host may be a NAT's doing; another host is not the phone.
            if transaction is not None and transaction.address[0] == address[0]:
                del self._open[message.call_id]
            else:
                transaction = None
        if transaction is not None:
            transaction.on_end(message, time.monotonic() - transaction.sent_at)

    def _look_after_open(self) -> None:
        now = time.monotonic()
        with self._lock:
            over = [key for key, one in self._open.items() if now >= one.give_up_at]
            ended = [self._open.pop(key) for key in over]
            again = [one for one in self._open.values() if now >= one.retry_at]
        for transaction in again:
            transaction.retry_s = min(2 * transaction.retry_s, LONGEST_RETRY_S)
            transaction.retry_at = now + transaction.retry_s
            try:
                self._socket.sendto(transaction.raw, transaction.address)
            except OSError:
                continue
        for transaction in ended:
            transaction.on_end(None, now - transaction.sent_at)
