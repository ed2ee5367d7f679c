"""Serves the browser's files under addresses that change with their content."""

from flask import Blueprint, Response, abort, current_app, url_for

from phoneprov.web.access import public
from phoneprov.web.assets.files import HTMX_NAME, Asset, load_assets

FOR_A_YEAR = "public, max-age=31536000, immutable"
EXTENSION = "phoneprov-assets"

blueprint = Blueprint("assets", __name__)


@blueprint.record_once
def _load(state: object) -> None:
    """Read the files when the app is made, and give templates their addresses."""
    app = state.app  # type: ignore[attr-defined]
    app.extensions[EXTENSION] = load_assets()
    app.jinja_env.globals.update(asset=asset, asset_htmx=asset_htmx)


def asset(name: str) -> str:
    """Return the address of one of our files.

    Raises KeyError for a file that isn't there, so that no page goes out with a dead link.
    """
    return url_for("assets.serve", digest=_assets()[name].digest, name=name)


def asset_htmx() -> str:
    """Return the address of htmx, served from the package that carries it."""
    return asset(HTMX_NAME)


@blueprint.get("/assets/<digest>/<path:name>")
@public
def serve(digest: str, name: str) -> Response:
    """Serve a file; a digest of an earlier version gets today's file, not to be kept."""
    found = _assets().get(name)
    if found is None:
        abort(404)
    response = Response(found.content, content_type=found.content_type)
    is_current = digest == found.digest
    response.headers["Cache-Control"] = FOR_A_YEAR if is_current else "no-cache"
    return response


def _assets() -> dict[str, Asset]:
    found: dict[str, Asset] = current_app.extensions[EXTENSION]
    return found
