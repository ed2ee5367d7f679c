"""One HTTP request to a PBX that ends by a deadline, however slowly the answer drips in.

The usual clients time each read alone: a PBX that sends a byte every second would hold its link
for ever. Proxies of the environment are not meant for a PBX, and redirects are not followed.
"""

import http.client
import io
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import SplitResult, urlsplit

from phoneprov.core.errors import PbxError

CONNECT_S = 2.0
CHUNK = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """Status and body of an answer."""

    status: int
    body: bytes


class _Connected(Protocol):
    """What plain and TLS sockets have in common here."""

    def settimeout(self, value: float, /) -> None: ...
    def recv_into(self, buffer: memoryview, /) -> int: ...
    def sendall(self, raw: bytes, /) -> None: ...
    def close(self) -> None: ...


class _Reading(io.RawIOBase):
    """The reading side of a socket, under one deadline."""

    def __init__(self, connected: _Connected, ends_at: float) -> None:
        super().__init__()
        self._connected = connected
        self._ends_at = ends_at

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]  # a narrower type is enough for BufferedReader
        self._connected.settimeout(_left(self._ends_at))
        return self._connected.recv_into(buffer)


class _Timed:
    """What http.client takes for a socket."""

    def __init__(self, connected: _Connected, ends_at: float) -> None:
        self._connected = connected
        self._ends_at = ends_at

    def makefile(self, *_args: object, **_kinds: object) -> io.BufferedReader:
        return io.BufferedReader(_Reading(self._connected, self._ends_at), CHUNK)

    def sendall(self, raw: bytes) -> None:
        self._connected.settimeout(_left(self._ends_at))
        self._connected.sendall(raw)

    def close(self) -> None:
        """Leave it open: http.client calls this before the body of the last answer is read."""


def post(  # noqa: PLR0913 - a request with its limits
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    within_s: float,
    largest: int,
    connect_to: str = "",
) -> HttpAnswer:
    """Post a body and return the answer.

    `connect_to` is the IP address to connect to where the host was looked up and checked before;
    the certificate still has to be the host's. Raises TimeoutError when the answer is not whole in
    time, ConnectionError when nothing listens or the connection breaks, PbxError for an address
    that can't be used or an answer that is too large.
    """
    parts = urlsplit(url)
    ends_at = time.monotonic() + within_s
    connected = _connect(parts, connect_to)
    try:
        client = http.client.HTTPConnection(parts.netloc)
        client.sock = _Timed(connected, ends_at)
        client.request("POST", _target(parts), body, dict(headers))
        return _read(client.getresponse(), largest)
    except http.client.HTTPException as error:
        raise ConnectionError(f"no HTTP: {type(error).__name__}") from error
    except ValueError as error:
        raise PbxError("the address can't be used", permanent=True) from error
    finally:
        connected.close()


def _read(response: http.client.HTTPResponse, largest: int) -> HttpAnswer:
    parts = []
    size = 0
    while chunk := response.read1(CHUNK):
        size += len(chunk)
        if size > largest:
            message = f"the answer is larger than {largest // 1_048_576 or 1} MB"
            raise PbxError(message, permanent=True)
        parts.append(chunk)
    return HttpAnswer(status=response.status, body=b"".join(parts))


def _target(parts: SplitResult) -> str:
    path = parts.path or "/"
    return f"{path}?{parts.query}" if parts.query else path


def _connect(parts: SplitResult, connect_to: str) -> _Connected:
    host = parts.hostname or ""
    if parts.scheme not in {"http", "https"} or not host:
        raise PbxError("the address can't be used", permanent=True)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    plain = socket.create_connection((connect_to or host, port), CONNECT_S)
    if parts.scheme == "http":
        return plain
    try:
        return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
    except ssl.SSLError as error:
        plain.close()
        message = f"its TLS certificate is not trusted: {error.reason or error}"
        raise PbxError(message, permanent=True) from error


def _left(ends_at: float) -> float:
    left_s = ends_at - time.monotonic()
    if left_s <= 0:
        raise TimeoutError("no whole answer in time")
    return left_s
