"""The little of SIP that the direct link speaks: requests out, responses in, digest answers."""

import hashlib
import re
import secrets
from dataclasses import dataclass, field

CRLF = "\r\n"
_PART = re.compile(r'(\w+)\s*=\s*(?:"([^"]*)"|([^\s,]+))')


@dataclass(frozen=True, slots=True, kw_only=True)
class SipRequest:
    """A request outside of any dialog. `branch` and `call_id` are made anew for each."""

    method: str
    uri: str
    from_uri: str
    to_uri: str
    local: str
    """Our own `host:port`, for Via and Contact."""
    transport: str = "UDP"
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    cseq: int = 1
    call_id: str = field(default_factory=lambda: secrets.token_hex(12))
    branch: str = field(default_factory=lambda: f"z9hG4bK{secrets.token_hex(10)}")
    tag: str = field(default_factory=lambda: secrets.token_hex(6))

    def encode(self) -> bytes:
        """Return the bytes on the wire.

        Raises ValueError for a line break in any part: it would become a header of its own.
        """
        lines = [
            f"{self.method} {self.uri} SIP/2.0",
            f"Via: SIP/2.0/{self.transport} {self.local};branch={self.branch};rport",
            "Max-Forwards: 70",
            f"From: <{self.from_uri}>;tag={self.tag}",
            f"To: <{self.to_uri}>",
            f"Call-ID: {self.call_id}",
            f"CSeq: {self.cseq} {self.method}",
            f"Contact: <sip:{self.local}>",
            "User-Agent: phoneprov",
            *(f"{name}: {value}" for name, value in self.headers),
            f"Content-Length: {len(self.body.encode())}",
        ]
        if any("\r" in line or "\n" in line for line in lines):
            raise ValueError("a line break in a SIP header was refused")
        return (CRLF.join(lines) + CRLF + CRLF + self.body).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class SipMessage:
    """A message that arrived: a response (`code` set) or a request (`method` set)."""

    code: int
    reason: str
    method: str
    headers: dict[str, str]

    @property
    def call_id(self) -> str:
        """The Call-ID, by which a response finds its request."""
        return self.headers.get("call-id", self.headers.get("i", ""))


def read_message(raw: bytes) -> SipMessage | None:
    """Return the message in a datagram, or None for anything else."""
    head = raw.split(b"\r\n\r\n", 1)[0].decode("utf-8", "replace")
    first, *lines = head.split(CRLF)
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            headers.setdefault(name.strip().lower(), value.strip())
    parts = first.split(" ", 2)
    if first.startswith("SIP/2.0 ") and len(parts) > 1 and parts[1].isdigit():
        reason = parts[2] if len(parts) == 3 else ""  # noqa: PLR2004 - version, code, reason
        return SipMessage(code=int(parts[1]), reason=reason, method="", headers=headers)
    if first.endswith(" SIP/2.0"):
        return SipMessage(code=0, reason="", method=parts[0], headers=headers)
    return None


def answer_to(raw: bytes, code: int, reason: str) -> bytes:
    """Return a response to a request, with the headers that must be copied."""
    head = raw.split(b"\r\n\r\n", 1)[0].decode("utf-8", "replace").split(CRLF)
    kept = [
        line
        for line in head[1:]
        if line.lower().startswith(("via:", "from:", "to:", "call-id:", "cseq:", "v:", "i:"))
    ]
    lines = [f"SIP/2.0 {code} {reason}", *kept, "Content-Length: 0"]
    return (CRLF.join(lines) + CRLF + CRLF).encode()


def digest_answer(challenge: str, *, method: str, uri: str, user: str, password: str) -> str:
    """Return the Authorization value that answers a Digest challenge (MD5, with or without qop).

    Source: RFC 2617 section 3.2.2.
    """
    told = {name.lower(): quoted or bare for name, quoted, bare in _PART.findall(challenge)}
    realm, nonce = told.get("realm", ""), told.get("nonce", "")
    first = _md5(f"{user}:{realm}:{password}")
    second = _md5(f"{method}:{uri}")
    parts = [
        f'username="{user}"',
        f'realm="{realm}"',
        f'nonce="{nonce}"',
        f'uri="{uri}"',
        "algorithm=MD5",
    ]
    if "auth" in told.get("qop", "").split(","):
        cnonce, count = secrets.token_hex(8), "00000001"
        response = _md5(f"{first}:{nonce}:{count}:{cnonce}:auth:{second}")
        parts += ["qop=auth", f"nc={count}", f'cnonce="{cnonce}"']
    else:
        response = _md5(f"{first}:{nonce}:{second}")
    if "opaque" in told:
        parts.append(f'opaque="{told["opaque"]}"')
    parts.append(f'response="{response}"')
    return "Digest " + ", ".join(parts)


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
