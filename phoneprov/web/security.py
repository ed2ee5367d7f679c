"""What every request and every answer of the pages has to keep to."""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, request

from phoneprov.web.auth.sessions import init_log_in
from phoneprov.web.prov.app import client_address as find_client_address
from phoneprov.web.runtime import runtime

_SOURCES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "font-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
POLICY = "; ".join(f"{kind} {sources}" for kind, sources in _SOURCES.items())
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
ONE_YEAR_S = 365 * 24 * 3600

CAMERA_POLICY = "camera=(self), geolocation=(), microphone=()"

View = TypeVar("View", bound=Callable[..., Any])

_HAS_CAMERA = "_has_camera"
_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_OURS = frozenset({"same-origin", "none", ""})


def init_security(app: Flask) -> None:
    """Give the app its log-in, its refusal of foreign sites and its headers."""
    app.config["SESSION_REFRESH_EACH_REQUEST"] = False
    init_log_in(app)
    app.before_request(_refuse_foreign_sites)
    app.after_request(_add_headers)


def with_camera(view: View) -> View:
    """Mark a view whose page may ask for the camera: it reads the stickers of phones."""
    setattr(view, _HAS_CAMERA, True)
    return view


def client_address() -> str:
    """Return who asks; `X-Forwarded-For` counts only from a configured proxy."""
    return find_client_address(request.environ, runtime().settings.trusted_proxies)


def is_local_path(target: str) -> bool:
    """Tell whether `target` is a path on this server, so that a link can't lead elsewhere."""
    if not target.startswith("/") or target.startswith(("//", "/\\")):
        return False
    if "\\" in target or any(ord(character) <= ord(" ") for character in target):
        return False
    parts = urlsplit(target)
    return not parts.scheme and not parts.netloc


def _refuse_foreign_sites() -> None:
    """Refuse a write that another site's page sends; browsers say where it comes from."""
    if request.method not in _WRITES:
        return
    if request.headers.get("Sec-Fetch-Site", "") not in _OURS:
        abort(403)


def _add_headers(response: Response) -> Response:
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, _HAS_CAMERA, False):
        response.headers["Permissions-Policy"] = CAMERA_POLICY
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    if current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers.setdefault("Strict-Transport-Security", f"max-age={ONE_YEAR_S}")
    return response
