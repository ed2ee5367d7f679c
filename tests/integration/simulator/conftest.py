"""A tiny HTTP server with hand-written files, the small PBX, and a fleet, for each test anew."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from phoneprov.simulator.fleet import SimulatedFleet
from phoneprov.simulator.identity import Pace
from phoneprov.simulator.pbx.registrar import RegistrarSetup
from phoneprov.simulator.pbx.server import SimulatedPbx

FAST = Pace(boot_s=0.02, settle_s=0.02, retry_s=0.2, poll_scale=0.0001, http_timeout_s=3.0)


@dataclass(frozen=True)
class Asked:
    """A request that the server saw."""

    method: str
    path: str
    agent: str
    source: str
    body: bytes


@dataclass
class FileServer:
    """Serves `files` (path → bytes); everything else is 404, PUT and POST are taken."""

    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    failing: bool = False
    url: str = ""

    def put(self, path: str, text: str) -> None:
        self.files[path] = text.encode()

    def paths(self, method: str = "GET") -> list[str]:
        return [ask.path for ask in self.asked if ask.method == method]


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True


@pytest.fixture
def files() -> Iterator[FileServer]:
    server = FileServer()

    class Handler(BaseHTTPRequestHandler):
        def _take(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            agent = self.headers.get("User-Agent") or ""
            source = str(self.client_address[0])
            server.asked.append(Asked(self.command, self.path, agent, source, body))
            found = server.files.get(self.path.partition("?")[0])
            status = 503 if server.failing else 404 if found is None else 200
            if self.command in {"PUT", "POST"} or "/event/" in self.path:
                status, found = 200, b""
            payload = found if status == 200 and found is not None else b""
            self.send_response(status)
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(payload)

        do_GET = do_PUT = do_POST = do_HEAD = _take  # noqa: N815 - the names that http.server calls

        def log_message(self, *args: object) -> None:
            """Keep quiet."""

    http = _Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, args=(0.02,))
    thread.start()
    server.url = f"http://127.0.0.1:{http.server_address[1]}"
    yield server
    http.shutdown()
    thread.join()
    http.server_close()


@pytest.fixture
def pbx() -> Iterator[SimulatedPbx]:
    passwords = {"1001": "red fox", "1002": 'q"uo\\te', "1003": "ümlaut", "1004": "a,b=c"}
    setup = RegistrarSetup(credentials=passwords, shortest_s=2, ping_s=0.2, silent_for_s=None)
    with SimulatedPbx(setup) as running:
        yield running
    assert running.failures == []


@pytest.fixture
def fleet() -> Iterator[SimulatedFleet]:
    with SimulatedFleet() as running:
        yield running
    assert running.loop.failures == []
