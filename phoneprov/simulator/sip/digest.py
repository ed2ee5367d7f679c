"""MD5 digest of RFC 2617, as the one who asks and as the one who answers."""

import hashlib
import re
import secrets
from dataclasses import dataclass, field

_FIELD = re.compile(r'([a-zA-Z_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))')


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Who answers a challenge."""

    user: str
    password: str = field(repr=False)


def read_fields(text: str) -> dict[str, str]:
    """Return the fields of a `Digest …` header, names in lower case, quotes taken off.

    Empty where the header is of another scheme.
    """
    scheme, _, rest = text.strip().partition(" ")
    if scheme.lower() != "digest":
        return {}
    return {
        name.lower(): re.sub(r"\\(.)", r"\1", quoted) if quoted else plain
        for name, quoted, plain in _FIELD.findall(rest)
    }


def challenge(realm: str, nonce: str, *, is_stale: bool = False) -> str:
    """Return a challenge, as the value of WWW-Authenticate."""
    stale = ", stale=true" if is_stale else ""
    return f'Digest realm="{realm}", nonce="{nonce}", algorithm=MD5, qop="auth"{stale}'


def answer_challenge(
    challenge_text: str,
    credentials: Credentials,
    request: tuple[str, str],
    *,
    count: int = 1,
    cnonce: str | None = None,
) -> str | None:
    """Return the value of Authorization that answers a challenge.

    `request` is method and URI; `count` is how often this nonce has been used. None where the
    challenge can't be answered: no digest, no nonce, or another algorithm than MD5.
    """
    asked = read_fields(challenge_text)
    if "nonce" not in asked or asked.get("algorithm", "MD5").upper() != "MD5":
        return None
    method, uri = request
    fields = {
        "username": credentials.user,
        "realm": asked.get("realm", ""),
        "nonce": asked["nonce"],
        "uri": uri,
    }
    if "auth" in [part.strip() for part in asked.get("qop", "").split(",")]:
        fields |= {"qop": "auth", "nc": f"{count:08x}", "cnonce": cnonce or secrets.token_hex(8)}
    fields["response"] = digest_of(fields, credentials.password, method)
    if "opaque" in asked:
        fields["opaque"] = asked["opaque"]
    bare = {"qop", "nc"}
    written = [f"{k}={v}" if k in bare else f'{k}="{_escape(v)}"' for k, v in fields.items()]
    return "Digest " + ", ".join([*written, "algorithm=MD5"])


def is_answer_right(fields: dict[str, str], password: str, method: str) -> bool:
    """Tell whether the fields of an Authorization header prove knowledge of the password."""
    if not {"username", "realm", "nonce", "uri", "response"} <= fields.keys():
        return False
    right = digest_of(fields, password, method)
    return secrets.compare_digest(right.encode(), fields["response"].lower().encode())


def digest_of(fields: dict[str, str], password: str, method: str) -> str:
    """Return the response value for the fields of an Authorization header.

    Source: RFC 2617, 3.2.2.
    """
    ha1 = _md5(f"{fields['username']}:{fields['realm']}:{password}")
    ha2 = _md5(f"{method}:{fields['uri']}")
    if "qop" not in fields:
        return _md5(f"{ha1}:{fields['nonce']}:{ha2}")
    middle = f"{fields['nonce']}:{fields.get('nc', '')}:{fields.get('cnonce', '')}:{fields['qop']}"
    return _md5(f"{ha1}:{middle}:{ha2}")


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
