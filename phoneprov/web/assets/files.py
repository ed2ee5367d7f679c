"""The browser's files: ours from `static/`, others' from the packages that carry them."""

import hashlib
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

STATIC = Path(__file__).parent.parent.parent / "static"
HTMX_NAME = "htmx.min.js"
HTMX_PACKAGE = "django-js-lib-htmx"
HTMX_PATH = "js_lib_htmx/static/htmx/htmx.min.js"
DIGEST_CHARS = 12

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One file as it is served; `digest` stands in its address."""

    name: str
    content: bytes
    content_type: str
    digest: str


def load_assets() -> dict[str, Asset]:
    """Return all assets by name, read once."""
    paths = {
        str(path.relative_to(STATIC)): path
        for path in sorted(STATIC.rglob("*"))
        if path.suffix in _TYPES
    }
    paths[HTMX_NAME] = Path(str(distribution(HTMX_PACKAGE).locate_file(HTMX_PATH)))
    return {name: _load(name, path) for name, path in paths.items()}


def _load(name: str, path: Path) -> Asset:
    content = path.read_bytes()
    return Asset(
        name=name,
        content=content,
        content_type=_TYPES[path.suffix],
        digest=hashlib.sha256(content).hexdigest()[:DIGEST_CHARS],
    )
