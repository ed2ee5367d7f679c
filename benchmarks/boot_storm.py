"""A boot storm after a power cut: phones that were there before all ask at once, nothing is cached.

Each phone opens a connection of its own, as phones do. The yardstick is the bare app under the
same storm. R24: every file is answered in well under a second.
"""

import http.client
import statistics
import threading
import time
from collections.abc import Iterator

from benchmarks.servers import config_paths, queries_so_far, running, serve_bare, serve_cold

PHONES = 2000
AT_ONCE = 100


def _storm(port: int) -> tuple[float, list[float]]:
    """Return requests per second, and the seconds that each answer took."""
    paths = iter(config_paths(PHONES))
    lock = threading.Lock()
    waits: list[float] = []
    clients = [
        threading.Thread(target=_phones, args=(port, paths, lock, waits)) for _ in range(AT_ONCE)
    ]
    started = time.monotonic()
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    assert len(waits) == PHONES, "a phone got no config"
    return PHONES / (time.monotonic() - started), waits


def _phones(port: int, paths: Iterator[str], lock: threading.Lock, waits: list[float]) -> None:
    while True:
        with lock:
            path = next(paths, None)
        if path is None:
            return
        began = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        assert answer.status == 200
        waits.append(time.monotonic() - began)


def main() -> None:
    """Print the rate of a storm as a ratio to the bare app, and how long phones waited."""
    with running(serve_bare, PHONES) as yardstick:
        bare, bare_waits = _storm(yardstick.port)
    with running(serve_cold, PHONES) as product:
        ours, waits = _storm(product.port)
        queries = queries_so_far(product)
    p99, bare_p99 = (statistics.quantiles(one, n=100)[98] for one in (waits, bare_waits))
    print(
        f"boot storm, {PHONES} phones, {AT_ONCE} at once, nothing cached: {ours:.0f}/s; "
        f"bare WSGI app: {bare:.0f}/s; ratio {ours / bare:.2f}; "
        f"99 of 100 answered within {p99 * 1000:.0f} ms (bare {bare_p99 * 1000:.0f} ms); "
        f"queries per phone {queries / PHONES:.1f}"
    )


if __name__ == "__main__":
    main()
