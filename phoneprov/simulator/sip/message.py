"""SIP requests and responses: read tolerantly, written plainly."""

import re
import secrets
from dataclasses import dataclass, replace

Headers = tuple[tuple[str, str], ...]

_COMPACT = {
    "v": "via",
    "f": "from",
    "t": "to",
    "i": "call-id",
    "m": "contact",
    "l": "content-length",
    "c": "content-type",
    "o": "event",
}
_REASONS = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    423: "Interval Too Brief",
    481: "Call/Transaction Does Not Exist",
    486: "Busy Here",
    489: "Bad Event",
}
_REQUEST_LINE = re.compile(r"([A-Z]+) (\S+) SIP/2\.0\Z")
_STATUS_LINE = re.compile(r"SIP/2\.0 (\d{3})(?: (.*))?\Z")
_URI = re.compile(r"<([^>]*)>")
_ADDRESS = re.compile(r'\A\s*(?:"(?:[^"\\]|\\.)*"|[^<"]*?)\s*<[^>]*>')


@dataclass(frozen=True, slots=True, kw_only=True)
class SipMessage:
    """What requests and responses have in common."""

    headers: Headers
    body: str = ""

    def header(self, name: str) -> str | None:
        """Return the first header of that name, or None."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    def all_headers(self, name: str) -> list[str]:
        """Return every header of that name, in order."""
        wanted = name.lower()
        return [value for key, value in self.headers if key.lower() == wanted]

    @property
    def branch(self) -> str:
        """The branch of the topmost Via, which names the transaction."""
        return parameter((self.header("Via") or "").split(",")[0], "branch") or ""

    @property
    def cseq(self) -> tuple[int, str]:
        """Number and method of CSeq; zero where it can't be read."""
        number, _, method = (self.header("CSeq") or "").strip().partition(" ")
        return (int(number) if number.isdigit() else 0, method.strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class SipRequest(SipMessage):
    """A request."""

    method: str
    uri: str

    def encode(self) -> bytes:
        """Return the bytes that go on the wire."""
        return _encode(f"{self.method} {self.uri} SIP/2.0", self)

    def with_headers(self, *headers: tuple[str, str]) -> "SipRequest":
        """Return the request with more headers at its end."""
        return replace(self, headers=(*self.headers, *headers))


@dataclass(frozen=True, slots=True, kw_only=True)
class SipResponse(SipMessage):
    """A response."""

    code: int
    reason: str

    def encode(self) -> bytes:
        """Return the bytes that go on the wire."""
        return _encode(f"SIP/2.0 {self.code} {self.reason}", self)


def read_message(data: bytes) -> SipRequest | SipResponse | None:
    """Return the message in a datagram, or None where it is none (keep-alives, noise)."""
    head, _, body = data.decode("utf-8", "replace").replace("\r\n", "\n").partition("\n\n")
    first, *lines = head.lstrip("\n").split("\n")
    headers = _read_headers(lines)
    if match := _REQUEST_LINE.match(first):
        return SipRequest(method=match[1], uri=match[2], headers=headers, body=body)
    if match := _STATUS_LINE.match(first):
        return SipResponse(code=int(match[1]), reason=match[2] or "", headers=headers, body=body)
    return None


def respond(request: SipRequest, code: int, *headers: tuple[str, str]) -> SipResponse:
    """Return the response to a request, with what RFC 3261 8.2.6 has copied into it."""
    to = request.header("To") or ""
    if parameter(to, "tag") is None:
        to += f";tag={secrets.token_hex(4)}"
    copied = [("Via", via) for via in request.all_headers("Via")]
    copied += [("From", request.header("From") or ""), ("To", to)]
    copied += [(name, request.header(name) or "") for name in ("Call-ID", "CSeq")]
    reason = _REASONS.get(code, "Unknown")
    return SipResponse(code=code, reason=reason, headers=(*copied, *headers))


def uri_in(text: str) -> str:
    """Return the URI of a From, To or Contact value, without brackets and header parameters."""
    match = _URI.search(text)
    return match[1] if match else text.split(";", maxsplit=1)[0].strip()


def parameter(text: str, name: str) -> str | None:
    """Return the parameter `name` of a header value (not of the URI in brackets), or None."""
    outside = _ADDRESS.sub("", text)
    match = re.search(rf';\s*{re.escape(name)}\s*(?:=\s*("[^"]*"|[^;,\s]*))?(?=[;,\s]|\Z)', outside)
    return (match[1] or "").strip('"') if match else None


def user_and_host(uri: str) -> tuple[str, str]:
    """Return the user and the host (with its port) of a SIP URI; an absent user is empty."""
    bare = re.sub(r"\Asips?:", "", uri, flags=re.IGNORECASE)
    bare = bare.split(";")[0].split("?")[0]
    user, at, host = bare.rpartition("@")
    return (user if at else "", host)


def _read_headers(lines: list[str]) -> Headers:
    headers: list[tuple[str, str]] = []
    for line in lines:
        if line[:1] in {" ", "\t"} and headers:
            name, value = headers[-1]
            headers[-1] = (name, f"{value} {line.strip()}")
            continue
        name, colon, value = line.partition(":")
        if colon:
            name = name.strip()
            headers.append((_COMPACT.get(name.lower(), name), value.strip()))
    return tuple(headers)


def _encode(first: str, message: SipMessage) -> bytes:
    body = message.body.encode()
    lines = [first, *(f"{k}: {v}" for k, v in message.headers if k.lower() != "content-length")]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body
