"""Hosts, addresses and port ranges as a person may type them, strictly read."""

import ipaddress
import re
from urllib.parse import urlsplit

from phoneprov.core.errors import InvalidValueError

LONGEST_HOST = 253
LOWEST_PORT, HIGHEST_PORT = 1, 65535
_LABEL = re.compile(r"[0-9A-Za-z]([0-9A-Za-z\-]{0,61}[0-9A-Za-z])?")
_RANGE = re.compile(r"(\d{1,5})\s*[-–]\s*(\d{1,5})")
_LOWEST_RTP_PORT = 1024


def check_host(text: str, *, field: str) -> str:
    """Return a host name in lower case, or an IP address in its usual form without brackets.

    Raises InvalidValueError for anything else: blanks, a port, a scheme, a path.
    """
    host = text.strip()
    if not host:
        raise InvalidValueError("Enter a host name or an IP address.", field=field)
    literal = _find_ip(host)
    if literal:
        return literal
    if not _is_host_name(host):
        message = "Only a host name or an IP address, such as sip.example.net or 192.0.2.10."
        raise InvalidValueError(message, field=field)
    return host.lower().removesuffix(".")


def check_http_url(text: str, *, field: str) -> str:
    """Return an http or https address with a valid host, without blanks, user or fragment.

    Raises InvalidValueError.
    """
    url = text.strip()
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _not_a_url(field) from error
    is_plain = url.isascii() and url.isprintable() and not set(url) & set(" <>\"'\\{}|^`")
    if not is_plain or parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        raise _not_a_url(field)
    if parts.username is not None or parts.password is not None:
        message = "Leave user and password out of the address; the secret has its own field."
        raise InvalidValueError(message, field=field)
    if parts.fragment or parts.query:
        raise InvalidValueError("Leave out what follows the path (? or #).", field=field)
    check_host(parts.hostname, field=field)
    return url


def check_host_and_port(text: str, *, field: str) -> str:
    """Return `host:port`, an IPv6 address in brackets.

    Raises InvalidValueError.
    """
    host, colon, port = text.strip().rpartition(":")
    is_port = port.isascii() and port.isdigit() and LOWEST_PORT <= int(port) <= HIGHEST_PORT
    if not colon or not is_port:
        raise InvalidValueError("Enter host and port, such as 192.0.2.10:5060.", field=field)
    checked = check_host(host, field=field)
    return f"[{checked}]:{int(port)}" if ":" in checked else f"{checked}:{int(port)}"


def check_port(number: int, *, field: str) -> int:
    """Return a port number. Raises InvalidValueError outside 1–65535."""
    if not LOWEST_PORT <= number <= HIGHEST_PORT:
        message = f"A port is a number from {LOWEST_PORT} to {HIGHEST_PORT}."
        raise InvalidValueError(message, field=field)
    return number


def check_rtp_ports(text: str, *, field: str) -> str:
    """Return a range of UDP ports as `10000-20000`. Raises InvalidValueError."""
    found = _RANGE.fullmatch(text.strip())
    lowest, highest = (int(found[1]), int(found[2])) if found else (0, 0)
    if not _LOWEST_RTP_PORT <= lowest < highest <= HIGHEST_PORT:
        message = (
            f"First and last port with a dash between, within {_LOWEST_RTP_PORT}–{HIGHEST_PORT}, "
            "such as 10000-20000."
        )
        raise InvalidValueError(message, field=field)
    return f"{lowest}-{highest}"


def _find_ip(text: str) -> str | None:
    """Return the usual form of an IP address; a zone (`%eth0`) means nothing to a phone."""
    if "%" in text:
        return None
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        return None


def _is_host_name(host: str) -> bool:
    """Whether each label is one; a last label of digits would be a mistyped IP address."""
    labels = host.removesuffix(".").split(".")
    return (
        len(host) <= LONGEST_HOST
        and all(_LABEL.fullmatch(label) for label in labels)
        and not labels[-1].isdigit()
    )


def _not_a_url(field: str) -> InvalidValueError:
    message = "Enter an address that starts with http:// or https://, without blanks."
    return InvalidValueError(message, field=field)
