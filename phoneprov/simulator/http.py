"""HTTP as a phone speaks it: from its own address, one connection per request, no surprises."""

import base64
import http.client
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote, urljoin, urlsplit

_REDIRECTS = {301, 302, 307, 308}
_MOST_REDIRECTS = 3
_KEPT_BYTES = 4_000_000
_NOT_FOUND = 404


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """A request of a phone."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    is_image: bool = False
    """Whether a firmware image is asked for: read in blocks and not kept (simulator.images)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """What came back; status 0 where nothing did, with the reason in `error`."""

    status: int
    body: bytes = b""
    error: str = ""
    version: str = ""
    """Of an image: the version that its head tells, where that is another than the phone runs and
    the whole image has come."""

    @property
    def is_found(self) -> bool:
        """Whether there is a file."""
        return self.status == http.client.OK

    @property
    def is_failure(self) -> bool:
        """Whether the server is out of order, as against merely not having the file."""
        return self.status == 0 or self.status >= http.client.INTERNAL_SERVER_ERROR


def send(
    request: HttpRequest, *, local_ip: str, timeout_s: float, checks_tls: bool = True
) -> HttpAnswer:
    """Send a request from `local_ip` and return the answer, following a few redirects."""
    url = request.url
    for _ in range(_MOST_REDIRECTS + 1):
        try:
            answer, location = _exchange(request, url, local_ip, timeout_s, checks_tls=checks_tls)
        except (OSError, http.client.HTTPException, ValueError) as error:
            return HttpAnswer(status=0, error=str(error) or type(error).__name__)
        if answer.status not in _REDIRECTS or not location or request.method != "GET":
            return answer
        url = urljoin(url, location)
    return HttpAnswer(status=0, error="redirected too often")


def _exchange(
    request: HttpRequest, url: str, local_ip: str, timeout_s: float, *, checks_tls: bool
) -> tuple[HttpAnswer, str]:
    connection = connect(url, local_ip, timeout_s, checks_tls=checks_tls)
    try:
        ask(connection, request, url)
        response = connection.getresponse()
        answer = HttpAnswer(status=response.status, body=response.read(_KEPT_BYTES))
        return answer, response.headers.get("Location", "")
    finally:
        connection.close()


def connect(
    url: str, local_ip: str, timeout_s: float, *, checks_tls: bool
) -> http.client.HTTPConnection:
    """Return a connection to the server of `url`, not open yet.

    Raises ValueError for an address that no phone can open.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"not an address a phone can open: {url}")
    source = (local_ip, 0) if local_ip else None
    if parts.scheme == "http":
        return http.client.HTTPConnection(
            parts.hostname, parts.port, timeout=timeout_s, source_address=source
        )
    context = ssl.create_default_context()
    if not checks_tls:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return http.client.HTTPSConnection(
        parts.hostname, parts.port, timeout=timeout_s, source_address=source, context=context
    )


def ask(connection: http.client.HTTPConnection, request: HttpRequest, url: str) -> None:
    """Send a request for `url`; phones send action URLs as they stand.

    Only what HTTP can't carry at all is escaped here.
    """
    parts = urlsplit(url)
    path = quote(parts.path or "/", safe="/%:;=@&$,+!*'()~")
    query = "?" + quote(parts.query, safe="/%:;=@&$,+!*'()~?") if parts.query else ""
    headers = {"Connection": "close", **request.headers}
    if parts.username is not None:
        headers["Authorization"] = _basic(unquote(parts.username), unquote(parts.password or ""))
    connection.request(request.method, path + query, request.body or None, headers)


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
