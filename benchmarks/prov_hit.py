"""How fast a cached config leaves, against a bare WSGI app under the same waitress.

Both servers run in processes of their own; rounds alternate, medians are compared. Every answer
of ours is checked: 200, right length, and not one query.
"""

import http.client
import multiprocessing
import os
import statistics
import threading
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import event

from benchmarks.installation import installation, mac_of, token_of

PHONES = 200
ROUNDS = 5
ROUND_S = 3.0
CLIENTS = 16
THREADS = 8


def _serve(app: Any, ready: Any) -> None:
    from waitress.server import create_server

    server = create_server(
        app, host="127.0.0.1", port=0, threads=THREADS, connection_limit=4000, ident=None
    )
    ready.send(server.effective_port)
    server.run()


def _serve_ours(ready: Any) -> None:
    with installation(tenants=1, phones=PHONES) as app:
        from phoneprov.provisioning.exchange import Ask
        from phoneprov.web.database import db
        from phoneprov.web.runtime import EXTENSION

        answering = app.extensions[EXTENSION].answering
        for path in _paths():
            answer = answering.answer(Ask(method="GET", path=path, address="127.0.0.1"))
            assert answer.status == 200, path
        queries: list[str] = []
        event.listen(db.engine, "before_cursor_execute", lambda *args: queries.append(args[2]))

        def counted(environ: Any, start_response: Any) -> Any:
            if environ["PATH_INFO"] == "/queries":
                start_response("200 OK", [("Content-Length", str(len(str(len(queries)))))])
                return [str(len(queries)).encode()]
            return app.wsgi_app(environ, start_response)

        _serve(counted, ready)


def _serve_bare(ready: Any) -> None:
    bodies = {path: os.urandom(1500).hex().encode() for path in _paths()}

    def bare(environ: Any, start_response: Any) -> Any:
        body = bodies[environ["PATH_INFO"]]
        headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))]
        start_response("200 OK", headers)
        return [body]

    _serve(bare, ready)


def _paths() -> list[str]:
    return [f"/prov/t/{token_of(number)}/{mac_of(number)}.cfg" for number in range(PHONES)]


def _load(port: int) -> float:
    """Return requests per second over one round."""
    paths = _paths()
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


def _start(serve: Callable[[Any], None]) -> tuple[multiprocessing.Process, int]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=serve, args=(theirs,), daemon=True)
    process.start()
    assert ours.poll(120), "the server did not start"
    return process, int(ours.recv())


def main() -> None:
    """Print the ratio of a cache hit to the bare app."""
    product, product_port = _start(_serve_ours)
    yardstick, yardstick_port = _start(_serve_bare)
    try:
        rates: dict[str, list[float]] = {"ours": [], "bare": []}
        for _ in range(ROUNDS):
            rates["bare"].append(_load(yardstick_port))
            rates["ours"].append(_load(product_port))
        connection = http.client.HTTPConnection("127.0.0.1", product_port, timeout=10)
        connection.request("GET", "/queries")
        queries = int(connection.getresponse().read())
        connection.close()
    finally:
        for process in (product, yardstick):
            process.terminate()
            process.join(5)
    ours, bare = statistics.median(rates["ours"]), statistics.median(rates["bare"])
    print(
        f"config fetch, cache hit: {ours:.0f}/s; bare WSGI app: {bare:.0f}/s; "
        f"ratio {ours / bare:.2f} (goal >= 0.85); queries during the load: {queries}"
    )


if __name__ == "__main__":
    main()
