"""Answers phones before Flask is touched: no session, no CSRF, no templates on their way."""

from collections.abc import Iterable
from functools import lru_cache
from http import HTTPStatus
from ipaddress import ip_address
from typing import TYPE_CHECKING

import structlog
from flask import Flask

from phoneprov.core.settings import Network
from phoneprov.firmware.downloads import BLOCK
from phoneprov.provisioning.exchange import Answer, Ask
from phoneprov.provisioning.files import PREFIX
from phoneprov.web.runtime import EXTENSION, Runtime

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = structlog.get_logger(__name__)

STATUS_LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}
FAILED = Answer(
    status=503,
    headers=(("Content-Length", "0"), ("Retry-After", "60"), ("Cache-Control", "no-store")),
)
"""What a phone gets when we fail: try again later; never a page it could take for a config."""


def mount_prov(app: Flask) -> None:
    """Put the phones' side in front of the app."""
    runtime = app.extensions[EXTENSION]
    app.wsgi_app = ProvApp(app.wsgi_app, runtime)  # type: ignore[method-assign]


class ProvApp:
    """WSGI middleware: `/prov/` is ours, everything else goes on to Flask."""

    def __init__(self, inner: "WSGIApplication", runtime: Runtime) -> None:
        self._inner = inner
        self._answer = runtime.answering.answer
        self._recall = runtime.answering.recall.answer
        self._trusted = runtime.settings.trusted_proxies

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer a phone, or hand the request on."""
        path = environ.get("PATH_INFO", "")
        if not path.startswith(PREFIX):
            return self._inner(environ, start_response)
        answer = self._recalled(environ, path) or self._safely(_ask(environ, path, self._trusted))
        start_response(STATUS_LINES[answer.status], list(answer.headers))
        if answer.stream is None:
            return [answer.body]
        # The server's own wrapper sends a file without holding one of its few threads meanwhile.
        wrap = environ.get("wsgi.file_wrapper")
        return answer.stream if wrap is None else wrap(answer.stream, BLOCK)

    def _recalled(self, environ: "WSGIEnvironment", path: str) -> Answer | None:
        if environ["REQUEST_METHOD"] != "GET":
            return None
        return self._recall(
            path,
            environ.get("HTTP_USER_AGENT", ""),
            environ.get("HTTP_IF_NONE_MATCH", ""),
            client_address(environ, self._trusted),
            is_tls=is_encrypted(environ, self._trusted),
        )

    def _safely(self, ask: Ask) -> Answer:
        try:
            return self._answer(ask)
        except Exception:  # the border of a phone's request
            log.exception("phone not answered", path=ask.path[:120], address=ask.address)
            return FAILED


def _ask(environ: "WSGIEnvironment", path: str, trusted: tuple[Network, ...]) -> Ask:
    length = environ.get("CONTENT_LENGTH") or ""
    return Ask(
        method=environ.get("REQUEST_METHOD", "GET"),
        # WSGI hands the path's bytes over as Latin-1; phones and we mean UTF-8.
        path=path if path.isascii() else path.encode("latin-1").decode("utf-8", "replace"),
        address=client_address(environ, trusted),
        user_agent=environ.get("HTTP_USER_AGENT", ""),
        if_none_match=environ.get("HTTP_IF_NONE_MATCH", ""),
        wanted_range=environ.get("HTTP_RANGE", ""),
        if_range=environ.get("HTTP_IF_RANGE", ""),
        query=environ.get("QUERY_STRING", ""),
        body=environ.get("wsgi.input"),
        length=int(length) if length.isascii() and length.isdigit() else 0,
        is_tls=is_encrypted(environ, trusted),
    )


def is_encrypted(environ: "WSGIEnvironment", trusted: tuple[Network, ...]) -> bool:
    """Tell whether a request came by HTTPS; of a configured proxy `X-Forwarded-Proto` counts."""
    if environ.get("wsgi.url_scheme") == "https":
        return True
    if not trusted or not _is_in(str(environ.get("REMOTE_ADDR", "")), trusted):
        return False
    return str(environ.get("HTTP_X_FORWARDED_PROTO", "")).strip().lower() == "https"


def client_address(environ: "WSGIEnvironment", trusted: tuple[Network, ...]) -> str:
    """Return where a request came from.

    `X-Forwarded-For` counts only from a configured proxy, and of it only the last address that is
    no such proxy: everything to the left of it could have been written by the client.
    """
    remote = str(environ.get("REMOTE_ADDR", ""))
    if not trusted or not _is_in(remote, trusted):
        return remote
    forwarded = str(environ.get("HTTP_X_FORWARDED_FOR", ""))
    for part in reversed([one.strip() for one in forwarded.split(",") if one.strip()]):
        if not _is_address(part):
            return remote
        if not _is_in(part, trusted):
            return part
    return remote


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=1000)
def _is_in(text: str, networks: tuple[Network, ...]) -> bool:
    try:
        address = ip_address(text)
    except ValueError:
        return False
    return any(address in network for network in networks)
