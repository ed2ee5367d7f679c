"""The ETag of a file."""

import hashlib


def make_etag(body: bytes) -> str:
    """Return a hash of the bytes, in quotes: same bytes, same ETag."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'
