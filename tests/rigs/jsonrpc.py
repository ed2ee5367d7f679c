"""A fake Kamailio: its JSON-RPC on loopback, healthy or in one of the ways in which it is not."""

import contextlib
import json
import socket
import threading
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self


def contact(aor: str, address: str, **changes: object) -> dict[str, Any]:
    """Return one contact as `ul.dump` of 5.6.3 has it, which has just answered an OPTIONS."""
    now = int(time.time())
    values: dict[str, object] = {
        "Address": address,
        "Expires": 1700,
        "Call-ID": "1-12280@127.0.0.1",
        "User-Agent": "Yealink SIP-T46U 108.86.0.90",
        "Received": "[not set]",
        "Path": "[not set]",
        "Socket": "udp:127.0.0.1:5070",
        "Instance": "[not set]",
        "Last-Keepalive": now,
        "KA-Roundtrip": 412,
        "Last-Modified": now - 20,
        **changes,
    }
    return {"Info": {"AoR": aor, "Contacts": [{"Contact": values}]}}


@dataclass
class FakeKamailio:
    """Answers `core.uptime`, `core.version` and `ul.dump`. `mode`: ok, deaf, drip or raw."""

    contacts: list[tuple[str, str]] = field(default_factory=list)
    mode: str = "ok"
    raw: bytes = b""
    port: int = 0
    requests: int = 0

    def __post_init__(self) -> None:
        self._server: socket.socket | None = None
        self._clients: list[socket.socket] = []
        self._ends = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/RPC"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ends.set()
        self.stop()

    def start(self) -> None:
        """Listen, again on the same port after `stop`; nothing where it listens already."""
        if self._server is not None:
            return
        server = socket.socket()
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", self.port))
        server.listen()
        self.port = int(server.getsockname()[1])
        self._server = server
        threading.Thread(target=self._accept, args=(server,), daemon=True).start()

    def stop(self) -> None:
        """Listen no more and end what is open."""
        if self._server is not None:
            self._server.shutdown(socket.SHUT_RDWR)
            self._server.close()
            self._server = None
        for client in self._clients:
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)
            client.close()
        self._clients.clear()

    def _accept(self, server: socket.socket) -> None:
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            self._clients.append(client)
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError):
            request = self._read(client)
            self.requests += 1
            if self.mode == "deaf":
                self._ends.wait(60)
            elif self.mode == "raw":
                client.sendall(self.raw)
            else:
                self._answer(client, json.dumps({"result": self._result(request)}).encode())
            client.shutdown(socket.SHUT_RDWR)

    def _read(self, client: socket.socket) -> dict[str, Any]:
        waiting = b""
        while b"\r\n\r\n" not in waiting:
            waiting += client.recv(65_536)
        head, _, body = waiting.partition(b"\r\n\r\n")
        size = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        while len(body) < size:
            body += client.recv(65_536)
        found: dict[str, Any] = json.loads(body)
        return found

    def _answer(self, client: socket.socket, body: bytes) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        if self.mode != "drip":
            client.sendall(head + body)
            return
        for byte in head + body:
            client.sendall(bytes([byte]))
            if self._ends.wait(0.3):
                return

    def _result(self, request: dict[str, Any]) -> object:
        method = request["method"]
        if method == "core.uptime":
            return {"now": "x", "up_since": "x", "uptime": 100_000}
        if method == "core.version":
            return "kamailio 5.6.3 (x86_64/linux)"
        rows = [contact(aor, address) for aor, address in self.contacts]
        return {"Domains": [{"Domain": {"Domain": "location", "AoRs": rows}}]}
