"""The only importer of htmx_flask, so that a later change of library costs one file."""

from flask import Flask, Response, request
from htmx_flask import Htmx
from htmx_flask.requests import HtmxHeaders


def init_htmx(app: Flask) -> None:
    """Teach the app to tell an HTMX request from a page load."""
    Htmx(app)
    app.jinja_env.globals["is_htmx"] = is_htmx


def is_htmx() -> bool:
    """Tell whether a fragment is wanted: an HTMX request that does not replace the whole page."""
    headers = HtmxHeaders(request.headers)
    return bool(headers) and not (headers.boosted or headers.history_restore_request)


def vary_by_htmx(response: Response) -> Response:
    """Say that the answer depends on who asks, so that no cache hands a fragment to a page."""
    response.vary.add("HX-Request")
    return response


def redirect_whole_page(location: str) -> Response:
    """Return an answer that makes HTMX load another page."""
    response = Response(status=204)
    response.headers["HX-Redirect"] = location
    return response


def swap_instead(body: str, status: int, selector: str) -> Response:
    """Return a page of which HTMX swaps the element of `selector`, whatever was asked for."""
    response = Response(body, status=status, mimetype="text/html")
    response.headers["HX-Retarget"] = selector
    response.headers["HX-Reselect"] = selector
    response.headers["HX-Reswap"] = "outerHTML"
    return response
