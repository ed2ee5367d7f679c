"""How fast a cached config leaves, against a bare WSGI app under the same waitress.

The bare app serves the very same bytes from a dict. Both servers run in processes of their own;
short rounds alternate, so that whatever else the machine does meets both, and the median of the
paired ratios is told beside its quartiles. Both are started several times: one process of the same
code is up to a tenth faster than the next. Every answer of ours is checked: 200, and not one query.
"""

import selectors
import socket
import statistics
import time
from dataclasses import dataclass

from benchmarks.servers import (
    Server,
    config_paths,
    queries_so_far,
    running,
    serve_bare,
    serve_warm,
)

PHONES = 200
STARTS = 6
ROUNDS = 12
"""Of each start."""
ROUND_S = 0.4
CONNECTIONS = 16
USER_AGENT = "Yealink SIP-T46U 108.86.0.90 {mac}"
"""As a phone says it (docs/catalogue.md); the MAC address is that of the phone that asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one round showed."""

    rate: float
    """Answers per second."""
    answered: int
    cpu_s: float


class _Asking:
    """One kept connection: a request is sent as soon as the answer before it is complete.

    Plain sockets, because a client library costs more than the servers that are measured.
    """

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self._head = b""
        self._missing = 0

    def ask(self, request: bytes) -> None:
        """Send a request."""
        self.socket.sendall(request)

    def has_answer(self) -> bool:
        """Take what came; tell whether the answer is complete."""
        received = self.socket.recv(1 << 18)
        assert received, "the server hung up"
        if self._missing:
            self._missing -= len(received)
            return not self._missing
        self._head += received
        head, found, body = self._head.partition(b"\r\n\r\n")
        if not found:
            return False
        assert head.startswith(b"HTTP/1.1 200 "), head
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        self._missing, self._head = int(length) - len(body), b""
        return not self._missing


def _load(server: Server, requests: list[bytes]) -> Round:
    """Ask for one round's time over all connections."""
    answered, position = 0, 0
    with selectors.DefaultSelector() as selector:
        for _ in range(CONNECTIONS):
            asking = _Asking(server.port)
            selector.register(asking.socket, selectors.EVENT_READ, asking)
        started, cpu_before_s = time.monotonic(), server.cpu_s()
        for key in selector.get_map().values():
            key.data.ask(requests[position % PHONES])
            position += 1
        while time.monotonic() < started + ROUND_S:
            for key, _ in selector.select(1):
                if key.data.has_answer():
                    answered += 1
                    position += 1
                    key.data.ask(requests[position % PHONES])
        took_s, cpu_s = time.monotonic() - started, server.cpu_s() - cpu_before_s
        for key in list(selector.get_map().values()):
            key.data.socket.close()
    return Round(rate=answered / took_s, answered=answered, cpu_s=cpu_s)


def _requests() -> list[bytes]:
    """Return what each phone sends for its config."""
    lines = "GET {path} HTTP/1.1\r\nHost: phones.example\r\nUser-Agent: {agent}\r\n\r\n"
    return [
        lines.format(path=path, agent=USER_AGENT.format(mac=path[-16:-4])).encode()
        for path in config_paths(PHONES)
    ]


def main() -> None:
    """Print the ratio of a cache hit to the bare app."""
    requests = _requests()
    ours: list[Round] = []
    bare: list[Round] = []
    queries = sum(_compare(requests, ours, bare) for _ in range(STARTS))
    low, median, high = statistics.quantiles(
        [mine.rate / its.rate for mine, its in zip(ours, bare, strict=True)], n=4
    )
    print(
        f"config fetch, cache hit: {_rate(ours):.0f}/s, {_cpu_us(ours):.0f} µs of processor each; "
        f"bare WSGI app: {_rate(bare):.0f}/s, {_cpu_us(bare):.0f} µs; "
        f"ratio {median:.2f}, quartiles {low:.2f}-{high:.2f} (goal >= 0.85); "
        f"queries during the load: {queries}"
    )


def _compare(requests: list[bytes], ours: list[Round], bare: list[Round]) -> int:
    """Start both servers, add their rounds, and return how many queries ours ran."""
    with running(serve_warm, PHONES) as product, running(serve_bare, PHONES) as yardstick:
        for server in (product, yardstick):
            _load(server, requests)
        for number in range(ROUNDS):
            for server in (product, yardstick) if number % 2 else (yardstick, product):
                (ours if server is product else bare).append(_load(server, requests))
        return queries_so_far(product)


def _rate(rounds: list[Round]) -> float:
    return statistics.median(one.rate for one in rounds)


def _cpu_us(rounds: list[Round]) -> float:
    """Return the processor time of one answer, which other work on the machine hardly changes."""
    return 1e6 * sum(one.cpu_s for one in rounds) / sum(one.answered for one in rounds)


if __name__ == "__main__":
    main()
