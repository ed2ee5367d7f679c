"""The ETag of a file."""

import hashlib


def make_etag(body: bytes, edition: int = 0) -> str:
    """Return a hash of the bytes, in quotes: same bytes of the same edition, same ETag."""
    hashed = hashlib.sha256(body)
    if edition:
        hashed.update(f"\0edition {edition}".encode())
    return f'"{hashed.hexdigest()[:32]}"'
