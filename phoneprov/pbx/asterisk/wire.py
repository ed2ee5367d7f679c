"""The connection to Asterisk's manager interface: plain or TLS, never blocking in both directions.

One thread reads and writes it (OpenSSL allows no other way); other threads leave what they want
to send and wake it.
"""

import hashlib
import hmac
import selectors
import socket
import ssl
import threading
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from phoneprov.core.errors import PbxError
from phoneprov.pbx.link import LinkSettings

CONNECT_S = 4.0
CHUNK_BYTES = 65_536
MOST_UNSENT_BYTES = 1_000_000
PLAIN_PORT, TLS_PORT = 5038, 5039


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the interface listens, and whether it speaks TLS."""

    host: str
    port: int
    is_tls: bool

    @classmethod
    def read(cls, address: str) -> Self:
        """Return the place of `host`, `host:port`, `tcp://host:port` or `tls://host:port`.

        Raises ValueError for what is no host and port.
        """
        parts = urlsplit(address if "://" in address else f"tcp://{address}")
        is_tls = parts.scheme == "tls"
        port = parts.port or (TLS_PORT if is_tls else PLAIN_PORT)
        return cls(host=parts.hostname or "", port=port, is_tls=is_tls)


class Wire:
    """A connected socket with what waits to be sent; only `send` and `wake` are for all threads."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._socket.setblocking(False)
        self._woken, self._waker = socket.socketpair()
        self._woken.setblocking(False)
        self._waker.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._socket, selectors.EVENT_READ)
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._unsent = bytearray()
        self._lock = threading.Lock()

    @property
    def is_encrypted(self) -> bool:
        """Whether nobody on the way can read what is said."""
        return isinstance(self._socket, ssl.SSLSocket)

    def send(self, raw: bytes) -> None:
        """Leave bytes to be sent at once. Raises PbxError when Asterisk has stopped reading."""
        with self._lock:
            if len(self._unsent) + len(raw) > MOST_UNSENT_BYTES:
                raise PbxError("Asterisk takes no more actions")
            self._unsent += raw
        self.wake()

    def wake(self) -> None:
        """Let a waiting `exchange` return."""
        try:
            self._waker.send(b".")
        except OSError:  # it is full of earlier calls, or closed: either way nobody sleeps
            return

    def exchange(self, wait_s: float) -> bytes:
        """Send what waits and return what arrived within `wait_s` seconds, which may be nothing.

        Raises PbxError when the connection is lost.
        """
        try:
            self._write()
            self._selector.modify(self._socket, self._interest())
            is_decrypted = isinstance(self._socket, ssl.SSLSocket) and self._socket.pending() > 0
            self._selector.select(0 if is_decrypted else wait_s)
            self._drain_wakes()
            self._write()
            return self._read()
        except OSError as error:
            raise PbxError("the connection to Asterisk was lost") from error

    def close(self) -> None:
        """Let go of everything."""
        self._selector.close()
        for one in (self._socket, self._woken, self._waker):
            one.close()

    def _interest(self) -> int:
        return selectors.EVENT_READ | (selectors.EVENT_WRITE if self._unsent else 0)

    def _write(self) -> None:
        with self._lock:
            while self._unsent:
                try:
                    sent = self._socket.send(self._unsent)
                except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                    return
                del self._unsent[:sent]

    def _read(self) -> bytes:
        try:
            raw = self._socket.recv(CHUNK_BYTES)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return b""
        if not raw:
            raise PbxError("Asterisk closed the connection")
        return raw

    def _drain_wakes(self) -> None:
        try:
            while self._woken.recv(CHUNK_BYTES):
                pass
        except BlockingIOError:
            return


def open_wire(settings: LinkSettings, *, wait_s: float = CONNECT_S) -> Wire:
    """Connect, and with TLS look at the certificate. Raises PbxError with what to do."""
    try:
        place = Place.read(settings.address)
    except ValueError as error:
        raise PbxError("the link address is no host and port", permanent=True) from error
    try:
        plain = socket.create_connection((place.host, place.port), timeout=wait_s)
    except socket.gaierror as error:
        raise PbxError(f"the host {place.host} is not known") from error
    except TimeoutError as error:
        raise PbxError(f"{place.host}:{place.port} does not answer in time") from error
    except OSError as error:
        message = f"nothing listens at {place.host}:{place.port}; is AMI enabled in manager.conf?"
        raise PbxError(message) from error
    try:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return Wire(_encrypt(plain, place, settings.fingerprint) if place.is_tls else plain)
    except BaseException:
        plain.close()
        raise


def fetch_fingerprint(settings: LinkSettings, *, wait_s: float = CONNECT_S) -> str:
    """Return the SHA-256 of the certificate that is shown, trusted or not; empty without one."""
    place = Place.read(settings.address)
    try:
        with (
            socket.create_connection((place.host, place.port), timeout=wait_s) as plain,
            _unchecked().wrap_socket(plain, server_hostname=place.host) as shown,
        ):
            return _fingerprint(shown)
    except OSError:
        return ""


def _encrypt(plain: socket.socket, place: Place, fingerprint: str) -> ssl.SSLSocket:
    context = _unchecked() if fingerprint else ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        encrypted = context.wrap_socket(plain, server_hostname=place.host)
    except ssl.SSLCertVerificationError as error:
        reason = error.verify_message or "it is not valid"
        message = f"the certificate of {place.host} can't be trusted: {reason}"
        raise PbxError(message, permanent=True) from error
    except ssl.SSLError as error:
        message = f"{place.host}:{place.port} does not speak TLS; is it the TLS port of AMI?"
        raise PbxError(message) from error
    except OSError as error:
        raise PbxError(f"{place.host}:{place.port} does not answer TLS in time") from error
    if fingerprint and not hmac.compare_digest(_fingerprint(encrypted), fingerprint):
        encrypted.close()
        message = f"{place.host} shows another certificate than the one that is trusted here"
        raise PbxError(message, permanent=True)
    return encrypted


def _unchecked() -> ssl.SSLContext:
    """Return a context that takes any certificate: the fingerprint decides afterwards."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _fingerprint(encrypted: ssl.SSLSocket) -> str:
    shown = encrypted.getpeercert(binary_form=True) or b""
    return hashlib.sha256(shown).hexdigest()
