"""A phone's request and our answer, as plain values.

Named tuples, because a cache hit makes one of each and they cost a fifth of a frozen dataclass.
"""

from typing import BinaryIO, NamedTuple

from phoneprov.firmware.downloads import FileStream
from phoneprov.provisioning.etag import make_etag


class Ask(NamedTuple):
    """One request below `/prov/`."""

    method: str
    path: str
    address: str
    """Where it came from (behind a trusted proxy: the phone, not the proxy)."""
    user_agent: str = ""
    if_none_match: str = ""
    wanted_range: str = ""
    """The Range header."""
    if_range: str = ""
    query: str = ""
    body: BinaryIO | None = None
    length: int = 0
    """Bytes of the body as announced."""
    is_tls: bool = False
    """Whether it came encrypted (to the trusted proxy in front of us, where there is one)."""


class Answer(NamedTuple):
    """What goes back. Header names and values are ready for WSGI."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    stream: FileStream | None = None
    """What goes back in place of `body`, where that is too long for the memory."""

    @property
    def size_bytes(self) -> int:
        """How many bytes go back beside the headers."""
        return self.stream.download.length if self.stream else len(self.body)


NOT_FOUND = Answer(
    status=404,
    headers=(
        ("Content-Type", "text/plain"),
        ("Content-Length", "0"),
        ("Cache-Control", "no-store"),
    ),
)
"""The one refusal: an unknown MAC, a closed window and a wrong token look alike to the byte."""


class FileAnswers(NamedTuple):
    """What can be answered with one file; made once, chosen from at each request."""

    etag: str
    whole: Answer
    head: Answer
    unchanged: Answer

    def choose(self, *, if_none_match: str, is_head: bool) -> Answer:
        """Return 304 when the phone has the file, its headers alone for HEAD, else the file."""
        if if_none_match and self.etag in if_none_match:
            return self.unchanged
        return self.head if is_head else self.whole


def make_answers(body: bytes, content_type: str, edition: int = 0) -> FileAnswers:
    """Return what can be answered with these bytes.

    A phone that has them from an earlier `edition` gets them whole once more.
    """
    etag = make_etag(body, edition)
    common = (("ETag", etag), ("Cache-Control", "private, no-cache"))
    headers = (
        *common,
        ("Content-Type", content_type),
        ("Content-Length", str(len(body))),
    )
    return FileAnswers(
        etag=etag,
        whole=Answer(status=200, body=body, headers=headers),
        head=Answer(status=200, headers=headers),
        unchanged=Answer(status=304, headers=common),
    )
