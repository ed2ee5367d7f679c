"""Ports for servers that tests start, so that nothing else is given them in between.

A port that the system picks is free only now: an outgoing connection of anything on the machine may
have it a moment later, or while a server is down that a test killed and starts again. So these lie
below the ones that Linux gives to connections (32768 and up), and each pytest-xdist worker has its own.
"""

import os
import random
import socket
from collections.abc import Iterator
from itertools import cycle

FIRST, EACH, WORKERS = 10_000, 2_000, 10
_number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % WORKERS
_own = range(FIRST + _number * EACH, FIRST + (_number + 1) * EACH)
_begin = random.SystemRandom().randrange(EACH)
_next: Iterator[int] = cycle([*_own[_begin:], *_own[:_begin]])


def free_port(host: str = "127.0.0.1") -> int:
    """Return a port that is free for TCP and UDP."""
    for _ in range(EACH):
        port = next(_next)
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            try:
                tcp.bind((host, port))
                udp.bind((host, port))
            except OSError:
                continue
            return port
    raise AssertionError(f"no port is free from {_own.start} to {_own.stop - 1}")
