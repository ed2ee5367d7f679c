"""A PBX's own webhook on loopback: keeps what is posted to it, answers as told."""

import http.server
import threading
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self


@dataclass
class Received:
    """One post that arrived."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class FakeWebhook:
    """Answers each post with the next of `answers`, the last one for ever."""

    answers: list[tuple[int, bytes]] = field(default_factory=lambda: [(200, b"")])
    received: list[Received] = field(default_factory=list)

    def __post_init__(self) -> None:
        rig = self

        class _Answering(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                size = int(self.headers.get("Content-Length", "0"))
                headers = {name.lower(): value for name, value in self.headers.items()}
                rig.received.append(Received(self.path, headers, self.rfile.read(size)))
                status, body = rig.answers.pop(0) if len(rig.answers) > 1 else rig.answers[0]
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", f"http://127.0.0.1:{rig.port}/elsewhere")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Answering)
        self.port = int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/notify"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
