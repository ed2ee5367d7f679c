"""One connection to an event socket: log-in, fixed commands and their answers, events."""

import re
import socket
import time
from collections import deque
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from phoneprov.core.errors import PbxError
from phoneprov.pbx.freeswitch.frames import Frame, FrameReader, read_event

CONNECT_S = 3.0
ANSWER_S = 4.0
SNAPSHOT_S = 15.0
CHUNK = 256 * 1024
MOST_EVENTS = 20_000
"""Events that may wait while a command is answered; more means that we can't keep up."""

ACCEPTED = "+OK"
_ANSWERS = frozenset({"command/reply", "api/response"})
_WORD = re.compile(r"[^\s\x00-\x1f\x7f]{1,255}")


class EventSocket:
    """A connection that is logged in. Used from one thread."""

    def __init__(self, address: str, password: str, *, answer_s: float = ANSWER_S) -> None:
        """Connect and log in.

        Raises PbxError in words a person can act on.
        """
        if not password:
            message = "the event socket asks for a password; set it as the link secret"
            raise PbxError(message, permanent=True)
        _refuse_breaks(password)
        self._answer_s = answer_s
        self._reader = FrameReader()
        self._frames: deque[Frame] = deque()
        self._events: deque[Mapping[str, str]] = deque()
        self.heard_at = time.monotonic()
        self._socket = _connect(address)
        try:
            self._log_in(password)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()

    def listen(self, plain: tuple[str, ...], custom: tuple[str, ...]) -> None:
        """Ask for events: plain ones first, because all after CUSTOM is read as a subclass."""
        words = " ".join((*plain, "CUSTOM", *custom))
        self._command(f"event plain {words}", self._answer_s)

    def ask(self, command: str, *, wait_s: float | None = None) -> bytes:
        """Return what an API command answers.

        Raises PbxError, `permanent` where the command doesn't exist there.
        """
        answer = self._command(f"api {command}", wait_s or self._answer_s)
        if answer.body.startswith(b"-ERR"):
            said = answer.body[:120].decode("utf-8", "replace").strip()
            is_missing = "not found" in said.lower()
            raise PbxError(f"FreeSWITCH says: {said}", permanent=is_missing)
        return answer.body

    def send_event(self, name: str, headers: Mapping[str, str], body: str = "") -> None:
        """Fire an event inside FreeSWITCH. No header may be empty or hold a blank line.

        Raises PbxError.
        """
        for key, value in headers.items():
            if not value:
                raise PbxError(f"an empty {key} was refused", permanent=True)
            _refuse_breaks(value)
        lines = [f"sendevent {name}", *(f"{key}: {value}" for key, value in headers.items())]
        raw = body.encode()
        if raw:
            lines.append(f"Content-Length: {len(raw)}")
        self._send("\n".join(lines).encode() + b"\n\n" + raw)
        answer = self._answer(self._answer_s)
        if not answer.reply.startswith(ACCEPTED):
            raise PbxError(f"FreeSWITCH says: {answer.reply[:120] or 'nothing'}")

    def next_event(self, wait_s: float) -> Mapping[str, str] | None:
        """Return the next event, or None when none came in that time.

        Raises PbxError when the connection is lost.
        """
        deadline = time.monotonic() + wait_s
        while not self._events and time.monotonic() < deadline:
            self._receive(max(0.01, deadline - time.monotonic()))
            self._sort_out()
        return self._events.popleft() if self._events else None

    def take_events(self) -> list[Mapping[str, str]]:
        """Return the events that came while a command was answered."""
        taken = list(self._events)
        self._events.clear()
        return taken

    def _log_in(self, password: str) -> None:
        first = self._await(frozenset({"auth/request", "text/rude-rejection"}), self._answer_s)
        if first.kind == "text/rude-rejection":
            message = "FreeSWITCH refuses this server's address; allow it in the event socket's ACL"
            raise PbxError(message, permanent=True)
        self._send(f"auth {password}\n\n".encode())
        if not self._answer(self._answer_s).reply.startswith(ACCEPTED):
            message = "the event socket refuses the password; correct the link secret"
            raise PbxError(message, permanent=True)

    def _command(self, command: str, wait_s: float) -> Frame:
        _refuse_breaks(command)
        self._send(f"{command}\n\n".encode())
        answer = self._answer(wait_s)
        if answer.reply.startswith("-ERR"):
            raise PbxError(f"FreeSWITCH says: {answer.reply[:120]}", permanent=True)
        return answer

    def _answer(self, wait_s: float) -> Frame:
        return self._await(_ANSWERS, wait_s)

    def _await(self, kinds: frozenset[str], wait_s: float) -> Frame:
        """Return the first frame of these kinds; events that come before it are kept."""
        deadline = time.monotonic() + wait_s
        while True:
            found = self._sort_out(kinds)
            if found is not None:
                return found
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                raise PbxError("FreeSWITCH does not answer in time")
            self._receive(left_s)

    def _sort_out(self, kinds: frozenset[str] = frozenset()) -> Frame | None:
        """Go through the frames that are here: keep events, end at one of `kinds`."""
        while self._frames:
            frame = self._frames.popleft()
            if frame.kind in kinds:
                return frame
            if frame.kind == "text/event-plain":
                self._keep(frame)
            elif frame.kind == "text/disconnect-notice":
                raise PbxError("FreeSWITCH has ended the connection")
        return None

    def _keep(self, frame: Frame) -> None:
        if len(self._events) >= MOST_EVENTS:
            raise PbxError("events come faster than they can be taken; all is read again")
        self._events.append(read_event(frame))

    def _receive(self, wait_s: float) -> None:
        self._socket.settimeout(wait_s)
        try:
            chunk = self._socket.recv(CHUNK)
        except TimeoutError:
            return
        except OSError as error:
            raise PbxError(f"the connection broke: {error.strerror or error}") from error
        if not chunk:
            raise PbxError("FreeSWITCH has closed the connection")
        self.heard_at = time.monotonic()
        self._frames += self._reader.feed(chunk)

    def _send(self, raw: bytes) -> None:
        self._socket.settimeout(self._answer_s)
        try:
            self._socket.sendall(raw)
        except TimeoutError as error:
            raise PbxError("FreeSWITCH does not answer in time") from error
        except OSError as error:
            raise PbxError(f"the connection broke: {error.strerror or error}") from error


def check_word(text: str, what: str) -> str:
    """Return a single word for a command: not empty, no blank, no control character.

    An empty argument would make some commands act on every registration. Raises PbxError.
    """
    if not _WORD.fullmatch(text):
        raise PbxError(f"{what} can't be told to FreeSWITCH", permanent=True)
    return text


def _connect(address: str) -> socket.socket:
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit():
        raise PbxError("the address of the event socket is missing", permanent=True)
    try:
        return socket.create_connection((host.strip("[]"), int(port)), CONNECT_S)
    except socket.gaierror as error:
        raise PbxError("the host name of the event socket can't be resolved") from error
    except ConnectionRefusedError as error:
        raise PbxError("nothing listens at the address of the event socket") from error
    except TimeoutError as error:
        raise PbxError("the event socket can't be reached in time") from error
    except (OSError, OverflowError) as error:
        raise PbxError(f"the event socket can't be reached: {error}") from error


def _refuse_breaks(text: str) -> None:
    if "\r" in text or "\n" in text or "\x00" in text:
        raise PbxError("a line break in a command was refused", permanent=True)
