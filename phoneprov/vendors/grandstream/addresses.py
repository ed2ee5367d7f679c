"""Addresses as Grandstream writes them: the scheme apart, or not at all."""

from urllib.parse import urlsplit

_SCHEMES = {"http": 1, "https": 2}
"""P212 (and P6767): 0 is TFTP. Source: Grandstream template GXP16xx 1.0.4.33."""


def split_url(url: str) -> tuple[int, str]:
    """Return P212 and P237 of an address; P237 is host and path without scheme or end slash.

    Older firmware puts P212's scheme in front of P237 once more when it holds one.
    """
    parts = urlsplit(url)
    return _SCHEMES[parts.scheme], (parts.netloc + parts.path).rstrip("/")


def action_url(url: str) -> str:
    """Return what an action URL starts with.

    The guides write it without a scheme, and the phone then uses plain HTTP. An HTTPS address
    keeps its scheme: firmware that can't take one reports nothing, but never sends the phone's
    token in the clear.

    Source: GRP261x administration guide 1.0.5.48 p. 117 (`172.18.24.103/mac=$mac&…`).
    """
    return url.removeprefix("http://")
