"""How fast a cached config leaves, against a bare WSGI app under the same waitress.

Both servers run in processes of their own; rounds alternate, medians are compared. Every answer
of ours is checked: 200, and not one query.
"""

import http.client
import statistics
import threading
import time

from benchmarks.servers import config_paths, queries_so_far, running, serve_bare, serve_warm

PHONES = 200
ROUNDS = 5
ROUND_S = 3.0
CLIENTS = 16


def _load(port: int) -> float:
    """Return requests per second over one round."""
    paths = config_paths(PHONES)
    counts = [0] * CLIENTS
    stop_at = time.monotonic() + ROUND_S

    def client(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        position = number
        while time.monotonic() < stop_at:
            connection.request("GET", paths[position % PHONES])
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200
            counts[number] += 1
            position += 1
        connection.close()

    threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.monotonic() - started)


def main() -> None:
    """Print the ratio of a cache hit to the bare app."""
    rates: dict[str, list[float]] = {"ours": [], "bare": []}
    with running(serve_warm, PHONES) as product, running(serve_bare, PHONES) as yardstick:
        for _ in range(ROUNDS):
            rates["bare"].append(_load(yardstick))
            rates["ours"].append(_load(product))
        queries = queries_so_far(product)
    ours, bare = statistics.median(rates["ours"]), statistics.median(rates["bare"])
    print(
        f"config fetch, cache hit: {ours:.0f}/s; bare WSGI app: {bare:.0f}/s; "
        f"ratio {ours / bare:.2f} (goal >= 0.85); queries during the load: {queries}"
    )


if __name__ == "__main__":
    main()
