"""A stand-in for Asterisk's manager interface: logs in, and plays what a real one has sent.

`chop` cuts what it sends into pieces of so many bytes; `stall` leaves connections open and says
nothing more, as behind a firewall that drops packets.
"""

import contextlib
import hashlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Self

from tests.rigs.recordings import LIST, list_answer, recorded_answer, recorded_frames

USER, SECRET = "phoneprov", "hidden-secret"
CHALLENGE = "840415273"
REFUSED = "Response: Error\r\nMessage: Authentication failed\r\n\r\n"
DENIED = "Response: Error\r\nMessage: Permission denied\r\n\r\n"
NO_LIST = list_answer()
CORE = (
    "Response: Success\r\nAMIversion: 13.0.0\r\nAsteriskVersion: GIT-master-f0c1c1a7\r\n"
    "SystemName: \r\n\r\n"
)
BOOTED = recorded_frames("restart_after")[1]


class FakeAsterisk:
    """Listens on loopback; what it answers to each action can be exchanged by the test."""

    def __init__(self, *, chop: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self.chop = chop
        self.items: list[str] = []
        self.answers: dict[str, str] = {
            "CoreSettings": CORE,
            "Ping": "Response: Success\r\nPing: Pong\r\n\r\n",
            "PJSIPNotify": recorded_answer(
                "PJSIPNotify",
                "sent: Action: PJSIPNotify Endpoint: 1001 Variable: Event=check-sync;reboot=true",
            ),
        }
        self.before_list: Callable[[], str] = lambda: ""
        """Called while a list is being sent: what it returns goes out in the midst of it."""
        self.greeting = "Asterisk Call Manager/13.0.0\r\n"
        self.booted = BOOTED
        self.actions: list[dict[str, str]] = []
        self.logins = 0
        self._tls = tls
        self._is_stalled = threading.Event()
        self._connections: list[socket.socket] = []
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._thread: threading.Thread | None = None

    @property
    def address(self) -> str:
        """What a PBX's link address would be."""
        return f"{'tls' if self._tls else 'tcp'}://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        if self._thread is not None:
            self._thread.join(2)

    def open(self) -> None:
        """Take connections."""
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop as an Asterisk that is told to: nobody listens any more."""
        with contextlib.suppress(OSError):  # closing alone would not wake who waits in accept
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.hang_up()

    def start_again(self) -> None:
        """Listen at the same port again."""
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self._is_stalled.clear()
        self.open()

    def hang_up(self) -> None:
        """Close all connections."""
        with self._lock:
            connections, self._connections = self._connections, []
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    def stall(self) -> None:
        """Keep every connection and say nothing more."""
        self._is_stalled.set()

    def tell(self, raw: str | bytes) -> None:
        """Send events, or anything else, to whoever is connected."""
        with self._lock:
            for connection in self._connections:
                self._send(connection, raw)

    def sent_to(self, name: str) -> list[dict[str, str]]:
        """Return the actions of a name, in their order."""
        return [action for action in self.actions if action.get("Action") == name]

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._send(connection, self.greeting)
            for action in self._read_actions(connection):
                self.actions.append(action)
                with self._lock:
                    self._answer(connection, action)
        except OSError:
            return
        finally:
            connection.close()

    def _read_actions(self, connection: socket.socket) -> Iterator[dict[str, str]]:
        buffered = b""
        while raw := connection.recv(65_536):
            *whole, buffered = (buffered + raw).split(b"\r\n\r\n")
            for action in whole:
                fields: dict[str, str] = {}
                for line in action.decode().split("\r\n"):
                    name, _, value = line.partition(": ")
                    fields[name] = f"{fields[name]}\n{value}" if name in fields else value
                yield fields

    def _answer(self, connection: socket.socket, action: dict[str, str]) -> None:
        name, mark = action["Action"], action.get("ActionID", "")
        if name == "Challenge":
            self._send(
                connection,
                f"Response: Success\r\nActionID: {mark}\r\nChallenge: {CHALLENGE}\r\n\r\n",
            )
        elif name == "Login":
            self._log_in(connection, action)
        elif name == LIST and LIST not in self.answers:
            self._send_list(connection, mark)
        else:
            self._send(connection, marked(self.answers[name], mark))

    def _log_in(self, connection: socket.socket, action: dict[str, str]) -> None:
        key = hashlib.md5(f"{CHALLENGE}{SECRET}".encode(), usedforsecurity=False).hexdigest()
        is_right = action["Username"] == USER and (
            action.get("Key") == key or action.get("Secret") == SECRET
        )
        if not is_right:
            self._send(connection, marked(REFUSED, action["ActionID"]))
            connection.shutdown(socket.SHUT_RDWR)
            return
        self.logins += 1
        accepted = recorded_frames("restart_after")[0]
        self._send(connection, marked(accepted, action["ActionID"]) + self.booted)
        self._connections.append(connection)

    def _send_list(self, connection: socket.socket, mark: str) -> None:
        text = marked(list_answer(*self.items), mark)
        start = text.index("\r\n\r\n") + 4
        self._send(connection, text[:start])
        self._send(connection, self.before_list())
        self._send(connection, text[start:])

    def _send(self, connection: socket.socket, raw: str | bytes) -> None:
        if self._is_stalled.is_set():
            return
        whole = raw.encode() if isinstance(raw, str) else raw
        step = self.chop or len(whole) or 1
        for place in range(0, len(whole), step):
            connection.sendall(whole[place : place + step])
            if self.chop:
                time.sleep(0)


def marked(text: str, mark: str) -> str:
    """Return an answer with the mark of the action that is answered, as Asterisk gives it back."""
    frames = []
    for frame in text.split("\r\n\r\n"):
        lines = [line for line in frame.split("\r\n") if not line.startswith("ActionID:")]
        if lines != [""]:
            lines.insert(1, f"ActionID: {mark}")
        frames.append("\r\n".join(lines))
    return "\r\n\r\n".join(frames)
