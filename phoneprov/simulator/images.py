"""Firmware as a simulated phone takes it: downloaded in blocks, looked at, kept nowhere.

A real phone reads the version out of the image's own head, never out of its name. A simulated
image carries a mark with its version there (`make_image`); anything else is no image to it.
"""

import hashlib
import http.client
import re
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from enum import StrEnum

from phoneprov.simulator.http import HttpAnswer, HttpRequest, ask, connect

HEAD_BYTES = 4096
_BLOCK = 64 * 1024
_MARK = b"SIMULATED IMAGE "
_MARK_AT = 2048
_VERSION = re.compile(re.escape(_MARK) + rb"([\w.]{1,40})\n")
_WHOLE, _PART = 200, 206
_TRIES = 3
_WINDOW_BYTES = 64 * 1024
"""What a phone takes ahead of what it has read: without it a whole image fits between the two."""
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


class UpgradeEnd(StrEnum):
    """How a phone's update ends."""

    RETURNS = "returns"
    NEVER_RETURNS = "never_returns"
    OLD_VERSION = "old_version"
    BREAKS = "breaks"
    """Its download breaks off, every time."""
    RESUMES = "resumes"
    """Its download breaks off once; at its next try it goes on by Range where it was."""
    GIVES_UP = "gives_up"
    """Its download breaks off, and it never asks for an image again."""

    @property
    def breaks(self) -> bool:
        """Whether a download breaks off at all."""
        return self in {UpgradeEnd.BREAKS, UpgradeEnd.RESUMES, UpgradeEnd.GIVES_UP}


@dataclass(frozen=True, slots=True, kw_only=True)
class UpgradeHabit:
    """How a phone takes firmware. Times in seconds."""

    install_s: float = 5.0
    """From the last byte to the first request of its new life."""
    end: UpgradeEnd = UpgradeEnd.RETURNS
    breaks_at: float = 0.6
    """Share of the image after which a download that breaks does so."""
    piece_bytes: int = 0
    """Ask for pieces of this size by Range; 0 asks for all at once, and by Range for the rest
    where the connection broke."""
    bytes_per_s: int = 0
    """How fast its line is at most; 0 is as fast as it goes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """From where and how a phone reaches a server."""

    local_ip: str
    timeout_s: float
    checks_tls: bool


class BrokenOff(OSError):  # noqa: N818 - an event, not a mistake
    """The phone gave the download up on purpose."""


@dataclass(slots=True, kw_only=True)
class _Taken:
    """What has come of an image so far."""

    position: int = 0
    size: int = 0
    head: bytes = b""
    status: int = 0

    def add(self, block: bytes) -> None:
        if len(self.head) < HEAD_BYTES:
            self.head += block[: HEAD_BYTES - len(self.head)]
        self.position += len(block)


@dataclass(slots=True)
class Leftover:
    """What a phone remembers of a download that broke off, until its next try."""

    url: str = ""
    has_broken: bool = False
    taken: _Taken = field(default_factory=_Taken)

    def keep(self, url: str, taken: _Taken) -> None:
        """Remember how far it came."""
        self.url, self.taken, self.has_broken = url, taken, True

    def go_on(self, url: str) -> _Taken:
        """Return what there is of this image already, once."""
        taken, self.taken = self.taken, _Taken()
        return taken if url == self.url else _Taken()


def make_image(version: str, size_bytes: int, head: bytes = b"") -> bytes:
    """Return bytes that simulated phones take for an image of `version`, always the same ones.

    `head` stands at its beginning, before the mark: what the makers' own images begin with.
    """
    start = (head or b"\x7fsimulated\n").ljust(_MARK_AT, b"\x5a")[:_MARK_AT]
    start += _MARK + version.encode() + b"\n"
    filler = b"".join(_filler(version, size_bytes))
    return (start + filler)[: max(size_bytes, len(start))]


def read_version(head: bytes) -> str:
    """Return the version that an image's head tells; empty where it is no image."""
    found = _VERSION.search(head)
    return found[1].decode() if found else ""


def download(
    request: HttpRequest,
    habit: UpgradeHabit,
    way: Way,
    *,
    running: str,
    leftover: Leftover | None = None,
) -> HttpAnswer:
    """Fetch an image, unless its head tells the version that runs already.

    The answer carries the version once the whole image has come. `leftover` is what the phone
    remembers from one try to the next.
    """
    memory = leftover or Leftover()
    if habit.end is UpgradeEnd.GIVES_UP and memory.has_broken:
        return HttpAnswer(status=0, error="it does not try again")
    breaks = habit.end.breaks and not (habit.end is UpgradeEnd.RESUMES and memory.has_broken)
    taken = memory.go_on(request.url) if habit.end is UpgradeEnd.RESUMES else _Taken()
    fetching = _Fetching(habit=habit, way=way, running=running, breaks=breaks)
    error = ""
    for _ in range(_TRIES):
        try:
            fetching.fetch_on(request, taken)
            error = ""
            break
        except BrokenOff as broken:
            memory.keep(request.url, taken)
            return HttpAnswer(status=0, error=str(broken))
        except (OSError, http.client.HTTPException, ValueError) as broken:
            error = str(broken) or type(broken).__name__
    return HttpAnswer(status=0, error=error) if error else _answer(taken, running)


def _answer(taken: _Taken, running: str) -> HttpAnswer:
    version = read_version(taken.head)
    is_whole = taken.size > 0 and taken.position == taken.size
    is_news = bool(version) and version != running
    return HttpAnswer(
        status=_WHOLE if taken.status == _PART else taken.status,
        body=taken.head,
        version=version if is_whole and is_news else "",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fetching:
    """How one try goes."""

    habit: UpgradeHabit
    way: Way
    running: str
    breaks: bool

    def fetch_on(self, request: HttpRequest, taken: _Taken) -> None:
        """Fetch what is missing, from where the last connection ended."""
        while not taken.size or taken.position < taken.size:
            asked = _with_range(request, self.habit, taken)
            way = self.way
            connection = connect(asked.url, way.local_ip, way.timeout_s, checks_tls=way.checks_tls)
            with closing(connection):
                self._narrow(connection)
                ask(connection, asked, asked.url)
                response = connection.getresponse()
                taken.status = response.status
                if not _begin(response, taken):
                    return
                self._read(response, taken)
            if taken.status == _WHOLE or _is_unwanted(taken, self.running):
                return

    def _narrow(self, connection: http.client.HTTPConnection) -> None:
        """Let the server see how slow the phone is, instead of a deep buffer in between."""
        if self.breaks or self.habit.bytes_per_s:
            connection.connect()
            connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _WINDOW_BYTES)

    def _read(self, response: http.client.HTTPResponse, taken: _Taken) -> None:
        limit = int(taken.size * self.habit.breaks_at) if self.breaks else taken.size
        while block := response.read(_BLOCK):
            taken.add(block)
            if self.breaks and taken.position >= limit:
                raise BrokenOff(f"broke off after {taken.position} of {taken.size} bytes")
            if _is_unwanted(taken, self.running):
                return
            if self.habit.bytes_per_s:
                time.sleep(len(block) / self.habit.bytes_per_s)


def _with_range(request: HttpRequest, habit: UpgradeHabit, taken: _Taken) -> HttpRequest:
    last = f"{taken.position + habit.piece_bytes - 1}" if habit.piece_bytes else ""
    if not last and not taken.position:
        return request
    wanted = {"Range": f"bytes={taken.position}-{last}"}
    return replace(request, headers={**request.headers, **wanted})


def _begin(response: http.client.HTTPResponse, taken: _Taken) -> bool:
    """Take in how long the image is; False where there is none."""
    if response.status == _PART:
        found = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
        if found is None or int(found[1]) != taken.position:
            raise ValueError("the server sent another part than was asked for")
        taken.size = int(found[3])
        return True
    if response.status != _WHOLE:
        return False
    taken.position, taken.head = 0, b""
    taken.size = int(response.headers.get("Content-Length", "0"))
    return True


def _is_unwanted(taken: _Taken, running: str) -> bool:
    """Tell whether the head says that it is no image, or what the phone runs."""
    return len(taken.head) >= HEAD_BYTES and read_version(taken.head) in {"", running}


def _filler(version: str, size_bytes: int) -> Iterator[bytes]:
    block = hashlib.shake_256(version.encode()).digest(1 << 20)
    for _ in range(size_bytes // len(block) + 1):
        yield block
