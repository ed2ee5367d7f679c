"""Servers of a benchmark, each in a process of its own: the product, and the bare yardstick."""

import http.client
import logging
import multiprocessing
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import event

from benchmarks.installation import installation, mac_of, token_of

THREADS = 8


def config_paths(phones: int) -> list[str]:
    """Return where each phone asks for its config."""
    return [f"/prov/t/{token_of(number)}/{mac_of(number)}.cfg" for number in range(phones)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server that runs in a process of its own."""

    port: int
    pid: int

    def cpu_s(self) -> float:
        """Return how many seconds of processor time it has used so far (Linux: proc(5), stat)."""
        stat = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def running(serve: Callable[[Any, int], None], phones: int) -> Iterator[Server]:
    """Yield a server that knows `phones` phones; stop it in the end."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=serve, args=(theirs, phones), daemon=True)
    process.start()
    try:
        assert ours.poll(120), "the server did not start"
        yield Server(port=int(ours.recv()), pid=process.pid or 0)
    finally:
        process.terminate()
        process.join(5)


def serve_warm(ready: Any, phones: int) -> None:
    """Serve the product with every config in the cache."""
    with installation(tenants=1, phones=phones) as app:
        fetch_all(app, phones)
        serve(_counting(app.wsgi_app), ready)


def serve_cold(ready: Any, phones: int) -> None:
    """Serve the product with an empty cache."""
    with installation(tenants=1, phones=phones) as app:
        serve(_counting(app.wsgi_app), ready)


def serve_bare(ready: Any, phones: int) -> None:
    """Serve the product's configs from a dict, and do nothing else."""
    with installation(tenants=1, phones=phones) as app:
        bodies = fetch_all(app, phones)

    def bare(environ: Any, start_response: Any) -> Any:
        body = bodies[environ["PATH_INFO"]]
        headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))]
        start_response("200 OK", headers)
        return [body]

    serve(bare, ready)


def queries_so_far(server: Server) -> int:
    """Return how many queries the product has run since it serves."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("GET", "/queries")
    queries = int(connection.getresponse().read())
    connection.close()
    return queries


def fetch_all(app: Any, phones: int) -> dict[str, bytes]:
    """Return each phone's config by its path; the product has it in its cache from then on."""
    from phoneprov.provisioning.exchange import Ask
    from phoneprov.web.runtime import EXTENSION

    answering = app.extensions[EXTENSION].answering
    bodies = {}
    for path in config_paths(phones):
        answer = answering.answer(Ask(method="GET", path=path, address="127.0.0.1"))
        assert answer.status == 200, path
        bodies[path] = answer.body
    return bodies


def _counting(app: Any) -> Any:
    from phoneprov.web.database import db

    queries: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: queries.append(args[2]))

    def counted(environ: Any, start_response: Any) -> Any:
        if environ["PATH_INFO"] == "/queries":
            start_response("200 OK", [("Content-Length", str(len(str(len(queries)))))])
            return [str(len(queries)).encode()]
        return app(environ, start_response)

    return counted


def serve(app: Any, ready: Any, on_arrival: Callable[[], None] = lambda: None) -> None:
    """Serve an app as the product is served, at a free port."""
    from phoneprov.serving import make_server, settle_memory, share_time

    settle_memory()
    share_time()
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    server: Any = make_server(app, host="127.0.0.1", port=0, threads=THREADS, on_arrival=on_arrival)
    ready.send(server.effective_port)
    server.run()
