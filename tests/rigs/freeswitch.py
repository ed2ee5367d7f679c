"""A fake FreeSWITCH: its event socket on loopback, playing what a real one was recorded to send."""

import contextlib
import re
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

DATA = Path(__file__).parent.parent / "data" / "freeswitch"
PASSWORD = "Secret-of-the-socket"
STATUS = (
    "UP 0 years, 0 days, 0 hours, 0 minutes, 27 seconds, 920 milliseconds, 801 microseconds\n"
    "FreeSWITCH (Version 1.11.3-dev  64bit) is ready\n"
)
_FRAME = re.compile(r"^### \d\d:\d\d:\d\d\n", re.MULTILINE)


def recorded(name: str) -> list[bytes]:
    """Return the frames of a transcript, as they were on the wire."""
    blocks = _FRAME.split((DATA / name).read_text())[1:]
    return [_frame(block) for block in blocks]


def _frame(block: str) -> bytes:
    head, _, rest = block.partition("--\n")
    length = re.search(r"^Content-Length: (\d+)$", head, re.MULTILINE)
    body = rest[: int(length[1])] if length else ""
    return f"{head.rstrip()}\n\n{body}".encode()


def answer(body: str) -> bytes:
    """Return the answer to an API command."""
    raw = body.encode("latin-1", "replace")
    return f"Content-Type: api/response\nContent-Length: {len(raw)}\n\n".encode() + raw


def event(subclass: str, **headers: str) -> bytes:
    """Return an event in plain form; underscores in names stand for hyphens, but in `sip_…`."""
    from urllib.parse import quote

    lines = [f"Event-Subclass: {quote(subclass)}", "Event-Name: CUSTOM"]
    if not subclass:
        lines = []
    for name, value in headers.items():
        told = name if name.startswith("sip_") else name.replace("_", "-")
        lines.append(f"{told}: {quote(value)}")
    body = "\n".join([*lines, "", ""]).encode()
    return f"Content-Length: {len(body)}\nContent-Type: text/event-plain\n\n".encode() + body


@dataclass
class Line:
    """One registration in the fake's table."""

    user: str
    contact: str
    call_id: str = "call-1"
    agent: str = "PJSUA/v2.17-dev"
    status: str = "Registered(UDP)(unknown)"
    ping_status: str = "Reachable"
    ping_time: str = "1.04"
    address: str = "127.0.0.1"
    port: str = "6401"
    left_s: int = 117

    def xml(self) -> str:
        """Return it as `xmlstatus` writes it."""
        from html import escape

        return (
            "    <registration>\n"
            f"        <call-id>{self.call_id}</call-id>\n"
            f"        <user>{self.user}</user>\n"
            f"        <contact>{escape(self.contact)}</contact>\n"
            f"        <agent>{escape(self.agent)}</agent>\n"
            f"        <status>{self.status} exp(2026-11-23 09:14:36) expsecs({self.left_s})</status>\n"
            f"        <ping-status>{self.ping_status}</ping-status>\n"
            f"        <ping-time>{self.ping_time}</ping-time>\n"
            "        <host>vm</host>\n"
            f"        <network-ip>{self.address}</network-ip>\n"
            f"        <network-port>{self.port}</network-port>\n"
            "    </registration>\n"
        )


def listing(*lines: Line) -> str:
    """Return the answer to `sofia xmlstatus profile <name> reg`."""
    rows = "".join(line.xml() for line in lines)
    return (
        '<?xml version="1.0" encoding="ISO-8859-1"?>\n<profile>\n  <registrations>\n'
        f"{rows}  </registrations>\n</profile>\n"
    )


def profiles(*names: str) -> str:
    """Return the answer to `sofia xmlstatus`."""
    rows = "".join(
        f"<profile>\n<name>{name}</name>\n<type>profile</type>\n"
        f"<data>sip:mod_sofia@127.0.0.1:5060</data>\n<state>RUNNING (0)</state>\n</profile>\n"
        for name in names
    )
    return f'<?xml version="1.0" encoding="ISO-8859-1"?>\n<profiles>\n{rows}</profiles>\n'


@dataclass
class FakeFreeswitch:
    """An event socket that answers as told. What it was sent is in `commands`."""

    tables: dict[str, list[Line]] = field(default_factory=lambda: {"internal": []})
    password: str = PASSWORD
    piece: int = 0
    """How many bytes leave at once; 0: all."""
    greeting: bytes = b"Content-Type: auth/request\n\n"
    is_deaf: bool = False
    """Takes what it is sent and answers nothing, the connection stays."""
    answers: dict[str, bytes] = field(default_factory=dict)
    """Raw bytes in place of the usual answer, by the beginning of a command."""
    port: int = 0
    host: str = "127.0.0.1"
    commands: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._clients: list[socket.socket] = []
        self._subscribed: list[socket.socket] = []
        self._server: socket.socket | None = None
        self._lock = threading.Lock()

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Listen, again on the same port after `stop`; nothing where it listens already."""
        if self._server is not None:
            return
        server = socket.socket()
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind((self.host, self.port))
        server.listen()
        self.port = int(server.getsockname()[1])
        self._server = server
        threading.Thread(target=self._accept, args=(server,), daemon=True).start()

    def stop(self) -> None:
        """End all connections and listen no more."""
        if self._server is not None:
            self._server.shutdown(socket.SHUT_RDWR)
            self._server.close()
            self._server = None
        self.drop()

    def drop(self) -> None:
        """End all connections."""
        for client in self._clients:
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)
            client.close()
        self._clients.clear()
        self._subscribed.clear()

    @property
    def listeners(self) -> int:
        """How many connections have asked for events."""
        return len(self._subscribed)

    def fire(self, *frames: bytes) -> None:
        """Send events to whoever asked for them."""
        for client in list(self._subscribed):
            for frame in frames:
                self._write(client, frame)

    def sent(self, beginning: str) -> list[str]:
        """Return the commands that begin so."""
        return [one for one in self.commands if one.startswith(beginning)]

    def _accept(self, server: socket.socket) -> None:
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            self._clients.append(client)
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            if not self.is_deaf:
                self._write(client, self.greeting)
            waiting = b""
            while chunk := client.recv(65_536):
                waiting += chunk
                while b"\n\n" in waiting:
                    head, _, waiting = waiting.partition(b"\n\n")
                    found = re.search(rb"Content-Length: (\d+)", head)
                    size = int(found[1]) if found else 0
                    body, waiting = waiting[:size], waiting[size:]
                    self._obey(client, head.decode() + (f"\n\n{body.decode()}" if body else ""))
        except OSError:
            pass

    def _obey(self, client: socket.socket, command: str) -> None:
        self.commands.append(command)
        if self.is_deaf:
            return
        for beginning, raw in self.answers.items():
            if command.startswith(beginning):
                self._write(client, raw)
                return
        self._answer(client, command)

    def _answer(self, client: socket.socket, command: str) -> None:
        name = command.split(" ", 1)[0]
        if name == "auth":
            is_right = command == f"auth {self.password}"
            said = "+OK accepted" if is_right else "-ERR invalid"
            self._write(client, f"Content-Type: command/reply\nReply-Text: {said}\n\n".encode())
            if not is_right:
                client.shutdown(socket.SHUT_RDWR)
        elif name == "event":
            said = "+OK event listener enabled plain"
            self._write(client, f"Content-Type: command/reply\nReply-Text: {said}\n\n".encode())
            self._subscribed.append(client)
        elif name == "sendevent":
            said = "+OK 876654c0-6131-405a-8f1f-de5916eabe9c"
            self._write(client, f"Content-Type: command/reply\nReply-Text: {said}\n\n".encode())
        else:
            self._write(client, answer(self._told(command.removeprefix("api "))))

    def _told(self, command: str) -> str:
        if command == "status":
            return STATUS
        if command == "sofia xmlstatus":
            return profiles(*self.tables)
        found = re.fullmatch(r"sofia xmlstatus profile (\S+) reg", command)
        if found and found[1] in self.tables:
            return listing(*self.tables[found[1]])
        return (
            "Invalid Profile!\n"
            if found
            else f"-ERR {command.split(' ', maxsplit=1)[0]} Command not found!\n"
        )

    def _write(self, client: socket.socket, raw: bytes) -> None:
        with self._lock:
            if not self.piece:
                client.sendall(raw)
                return
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for start in range(0, len(raw), self.piece):
                client.sendall(raw[start : start + self.piece])


def wait_until(is_so: Callable[[], bool], within_s: float, what: str) -> None:
    """Wait for a condition, or fail with `what`."""
    ends_at = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < ends_at, f"not within {within_s} s: {what}"
        time.sleep(0.02)
