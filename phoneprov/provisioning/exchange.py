"""A phone's request and our answer, as plain values."""

from dataclasses import dataclass, field
from typing import BinaryIO


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request below `/prov/`."""

    method: str
    path: str
    address: str
    """Where it came from (behind a trusted proxy: the phone, not the proxy)."""
    user_agent: str = ""
    if_none_match: str = ""
    query: str = ""
    body: BinaryIO | None = None
    length: int = 0
    """Bytes of the body as announced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What goes back. Header names and values are ready for WSGI."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = field(default_factory=tuple)


NOT_FOUND = Answer(
    status=404,
    headers=(
        ("Content-Type", "text/plain"),
        ("Content-Length", "0"),
        ("Cache-Control", "no-store"),
    ),
)
"""The one refusal: an unknown MAC, a closed window and a wrong token look alike to the byte."""


def file_answer(
    body: bytes, etag: str, content_type: str, *, if_none_match: str, is_head: bool
) -> Answer:
    """Return 200 with the file, 304 when the phone has it, or the headers alone for HEAD."""
    common = (("ETag", etag), ("Cache-Control", "private, no-cache"))
    if if_none_match and etag in if_none_match:
        return Answer(status=304, headers=common)
    headers = (
        *common,
        ("Content-Type", content_type),
        ("Content-Length", str(len(body))),
    )
    return Answer(status=200, body=b"" if is_head else body, headers=headers)
