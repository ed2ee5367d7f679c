"""What the fields about a PBX's link may hold; it depends on its kind."""

import re

from phoneprov.core.errors import InvalidValueError
from phoneprov.pbx.addresses import check_host_and_port, check_http_url
from phoneprov.pbx.asterisk.wire import PLAIN_PORT, TLS_PORT
from phoneprov.pbx.kinds import PbxKind

LONGEST_SECRET = 200
LONGEST_USER = 80
SILENCE_MINUTES = (1, 1440)
SHORTEST_REGISTER_S, LONGEST_REGISTER_S = 60, 86_400
DEFAULT_SILENCE_MINUTES = 5
_USER = re.compile(r"[0-9A-Za-z._@+\-]*")
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_SCHEME = re.compile(r"(?:(tcp|tls)://)?(.*)", re.IGNORECASE | re.DOTALL)


def check_link_address(kind: PbxKind, text: str) -> str:
    """Return the address of a PBX's interface.

    Asterisk's and FreeSWITCH's are host and port, a direct link may have one of its own, a webhook
    may have a URL that takes NOTIFY. Raises InvalidValueError.
    """
    if not kind.needs_address and not text.strip():
        return ""
    if kind is PbxKind.ASTERISK:
        return _check_manager_address(text.strip())
    if kind in {PbxKind.FREESWITCH, PbxKind.DIRECT}:
        return check_host_and_port(text, field="link_address")
    return check_http_url(text, field="link_address")


def check_link_user(kind: PbxKind, text: str) -> str:
    """Return the user to log in as. Raises InvalidValueError where one is missing."""
    user = text.strip()
    if not _USER.fullmatch(user) or len(user) > LONGEST_USER:
        message = f"At most {LONGEST_USER} of letters, digits and . _ - + @."
        raise InvalidValueError(message, field="link_user")
    if kind.needs_log_in and not user:
        raise InvalidValueError("Enter the user of the AMI in manager.conf.", field="link_user")
    return user


def check_link_secret(text: str) -> str:
    """Return a secret that can be sent. Raises InvalidValueError."""
    if len(text) > LONGEST_SECRET:
        message = f"At most {LONGEST_SECRET} characters; this has {len(text)}."
        raise InvalidValueError(message, field="link_secret")
    if not (text.isascii() and text.isprintable()):
        message = "Only letters A–Z, digits, blanks and the usual signs."
        raise InvalidValueError(message, field="link_secret")
    return text


def need_link_secret(kind: PbxKind, secret: str | None) -> None:
    """Raise InvalidValueError where a kind of PBX asks for a secret and none is kept."""
    if kind.needs_log_in and not secret:
        raise InvalidValueError("Enter the secret of that user.", field="link_secret")


def refuse_typed_secret(kind: str, text: str | None) -> None:
    """Raise InvalidValueError for a secret that was typed where it is made here."""
    if PbxKind(kind) is PbxKind.WEBHOOK and text:
        message = "Leave it empty: a webhook's secret is made by this server and shown once."
        raise InvalidValueError(message, field="link_secret")


def check_silence(minutes: int) -> int:
    """Return after how many minutes without a post a webhook's facts count as old.

    Raises InvalidValueError.
    """
    lowest, highest = SILENCE_MINUTES
    if not lowest <= minutes <= highest:
        message = f"From {lowest} to {highest} minutes."
        raise InvalidValueError(message, field="silence_minutes")
    return minutes


def check_register_expiry(seconds: int) -> int:
    """Return how often phones are told to register, in seconds. Raises InvalidValueError."""
    if not SHORTEST_REGISTER_S <= seconds <= LONGEST_REGISTER_S:
        message = f"From {SHORTEST_REGISTER_S} to {LONGEST_REGISTER_S} seconds."
        raise InvalidValueError(message, field="register_expires_s")
    return seconds


def check_fingerprint(text: str) -> str:
    """Return a SHA-256 fingerprint as plain hex digits. Raises InvalidValueError."""
    plain = re.sub(r"[\s:]", "", text).lower()
    if plain and not _FINGERPRINT.fullmatch(plain):
        message = "A SHA-256 fingerprint has 64 hex digits, with or without colons."
        raise InvalidValueError(message, field="link_fingerprint")
    return plain


def _check_manager_address(text: str) -> str:
    """Return `tcp://host:port` or `tls://host:port`; what is left out is as usual."""
    found = _SCHEME.fullmatch(text)
    scheme, place = (found[1] or "tcp", found[2]) if found else ("tcp", text)
    scheme = scheme.lower()
    is_bare = place and not re.search(r":\d*$", place.rpartition("]")[2])
    if is_bare:
        place = f"{place}:{TLS_PORT if scheme == 'tls' else PLAIN_PORT}"
    try:
        return f"{scheme}://{check_host_and_port(place, field='link_address')}"
    except InvalidValueError as error:
        message = f"{error.message.rstrip('.')}, for AMI over TLS with tls:// before it."
        if not place:
            message = "Enter host and port of the AMI, such as tls://pbx.example.net:5039."
        raise InvalidValueError(message, field="link_address") from error
